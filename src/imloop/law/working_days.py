"""Working days by the State Council's calendar; a year not yet published counts Monday to Friday, provisionally.

A place may have days off of its own (三月三 in Guangxi): its calendar adds to the nation's, and where they differ the
more local one wins. The day of the notice is not counted (Civil Code art. 201): the day after it is day 1 if it is a
working day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

NATION = "000000"
WORKING = "工作日"
"""The unit of what counts in working days; any other counts natural ones."""
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A published year of a place: the days that differ from Monday to Friday, or from the calendar above it."""

    place: str
    year: int
    off: frozenset[date]
    work: frozenset[date]
    text_id: str


Calendars = Mapping[int, Sequence[Calendar]]
"""Of a place: by year, the most local first."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The counted days, working or natural ones; ``deadline`` is the last. ``provisional``: a year without the
    nation's calendar was used."""

    start: date
    deadline: date
    provisional: bool
    days: tuple[date, ...]


def is_working_day(day: date, calendars: Calendars) -> bool:
    """By the most local calendar that names the day; Monday to Friday where none does."""
    for calendar in calendars.get(day.year, ()):
        if day in calendar.work or day in calendar.off:
            return day in calendar.work
    return day.weekday() < 5


def is_provisional(day: date, calendars: Calendars) -> bool:
    """Whether the nation has not yet published the calendar of the day's year."""
    return all(calendar.place != NATION for calendar in calendars.get(day.year, ()))


def count_working_days(start: date, count: int, calendars: Calendars) -> WorkingDays:
    """``count`` working days after ``start``; ``count`` ≥ 1."""
    if count < 1:
        raise ValueError("count must be at least 1")
    days: list[date] = []
    day, provisional = start, False
    while len(days) < count:
        day += _ONE_DAY
        provisional = provisional or is_provisional(day, calendars)
        if is_working_day(day, calendars):
            days.append(day)
    return WorkingDays(start, day, provisional, tuple(days))


def count_natural_days(start: date, count: int) -> WorkingDays:
    """``count`` days after ``start``, whatever day they are; ``count`` ≥ 1. No calendar has to be published for it."""
    if count < 1:
        raise ValueError("count must be at least 1")
    days = tuple(start + timedelta(days=number) for number in range(1, count + 1))
    return WorkingDays(start, days[-1], provisional=False, days=days)
