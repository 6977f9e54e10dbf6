"""The inspection cycle: when a vehicle must come next, and whether a test or only a mark closes the cycle."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import count

from imloop.facts.text import Reason, Text
from imloop.gates.vehicles.compare_statement import plausible
from imloop.gates.vehicles.subject import Subject
from imloop.law import Law

ORIGINAL = "_original"
"""Behind the name of a class: its cycle before any exemption."""


class Kind(StrEnum):
    """What closes a cycle. ``none``: the vehicle has no exhaust; it is not emission-tested."""

    TEST = "test"
    MARK = "mark"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Milestone:
    """The end of one cycle."""

    kind: Kind
    opens_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Cycle:
    """The running cycle on a day. ``due_on`` None: the first registration is not known."""

    kind: Kind
    due_on: date | None
    opens_on: date | None
    reasons: tuple[Reason, ...] = ()

    def to_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "opens_on": self.opens_on.isoformat() if self.opens_on else None,
            "reasons": [reason.to_json() for reason in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Schedule:
    """The law's pattern for one class of vehicles: months after the first registration, then every so many."""

    listed: tuple[tuple[int, Kind], ...]
    then_months: int
    late_after_months: int | None
    late_months: int
    opens_months: int
    month_end: bool

    def milestone(self, registered: date, months: int, kind: Kind) -> Milestone:
        due = months_later(registered, months, self.month_end)
        return Milestone(kind, months_later(due, -self.opens_months, self.month_end), due)


@lru_cache(maxsize=4096)
def vehicle_class(vehicle_type: str, usage: str, law: Law) -> str:
    """Which of the law's patterns a vehicle follows, by type (GA/T 16.4) and usage (GA/T 16.3); a vehicle whose usage
    is not known is taken as non-operating."""
    if vehicle_type.startswith("K"):
        for name in ("school_bus", "operating_passenger"):
            if usage in law.words(f"cycle.{name}.usages"):
                return name
        if small := _small_car(vehicle_type[:3], usage, law):
            return small
    for name in ("truck", "motorcycle"):
        if vehicle_type[:1] and vehicle_type[:1] in law.words(f"cycle.{name}.types"):
            return name
    return "other"


def _small_car(kind: str, usage: str, law: Law) -> str:
    """A small car in private use; a van, or one that was an operating vehicle, without its exemptions. Empty: none."""
    private = not usage or usage in law.words("cycle.non_operating_usages")
    converted = usage in law.words("cycle.converted_usages")
    van = kind in law.words("cycle.small_car_original.types")
    if not (private or converted) or not (van or kind in law.words("cycle.small_car.types")):
        return ""
    return f"small_car{ORIGINAL}" if van or converted else "small_car"


@lru_cache(maxsize=4096)
def schedule(name: str, exempt: bool, law: Law) -> Schedule:
    """The pattern of a class; ``exempt`` False: the exemption is lost, and the original cycle holds, where the class
    had another."""
    opens, month_end = law.integer("cycle.opens_months_before"), law.flag("cycle.month_end")
    lost = not exempt and law.flag("cycle.lost_exemption")
    if lost and law.get(f"cycle.{name}{ORIGINAL}.then_months") is not None:
        name = f"{name}{ORIGINAL}"
    tests = {int(year): Kind.TEST for year in law.words(f"cycle.{name}.test_years")}
    marks = {int(year): Kind.MARK for year in law.words(f"cycle.{name}.mark_years")}
    then = law.integer(f"cycle.{name}.then_months")
    late = law.get(f"cycle.{name}.late_after_years")
    return Schedule(
        tuple((12 * year, kind) for year, kind in sorted({**tests, **marks}.items())),
        then,
        12 * law.integer(f"cycle.{name}.late_after_years") if late else None,
        law.integer(f"cycle.{name}.late_months") if late else then,
        opens,
        month_end,
    )


@lru_cache(maxsize=65536)
def _milestones(plan: Schedule, registered: date, until: date) -> tuple[Milestone, ...]:
    """Every milestone up to the first one that opens after ``until``, or the last one of the calendar."""
    found = [plan.milestone(registered, months, kind) for months, kind in plan.listed]
    months = plan.listed[-1][0] if plan.listed else 0
    for _ in count():
        if found and (found[-1].opens_on > until or found[-1].due_on == date.max):
            return tuple(found)
        late = plan.late_after_months is not None and months >= plan.late_after_months
        months += plan.late_months if late else plan.then_months
        found.append(plan.milestone(registered, months, Kind.TEST))
    return ()


def milestones(subject: Subject, until: date, law: Law) -> tuple[Milestone, ...]:
    """The ends of cycles since the first registration, up to the first that opens after ``until``; empty when the
    first registration is not known, or is a day that cannot be."""
    if subject.first_registered_on is None or not plausible(subject.first_registered_on, law):
        return ()
    lost = subject.exemption_lost_on
    plan = schedule(
        vehicle_class(subject.vehicle_type, subject.usage, law), lost is None or lost > until, law
    )
    return _milestones(plan, subject.first_registered_on, until)


def due_after(subject: Subject, done_on: date, law: Law) -> date | None:
    """The next due date once a test passed (or a mark was issued) on ``done_on``: the cycles that were open that
    day are fulfilled."""
    return next((each.due_on for each in milestones(subject, done_on, law) if each.opens_on > done_on), None)


def due_on_or_after(subject: Subject, day: date, law: Law) -> date | None:
    """The due date of a vehicle of which no test is known: the first end of a cycle that is not before ``day``."""
    return next((each.due_on for each in milestones(subject, day, law) if each.due_on >= day), None)


def fulfilled_on(subject: Subject, day: date, law: Law) -> Milestone | None:
    """The cycle that a test or mark of ``day`` would close: the latest that is open; None: none is."""
    found = [each for each in milestones(subject, day, law) if each.opens_on <= day]
    return found[-1] if found else None


def cycle_on(subject: Subject, day: date, law: Law) -> Cycle:
    """The running cycle of a vehicle on a day (A13): when it ends, from when it may come, test or mark, and why."""
    due = subject.due_on
    if due is None:
        due = (
            due_after(subject, subject.passed_on, law)
            if subject.passed_on is not None
            else due_on_or_after(subject, day, law)
        )
    if (out := _not_tested(subject, law)) is not None:
        return Cycle(Kind.NONE, due, _opens(due, law), (out,))
    if due is None:
        return Cycle(Kind.TEST, None, None, (_unknown_registration(law),))
    kind = next(
        (each.kind for each in milestones(subject, due, law) if _same_month(each.due_on, due)), Kind.TEST
    )
    reasons = (_mark_only(law),) if kind is Kind.MARK else ()
    return Cycle(kind, due, _opens(due, law), reasons)


def _not_tested(subject: Subject, law: Law) -> Reason | None:
    if subject.without_exhaust:
        return Reason(
            "vehicle-exempt",
            Text(
                "纯电动、氢燃料汽车没有排气，不进行排放检验。",
                "Electric and hydrogen vehicles are not emission-tested.",
            ),
            cite=law.cite("exempt.fuels"),
            warning=True,
        )
    if subject.vehicle_type[:1] and subject.vehicle_type[:1] in law.words("cycle.without_engine_types"):
        return Reason(
            "no-engine",
            Text("挂车没有发动机，不进行排放检验。", "A trailer has no engine and is not emission-tested."),
            cite=law.cite("cycle.without_engine_types"),
            warning=True,
        )
    return None


def _mark_only(law: Law) -> Reason:
    return Reason(
        "mark-only-year",
        Text(
            "本周期免于上线检验，申领检验标志即可，不进行排放检验。",
            "No line test is needed in this cycle; apply for the mark without one.",
        ),
        cite=law.cite("cycle.same_as_safety"),
        warning=True,
    )


def _unknown_registration(law: Law) -> Reason:
    return Reason(
        "first-registration-unknown",
        Text(
            "登记资料没有初次登记日期，无法推算检验周期，按应检验处理。",
            "The date of first registration is not known; a test is assumed to be due.",
        ),
        cite=law.cite("cycle.same_as_safety"),
        next=Text("请补充初次登记日期。", "Enter the date of first registration."),
        warning=True,
    )


def _opens(due: date | None, law: Law) -> date | None:
    if due is None:
        return None
    return months_later(due, -law.integer("cycle.opens_months_before"), law.flag("cycle.month_end"))


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)


def months_later(day: date, months: int, month_end: bool = False) -> date:
    """``months`` later (earlier when negative). With ``month_end``: later ends on a month's last day; earlier begins on
    the day after a month's last day, so that a cycle ending 31 March opens on 1 January. Beyond the calendar: its first
    or last day."""
    if month_end and months < 0:
        months += 1
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if year < date.min.year else date.max
    last = monthrange(year, month + 1)[1]
    if month_end:
        return date(year, month + 1, 1 if months <= 0 else last)
    return date(year, month + 1, min(day.day, last))
