"""What failed runs showed, and how the vehicle was stated in them, as long as that is not answered: by what an
authority says of it now, its retest will be judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from django.db.models import Q, QuerySet

from imloop.facts.codes import Method
from imloop.facts.records import inspection
from imloop.facts.records.inspection import Trace
from imloop.gates.inspections.counts import Counts
from imloop.gates.inspections.retest import Measured, passed_items, stricter
from imloop.steps.vehicles.vehicle_facts import candidates_of
from imloop.store import traces, verdict_inputs
from imloop.store.models import Case, HeldRun, Test, Vehicle
from imloop.store.statements import fetch_all
from imloop.verdict import Verdict
from imloop.verdict.methods.freeacc import reached_rpm

_FAILED = (
    "SELECT t.stated, t.method, t.verdict, t.counts, p.place, "
    f"CASE WHEN t.method = '{Method.FREEACC}' THEN t.trace END FROM store_test t "
    "JOIN store_party p ON p.id = t.station_id WHERE t.vehicle_id = %s AND t.case_no = %s AND t.stated IS NOT NULL "
    "AND t.result = 'fail' AND (t.counts = 'case' OR t.counts_why = 'retest-without-permit') "
    "ORDER BY t.started_at, t.id"
)


def measured_of(
    stated: bytes, method: str, verdict: Mapping[str, Any], place: str, trace: bytes | None = None
) -> Measured:
    """A stored run, as far as a retest is asked about it. ``trace``: of a free acceleration."""
    record = verdict_inputs.record_of(stated, Method(method), Trace())
    decisive = (item for item in verdict["items"] if not item.get("advisory"))
    items = passed_items((str(item["item"]), bool(item["pass"])) for item in decisive)
    reached = reached_rpm(replace(record, trace=traces.decode(trace))) if trace is not None else None
    return Measured(record, verdict["parts"], items, place=place, reached_rpm=reached)


def measured_fails(case: Case) -> tuple[Measured, ...]:
    """The failed runs that a case rests on, in order, and those that were made without a permit; without those of
    which it was not kept what they rested on."""
    found: list[Measured] = []
    for stated, method, verdict, counts, place, trace in fetch_all(_FAILED, [case.vehicle_id, case.case_no]):
        read = msgspec.json.decode(verdict)
        run = measured_of(bytes(stated), method, read, place, None if trace is None else bytes(trace))
        found.append(replace(run, permitted=counts == Counts.CASE))
    return tuple(found)


def worst_way(
    judged_as: Iterable[inspection.Vehicle], verdict_of: Callable[[inspection.Vehicle], Verdict]
) -> tuple[inspection.Vehicle, Verdict]:
    """The worst result holds; of those alike the first. With the vehicle that was judged."""
    first, *others = judged_as
    worst = first, verdict_of(first)
    for way in others:
        other = verdict_of(way)
        if stricter(worst[1].result, other.result):
            worst = way, other
    return worst


def trace_of(test: Test) -> bytes | None:
    """Where ``measured_of`` asks for it."""
    return bytes(test.trace) if test.method == Method.FREEACC else None


def how_failed(vehicles: Sequence[Vehicle]) -> dict[int, list[inspection.Vehicle]]:
    """By key, of those with an open case, and of those that a failed run which waits may concern; of one that an
    authority has entered already, only that it failed. A few queries where none of them did."""
    found: dict[int, list[inspection.Vehicle]] = {}
    new = {each.pk for each in vehicles if not each.registered}
    for case in Case.objects.filter(closed_at__isnull=True, vehicle__in=vehicles):
        fails = measured_fails(case) if case.vehicle_id in new else ()
        found.setdefault(case.vehicle_id, []).extend(run.record.vehicle for run in fails)
    keys = {each.pk for each in vehicles}
    for held in _waiting(vehicles):
        for key in keys.intersection(candidates_of(held).values_list("pk", flat=True)):
            found.setdefault(key, []).extend(_stated(held) if key in new else ())
    return found


def _waiting(vehicles: Sequence[Vehicle]) -> QuerySet[HeldRun]:
    vins, plates = ({getattr(each, name) for each in vehicles} - {""} for name in ("vin", "plate"))
    named = Q(vin__in=vins) | Q(plate__in=plates) | Q(test__obd_names__vin__in=vins)
    waiting = HeldRun.objects.filter(settled_at__isnull=True, test__result="fail")
    theirs = Q(candidates__in=vehicles) | Q(test__vehicle__isnull=True) & named
    return waiting.filter(theirs).distinct().select_related("test__station")


def _stated(held: HeldRun) -> list[inspection.Vehicle]:
    test = held.test
    if test.stated is None:
        return []
    return [measured_of(bytes(test.stated), test.method, test.verdict, test.station.place).record.vehicle]
