"""What a department's work list is made of. Each subject that has something waiting says what in its ``tasks.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.mask import masked_vehicle
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.store.models import Vehicle

MOST = 500
"""Rows of one kind; whoever has more finishes the first ones first."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. ``since``: the day it began to wait; ``due``: when it must be done, if anything says so;
    ``about``: whom or what it concerns, by name; ``event``: what happened, where other kinds tell of it, too;
    ``vehicle``: the key of the one it is about; ``waits_for``: the user name of who has it, empty: the office."""

    kind: str
    since: date
    due: date | None
    what: Text
    about: Text
    link: str
    late: bool = False
    event: str = ""
    vehicle: int | None = None
    waits_for: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that somebody did. ``who``: in one line, as rows name it; ``due``: by when it had to be done, None:
    nothing says so; ``missed``: nobody did it in time, and it is over."""

    kind: str
    who: str
    at: datetime
    due: date | None
    about: Text
    link: str
    missed: bool = False

    @property
    def late(self) -> bool:
        return self.missed or self.due is not None and day_of(self.at) > self.due


def named(name: str) -> Text:
    """A name, which is the same in every language."""
    return Text(name, name)


def of_vehicle(vehicle: Vehicle) -> Text:
    """A vehicle is masked until the line is opened."""
    return named(masked_vehicle(vehicle.plate, vehicle.vin))


@dataclass(frozen=True, slots=True)
class Source:
    """``find`` gives the tasks of one kind that wait for a caller; ``desks``: which departments are asked for them;
    ``done`` gives what was done of the kind from one moment to before another, as far as the caller may see it: of
    kinds that an official is asked about."""

    kind: str
    name: Text
    desks: tuple[str, ...]
    find: Callable[[Caller, datetime], Iterable[Task]]
    done: Callable[[Caller, datetime, datetime], Iterable[Done]] | None = None
