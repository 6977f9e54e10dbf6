"""May this vehicle be tested here, on this line, by these people, by this method, now? Asked at the counter, before the
test (HJ 1237-2021: acceptance comes first, an unfinished earlier step blocks the next)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from imloop.facts.codes import (
    DIESEL_FUELS,
    DIESEL_METHODS,
    METHOD_NAMES,
    Method,
)
from imloop.facts.text import Reason, Text, only_warnings
from imloop.gates.answer import Answer
from imloop.gates.appointments.allowed_method import not_allowed
from imloop.gates.vehicles.case_fact import GONE, CaseFact
from imloop.gates.vehicles.cycle import Cycle, Kind, cycle_on
from imloop.gates.vehicles.mark import failed_run_waits
from imloop.gates.vehicles.origin import due_here, origin_of
from imloop.gates.vehicles.subject import Subject
from imloop.law import Law


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What the registers say about the vehicle at the counter. ``names``: why plate and VIN are not those of one known
    vehicle. ``line_methods`` None: the station has no such line. ``line_locks``: reasons found for this method on this
    line. ``retest``: reasons of the retest gate where a case is open, else None. ``others``: what other gates found,
    such as the charge. ``enrolled``: a vehicle registered elsewhere that is tested here as if it were registered
    here."""

    station: str
    line: str
    line_methods: Sequence[str] | None
    method: Method
    day: date
    subject: Subject
    drive: str = ""
    people: Sequence[Reason] = ()
    line_locks: Sequence[Reason] = ()
    retest: Sequence[Reason] | None = None
    others: Sequence[Reason] = ()
    closed: Sequence[Reason] = ()
    names: Sequence[Reason] = ()
    case: CaseFact | None = None
    enrolled: bool = False


def reception(arrival: Arrival, law: Law) -> Answer:
    """Every refusal that applies, each with its clause and what to do; then warnings. Of a vehicle that is not
    recognised nothing more is said."""
    cycle = cycle_on(arrival.subject, arrival.day, law)
    reasons = list(arrival.names)
    if only_warnings(reasons):
        reasons += [*arrival.closed, *_line(arrival, law), *_vehicle(arrival, law)]
        reasons += [*arrival.people, *_due(arrival, cycle, law), *arrival.others]
        reasons += arrival.retest or ()
    facts: dict[str, object] = {
        "station": arrival.station,
        "line": arrival.line,
        "method": arrival.method,
        "retest": arrival.retest is not None,
        "due_on": cycle.due_on.isoformat() if cycle.due_on else None,
        "origin": origin_of(arrival.subject, law, enrolled=arrival.enrolled),
    }
    return Answer.of("reception", reasons, facts)


def _line(arrival: Arrival, law: Law) -> Iterator[Reason]:
    if arrival.line_methods is None:
        yield Reason(
            "unknown-line",
            Text(f"没有登记 {arrival.line} 号检测线。", f"Line {arrival.line} is not registered."),
            law.cite("station.conditions"),
            Text("请改用已登记的检测线。", "Use a registered line."),
        )
        return
    if arrival.method not in arrival.line_methods:
        yield Reason(
            "method-not-licensed",
            Text(
                f"{arrival.line} 号线未登记 {METHOD_NAMES[arrival.method].zh}。",
                f"Line {arrival.line} is not licensed for {METHOD_NAMES[arrival.method].en}.",
            ),
            law.cite("station.conditions"),
            Text("请改用有该方法的检测线。", "Use a line that has the method."),
        )
    elif (reason := not_allowed(arrival.method, law)) is not None:
        yield reason
    yield from arrival.line_locks


def _vehicle(arrival: Arrival, law: Law) -> Iterator[Reason]:
    subject = arrival.subject
    if subject.fail_waits and arrival.case is None:
        yield failed_run_waits(law, warning=True)
    if subject.without_exhaust:
        return  # said with its reason by the cycle
    if subject.fuel and (subject.fuel in DIESEL_FUELS) != (arrival.method in DIESEL_METHODS):
        yield Reason(
            "method-not-for-fuel",
            Text(
                f"{METHOD_NAMES[arrival.method].zh}不适用于该车燃料。",
                f"{METHOD_NAMES[arrival.method].en} does not apply to this vehicle's fuel.",
            ),
            law.cite(f"method.fuels.{arrival.method}"),
            Text("请按燃料选用检验方法。", "Choose a method for its fuel."),
        )
    elif arrival.drive == "2wd" and law.get(wanted := f"reception.reason_wanted.{arrival.method}"):
        yield Reason(
            "method-needs-reason",
            Text(
                f"两轮驱动车辆采用{METHOD_NAMES[arrival.method].zh}须注明无法上线的原因并留存照片。",
                f"{METHOD_NAMES[arrival.method].en} for a two-wheel drive needs the reason and a photo on file.",
            ),
            law.cite(wanted),
            warning=True,
        )


def _due(arrival: Arrival, cycle: Cycle, law: Law) -> Iterator[Reason]:
    """The answer of the cycle's gate for a vehicle, local or from elsewhere. Only a vehicle that is gone or has no
    exhaust is refused: an owner may have any other tested early, without need, or far from home."""
    due = due_here(arrival.subject, arrival.case, arrival.day, law, enrolled=arrival.enrolled)
    for reason in due.reasons:
        yield replace(reason, warning=reason.warning or cycle.kind is Kind.MARK and reason.code not in GONE)
    if arrival.case is None and cycle.kind is Kind.TEST:
        yield from cycle.reasons
