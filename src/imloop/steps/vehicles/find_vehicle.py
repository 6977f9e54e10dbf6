"""Find the vehicle a gate is asked about, by VIN or plate, with a hint when the plate was another vehicle's before."""

from __future__ import annotations

from dataclasses import replace

from imloop.facts.identifiers import plain
from imloop.facts.refusal import Malformed, Unknown
from imloop.facts.text import Text
from imloop.gates.answer import Answer
from imloop.steps.vehicles.identify_vehicle import find_vehicle
from imloop.steps.vehicles.plates import once_bore
from imloop.store.models import Vehicle


def named(answer: Answer, vin: str, plate: str) -> Answer:
    """With the names by which it was asked, as they are read: a gate tells nobody a VIN or plate that was not given."""
    return replace(answer, facts={**answer.facts, "plate": plain(plate), "vin": plain(vin)})


def require_vehicle(vin: str, plate: str) -> Vehicle:
    """The register's vehicle; ``Unknown`` names, as a hint only, the vehicle that had the plate before."""
    vin, plate = plain(vin), plain(plate)
    if not (vin or plate):
        raise Malformed("malformed", Text("请填写号牌或 VIN。", "Give the plate or the VIN."), at="plate")
    found = find_vehicle(vin, plate)
    if found is not None:
        return found
    former = once_bore(plate) if plate else None
    if former is not None:
        raise Unknown(
            "plate-changed-hands",
            Text(
                f"没有车辆现用号牌 {plate}；此前另一辆车使用过它，请按 VIN 核对。",
                f"No vehicle has plate {plate} now; another one had it before. Search by VIN.",
            ),
        )
    raise Unknown(
        "unknown-vehicle",
        Text(f"登记资料中没有车辆 {vin or plate}。", f"Vehicle {vin or plate} is not in the register."),
        at="vin" if vin else "plate",
    )
