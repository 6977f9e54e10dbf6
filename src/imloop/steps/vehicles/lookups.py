"""What departments see of a vehicle. Every look-up of one is journalled: it shows personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.identifiers import signs
from imloop.facts.refusal import NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.gates.vehicles.cycle import Cycle, cycle_on
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import writing
from imloop.steps.vehicles.identify_vehicle import with_vin
from imloop.steps.vehicles.plates import once_bore
from imloop.steps.vehicles.vehicle_facts import loaded_subject
from imloop.store.models import Vehicle

_MOST = 20


@dataclass(frozen=True, slots=True)
class Found:
    """Vehicles that fit, and as a hint the one that had the plate before."""

    vehicles: list[Vehicle]
    former: Vehicle | None = None


def search_vehicles(caller: Caller, text: str, now: datetime) -> Found:
    """By plate, VIN, or the last six or more of a VIN; at most twenty."""
    _require_department(caller)
    text = signs(text)
    if len(text) < 4:
        return Found([])
    found = list(Vehicle.objects.filter(plate=text)[:_MOST])
    if not found and len(text) == 17:
        found = list(with_vin(text))
    elif not found and text.isascii() and len(text) >= 6:
        found = list(Vehicle.objects.filter(vin__endswith=text)[:_MOST])
    former = once_bore(text) if not text.isascii() else None
    with writing(now, caller) as ledger:
        ledger.note("looked-up", text, {"kind": "vehicle-search", "found": len(found)})
    return Found(found, former)


def show_owner(caller: Caller, vehicle_id: int, now: datetime) -> tuple[str, str]:
    """The owner's full name and phone, for who needs them; recorded in the journal as an entry of its own."""
    _require_department(caller)
    found = Vehicle.objects.filter(pk=vehicle_id).first()
    if found is None:
        raise Unknown(
            "unknown-vehicle", Text("登记资料中没有这辆车。", "This vehicle is not in the register.")
        )
    with writing(now, caller) as ledger:
        ledger.note("shown", found.vin or found.plate, {"kind": "owner"})
    return found.owner_name, found.owner_phone


def vehicle(caller: Caller, vehicle_id: int, now: datetime) -> tuple[Vehicle, Cycle]:
    """One vehicle with its running cycle."""
    _require_department(caller)
    found = Vehicle.objects.filter(pk=vehicle_id).first()
    if found is None:
        raise Unknown(
            "unknown-vehicle", Text("登记资料中没有这辆车。", "This vehicle is not in the register.")
        )
    with writing(now, caller) as ledger:
        ledger.note("looked-up", found.vin or found.plate, {"kind": "vehicle"})
    law = registers.law_at(day_of(now), caller.place)
    return found, cycle_on(loaded_subject(found), day_of(now), law)


def vehicle_json(found: Vehicle, cycle: Cycle) -> dict[str, object]:
    """The vehicle for machines, without its owner."""
    return {
        "id": found.pk,
        "vin": found.vin,
        "plate": found.plate,
        "plate_colour": found.plate_colour,
        "fuel": found.fuel,
        "status": found.status,
        "facts": {key: value for key, value in found.facts.items() if key != "owner"},
        "cycle": cycle.to_json(),
        "plates": [
            {
                "plate": span.plate,
                "since": span.since.isoformat(),
                "until": span.until.isoformat() if span.until else None,
                "source": span.source,
            }
            for span in found.plates.order_by("since", "id")
        ],
        "changes": [
            {"kind": change.kind, "on": change.on.isoformat()}
            for change in found.changes.order_by("on", "id")
        ],
    }


def _require_department(caller: Caller) -> None:
    if not caller.is_department:
        raise NotAllowed(
            "wrong-kind-of-party", Text("仅主管部门可查询车辆。", "Only departments look up vehicles.")
        )
