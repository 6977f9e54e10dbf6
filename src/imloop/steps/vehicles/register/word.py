"""The authorities' word about a vehicle: each field with who said it, on which day, and where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from imloop.facts.mask import masked_name, masked_phone
from imloop.law import Law
from imloop.steps.ground.access import Caller
from imloop.store.models import PartyKind, Vehicle

POLICE, ENVIRONMENT = "police", "environment"
GATE_FIELDS = (
    *("fuel", "second_fuel", "vehicle_type", "usage", "emission_stage", "exemption_lost_on"),
    *("first_registered_on", "produced_on", "due_on"),
    *("max_mass_kg", "reference_mass_kg", "rated_power_kw", "rated_speed_rpm"),
)
"""What gates and verdicts ask. Beside these a status that becomes active again, and a plate taken from another."""
_COLUMNS = ("vin", "plate", "plate_colour", "fuel", "owner_name", "owner_phone", "status", "due_on")
_NOT_IN_FACTS = ("owner_name", "owner_phone", "status", "due_on")
_OF_A_PLATE = ("plate", "plate_colour")
_OF_A_STATION = ("plate_colour", "fuel", "owner_name", "owner_phone")
"""Columns that hold a station's word until an authority enters the vehicle."""


def source_of(caller: Caller) -> str:
    """Whose word a caller enters. A list that the operator loads on the server is the police's."""
    return ENVIRONMENT if caller.kind == PartyKind.ENVIRONMENT else POLICE


def value_of(vehicle: Vehicle, field: str) -> object:
    """What the register holds, as it is kept in JSON: days as 2016-03-15; blank where it knows nothing."""
    if vehicle.registered and field not in (*_NOT_IN_FACTS, *_OF_A_PLATE, *vehicle.sources):
        return ""
    value = getattr(vehicle, field) if field in _COLUMNS else vehicle.facts.get(field)
    return value.isoformat() if isinstance(value, date) else "" if value is None else value


def register(vehicle: Vehicle, said: Mapping[str, object], source: str, on: date, evidence: str) -> None:
    """An authority enters a vehicle: from now on what stations said of it is beside the register, not in it.
    ``said``: fields that are not blank. Saves nothing."""
    if not vehicle.registered:
        vehicle.registered = True
        earlier = {name: [value, "", ""] for name, value in vehicle.facts.items() if value not in (None, "")}
        vehicle.stated = {**earlier, **vehicle.stated}
        vehicle.facts, vehicle.sources = {}, {}
        for name in _OF_A_STATION:
            setattr(vehicle, name, "")
    enter_fields(vehicle, said, source, on, evidence)


def enter_fields(vehicle: Vehicle, said: Mapping[str, object], source: str, on: date, evidence: str) -> None:
    """Write values as an authority's word, without asking whether it may."""
    facts, sources = dict(vehicle.facts), dict(vehicle.sources)
    word = [source, on.isoformat(), evidence]
    for name, value in said.items():
        if name in _COLUMNS:
            in_row = date.fromisoformat(value) if name == "due_on" and isinstance(value, str) else value
            setattr(vehicle, name, in_row)
        if name not in _NOT_IN_FACTS:
            facts[name] = value
        sources[name] = word
    vehicle.facts, vehicle.sources = facts, sources


def outranked(vehicle: Vehicle, field: str, source: str, law: Law) -> bool:
    """Did an authority that comes before this one already say something about the field?"""
    known = vehicle.sources.get(field)
    if not known or known[0] == source:
        return False
    order = law.words("register.precedence")
    rank = {name: place for place, name in enumerate(order)}
    return rank.get(known[0], len(order)) < rank.get(source, len(order))


def for_the_journal(fields: Mapping[str, object]) -> dict[str, object]:
    """Fields with before and after, an owner's name and telephone masked."""
    hide = {"owner_name": masked_name, "owner_phone": masked_phone}
    return {
        name: [hide[name](str(each)) for each in pair] if name in hide and isinstance(pair, list) else pair
        for name, pair in fields.items()
    }
