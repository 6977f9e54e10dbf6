"""A vehicle's tests, cases and repairs for its present owner: no names, no phones, nothing of its earlier owners."""

from __future__ import annotations

from dataclasses import dataclass

from imloop.facts.identifiers import plain, signs
from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.store.models import Case, Repair, Test, Vehicle

MOST = 200


@dataclass(frozen=True, slots=True)
class History:
    """Each list newest first."""

    vehicle: Vehicle
    tests: list[Test]
    cases: list[Case]
    repairs: list[Repair]


def vehicle_by_plate(plate: str, vin_tail: str) -> Vehicle:
    """Plate and the last six of the VIN, as on the licence."""
    borne, tail = plain(plate), signs(vin_tail)
    rows = Vehicle.objects.filter(plate=borne, vin__endswith=tail).order_by("-id")
    found = rows.first() if borne and len(tail) == 6 else None
    if found is None:
        raise Unknown(
            "unknown-vehicle",
            Text(
                f"没有找到 {plate}，或 VIN 后六位不符。", f"{plate} was not found, or the VIN tail differs."
            ),
        )
    return found


def history(vehicle: Vehicle) -> History:
    """The last tests, whichever station made them, with the cases and repairs they led to."""
    tests = vehicle.tests.select_related("station").defer("trace", "receipt", "verdict", "stated")
    repairs = Repair.objects.filter(case__vehicle=vehicle).select_related("shop", "case")
    return History(
        vehicle,
        list(tests.order_by("-started_at")[:MOST]),
        list(vehicle.cases.select_related("station").order_by("-opened_at")[:MOST]),
        list(repairs.order_by("-finished_at")[:MOST]),
    )
