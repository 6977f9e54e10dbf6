"""The law's data then and now: what was kept reads as it was, what differs is named, and so is what moves an answer."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.law import Law, LawUnseen, load, overlay
from imloop.law.compare import as_it_was, changes, kept, movers
from imloop.steps.ground.ledger import canonical

BOOK = load()
SUBJECTS = frozenset(key.partition(".")[0] for key in BOOK.values)
DAY = date(2026, 3, 5)
OTHERWISE = """
values:
  asm.sample_s: {value: 70}
  limits.ASM.a.co_5025_pct: {value: 0.2}
  obd.scope.diesel: {value: 2020-01-01}
"""
ASSUMED = overlay(BOOK, OTHERWISE).at(DAY, "450200")


@pytest.fixture(scope="module")
def rows() -> Any:
    return json.loads(canonical(kept(BOOK, SUBJECTS)))["rows"]


@given(
    day=st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    place=st.sampled_from(["450200", "330100", "000000", "310000"]),
)
def test_what_was_kept_reads_as_it_was(rows: Any, day: date, place: str) -> None:
    law, then = BOOK.at(day, place), as_it_was(rows, day, place)
    assert then.hash == law.hash and changes(then, law, SUBJECTS) == []
    assert (then.on, then.place) == (day, place)


def test_only_the_subjects_asked_for_are_kept_and_every_text_by_its_name() -> None:
    found = kept(BOOK, frozenset(["asm"]))
    keys = [row[0] for row in found["rows"]]
    assert keys == sorted(keys) and set(keys) == {key for key in BOOK.values if key.startswith("asm.")}
    assert [text["id"] for text in found["texts"]] == sorted(BOOK.texts)
    assert found["texts"][0].keys() == {"id", "short", "place", "in_force", "ends"}


def test_what_was_not_seen_then_is_still_not_seen(rows: Any) -> None:
    then = as_it_was(rows, date(2019, 1, 1), "330100")
    with pytest.raises(LawUnseen):
        then.value("fleet.clean_bus_share")


def test_what_differs_is_named_with_both_values() -> None:
    found = changes(BOOK.at(DAY, "450200"), ASSUMED, SUBJECTS)
    assert [str(each) for each in found] == [
        "asm.sample_s 80 → 70 s 假设 · what-if",
        "limits.ASM.a.co_5025_pct 0.5 → 0.2 % 假设 · what-if",
        "obd.scope.diesel 2018-01-01 → 2020-01-01 假设 · what-if",
    ]
    assert changes(BOOK.at(DAY, "450200"), ASSUMED, frozenset(["asm"])) == found[:1]


def test_a_row_that_came_or_went_is_named() -> None:
    law = BOOK.at(DAY, "450200")
    without = law.with_values({}, without=["notice.heading"])
    (gone,), (come,) = changes(law, without, SUBJECTS), changes(without, law, SUBJECTS)
    assert str(gone).startswith("notice.heading 柳检告 → –") and str(come).startswith(
        "notice.heading – → 柳检告"
    )
    (moved,) = movers([come], law, lambda now: now.get("notice.heading") is None)
    assert moved is come
    assert movers([come], law, lambda now: now.get("phase") is None) == []


def test_a_list_and_what_nobody_has_seen_are_said_in_words() -> None:
    law = BOOK.at(DAY, "450200")
    papers = law.value("repair.hands_over")
    other = law.with_values({papers.key: replace(papers, value=("invoice",))})
    assert str(changes(law, other, SUBJECTS)[0]).startswith(
        "repair.hands_over certificate+settlement+invoice → invoice "
    )
    unseen = law.with_values({papers.key: replace(papers, confidence="unseen")})
    assert " → unseen " in str(changes(law, unseen, SUBJECTS)[0])


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (lambda law: law.integer("asm.sample_s"), ["asm.sample_s"]),
        (lambda law: law.integer("tsi.average_s"), []),
        (
            lambda law: (law.integer("asm.sample_s"), law.number("limits.ASM.a.co_5025_pct")),
            ["asm.sample_s", "limits.ASM.a.co_5025_pct"],
        ),
        # Taken back alone, neither changes it: they are named together.
        (
            lambda law: law.integer("asm.sample_s") < 75 or law.number("limits.ASM.a.co_5025_pct") < 0.5,
            ["asm.sample_s", "limits.ASM.a.co_5025_pct"],
        ),
    ],
)
def test_only_what_moves_the_answer_is_named(answer: object, named: list[str]) -> None:
    before: Law = BOOK.at(DAY, "450200")
    found = movers(changes(before, ASSUMED, SUBJECTS), ASSUMED, answer)  # type: ignore[arg-type]
    assert [
        each.key for each in found if each.key != "obd.scope.diesel" or "obd.scope.diesel" in named
    ] == named
