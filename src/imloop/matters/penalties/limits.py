"""Thresholds of a penalty case: too late to punish, right to a hearing, what must be discussed or reviewed, the simple
procedure, and how far a party is from a serious case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from imloop.law import Law, time_barred
from imloop.law.fines import is_serious

GRAVE = frozenset({"ban", "closure", "permits", "qualification", "suspension"})
"""What may be heard and is discussed however high the fine is (Penalty Law art. 57, 63)."""


def is_time_barred(ended: date, found: date, harm: bool, law: Law) -> bool:
    """``ended``: the act, or the end of one that went on; ``law``: of a day whose text is kept."""
    years = law.integer("limitation.harm_years" if harm else "limitation.years")
    return time_barred(ended, found, years)


def may_be_heard(fine: int, also: frozenset[str], law: Law, *, is_person: bool, confiscated: int = 0) -> bool:
    """Whether the party may ask for a hearing: above the amount of the place, or of a grave kind."""
    above = law.integer(f"hearing.{'person' if is_person else 'organisation'}_above_yuan")
    return fine > above or confiscated > above or bool(GRAVE & also)


def may_be_simple(fine: int, also: frozenset[str], law: Law, *, is_person: bool) -> bool:
    """Whether the fine may be imposed on the spot (Penalty Law art. 51)."""
    most = law.integer(f"procedure.simple.{'person' if is_person else 'organisation'}_most_yuan")
    return fine <= most and not also


def may_take_cash(fine: int, law: Law) -> bool:
    """On the spot, without a bank (Penalty Law art. 68)."""
    return fine <= law.integer("procedure.simple.cash_most_yuan")


@dataclass(frozen=True, slots=True)
class Serious:
    """``vehicles`` of ``of`` that make a case serious; ``again_until``: an act until that day is one again; None: the
    party was not punished before."""

    vehicles: int
    of: int
    again_until: date | None
    holds: bool
    cite: str


def serious_counter(vehicles: int, act_day: date, punished_on: date | None, law: Law) -> Serious | None:
    """How far a station is from a serious case; None where the law of the act has no counter. ``law``: that of the
    act; ``vehicles``: different ones with false reports; ``punished_on``: when it was last punished for the same."""
    if law.get("serious.vehicles") is None:
        return None
    again = None if punished_on is None else _years_later(punished_on, law.integer("serious.again_years"))
    return Serious(
        vehicles,
        law.integer("serious.vehicles"),
        again,
        is_serious(vehicles, act_day, punished_on, law),
        law.cite("serious.vehicles"),
    )


def _years_later(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)
