"""A vehicle as it is described before it is on the register."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVehicle:
    """What is stated of a vehicle that is to be registered, or moved in. Empty text or None: not stated.

    ``fuel``: our code or that of GA/T 16.9; ``emission_stage``: as people write it, 国六b or 6b; ``vehicle_type``:
    GA/T 16.4; ``usage``: GA/T 16.3; ``max_mass_kg``: maximum mass in kg."""

    vin: str = ""
    fuel: str = ""
    emission_stage: str = ""
    vehicle_type: str = ""
    usage: str = ""
    max_mass_kg: float | None = None
