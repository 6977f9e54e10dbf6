"""From a vehicle that exceeded its limits back to who passed it and who repaired it (D4), for the departments in
charge; one look, journalled.

A department sees what stations and repairers of its place did; of passes elsewhere it learns place and day, and asks
the department there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import F, Q

from imloop.facts.days import day_of
from imloop.steps.findings import lookups as finding_lookups
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.lookups import nothing_there
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.inspections.replay import Decode, Replayed, replayed
from imloop.steps.repairs import lookups as repair_lookups
from imloop.steps.repairs.repair_files import files_of
from imloop.store.models import Attachment, Finding, PartyKind, Repair, Test, Vehicle
from imloop.watch.led_to import LedTo, Mended, Owned, Ran, led_to

SEERS = (
    PartyKind.ENVIRONMENT,
    PartyKind.TRANSPORT,
    PartyKind.MARKET,
    PartyKind.POLICE,
    PartyKind.SUPERVISOR,
)
MOST = 50
"""Findings on one page."""


@dataclass(frozen=True, slots=True)
class TracedRepair:
    """``serials``: the number of a part, or empty for the same content, with the other repairs where it came again."""

    row: Repair
    files: list[Attachment]
    serials: list[tuple[str, list[Repair]]]


@dataclass(frozen=True, slots=True)
class Owner:
    """The tests under one owner, newest first; ``since`` and ``until`` as in ``watch.led_to``."""

    since: date | None
    until: date | None
    tests: list[Test]


@dataclass(frozen=True, slots=True)
class Traced:
    """``failed``: the test that exceeded, where the question began with one; ``earlier_repair``: the repairs lie before
    the pass before last; ``elsewhere``: place and day of passes at stations that the caller does not see, of the time
    since ``passed``."""

    vehicle: Vehicle
    at: datetime
    failed: Test | None
    passed: Test | None
    replayed: Replayed | None
    repairs: list[TracedRepair]
    earlier_repair: bool
    owners: list[Owner]
    findings: list[Finding]
    elsewhere: list[tuple[str, date]]


def trace_back(
    caller: Caller,
    find: Callable[[], Vehicle],
    at: datetime,
    decode: Decode,
    now: datetime,
    failed: tuple[str, str] = ("", ""),
) -> Traced:
    """What led to what the vehicle that ``find`` finds emitted at ``at``; ``failed``: station and number of the test
    that exceeded, whose start then counts instead. ``decode`` reads the bytes of a test for the recomputation."""
    require_kind(caller, *SEERS)
    with writing(now, caller, by_key=True) as ledger:
        vehicle = find()
        tests = list(_tests(caller, vehicle))
        own = _the_failed(tests, failed)
        ledger.note("looked-up", vehicle.vin or vehicle.plate, {"kind": "trace-back"})
        found = _traced(caller, vehicle, own.started_at if own else at, own, tests)
        if found.passed is None:
            return found
        whole = Test.objects.select_related("raw", "station").get(pk=found.passed.pk)
    return replace(found, replayed=replayed(whole, decode))  # of frozen bytes: nobody has to wait for it


def numbered(vehicle_id: int) -> Callable[[], Vehicle]:
    """Finds the vehicle of the register that pages call by this id."""

    def find() -> Vehicle:
        found = Vehicle.objects.filter(pk=vehicle_id).first()
        if found is None:
            raise nothing_there("vehicle", str(vehicle_id))
        return found

    return find


def _tests(caller: Caller, vehicle: Vehicle) -> Iterable[Test]:
    rows = test_lookups.tests(caller).filter(vehicle=vehicle).select_related("raw")
    return rows.defer("receipt", "stated", "raw__body").order_by("started_at", "pk")


def _the_failed(tests: Sequence[Test], failed: tuple[str, str]) -> Test | None:
    station, test_no = failed
    if not test_no:
        return None
    for each in tests:
        if each.test_no == test_no and each.station.code == station:
            return each
    raise nothing_there("test", test_no)


def _traced(
    caller: Caller, vehicle: Vehicle, at: datetime, failed: Test | None, tests: Sequence[Test]
) -> Traced:
    mended = {row.pk: row for row in repair_lookups.repairs(caller).filter(case__vehicle=vehicle)}
    sold = vehicle.changes.filter(kind="sold").values_list("on", flat=True)
    by_key = {test.pk: test for test in tests}
    led = led_to(
        at,
        (Ran(test.pk, test.started_at, _passed(test)) for test in tests),
        (Mended(row.pk, row.finished_at) for row in mended.values()),
        sold,
    )
    passed = by_key[led.passed] if led.passed else None
    repairs = [mended[key] for key in led.repairs]
    return Traced(
        vehicle=vehicle,
        at=at,
        failed=failed,
        passed=passed,
        replayed=None,
        repairs=[
            TracedRepair(row, list(files_of(row)), repair_lookups.shared_marks(caller, row))
            for row in repairs
        ],
        earlier_repair=led.before,
        owners=_owners(led, by_key),
        findings=_findings(caller, vehicle, tests, mended.values(), passed),
        elsewhere=_elsewhere(vehicle, by_key, at, passed),
    )


def _passed(test: Test) -> bool:
    return test.result == "pass" and test.counts != "nothing"


def _owners(led: LedTo, tests: dict[int, Test]) -> list[Owner]:
    def owner(each: Owned) -> Owner:
        return Owner(each.since, each.until, [tests[key] for key in each.tests])

    return [owner(each) for each in led.owners]


def _elsewhere(
    vehicle: Vehicle, seen: dict[int, Test], at: datetime, passed: Test | None
) -> list[tuple[str, date]]:
    rows = (
        vehicle.tests.filter(result="pass", started_at__lt=at).exclude(pk__in=seen).exclude(counts="nothing")
    )
    if passed:
        rows = rows.filter(started_at__gt=passed.started_at)
    found = rows.order_by("-started_at").values_list("station__place", "started_at")
    return [(place, day_of(started)) for place, started in found]


def _findings(
    caller: Caller, vehicle: Vehicle, tests: Sequence[Test], repairs: Iterable[Repair], passed: Test | None
) -> list[Finding]:
    """About the vehicle, its cases, tests and repairs, and the line of the last pass; those that wait first, then the
    newest."""
    names = {vehicle.plate, vehicle.vin, *vehicle.plates.values_list("plate", flat=True)} - {""}
    asked = Q(subject_kind="vehicle", subject__in=sorted(names))
    asked |= Q(subject_kind="case", subject__in=list(vehicle.cases.values_list("case_no", flat=True)))
    for kind, numbers in (
        ("test", [(test.station.code, test.test_no) for test in tests]),
        ("repair", [(row.shop.code, row.repair_no) for row in repairs]),
    ):
        for code in sorted({code for code, _ in numbers}):
            own = [number for party, number in numbers if party == code]
            asked |= Q(subject_kind=kind, station_code=code, subject__in=own)
    if passed:
        asked |= Q(subject_kind="line", subject=f"{passed.station.code}/{passed.line}")
    rows = finding_lookups.findings(caller).filter(asked)
    return list(rows.order_by(F("resolved_at").desc(nulls_first=True), "-created_at", "-pk")[:MOST])
