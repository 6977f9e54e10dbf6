"""Changes of the police register: sold, moved in or out, cancelled, scrapped. An open case here stays open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.identifiers import parse_plate
from imloop.facts.refusal import Conflict, Malformed
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.registers import department
from imloop.steps.vehicles.find_vehicle import require_vehicle
from imloop.steps.vehicles.plates import change_plates
from imloop.steps.vehicles.register.vehicle_row import CHANGES, STATUS_AFTER
from imloop.store.models import Case, PartyKind, Vehicle, VehicleChange

_FINAL = (Vehicle.Status.SCRAPPED,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedChange:
    """What became of a vehicle, and on which day. ``kind``: of ``CHANGES``; empty: as it was."""

    kind: str
    on: date
    vin: str = ""
    plate: str = ""
    owner_name: str = ""
    owner_phone: str = ""
    new_plate: str = ""


def change_vehicle(caller: Caller, change: ReportedChange, now: datetime) -> VehicleChange:
    """Record one change by the police. An open case is kept and its I-station and environment department are told;
    with ``new_plate`` the plate history goes on."""
    require_kind(caller, PartyKind.POLICE)
    kind, on = change.kind, change.on
    if kind not in CHANGES:
        raise Malformed(
            "wrong-value",
            Text(f"kind：可选 {' '.join(CHANGES)}。", f"kind: choose one of {' '.join(CHANGES)}."),
        )
    if on > day_of(now):
        raise Malformed("malformed", Text("日期晚于今天。", "The day is in the future."))
    with writing(now, caller) as ledger:
        vehicle = require_vehicle(change.vin, change.plate)
        if vehicle.status in _FINAL:
            raise Conflict(
                "vehicle-scrapped",
                Text("车辆已报废，不再变更。", "The vehicle is scrapped and can no longer be changed."),
            )
        former = vehicle.plate, vehicle.plate_colour
        before = vehicle.status
        vehicle.status = STATUS_AFTER.get(kind, kind)
        vehicle.owner_name = change.owner_name or vehicle.owner_name
        vehicle.owner_phone = change.owner_phone or vehicle.owner_phone
        if change.new_plate:
            vehicle.plate = parse_plate(change.new_plate).text
        vehicle.save()
        if vehicle.plate != former[0]:
            change_plates([(vehicle, *former)], on, "police")
        kept = VehicleChange.objects.create(
            vehicle=vehicle,
            kind=kind,
            on=on,
            recorded_at=now,
            source=caller.actor,
            data={"before": before, "plate_before": former[0]},
        )
        ledger.note("vehicle-changed", str(vehicle), {"kind": kind, "on": on, "before": before})
        _tell(ledger, caller, vehicle, kind, on)
    return kept


def _tell(ledger: Ledger, caller: Caller, vehicle: Vehicle, kind: str, on: date) -> None:
    body = {"vin": vehicle.vin, "plate": vehicle.plate, "kind": kind, "on": on.isoformat()}
    for receiver in _concerned(vehicle, caller.place):
        ledger.send(receiver, "vehicle-changed", str(vehicle), body)


def _concerned(vehicle: Vehicle, place: str) -> list[str]:
    """The environment department, and the I-station that waits for the retest."""
    found = department(PartyKind.ENVIRONMENT, place)
    codes = [found.code] if found else []
    case = Case.objects.select_related("station").filter(vehicle=vehicle, closed_at__isnull=True).first()
    if case is not None and case.station is not None:
        codes.append(case.station.code)
    return codes
