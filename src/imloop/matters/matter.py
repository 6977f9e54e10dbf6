"""A matter as a value: what the table needs to know of it. Its events are stored elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from imloop.law import Law
from imloop.matters.clocks import STATE, Clock
from imloop.matters.names import OF_THE_PARTY, Kind, State, Step

Value = str | int | date


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
    WITHDRAW_PUBLICATION = "withdraw_publication"
    """What was published of the matter is no longer shown."""
    TELL_DISMANTLERS = "tell_dismantlers"
    SCRAP = "scrap"
    """The vehicle leaves the register, its open case ends."""
    ASSIGN = "assign"
    """The matter is one person's to go on with."""
    MERGE = "merge"
    """It goes on in another matter, which keeps what was handed in here."""
    OPEN_STRIKE_OFF = "open_strike_off"
    """Of a station whose false reports are a serious case, the strike-off is opened, linked to the penalty."""
    COPY = "copy"
    """Another department gets it as an object, to be answered."""
    REFER = "refer"
    """Another department has it from now on."""
    KEEP_IMPARTIAL = "keep_impartial"
    """Nobody looks into what names them."""
    TELL_REPORTER = "tell_reporter"
    """Whoever reported reads the sentence that fits step and outcome."""
    GRANT_REWARD = "grant_reward"
    """What the law of the place gives is due to whoever holds the code."""


@dataclass(frozen=True, slots=True)
class Act:
    """A step that was taken. ``person``: the account, empty where a party acted without one."""

    step: Step
    person: str
    party: str
    day: date
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the party must put right, by which clause and until when; ``proof``: what showed that it did."""

    number: int
    words: str
    clause: str
    due_on: date
    met_on: date | None = None
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A piece of evidence in a matter's file, by its number there. ``about``: whom it concerns."""

    number: int
    name: str
    about: str
    sha256: str
    taken_on: date


@dataclass(frozen=True, slots=True)
class Holder:
    """The department that holds a matter, its kind and area; the party as the registers name it."""

    department: str = ""
    area: str = ""
    party: str = ""


@dataclass(frozen=True, slots=True)
class New:
    """A matter that is about to be opened."""

    kind: Kind
    subject: str
    holder: Holder = Holder()


@dataclass(frozen=True, slots=True)
class Matter:
    """``subject``: ``istation``, ``mstation`` or ``vehicle``. ``clocks``: every clock so far, that of the state under
    ``clocks.STATE``. ``facts``: the answers of all steps so far, a later one over an earlier one; ``acts``: the steps
    themselves, in their order; ``published``: something of it is shown to the public."""

    kind: Kind
    subject: str
    state: State
    clocks: tuple[Clock, ...] = ()
    facts: Mapping[str, Value] = field(default_factory=dict)
    requirements: tuple[Requirement, ...] = ()
    acts: tuple[Act, ...] = ()
    published: bool = False
    holder: Holder = Holder()
    exhibits: tuple[Exhibit, ...] = ()

    @property
    def state_due(self) -> date | None:
        """The last day to take the next step, if the state has one."""
        clock = self.clock(STATE)
        return clock.due_on if clock else None

    @property
    def due_on(self) -> date | None:
        """The first last day of all that runs: clocks, looks at paused ones, and what the party must put right."""
        return min(self._days(), default=(None, False))[0]

    @property
    def of_the_party(self) -> bool:
        """Whether that day is the party's to keep."""
        return min(self._days(), default=(None, False))[1]

    def _days(self) -> list[tuple[date, bool]]:
        """Of all that runs, its last day and whether it is the party's; a department's first."""
        days = [(clock.due_on, clock.of_party) for clock in self.clocks if clock.runs]
        days += [(clock.look_again_on, False) for clock in self.clocks if clock.look_again_on is not None]
        return days + [(each.due_on, True) for each in self.requirements if each.met_on is None]

    def clock(self, name: str) -> Clock | None:
        """The latest clock of a name that has not ended."""
        found = [clock for clock in self.clocks if clock.name == name and clock.ended_on is None]
        return found[-1] if found else None

    def who_took(self, *steps: Step) -> tuple[str, ...]:
        """The accounts that took any of these steps, in their order."""
        return tuple(act.person for act in self.acts if act.step in steps and act.person)


def state_key(kind: Kind, state: State, law: Law) -> str | None:
    """The value of the law that rules how long a state may last; None where the law sets no time."""
    own, every = f"matter.{kind}.{state}_days", f"matter.{state}_days"
    return next((key for key in (own, every) if law.get(key) is not None), None)


def state_clock(kind: Kind, state: State, day: date, law: Law) -> Clock | None:
    """The clock that a state starts when it is entered on ``day``."""
    key = state_key(kind, state, law)
    if key is None:
        return None
    return Clock(STATE, key, day, last_day(key, day, law), of_party=state in OF_THE_PARTY)


def last_day(key: str, day: date, law: Law) -> date:
    """The last of the days that a value of the law gives after ``day``: working or calendar days, as its unit says."""
    return law.term(key, day).deadline
