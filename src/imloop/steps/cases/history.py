"""The runs and events of a vehicle since it last passed, as ``loop.history`` tells them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import msgspec

from imloop import loop
from imloop.facts.codes import Purpose
from imloop.gates.inspections.counts import Counts
from imloop.loop import events as kinds
from imloop.loop.events import CaseAnnulled, Event, TestFailed, TestPassed
from imloop.loop.history import WITHOUT_PERMIT, Run
from imloop.store.models import Case, CaseEvent, HeldRun, Test, Vehicle

RECONSIDERED = "Reconsidered"
"""Kind of a case's event that tells what a late fact changed. It is no fact itself."""
_NO_FACTS = (RECONSIDERED, TestFailed.__name__, TestPassed.__name__)
_COUNTED = (Counts.CASE, Counts.CYCLE)
ORIGINS = {
    Purpose.REGISTRATION: loop.Origin.REGISTRATION,
    Purpose.TRANSFER_IN: loop.Origin.TRANSFER_IN,
    Purpose.SPOT_CHECK_RETEST: loop.Origin.SPOT_CHECK,
    Purpose.REMOTE_SENSING_RETEST: loop.Origin.REMOTE_SENSING,
}


@dataclass(slots=True)
class History:
    """``tests``: judged runs by key; ``cases``: rows in the order in which they were opened; ``cycle``: the one in
    which it begins."""

    vehicle: Vehicle
    cycle: int
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
    cases = _cases_since(vehicle, began)
    passed = sum(test.result == "pass" and test.counts in _COUNTED for test in tests)
    events = {case.pk: list(case.events.order_by("number")) for case in cases}
    failed = _failed_events(event for rows in events.values() for event in rows)
    waiting = _failed_runs_waiting(vehicle)
    return History(
        vehicle,
        vehicle.cycle - passed,
        {test.pk: test for test in tests},
        [_run(test, failed, waiting) for test in tests],
        cases,
        [_event(row) for rows in events.values() for row in rows if row.kind not in _NO_FACTS],
    )


def _since(vehicle: Vehicle, began: datetime | None) -> list[Test]:
    tests = Test.objects.filter(vehicle=vehicle, result__in=("pass", "fail")).select_related(
        "station", "held"
    )
    if began is not None:
        tests = tests.filter(started_at__gt=began)
    return list(tests.defer("trace", "stated", "receipt").order_by("started_at", "id"))


def _cases_since(vehicle: Vehicle, began: datetime | None) -> list[Case]:
    """Without those that were found to be part of another, and those of failed runs that do not stand."""
    cases = Case.objects.filter(vehicle=vehicle).select_related("station", "vehicle")
    if began is not None:
        cases = cases.filter(opened_at__gt=began)
    found = list(cases.order_by("opened_at", "id"))
    return [case for case in found if not (_merged(case) or _annulled(case))]


def _merged(case: Case) -> bool:
    last = case.events.order_by("-number").first()
    return last is not None and last.kind == RECONSIDERED and bool(last.data.get("part_of"))


def _annulled(case: Case) -> bool:
    """By a department, since it is noted which failed run does not stand."""
    return any(event.data.get("test_no") for event in case.events.filter(kind=CaseAnnulled.__name__))


def _failed_events(rows: Iterable[CaseEvent]) -> dict[tuple[str, str], TestFailed]:
    """By station and number: what a failed run told when it arrived."""
    found = (_event(row) for row in rows if row.kind == TestFailed.__name__)
    return {(str(event.station), event.test_no): event for event in found if isinstance(event, TestFailed)}


def _event(row: CaseEvent) -> Event:
    return cast(Event, msgspec.convert(row.data, getattr(kinds, row.kind)))


def _failed_runs_waiting(vehicle: Vehicle) -> list[datetime]:
    """When failed runs began that may be of this vehicle, and wait for a department."""
    rows = HeldRun.objects.filter(candidates=vehicle, settled_at__isnull=True, test__result="fail")
    return list(rows.values_list("test__started_at", flat=True))


def run_of(test: Test) -> Run:
    """One stored run, as it is told."""
    vehicle = test.vehicle
    return _run(test, {}, _failed_runs_waiting(vehicle) if vehicle is not None else [])


def _run(test: Test, failed: dict[tuple[str, str], TestFailed], waiting: list[datetime]) -> Run:
    station = test.station.code
    event: TestFailed | TestPassed
    if test.result == "pass":
        event = TestPassed(at=test.started_at, station=station, test_no=test.test_no)
    else:
        event = failed.get((station, test.test_no)) or _failed(test)
    return Run(key=test.pk, place=test.station.place, event=event, waits=_waits(test, waiting))


def _failed(test: Test) -> TestFailed:
    items = tuple(
        str(item["item"]) for item in test.verdict["items"] if not item["pass"] and not item.get("advisory")
    )
    return TestFailed(
        at=test.started_at,
        station=test.station.code,
        test_no=test.test_no,
        items=items,
        origin=ORIGINS.get(Purpose(test.purpose), loop.Origin.PERIODIC),
    )


def _waits(test: Test, waiting: list[datetime]) -> str:
    """Why a run counts for nothing whatever the others say. Whether it had a permit is asked anew, and so is whether a
    failed run that waits may be of this vehicle."""
    why = test.counts_why or ""
    if why == "time-held" and test.held.settled == HeldRun.Settled.RELEASED:
        why = ""
    if why in ("", WITHOUT_PERMIT, "failed-run-waits"):
        why = ""
        if test.result == "pass" and any(moment <= test.started_at for moment in waiting):
            why = "failed-run-waits"
    return why
