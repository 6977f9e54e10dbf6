"""A matter as a value: what the table needs to know of it. Its events are stored elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from imloop.law import Law
from imloop.matters.fields import Value
from imloop.matters.names import Kind, State


class Effect(StrEnum):
    """What a step changes outside the matter; the steps carry it out."""

    REGISTER = "register"
    """The applicant becomes a party with standing, lines, staff and certificates."""
    CLOSE_STANDING = "close_standing"
    """The station is suspended, struck off, revoked or withdrawn from the day that was decided."""
    RESTORE_STANDING = "restore_standing"
    """From the day of the step the measure no longer holds."""
    LET_CASES_GO = "let_cases_go"
    """Open cases bound to the station may be retested elsewhere."""
    PUBLISH = "publish"
    TELL_DISMANTLERS = "tell_dismantlers"
    SCRAP = "scrap"
    """The vehicle leaves the register, its open case ends."""


@dataclass(frozen=True, slots=True)
class Matter:
    """``subject``: ``istation``, ``mstation`` or ``vehicle``. ``due_on``: last day for the next step, if it has one.
    ``facts``: the answers of all steps so far, a later one over an earlier one."""

    kind: Kind
    subject: str
    state: State
    due_on: date | None
    facts: Mapping[str, Value] = field(default_factory=dict)


def due_on(state: State, day: date, law: Law) -> date | None:
    """The last day to take the next step after a state was entered on ``day``: ``matter.<state>_days`` of the law;
    None where the law sets no time."""
    key = f"matter.{state}_days"
    return None if law.get(key) is None else last_day(key, day, law)


def last_day(key: str, day: date, law: Law) -> date:
    """The last of the days that a value of the law gives after ``day``: working or calendar days, as its unit says."""
    return law.term(key, day).deadline
