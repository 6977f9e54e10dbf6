"""Deadlines by kind of day and by origin: a place writes them as values, no code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop import loop
from imloop.law import Law, LawMissing, load
from imloop.law.deadline import deadline_key, deadline_of
from imloop.loop.events import TestFailed
from support.law_files import book_with, law_file, row
from support.stories.loop_stories import at

DAY = date(2026, 11, 30)


def law_with(folder: Path, values: dict[str, tuple[int, str]]) -> Law:
    """Hangzhou's law with deadlines of its own: key → count and unit."""
    files = [
        law_file(folder, f"plan{number}", {key: row("2026-01-01", count)}, "330100", unit=unit)
        for number, (key, (count, unit)) in enumerate(values.items())
    ]
    return book_with(*files).at(DAY, "330100")


@pytest.mark.parametrize(
    ("values", "origin", "last"),
    [
        ({}, "periodic", "2026-12-21"),
        ({"deadline.days": (30, "日")}, "periodic", "2026-12-30"),
        ({"deadline.days": (30, "日")}, "spot_check", "2026-12-30"),
        ({"deadline.spot_check.days": (5, "工作日")}, "spot_check", "2026-12-07"),
        ({"deadline.spot_check.days": (5, "日")}, "spot_check", "2026-12-05"),
        ({"deadline.spot_check.days": (5, "工作日")}, "periodic", "2026-12-21"),
        ({"deadline.days": (30, "日"), "deadline.spot_check.days": (5, "工作日")}, "periodic", "2026-12-30"),
    ],
)
def test_until_when(tmp_path: Path, values: dict[str, tuple[int, str]], origin: str, last: str) -> None:
    law = law_with(tmp_path, values)
    assert deadline_of(DAY, origin, law).deadline.isoformat() == last
    failed = TestFailed(
        at=at("2026-11-30 09:00"), test_no="T1", station="A", items=(), origin=loop.Origin(origin)
    )
    decision = loop.decide(None, failed, law, at("2026-11-30 09:00"), case_no="C1", place="330100")
    assert decision.case.deadline.isoformat() == last and not decision.case.deadline_provisional


def test_natural_days_wait_for_no_calendar(tmp_path: Path) -> None:
    law = law_with(tmp_path, {"deadline.days": (60, "日")})
    assert deadline_of(DAY, "periodic", law).deadline == date(2027, 1, 29)
    assert not deadline_of(DAY, "periodic", law).provisional
    assert load().at(DAY, "330100").working_days(DAY, 30).provisional


def test_the_clause_is_that_of_the_origin(tmp_path: Path) -> None:
    law = law_with(tmp_path, {"deadline.spot_check.days": (5, "日")})
    assert deadline_key("spot_check", law) == "deadline.spot_check.days"
    assert deadline_key("periodic", law) == "deadline.days"


@given(st.dates(date(2024, 1, 1), date(2028, 1, 1)))
def test_natural_days_are_all_counted_once(start: date) -> None:
    days = load().at(DAY, "450200").term("procedure.decide_days", start).days
    assert len(days) == 90 and [(day - start).days for day in days] == list(range(1, 91))


def test_a_term_that_no_text_gives_is_missing() -> None:
    with pytest.raises(LawMissing):
        load().at(DAY, "450200").term("deadline.spot_check.days", DAY)
