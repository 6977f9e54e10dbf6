"""Assumptions over the book: they win in their place and days, leave the rest alone, and name what is wrong."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.law import LawError, load, overlay

BOOK = load()
FROM_JULY = """
title: limit b from July
values:
  limit_set.ASM: {value: b, from: 2026-07-01, place: "450200"}
  limits.TSI.a.hc_idle_ppm:
    - {value: 70, until: 2026-01-01}
    - {value: 60, from: 2026-01-01}
"""


def test_an_assumption_wins_in_its_place_and_days() -> None:
    assumed = overlay(BOOK, FROM_JULY)
    assert assumed.title == "limit b from July"
    assert assumed.at(date(2026, 7, 1), "450203").word("limit_set.ASM") == "b"
    assert assumed.at(date(2026, 6, 30), "450203").word("limit_set.ASM") == "a"
    assert assumed.at(date(2026, 7, 1), "450300").word("limit_set.ASM") == "a"
    assert assumed.at(date(2025, 7, 1), "330100").number("limits.TSI.a.hc_idle_ppm") == 70
    assert "假设" in assumed.at(date(2026, 7, 1), "450203").cite("limit_set.ASM")


def test_the_most_local_assumption_wins() -> None:
    text = 'values: {limit_set.ASM: [{value: b}, {value: a, place: "450000"}]}'
    assert overlay(BOOK, text).at(date(2026, 7, 1), "450203").word("limit_set.ASM") == "a"
    assert overlay(BOOK, text).at(date(2026, 7, 1), "330100").word("limit_set.ASM") == "b"


@given(st.dates(date(2015, 1, 1), date(2030, 1, 1)), st.sampled_from(["450200", "330100", "000000"]))
def test_the_law_changes_exactly_where_something_is_assumed(day: date, place: str) -> None:
    assumed = overlay(BOOK, 'values: {tsi.average_s: {value: 25, from: 2026-01-01, place: "450000"}}')
    base, other = BOOK.at(day, place), assumed.at(day, place)
    touched = day >= date(2026, 1, 1) and place == "450200"
    assert (other is not base) is touched
    assert (other.hash != base.hash) is touched
    assert assumed.at(day, place) is other


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "values"),
        ("values: {}", "values"),
        ("values: [1]", "values"),
        ("{", "what-if"),
        ("other: 1\nvalues: {limit_set.ASM: {value: b}}", "other"),
        ("values: {limit_set.ASN: {value: b}}", "limit_set.ASM"),
        ("values: {limits.TSI.a.hc_idel_ppm: {value: 1}}", "limits.TSI.a"),
        ("values: {limit_set.ASM: b}", "must be .value"),
        ("values: {limit_set.ASM: {value: 5}}", "not a text"),
        ("values: {tsi.average_s: {value: true}}", "not a number"),
        ("values: {tsi.average_s: {value: {}}}", "value must be"),
        ("values: {limit_set.ASM: {value: b, form: 2026-01-01}}", "must be .value"),
        ("values: {limit_set.ASM: {value: b, from: July}}", "from"),
        ("values: {limit_set.ASM: {value: b, place: 450200}}", "place"),
        ("values: {limit_set.ASM: {value: b, from: 2026-02-01, until: 2026-01-01}}", "not after"),
        ("values: {limit_set.ASM: [{value: b}, {value: a, from: 2026-01-01}]}", "two values"),
        ("values: {limit_set.ASM: {value: b}, limit_set.ASM: {value: a}}", "twice"),
    ],
)
def test_what_is_wrong_is_named(text: str, named: str) -> None:
    with pytest.raises(LawError, match=named) as told:
        overlay(BOOK, text)
    assert told.value.where.startswith(("what-if", "line 1"))
    assert str(told.value) == f"{told.value.where}: {told.value.why}"


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("limit_set.ASN", ["limit_set.ASM", "limit_set.FREEACC", "limit_set.IM195", "limit_set.LUGDOWN"]),
        ("ams.sample_s", ["asm.sample_s"]),
        (
            "limits.TSI.a.hc_idel_ppm",
            [f"limits.ASM.a.{each}" for each in ("co_2540_pct", "co_5025_pct", "hc_2540_ppm", "hc_5025_ppm")],
        ),
        ("nothing.like_it", []),
    ],
)
def test_a_misspelt_key_is_shown_what_is_near_it(key: str, near: list[str]) -> None:
    with pytest.raises(LawError) as told:
        overlay(BOOK, f"values: {{{key}: {{value: 1}}}}")
    assert told.value.where == f"what-if {key}"
    assert told.value.why == "no text has this key" + (f"; near it: {', '.join(near)}" if near else "")


def test_an_assumption_has_the_unit_of_the_value_and_says_what_it_is() -> None:
    assumed = overlay(BOOK, "values: {tsi.average_s: {value: 25}}")
    row = assumed.at(date(2026, 7, 1), "450200").value("tsi.average_s")
    assert (row.unit, row.confidence, row.text_id, row.clause) == ("s", "chosen", "what-if", "")
    assert row.says == "假设值，只用于推演" and row.note == "" and assumed.title == ""


def test_until_the_day_it_begins_it_would_hold_on_no_day() -> None:
    same = "values: {tsi.average_s: {value: 25, from: 2026-01-01, until: 2026-01-01}}"
    with pytest.raises(LawError, match="not after"):
        overlay(BOOK, same)
