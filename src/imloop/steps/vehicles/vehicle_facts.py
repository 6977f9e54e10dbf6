"""A vehicle's register row as the facts that the gates read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from imloop.facts.days import day_of
from imloop.gates.inspections.counts import Counts
from imloop.gates.vehicles.case_fact import CaseFact
from imloop.gates.vehicles.subject import Subject
from imloop.steps.ground.access import ASK_OF_VEHICLES, Caller, covers
from imloop.store.models import Case, HeldRun, Test, Vehicle
from imloop.store.statements import aware, fetch_all

_WAITING = """
SELECT t.started_at, t.station_id FROM store_heldrun_candidates c JOIN store_heldrun h ON h.id = c.heldrun_id
JOIN store_test t ON t.id = h.test_id WHERE c.vehicle_id = %s AND h.settled_at IS NULL AND t.result = 'fail'
UNION SELECT t.started_at, t.station_id FROM store_heldrun h JOIN store_test t ON t.id = h.test_id
WHERE h.vin = %s AND NOT (h.vin = '') AND h.settled_at IS NULL AND t.vehicle_id IS NULL AND t.result = 'fail'
UNION SELECT t.started_at, t.station_id FROM store_heldrun h JOIN store_test t ON t.id = h.test_id
WHERE h.plate = %s AND NOT (h.plate = '') AND h.settled_at IS NULL AND t.vehicle_id IS NULL AND t.result = 'fail'
UNION SELECT t.started_at, t.station_id FROM store_obdname o JOIN store_heldrun h ON h.test_id = o.test_id
JOIN store_test t ON t.id = o.test_id
WHERE o.vin = %s AND h.settled_at IS NULL AND t.vehicle_id IS NULL AND t.result = 'fail'
"""


def subject_of(
    vehicle: Vehicle, *, passed_on: date | None = None, marked_until: date | None = None
) -> Subject:
    """What an authority said of the vehicle; what only stations stated is not known to a gate. A date that cannot be
    read is not known."""
    facts = entered_facts(vehicle)
    mass = facts.get("max_mass_kg")
    return Subject(
        vin=vehicle.vin,
        plate=vehicle.plate,
        plate_colour=vehicle.plate_colour,
        vehicle_type=str(facts.get("vehicle_type") or ""),
        usage=str(facts.get("usage") or ""),
        fuel=str(facts.get("fuel") or ""),
        emission_stage=str(facts.get("emission_stage") or ""),
        first_registered_on=day(facts.get("first_registered_on")),
        max_mass_kg=float(mass) if isinstance(mass, (int, float)) else None,
        status=vehicle.status,
        due_on=vehicle.due_on,
        passed_on=passed_on,
        marked_until=marked_until,
        exemption_lost_on=day(facts.get("exemption_lost_on")),
        registered=vehicle.registered,
    )


def entered_facts(vehicle: Vehicle) -> dict[str, object]:
    """What an authority said of the vehicle, by contract names: only fields that have a source."""
    known = vehicle.facts if vehicle.registered else {}
    return {name: value for name, value in known.items() if name in vehicle.sources}


def described(vehicle: Vehicle) -> dict[str, object]:
    """For people and papers, never for a gate: the authorities' word, and what was stated where they said nothing."""
    return {**{name: said[0] for name, said in vehicle.stated.items()}, **vehicle.facts}


def loaded_subject(vehicle: Vehicle) -> Subject:
    """With the latest pass that counts, the latest mark, and whether a failed run waits: three queries."""
    passed = passes(vehicle).values_list("started_at", flat=True)
    marks = vehicle.marks.order_by("-valid_until").values_list("valid_until", flat=True)
    latest = passed.first()
    return replace(
        subject_of(vehicle, passed_on=day_of(latest) if latest else None, marked_until=marks.first()),
        fail_waits=fail_waits(vehicle),
    )


class WaitingFail(NamedTuple):
    """A failed run that may be of the vehicle, and waits for a department. ``station``: its key."""

    started_at: datetime
    station: int


def waiting_fails(vehicle: Vehicle) -> list[WaitingFail]:
    """Those of which it was a candidate, and those that name it: it may have come to the register, or to the plate,
    since."""
    found = fetch_all(_WAITING, [vehicle.pk, vehicle.vin, vehicle.plate, vehicle.vin])
    return [WaitingFail(aware(started), station) for started, station in found]


def candidates_of(held: HeldRun) -> QuerySet[Vehicle]:
    """Whom a run that waits may concern: who bore one of its names when it came, and who bears one now."""
    which = Q(held_runs=held)
    if held.test.vehicle_id is None and held.settled_at is None:
        vins = [held.vin, *held.test.obd_names.values_list("vin", flat=True)]
        which |= Q(vin__in=vins) & ~Q(vin="") | Q(plate=held.plate) & ~Q(plate="")
    return Vehicle.objects.filter(which).distinct().order_by("id")


def fail_waits(vehicle: Vehicle) -> bool:
    """A failed run that may be of this vehicle waits for a department; or one that only its plate names has a case:
    that of a vehicle which no authority entered, or of which it knows no VIN."""
    if waiting_fails(vehicle):
        return True
    others = Case.objects.filter(
        Q(vehicle__registered=False) | Q(vehicle__vin=""),
        closed_at__isnull=True,
        vehicle__plate=vehicle.plate,
    )
    return bool(vehicle.plate) and others.exclude(vehicle=vehicle).exists()


def passes(vehicle: Vehicle) -> QuerySet[Test]:
    """The runs that prove a pass, the latest first: none that the vehicle has failed since."""
    counted = (Counts.CASE, Counts.CYCLE)
    since = Test.objects.filter(
        vehicle=OuterRef("vehicle"), result="fail", counts=Counts.CASE, started_at__gt=OuterRef("started_at")
    )
    passed = vehicle.tests.filter(~Exists(since), result="pass", counts__in=counted)
    return passed.order_by("-started_at")


def case_fact(vehicle: Vehicle | None, caller: Caller | None = None) -> CaseFact | None:
    """The vehicle's open case, if any. ``caller``: who reads it; it is masked for who has nothing to do with it."""
    if vehicle is None or vehicle.pk is None:
        return None
    row = Case.objects.filter(vehicle=vehicle, closed_at__isnull=True).select_related("station").first()
    if row is None:
        return None
    found = CaseFact(row.case_no, row.state, row.deadline, row.overdue)
    return found if caller is None or concerns(caller, row) else found.masked()


def concerns(caller: Caller, case: Case) -> bool:
    """Whether a case is the caller's: its station's, or a department's of its place."""
    if caller.is_department:
        return caller.kind in ASK_OF_VEHICLES and covers(caller.place, case.place)
    return case.station is not None and case.station.code == caller.party_code


def day(text: object) -> date | None:
    """A stored day; None when there is none or it cannot be read."""
    try:
        return date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None
