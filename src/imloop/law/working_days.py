"""Working days by the State Council's calendar; a year not yet published counts Monday to Friday, provisionally.

The day of the notice is not counted (Civil Code art. 201): the day after it is day 1 if it is a working day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A published year: the days that differ from Monday to Friday."""

    year: int
    off: frozenset[date]
    work: frozenset[date]
    text_id: str


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The counted days; ``deadline`` is the last. ``provisional``: a year without a published calendar was used."""

    start: date
    deadline: date
    provisional: bool
    days: tuple[date, ...]


def is_working_day(day: date, calendars: Mapping[int, Calendar]) -> bool:
    """By the published calendar; Monday to Friday in a year without one."""
    calendar = calendars.get(day.year)
    if calendar is not None and day in calendar.work:
        return True
    return day.weekday() < 5 and not (calendar is not None and day in calendar.off)


def count_working_days(start: date, count: int, calendars: Mapping[int, Calendar]) -> WorkingDays:
    """``count`` working days after ``start``; ``count`` ≥ 1."""
    if count < 1:
        raise ValueError("count must be at least 1")
    days: list[date] = []
    day, provisional = start, False
    while len(days) < count:
        day += _ONE_DAY
        provisional = provisional or day.year not in calendars
        if is_working_day(day, calendars):
            days.append(day)
    return WorkingDays(start, day, provisional, tuple(days))
