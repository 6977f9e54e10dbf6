"""Calendars by place: a province adds days off and working days to the nation's."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.law import Book, Law, LawError, load
from support.law_files import law_file

NATION = "calendar: {year: 2026, off: [2026-04-06, 2026-05-01], work: [2026-05-09]}\n"
PROVINCE = (
    "calendar: {year: 2026, off: [2026-04-20, 2026-04-21, 2026-05-09], work: [2026-04-25, 2026-05-01]}\n"
)
AHEAD = "calendar: {year: 2027, off: [2027-04-09], work: []}\n"


def add(folder: Path, name: str, calendar: str, place: str) -> None:
    file = law_file(folder, name, {}, place)
    file.write_text(file.read_text(encoding="utf-8") + calendar, encoding="utf-8")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Book:
    folder = tmp_path_factory.mktemp("calendars")
    add(folder, "nation", NATION, "000000")
    add(folder, "province", PROVINCE, "450000")
    add(folder, "ahead", AHEAD, "450000")
    return load([folder])


def law(both: Book, place: str) -> Law:
    return both.at(date(2026, 3, 5), place)


@pytest.mark.parametrize(
    ("day", "there", "elsewhere"),
    [
        ("2026-04-20", False, True),
        ("2026-04-25", True, False),
        ("2026-04-06", False, False),
        ("2026-05-01", True, False),
        ("2026-05-09", False, True),
        ("2026-04-22", True, True),
        ("2026-04-26", False, False),
        ("2027-04-09", False, True),
    ],
)
def test_a_place_adds_to_the_nation_and_wins_where_they_differ(
    both: Book, day: str, there: bool, elsewhere: bool
) -> None:
    asked = date.fromisoformat(day)
    answers = {place: law(both, place).is_working_day(asked) for place in ("450000", "450200", "450203")}
    assert set(answers.values()) == {there}
    assert law(both, "330100").is_working_day(asked) is law(both, "000000").is_working_day(asked) is elsewhere


def test_a_deadline_counts_by_the_calendar_of_its_place(both: Book) -> None:
    start = date(2026, 4, 17)
    assert law(both, "330100").working_days(start, 3).deadline == date(2026, 4, 22)
    assert law(both, "450200").working_days(start, 3).deadline == date(2026, 4, 24)


def test_a_year_is_provisional_until_the_nation_publishes_it(both: Book) -> None:
    for place in ("450200", "330100"):
        assert law(both, place).is_provisional(date(2027, 4, 9))
        assert law(both, place).working_days(date(2027, 4, 1), 3).provisional
        assert not law(both, place).is_provisional(date(2026, 4, 20))


@given(st.dates(date(2025, 1, 1), date(2028, 1, 1)), st.integers(1, 40))
def test_days_counted_in_a_place_are_its_working_days(both: Book, start: date, count: int) -> None:
    asked = law(both, "450200")
    counted = asked.working_days(start, count)
    between = [start + timedelta(days=n) for n in range(1, (counted.deadline - start).days + 1)]
    assert list(counted.days) == [day for day in between if asked.is_working_day(day)]
    assert counted.provisional == any(asked.is_provisional(day) for day in between)


def test_a_year_has_one_calendar_in_a_place(tmp_path: Path) -> None:
    add(tmp_path, "one", PROVINCE, "450000")
    add(tmp_path, "two", PROVINCE, "450200")
    assert load([tmp_path]).calendars
    add(tmp_path, "zwei", PROVINCE, "450200")
    with pytest.raises(
        LawError, match=r"two\.yaml and zwei\.yaml: the year 2026 has two calendars in 450200"
    ):
        load([tmp_path / "one.yaml", tmp_path / "two.yaml", tmp_path / "zwei.yaml"])


def test_an_unknown_word_in_a_calendar_does_not_load(tmp_path: Path) -> None:
    add(tmp_path, "one", PROVINCE.replace("off", "of"), "450000")
    with pytest.raises(LawError, match="of is not one of"):
        load([tmp_path])
