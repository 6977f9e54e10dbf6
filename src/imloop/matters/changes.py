"""What steps do to a matter's clocks and requirements without moving it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from imloop.matters import clocks
from imloop.matters.clocks import Clock
from imloop.matters.guards import Asked, clock_named
from imloop.matters.matter import Matter, Requirement


def _with(matter: Matter, clock: Clock) -> Matter:
    """The clock of that name as it is now."""
    last = matter.clock(clock.name)
    return replace(matter, clocks=tuple(clock if each is last else each for each in matter.clocks))


def pause(matter: Matter, asked: Asked) -> Matter:
    """The clock that the step names stands still from its day on, for as long as the law lets it unseen."""
    again = asked.law.term("clock.pause_days", asked.day).deadline
    return _with(matter, clocks.paused(clock_named(asked), asked.day, again))


def let_go_on(matter: Matter, asked: Asked) -> Matter:
    """The clock that the step names goes on with the days that were left."""
    return _with(matter, clocks.resumed(clock_named(asked), asked.day, asked.law))


def extend(matter: Matter, asked: Asked) -> Matter:
    """The clock that the step names gets the law's further days."""
    return _with(matter, clocks.extended(clock_named(asked), asked.law))


def require(matter: Matter, asked: Asked) -> Matter:
    """One more thing that the party must put right."""
    until = asked.values["required_by"]
    assert isinstance(until, date)
    number = len(matter.requirements) + 1
    new = Requirement(number, str(asked.values["required"]), str(asked.values["clause"]), until)
    return replace(matter, requirements=(*matter.requirements, new))


def accept(matter: Matter, asked: Asked) -> Matter:
    """What the step names was put right, with what showed it."""
    number, proof = int(str(asked.values["requirement"])), str(asked.values["proof"])
    return replace(
        matter,
        requirements=tuple(
            replace(each, met_on=asked.day, proof=proof) if each.number == number else each
            for each in matter.requirements
        ),
    )
