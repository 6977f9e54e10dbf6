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
    with pytest.raises(LawError, match=named):
        overlay(BOOK, text)
