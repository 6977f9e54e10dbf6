"""The authorities' word about a vehicle: each field with who said it, on which day, and where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from imloop.law import Law
from imloop.steps.ground.access import Caller
from imloop.store.models import PartyKind, Vehicle

POLICE, ENVIRONMENT = "police", "environment"
COLUMNS = ("vin", "plate", "plate_colour", "fuel", "owner_name", "owner_phone", "status", "due_on")
"""Fields that have a column of their own."""
_OF_A_STATION = ("plate_colour", "fuel", "owner_name", "owner_phone")
"""Columns that hold a station's word until an authority enters the vehicle."""


def source_of(caller: Caller) -> str:
    """Whose word a caller enters. A list that the operator loads on the server is the police's."""
    return ENVIRONMENT if caller.kind == PartyKind.ENVIRONMENT else POLICE


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
    """Write values as an authority's word, without asking whether it may. ``due_on`` as a day."""
    facts, sources = dict(vehicle.facts), dict(vehicle.sources)
    word = [source, on.isoformat(), evidence]
    for name, value in said.items():
        if name in COLUMNS:
            setattr(vehicle, name, value)
        if name in ("vin", "plate", "plate_colour", "fuel") or name not in COLUMNS:
            facts[name] = value
        sources[name] = word
    vehicle.facts, vehicle.sources = facts, sources


def outranked(vehicle: Vehicle, field: str, source: str, law: Law) -> bool:
    """Did an authority that comes before this one already say something about the field?"""
    known = vehicle.sources.get(field)
    if not known or known[0] == source:
        return False
    order = list(law.words("register.precedence"))
    rank = {name: place for place, name in enumerate(order)}
    return rank.get(known[0], len(order)) < rank.get(source, len(order))
