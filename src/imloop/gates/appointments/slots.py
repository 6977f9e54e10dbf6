"""The times at which a station's lines take a vehicle by appointment, and how long waiting vehicles have to wait.

A line tests one vehicle at a time, whatever the method. So a line's day is one row of slots, each as long as the
longest of its methods needs; a share of them, spread over the day, is the green lane of retests (A8).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import floor

from imloop.facts.days import CHINA
from imloop.law import Law


@dataclass(frozen=True, slots=True)
class OpeningFact:
    """Hours that hold from ``since`` until ``until`` (exclusive). ``weekday``: 0 is Monday; None: every working day by
    the State Council's calendar, make-up Saturdays among them."""

    weekday: int | None
    opens: time
    closes: time
    since: date
    until: date | None = None

    def holds(self, day: date, law: Law) -> bool:
        if day < self.since or (self.until is not None and day >= self.until):
            return False
        return law.is_working_day(day) if self.weekday is None else day.weekday() == self.weekday


@dataclass(frozen=True, slots=True)
class Taken:
    """A time for which a line is promised to a vehicle."""

    line: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """``for_retests``: of the green lane."""

    line: str
    starts_at: datetime
    ends_at: datetime
    for_retests: bool

    def overlaps(self, taken: Taken) -> bool:
        return self.line == taken.line and taken.starts_at < self.ends_at and self.starts_at < taken.ends_at


@dataclass(frozen=True, slots=True)
class LineFact:
    """A line in service on the day and its licensed methods."""

    code: str
    methods: tuple[str, ...]


def hours_on(openings: Sequence[OpeningFact], day: date, law: Law) -> list[tuple[time, time]]:
    """The hours of a day in order; hours that touch or overlap are one. Empty: not open."""
    found: list[tuple[time, time]] = []
    for opens, closes in sorted((o.opens, o.closes) for o in openings if o.holds(day, law)):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((opens, closes))
    return found


def slot_length(methods: Sequence[str], law: Law) -> timedelta:
    """The time a line keeps for one vehicle."""
    return timedelta(minutes=max(law.integer(f"appointment.slot_minutes.{method}") for method in methods))


def line_day(line: LineFact, hours: Sequence[tuple[time, time]], day: date, law: Law) -> Iterator[Slot]:
    """Every slot of a line on a day. Each that would end after closing time is left out."""
    length, share = slot_length(line.methods, law), law.number("appointment.retest_share")
    number = 0
    for opens, closes in hours:
        starts = datetime.combine(day, opens, CHINA)
        end = datetime.combine(day, closes, CHINA)
        while starts + length <= end:
            kept = floor((number + 1) * share) > floor(number * share)
            yield Slot(line.code, starts, starts + length, kept)
            starts, number = starts + length, number + 1


def free_slots(
    lines: Sequence[LineFact],
    openings: Sequence[OpeningFact],
    taken: Sequence[Taken],
    *,
    method: str,
    day: date,
    retest: bool,
    now: datetime,
    law: Law,
) -> list[Slot]:
    """What may still be booked for a method on a day, in order of time; one slot per line at a time. ``law``: of the
    day. An ordinary test is not offered the green lane."""
    hours = hours_on(openings, day, law)
    found = [
        slot
        for line in lines
        if method in line.methods
        for slot in line_day(line, hours, day, law)
        if slot.starts_at > now
        and (retest or not slot.for_retests)
        and not any(slot.overlaps(each) for each in taken)
    ]
    return sorted(found, key=lambda slot: (slot.starts_at, not slot.for_retests, slot.line))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A vehicle in the yard. ``due_at``: its appointment, or for a walk-in the moment it came."""

    number: str
    line: str
    due_at: datetime
    retest: bool
    minutes: int


@dataclass(frozen=True, slots=True)
class Wait:
    """``place``: 1 is next on its line; ``minutes``: until its turn, as far as slot lengths tell."""

    waiting: Waiting
    place: int
    minutes: int


def waits(yard: Sequence[Waiting]) -> list[Wait]:
    """The order of each line: by due time, at the same time retests first. Vehicles on different lines do not wait for
    each other."""
    out: list[Wait] = []
    ahead: dict[str, list[int]] = {}
    for each in sorted(yard, key=lambda one: (one.due_at, not one.retest, one.number)):
        before = ahead.setdefault(each.line, [])
        out.append(Wait(each, len(before) + 1, sum(before)))
        before.append(each.minutes)
    return out
