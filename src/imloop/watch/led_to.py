"""What led to a vehicle's exceedance: the last pass before it, the repairs that pass rests on and those since, and the
tests under each owner.

Only order decides here: nobody is blamed by having touched the vehicle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from imloop.facts.days import day_of


@dataclass(frozen=True, slots=True)
class Ran:
    """A test. ``passed``: it counts, and the recomputed result is a pass."""

    key: int
    at: datetime
    passed: bool


@dataclass(frozen=True, slots=True)
class Mended:
    key: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Owned:
    """The tests under one owner, newest first. ``since``: the day of the sale, None for the first owner known;
    ``until``: the day of the next one, None for the owner at the time."""

    since: date | None
    until: date | None
    tests: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LedTo:
    """``repairs``: newest first; ``before``: they lie before the pass before last, as none came later. ``owners``: the
    one at the time first."""

    passed: int | None
    repairs: tuple[int, ...]
    before: bool
    owners: tuple[Owned, ...]


def led_to(at: datetime, tests: Iterable[Ran], repairs: Iterable[Mended], sold: Iterable[date]) -> LedTo:
    """``at``: when the vehicle exceeded; what happened at that moment or later led to nothing."""
    ran = sorted((each for each in tests if each.at < at), key=lambda each: (each.at, each.key))
    mended = sorted((each for each in repairs if each.at < at), key=lambda each: (each.at, each.key))
    passes = [each for each in ran if each.passed]
    own = [each for each in mended if len(passes) < 2 or each.at > passes[-2].at]
    shown = own or mended[-1:]
    return LedTo(
        passed=passes[-1].key if passes else None,
        repairs=tuple(each.key for each in reversed(shown)),
        before=bool(shown) and not own,
        owners=_owners(ran, sorted({day for day in sold if day <= day_of(at)})),
    )


def _owners(ran: Sequence[Ran], sold: Sequence[date]) -> tuple[Owned, ...]:
    """A test on the day of a sale is the seller's, who had the vehicle tested to sell it."""
    ends = [None, *sold, None]
    found = []
    for since, until in zip(ends, ends[1:], strict=False):
        theirs = [
            each.key
            for each in ran
            if (since is None or day_of(each.at) > since) and (until is None or day_of(each.at) <= until)
        ]
        found.append(Owned(since, until, tuple(reversed(theirs))))
    return tuple(reversed(found))
