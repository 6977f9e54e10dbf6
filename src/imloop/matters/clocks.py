"""Clocks of a matter: days of the law that run from a step, can be paused and extended with reasons, and end.

A clock counts what its law's value counts: working days or natural ones. While it is paused no day is counted; when it
goes on, the days that were left run from that day (Penalty Law art. 60 and the rules of procedure: hearing, service by
publication, tests and expertise are not counted).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from imloop.facts.text import Text
from imloop.law import Law
from imloop.law.working_days import WORKING, count_natural_days

STATE = "state"
"""The clock of the state itself; its days are ``matter.<kind>.<state>_days``, else ``matter.<state>_days``."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A clock that rows of the table start. ``key``: the value of the law that gives its days; ``extension``: the
    values that give by how many days it is extended and how often, where the law allows that; ``of_party``: it runs
    for the party, not for a department; ``since``: the field of the step that names its first day, else the day of
    the step."""

    name: str
    key: str
    label: Text
    extension: tuple[str, str] | None = None
    of_party: bool = False
    since: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """A running, paused or ended clock. ``due_on``: its last day, counted as if it ran on from now; ``extension``: as
    in its timer; ``look_again_on``: until when a pause holds without another look."""

    name: str
    key: str
    started_on: date
    due_on: date
    of_party: bool = False
    extension: tuple[str, str] | None = None
    paused_on: date | None = None
    extended: int = 0
    ended_on: date | None = None
    look_again_on: date | None = None

    @property
    def runs(self) -> bool:
        return self.ended_on is None and self.paused_on is None

    def is_late(self, day: date) -> bool:
        """Over on ``day``; one that is paused is late only if it was so before, or nobody looked at it again."""
        if self.ended_on is not None:
            return False
        forgotten = self.look_again_on is not None and self.look_again_on < day
        return forgotten or self.due_on < (self.paused_on or day)


def started(timer: Timer, day: date, law: Law) -> Clock:
    """A clock that begins on ``day``."""
    due = law.term(timer.key, day).deadline
    return Clock(timer.name, timer.key, day, due, timer.of_party, timer.extension)


def paused(clock: Clock, day: date, look_again_on: date | None = None) -> Clock:
    """It stands still; the day itself is the last that was counted. ``look_again_on``: None where what it waits for
    has a time of its own."""
    return replace(clock, paused_on=day, look_again_on=look_again_on)


def resumed(clock: Clock, day: date, law: Law) -> Clock:
    """The days that were left when it was paused run from ``day``."""
    assert clock.paused_on is not None
    left = _days_between(clock.paused_on, clock.due_on, clock.key, law)
    due = _days_after(day, left, clock.key, law)
    return replace(clock, paused_on=None, look_again_on=None, due_on=due)


def extended(clock: Clock, law: Law) -> Clock:
    """Longer by the days the law gives for it, counted from its last day."""
    assert clock.extension is not None
    due = law.term(clock.extension[0], clock.due_on).deadline
    return replace(clock, due_on=due, extended=clock.extended + 1)


def ended(clock: Clock, day: date) -> Clock:
    """What it ran for was done, or no longer matters."""
    return replace(clock, ended_on=day, paused_on=None, look_again_on=None)


def _days_between(first: date, last: date, key: str, law: Law) -> int:
    """Days counted after ``first`` up to ``last``; 0 where it is over."""
    days = [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]
    return len([day for day in days if law.is_working_day(day)]) if _in_working_days(key, law) else len(days)


def _days_after(day: date, count: int, key: str, law: Law) -> date:
    if count == 0:
        return day
    if _in_working_days(key, law):
        return law.working_days(day, count).deadline
    return count_natural_days(day, count).deadline


def _in_working_days(key: str, law: Law) -> bool:
    found = law.get(key)
    return found is not None and found.unit == WORKING
