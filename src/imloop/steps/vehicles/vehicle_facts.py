"""A vehicle's register row as the facts that the gates read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from imloop.facts.days import day_of
from imloop.gates.inspections.counts import Counts
from imloop.gates.vehicles.case_fact import CaseFact
from imloop.gates.vehicles.identity import Beside
from imloop.gates.vehicles.subject import Subject
from imloop.loop.case import Origin
from imloop.steps.ground.access import ASK_OF_VEHICLES, Caller, covers
from imloop.steps.vehicles.identify_vehicle import cases_beside, told_apart
from imloop.steps.vehicles.plates import may_have_borne, no_entered_vin, passed_on
from imloop.store.models import Case, HeldRun, Proposal, Test, Vehicle
from imloop.store.statements import aware, fetch_all, fetch_one

_FAIL = "JOIN store_test t ON t.id = h.test_id AND h.settled_at IS NULL AND t.result = 'fail'"
_OF_NOBODY = f"{_FAIL} AND t.vehicle_id IS NULL"
_WAITING = (
    f"store_heldrun_candidates d JOIN store_heldrun h ON h.id = d.heldrun_id {_FAIL} WHERE d.vehicle_id = {{key}}",
    f"store_heldrun h {_OF_NOBODY} WHERE h.vin = {{vin}} AND NOT (h.vin = '')",
    f"store_heldrun h {_OF_NOBODY} WHERE h.plate = {{plate}} AND NOT (h.plate = '')",
    f"store_obdname o JOIN store_heldrun h ON h.test_id = o.test_id {_OF_NOBODY} WHERE o.vin = {{vin}}",
)
"""Failed runs that may be of a vehicle and wait: it was a candidate, or they bear its VIN or plate, or a control unit
named it."""
_BY_FORMER_PLATE = (
    f"store_platespan s JOIN store_heldrun h ON h.plate = s.plate {_OF_NOBODY} WHERE s.vehicle_id = {{key}} "
    f"AND s.until IS NOT NULL AND {may_have_borne('s', 't.started_at')}"
)
"""And those that bear a plate that it once bore."""
_WAITING_ROWS = " UNION ".join(
    f"SELECT t.started_at, t.station_id FROM {each}".format(key="%s", vin="%s", plate="%s")
    for each in (*_WAITING, _BY_FORMER_PLATE)
)
_OTHERS_CASE = f"""store_vehicle w JOIN store_case k ON k.vehicle_id = w.id AND k.closed_at IS NULL
WHERE w.plate = v.plate AND NOT (w.plate = '') AND w.id <> v.id AND {no_entered_vin("w")}
AND NOT {passed_on("w")}"""
FAIL_WAITS, _ITS = (
    " OR ".join(
        f"EXISTS (SELECT 1 FROM {each})".format(key="v.id", vin="v.vin", plate="v.plate") for each in parts
    )
    for parts in ((*_WAITING, _OTHERS_CASE), (*_WAITING, _OTHERS_CASE, _BY_FORMER_PLATE))
)
"""Of ``store_vehicle v``: such a run waits, or one that only its plate names has a case: that of a vehicle of which no
authority knows the VIN. By its present plate, which is what a permit has to say at once."""
_ITS_FAIL_WAITS = f"SELECT {_ITS} FROM store_vehicle v WHERE v.id = %s"


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
    found = fetch_all(_WAITING_ROWS, [vehicle.pk, vehicle.vin, vehicle.plate, vehicle.vin, vehicle.pk])
    return [WaitingFail(aware(started), station) for started, station in found]


def candidates_of(held: HeldRun) -> QuerySet[Vehicle]:
    """Whom a run that waits may concern: who bore one of its names when it came, and who bears one now, or once bore
    its plate."""
    which = Q(held_runs=held)
    if held.test.vehicle_id is None and held.settled_at is None:
        vins = [held.vin, *held.test.obd_names.values_list("vin", flat=True)]
        which |= Q(vin__in=vins) & ~Q(vin="") | Q(plate=held.plate) & ~Q(plate="")
        which |= Q(plates__plate=held.plate)
    return Vehicle.objects.filter(which).distinct().order_by("id")


def fail_waits(vehicle: Vehicle) -> bool:
    """``FAIL_WAITS`` of a stored vehicle, by every plate that it bore; or a case is open of what may be this vehicle
    under another name: what a run of it is asked, a mark is asked as well."""
    waits = fetch_one(_ITS_FAIL_WAITS, [vehicle.pk])
    if waits is not None and waits[0]:
        return True
    held = Proposal.objects.filter(vehicle=vehicle.pk, state__in=Proposal.OPEN)
    fields = [body.get("fields", {}) for body in held.values_list("body", flat=True)]
    to_bear = [str(each["plate"][1]) for each in fields if "plate" in each]
    return any(
        how not in (Beside.REPLATED, Beside.PASSED) or not told_apart(vehicle, other)
        for other, how in cases_beside(vehicle, to_bear)
    )


def passes(vehicle: Vehicle) -> QuerySet[Test]:
    """The runs that prove a pass, the latest first: none that the vehicle has failed since."""
    counted = (Counts.CASE, Counts.CYCLE)
    fails = Test.objects.filter(result="fail", counts=Counts.CASE, vehicle=OuterRef("vehicle"))
    since = fails.filter(started_at__gt=OuterRef("started_at"))
    passed = vehicle.tests.filter(~Exists(since), result="pass", counts__in=counted)
    return passed.order_by("-started_at")


def case_fact(vehicle: Vehicle | None, caller: Caller | None = None) -> CaseFact | None:
    """The vehicle's open case, if any. ``caller``: who reads it; it is masked for who has nothing to do with it."""
    if vehicle is None or vehicle.pk is None:
        return None
    row = Case.objects.filter(vehicle=vehicle, closed_at__isnull=True).select_related("station").first()
    if row is None:
        return None
    spot_check = row.origin in (Origin.SPOT_CHECK, Origin.REMOTE_SENSING)
    found = CaseFact(row.case_no, row.state, row.deadline, row.overdue, spot_check)
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
