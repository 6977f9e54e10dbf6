"""The runs and events of a vehicle since it last passed, as ``loop.history`` tells them, and what its runs showed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol, cast

import msgspec
from django.db.models import Q

from imloop import loop
from imloop.facts.codes import Purpose, Result
from imloop.facts.days import day_of
from imloop.facts.records import inspection
from imloop.gates.inspections.counts import Counts
from imloop.gates.inspections.retest import (
    NOT_RETESTED,
    Measured,
    not_retested,
    ways,
    worst,
)
from imloop.law import Law
from imloop.loop import events as kinds
from imloop.loop.events import (
    CaseAnnulled,
    Event,
    OutageTakenBack,
    RepairReleased,
    RepairReported,
    TestFailed,
    TestPassed,
)
from imloop.loop.history import FAIL_WAITS, WITHOUT_PERMIT, Failed, Run, Unanswered
from imloop.steps.ground import registers
from imloop.steps.stations.declared_outages import run_known_at
from imloop.steps.vehicles.register.how_failed import measured_fails, measured_of, trace_of
from imloop.steps.vehicles.spot_runs import spot_fails
from imloop.steps.vehicles.vehicle_facts import entered_facts, waiting_fails
from imloop.store import traces
from imloop.store.models import Case, CaseEvent, HeldRun, Test, Vehicle
from imloop.verdict import judge
from imloop.verdict.subjects import as_measured, verdict_hash

RECONSIDERED = "Reconsidered"
"""Kind of a case's event that tells what a late fact changed. It is no fact itself."""
_NO_FACTS = (RECONSIDERED, TestFailed.__name__, TestPassed.__name__)
_OF_THE_VEHICLE = (RepairReported.__name__, RepairReleased.__name__, OutageTakenBack.__name__)
"""What was done to the vehicle stays done when the case in which it was reported is annulled, and what holds it goes on
holding it."""
_COUNTED = (Counts.CASE, Counts.CYCLE)
_ASKED_ANEW = ("", WITHOUT_PERMIT, FAIL_WAITS, NOT_RETESTED)
ORIGINS = {
    Purpose.REGISTRATION: loop.Origin.REGISTRATION,
    Purpose.TRANSFER_IN: loop.Origin.TRANSFER_IN,
    Purpose.SPOT_CHECK_RETEST: loop.Origin.SPOT_CHECK,
    Purpose.REMOTE_SENSING_RETEST: loop.Origin.REMOTE_SENSING,
}


@dataclass(slots=True)
class History:
    """``tests``: judged runs by key; ``cases``: rows in the order in which they were opened; ``cycle``: the one in
    which it begins; ``due_on``: the vehicle's then, None: not known; ``passed``: runs that count as passes by what was
    known so far, by key."""

    vehicle: Vehicle
    cycle: int
    due_on: date | None = None
    passed: tuple[int, ...] = ()
    tests: dict[int, Test] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def history_since(vehicle: Vehicle, moment: datetime) -> History:
    """Everything after the last counted pass before ``moment``: what came before cannot change any more by a fact of
    that moment."""
    began = (
        Test.objects.filter(vehicle=vehicle, result="pass", counts__in=_COUNTED, started_at__lt=moment)
        .order_by("-started_at")
        .values_list("started_at", flat=True)
        .first()
    )
    tests = _since(vehicle, began)
    cases, rows = _cases_since(vehicle, began)
    passed = [test for test in tests if test.result == "pass" and test.counts in _COUNTED]
    failed = _failed_events(rows)
    waiting = [fail.started_at for fail in waiting_fails(vehicle)]
    return History(
        vehicle,
        vehicle.cycle - len(passed),
        passed[0].due_before if passed else vehicle.due_on,
        tuple(test.pk for test in passed),
        {test.pk: test for test in tests},
        [*(_run(test, failed, waiting) for test in tests), *spot_fails(vehicle, began)],
        cases,
        [_event(row) for row in rows if row.kind not in _NO_FACTS],
    )


def _since(vehicle: Vehicle, began: datetime | None) -> list[Test]:
    tests = Test.objects.filter(vehicle=vehicle, result__in=("pass", "fail")).select_related(
        "station", "held"
    )
    if began is not None:
        not_then = Q(result="fail", held__settled=HeldRun.Settled.LATER, received_at__gt=began)
        tests = tests.filter(Q(started_at__gt=began) | not_then)
    return list(tests.defer("trace", "stated", "receipt").order_by("started_at", "id"))


def _cases_since(vehicle: Vehicle, began: datetime | None) -> tuple[list[Case], list[CaseEvent]]:
    """With their events. Of a case that was found to be part of another only the events are left; of one whose failed
    run does not stand, only the repairs, as of those before: one may have been reported in a case whose pass had not
    arrived yet."""
    found = Case.objects.filter(vehicle=vehicle).select_related("station", "vehicle")
    cases: list[Case] = []
    rows: list[CaseEvent] = []
    if began is not None:
        earlier = CaseEvent.objects.filter(
            case__vehicle=vehicle, case__opened_at__lte=began, kind__in=_OF_THE_VEHICLE, at__gt=began
        )
        rows += filter(_of_the_vehicle, earlier.order_by("case_id", "number"))
        found = found.filter(opened_at__gt=began)
    for case in found.order_by("opened_at", "id"):
        events = list(case.events.order_by("number"))
        if _annulled(events):
            rows += [event for event in events if _of_the_vehicle(event)]
            continue
        rows += events
        if not _merged(events):
            cases.append(case)
    return cases, rows


def _of_the_vehicle(row: CaseEvent) -> bool:
    """Papers are shown for one case."""
    return row.kind in _OF_THE_VEHICLE and bool(row.kind != OutageTakenBack.__name__ or row.data["repairs"])


def _merged(events: list[CaseEvent]) -> str:
    """The number of the case that it was found to be part of; empty: none."""
    last = events[-1] if events else None
    return str(last.data.get("part_of") or "") if last is not None and last.kind == RECONSIDERED else ""


def goes_on_as(case_no: str) -> str:
    """The number under which a case goes on that was found to be part of another: its notice bears the old one."""
    seen = {case_no}
    while part_of := _merged(list(CaseEvent.objects.filter(case__case_no=case_no).order_by("-number")[:1])):
        if part_of in seen:
            break
        seen.add(part_of)
        case_no = part_of
    return case_no


def lasting(row: Case) -> Case:
    """The same case, or the one as which it goes on."""
    number = goes_on_as(row.case_no)
    if number == row.case_no:
        return row
    return Case.objects.select_related("vehicle", "station").get(case_no=number)


def _annulled(events: list[CaseEvent]) -> bool:
    """By a department, since it is noted which failed run does not stand."""
    return any(event.kind == CaseAnnulled.__name__ and event.data.get("test_no") for event in events)


def _failed_events(rows: Iterable[CaseEvent]) -> dict[tuple[str, str], TestFailed]:
    """By station and number: what a failed run told when it arrived."""
    found = (_event(row) for row in rows if row.kind == TestFailed.__name__)
    return {(str(event.station), event.test_no): event for event in found if isinstance(event, TestFailed)}


def _event(row: CaseEvent) -> Event:
    return cast(Event, msgspec.convert(row.data, getattr(kinds, row.kind)))


def run_of(test: Test) -> Run:
    """One stored run, as it is told."""
    waiting = waiting_fails(test.vehicle) if test.vehicle is not None else []
    return _run(test, {}, [fail.started_at for fail in waiting])


def _run(test: Test, failed: dict[tuple[str, str], TestFailed], waiting: list[datetime]) -> Run:
    event = failed.get((test.station.code, test.test_no)) if test.result == Result.FAIL else None
    return Run(
        key=test.pk,
        place=test.station.place,
        event=_known(test, event or _event_of(test)),
        waits=_waits(test, waiting),
        arrived_at=test.received_at,
        hour_holds=_released(test),
    )


def _known(test: Test, event: TestFailed | TestPassed) -> TestFailed | TestPassed:
    """By what is known of outages now, and of the department's word. A failed run whose hour a department
    found untrue was made when it came, as far as anybody knows: its fault is there."""
    if isinstance(event, TestPassed):
        return event
    if _settled(test) == HeldRun.Settled.LATER:
        return replace(event, at=test.received_at, known_at=test.received_at)
    law = registers.law_at(day_of(test.started_at), test.station.place)
    own_hour = _released(test)
    known_at = None if own_hour else run_known_at(test.station, test.ended_at, test.received_at, law)
    return replace(event, known_at=known_at)


def _released(test: Test) -> bool:
    return _settled(test) == HeldRun.Settled.RELEASED


def _settled(test: Test) -> str:
    held = getattr(test, "held", None)
    return held.settled if held is not None else ""


def _event_of(test: Test) -> TestFailed | TestPassed:
    items = (item for item in test.verdict["items"] if not item.get("advisory"))
    failed = dict.fromkeys(str(item["item"]) for item in items if not item["pass"])
    event = run_event(test, Result(test.result), test.station.code, list(failed))
    assert event is not None
    return event


class Ran(Protocol):
    """A run as its message or its row tells it."""

    @property
    def test_no(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def purpose(self) -> str: ...


def run_event(
    run: Ran,
    result: Result,
    station: str,
    failed: Sequence[str],
    odometer_km: float | None = None,
    known_at: datetime | None = None,
) -> TestFailed | TestPassed | None:
    """What a run means for a case; ``failed``: items; None where it has no verdict."""
    if result is Result.PASS:
        return TestPassed(at=run.started_at, station=station, test_no=run.test_no)
    if result is not Result.FAIL:
        return None
    return TestFailed(
        at=run.started_at,
        station=station,
        test_no=run.test_no,
        items=tuple(failed),
        origin=ORIGINS.get(Purpose(run.purpose), loop.Origin.PERIODIC),
        odometer_km=odometer_km,
        known_at=known_at,
    )


def _waits(test: Test, waiting: list[datetime]) -> str:
    """Why a run counts for nothing whatever the others say. Whether it had a permit is asked anew, and so is whether a
    failed run that waits may be of this vehicle."""
    why = test.counts_why or ""
    if why == "time-held" and _released(test):
        why = ""
    if why not in _ASKED_ANEW:
        return why
    return FAIL_WAITS if test.result != Result.FAIL and any(at <= test.started_at for at in waiting) else ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a run showed; ``law``: of its day and place; ``as_if``: its result, had the vehicle been another one, by the
    law of a place where it failed."""

    run: Measured
    law: Law
    as_if: Callable[[inspection.Vehicle, str], Result]


def law_for_fail(day: date, place: str, here: str) -> Law:
    """By what a run that was made ``here`` answers a fail of ``place``; the law of ``here`` where both judge alike."""
    law = registers.law_at(day, here)
    return law if place == here else as_measured(registers.law_at(day, place), law)


def laws_for_fail(days: Iterable[date], place: str, here: str) -> Collection[Law]:
    """The same of several days, once where they judge alike: of that of the run, and of that on which it came, so that
    no word of the hour escapes a rule that began between."""
    return {verdict_hash(law): law for law in (law_for_fail(day, place, here) for day in days)}.values()


def fuels_of(case: Case) -> set[str]:
    """By an authority's word; else as stated each time that it failed, which no later statement changes."""
    if entered := entered_facts(case.vehicle).get("fuel"):
        return {str(entered)}
    stated = {str(run.record.vehicle.fuel or "") for run in measured_fails(case)}
    return stated or {case.vehicle.fuel}


def shown_by(test: Test) -> Shown | None:
    """None: it was stored before what a verdict rests on was kept."""
    if test.stated is None:
        return None
    run = measured_of(bytes(test.stated), test.method, test.verdict, test.station.place, trace_of(test))
    days = {day_of(test.started_at), day_of(test.started_at if _released(test) else test.received_at)}

    def as_if(vehicle: inspection.Vehicle, place: str) -> Result:
        record = replace(run.record, vehicle=vehicle, trace=traces.decode(test.trace))
        return worst(judge(record, law).result for law in laws_for_fail(days, place, test.station.place))

    return Shown(run, registers.law_at(day_of(test.started_at), test.station.place), as_if)


def unanswered(history: History, fresh: Mapping[int, Shown]) -> Unanswered:
    """Asks the runs of the history; ``fresh``: those that are not stored yet, by key."""

    def shown(key: int) -> Shown | None:
        test = history.tests.get(key)  # a spot check is measured by no method of a station
        return fresh[key] if key in fresh else shown_by(test) if test is not None else None

    def why(key: int, failed: Sequence[Failed]) -> str:
        now, then = shown(key), list[Measured]()
        for each in failed:
            if (known := shown(each.key)) is not None:
                then.append(replace(known.run, permitted=each.permitted))
        if now is None or not then:
            return ""
        entered = entered_facts(history.vehicle)
        if not_retested(now.run, then, entered) is not None:
            return NOT_RETESTED
        here, vehicle = now.run.place, now.run.record.vehicle
        passes = all(
            now.as_if(way, place) is Result.PASS
            for way in ways(vehicle, now.law, then, entered)
            for place in dict.fromkeys((here, *(each.place for each in then)))
            if (way, place) != (vehicle, here)
        )
        return "" if passes else NOT_RETESTED

    return why
