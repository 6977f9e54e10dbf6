"""What a station or an owner says of a vehicle is noted beside the register, with who said it and when."""

from __future__ import annotations

from datetime import date

import msgspec

from imloop.facts.records import inspection
from imloop.facts.text import Reason
from imloop.gates.vehicles.compare_statement import bounded
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.store.models import Vehicle
from imloop.store.statements import insert, update

NATION = "000000"
_COLUMNS = ("stated", "vin", "plate", "plate_colour", "fuel", "owner_name", "owner_phone")


def note_statement(
    vehicle: Vehicle, stated: inspection.Vehicle, *, by: str, on: date, law: Law | None = None
) -> list[Reason]:
    """Write the statement of ``on`` into ``Vehicle.stated``, over older ones only; a new vehicle is inserted. The
    columns by which a vehicle is found are the station's word only where no authority entered it.

    ``by``: party and number of the test (``450203001/T-1``), or the person. Returns the findings of days that cannot
    be, which are not noted."""
    stated, doubts = bounded(stated, law or registers.law_at(on, NATION))
    before = [getattr(vehicle, name) for name in _COLUMNS]
    vehicle.stated = _noted(vehicle.stated, stated, by, on)
    if not vehicle.registered:
        _be_found(vehicle, stated)
    if vehicle._state.adding:
        insert(vehicle)
    elif changed := [
        name for name, old in zip(_COLUMNS, before, strict=True) if getattr(vehicle, name) != old
    ]:
        update(vehicle, *changed)
    return doubts


def _noted(
    known: dict[str, list[object]], stated: inspection.Vehicle, by: str, on: date
) -> dict[str, list[object]]:
    """Without the owner, who is no fact of the vehicle. What a department has settled stays settled as long as the
    same is said."""
    day = on.isoformat()
    said = msgspec.to_builtins(stated)
    said.pop("owner")
    found = dict(known)
    for field, value in said.items():
        before = known.get(field)
        if value in (None, "") or (before is not None and str(before[2]) > day):
            continue
        settled = before[3:] if before is not None and before[0] == value else []
        found[field] = [value, by, day, *settled]
    return found


def _be_found(vehicle: Vehicle, stated: inspection.Vehicle) -> None:
    vehicle.vin = vehicle.vin or stated.vin
    # Found by its first plate until an authority says otherwise: nobody may hide it behind another one.
    vehicle.plate = vehicle.plate or stated.plate
    vehicle.plate_colour = stated.plate_colour or vehicle.plate_colour
    vehicle.fuel = stated.fuel or vehicle.fuel
    vehicle.owner_name = stated.owner.name or vehicle.owner_name
    vehicle.owner_phone = stated.owner.phone or vehicle.owner_phone
