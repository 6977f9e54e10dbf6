"""Which clocks the steps of a complaint start and stop, by whose it is."""

from __future__ import annotations

from dataclasses import replace

from imloop.matters.clocks import Timer, started
from imloop.matters.complaints.clocks import HOTLINE, Since, again, timers
from imloop.matters.guards import Asked
from imloop.matters.matter import Matter
from imloop.matters.row import Change


def _started(matter: Matter, asked: Asked, *wanted: Timer) -> Matter:
    return replace(
        matter, clocks=(*matter.clocks, *(started(timer, asked.day, asked.law) for timer in wanted))
    )


def starting(since: Since) -> Change:
    """The clocks that a moment starts at the office that has it."""

    def change(matter: Matter, asked: Asked) -> Matter:
        wanted = timers(str(matter.facts["receiver"]), since)
        by_hotline = since is Since.RECEIVED and matter.facts.get("channel") == "hotline"
        more = (HOTLINE,) if by_hotline and matter.clock(HOTLINE.name) is None else ()
        return _started(matter, asked, *wanted, *more)

    return change


def work_again(matter: Matter, asked: Asked) -> Matter:
    """The clocks of who has it now run anew."""
    return _started(matter, asked, *again(str(matter.facts["receiver"])))


def passed_on(matter: Matter, asked: Asked) -> Matter:
    """The other office's clocks begin; those of this one are over, but not that of the hotline."""
    over = tuple(
        replace(clock, ended_on=asked.day) if clock.ended_on is None and clock.name != HOTLINE.name else clock
        for clock in matter.clocks
    )
    return starting(Since.RECEIVED)(replace(matter, clocks=over), asked)


def work_again_if_over(matter: Matter, asked: Asked) -> Matter:
    """It is accepted then, with the time that the law gives for the work."""
    runs = any(matter.clock(timer.name) for timer in again(str(matter.facts["receiver"])))
    return matter if runs else work_again(matter, asked)
