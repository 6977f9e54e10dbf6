"""Find the vehicle named in a message, or enter it; keep the latest facts stated about it."""

from __future__ import annotations

from datetime import date

import msgspec
from django.db.models import QuerySet

from imloop.facts.records import inspection
from imloop.facts.text import Reason, Text
from imloop.steps.vehicles.plates import change_plates
from imloop.store.models import Vehicle
from imloop.store.statements import insert, rows, update


def with_vin(*vins: str) -> QuerySet[Vehicle]:
    """The index over VINs leaves out vehicles that have none; SQLite uses it only where the query says so, too."""
    wanted = {"vin": vins[0]} if len(vins) == 1 else {"vin__in": vins}
    return Vehicle.objects.filter(**wanted).exclude(vin="")


def find_vehicle(vin: str, plate: str) -> Vehicle | None:
    """By VIN; a vehicle known only by its plate, or a message without a VIN, is found by the plate."""
    if vin:
        found = with_vin(vin).first()
        if found is not None:
            return found
        return Vehicle.objects.filter(vin="", plate=plate).first() if plate else None
    return Vehicle.objects.filter(plate=plate).order_by("-id").first() if plate else None


def enter_vehicle(stated: inspection.Vehicle, day: date) -> tuple[Vehicle | None, list[Reason]]:
    """The register's row for a vehicle as stated on ``day`` (None when neither VIN nor plate is given),
    and any doubts."""
    if not stated.identified:
        return None, [
            Reason(
                "vehicle-unidentified",
                Text(
                    "报文没有 VIN 也没有号牌，无法建案跟踪。",
                    "Neither VIN nor plate: no case can follow the vehicle.",
                ),
            )
        ]
    alike = _alike(stated)
    vehicle = _same(alike, stated) or Vehicle(vin=stated.vin, plate=stated.plate)
    doubts = _doubts(vehicle, alike, stated)
    former = vehicle.plate, vehicle.plate_colour
    before = [getattr(vehicle, name) for name in _STATED]
    vehicle.vin = vehicle.vin or stated.vin
    vehicle.plate = stated.plate or vehicle.plate
    vehicle.plate_colour = stated.plate_colour or vehicle.plate_colour
    vehicle.fuel = stated.fuel or vehicle.fuel
    vehicle.owner_name = stated.owner.name or vehicle.owner_name
    vehicle.owner_phone = stated.owner.phone or vehicle.owner_phone
    said = msgspec.to_builtins(stated)
    said.pop("owner")
    vehicle.facts = {
        **vehicle.facts,
        **{key: value for key, value in said.items() if value not in (None, "")},
    }
    if vehicle._state.adding:
        insert(vehicle)
    elif changed := [
        name for name, old in zip(_STATED, before, strict=True) if getattr(vehicle, name) != old
    ]:
        update(vehicle, *changed)
    if vehicle.plate != former[0]:
        change_plates([(vehicle, *former)], day, "test")
    return vehicle, doubts


_STATED = ("vin", "plate", "plate_colour", "fuel", "owner_name", "owner_phone", "facts")
"""What a message says of a vehicle."""


def _alike(stated: inspection.Vehicle) -> list[Vehicle]:
    """The rows with the VIN or the plate, the newest first."""
    if not stated.plate:
        return rows(Vehicle, "vin = %s AND NOT (vin = '')", [stated.vin])
    if not stated.vin:
        return rows(Vehicle, "plate = %s ORDER BY id DESC", [stated.plate])
    return rows(
        Vehicle, "(vin = %s AND NOT (vin = '')) OR plate = %s ORDER BY id DESC", [stated.vin, stated.plate]
    )


def _same(alike: list[Vehicle], stated: inspection.Vehicle) -> Vehicle | None:
    """As ``find_vehicle``: by VIN, else one that has no VIN yet; without a VIN, whichever has the plate."""
    wanted = (stated.vin, "") if stated.vin else (None,)
    return next((each for vin in wanted for each in alike if vin is None or each.vin == vin), None)


def _doubts(vehicle: Vehicle, alike: list[Vehicle], stated: inspection.Vehicle) -> list[Reason]:
    doubts = []
    if vehicle.pk and stated.plate and vehicle.plate and stated.plate != vehicle.plate:
        doubts.append(
            Reason(
                "plate-changed",
                Text(
                    f"同一 VIN 上次号牌为 {vehicle.plate}，本次为 {stated.plate}。",
                    f"This VIN last had plate {vehicle.plate}, now {stated.plate}.",
                ),
            )
        )
    borne = [each.vin for each in alike if each.plate == stated.plate and each.vin not in ("", stated.vin)]
    if stated.vin and stated.plate and borne:
        doubts.append(
            Reason(
                "plate-on-another-vin",
                Text(
                    f"号牌 {stated.plate} 也登记在另一 VIN 名下。",
                    f"Plate {stated.plate} is also registered for another VIN.",
                ),
            )
        )
    return doubts
