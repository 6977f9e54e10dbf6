"""What a message's plate and VIN look like by themselves: the form they must have, and the VIN's check digit."""

from __future__ import annotations

from typing import Protocol

from imloop.facts.identifiers import Vin, plate_fault, vin_check_digit, vin_fault
from imloop.facts.text import Reason, Text


class Named(Protocol):
    """Anything that names a vehicle, in normal form (``identifiers.plain``); empty: not given."""

    @property
    def vin(self) -> str: ...
    @property
    def plate(self) -> str: ...


def about_the_names(vehicle: Named) -> list[Reason]:
    """Findings ``plate-malformed`` and ``vin-malformed``; for a well-formed VIN with another ninth character than
    GB 16735 computes, the doubt ``vin-check-digit``: one in fourteen of really tested vehicles has it."""
    plate = plate_fault(vehicle.plate) if vehicle.plate else None
    vin = _about_the_vin(vehicle.vin) if vehicle.vin else None
    return [reason for reason in (plate, vin) if reason is not None]


def _about_the_vin(text: str) -> Reason | None:
    fault = vin_fault(text)
    if fault is not None or Vin(text).check_digit_ok:
        return fault
    due = vin_check_digit(text)
    return Reason(
        "vin-check-digit",
        Text(
            f"VIN {text} 的校验位（第 9 位）为 {text[8]}，按 GB 16735 应为 {due}。",
            f"VIN {text}: the ninth character is {text[8]}; by GB 16735 it should be {due}.",
        ),
        next=Text(
            "请与行驶证核对；一致则不需处理，部分车辆出厂时即如此。",
            "Compare it with the licence; if it is the same, nothing is to be done: some vehicles are made so.",
        ),
    )
