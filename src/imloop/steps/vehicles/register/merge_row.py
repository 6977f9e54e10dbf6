"""What a row of a list does to a vehicle of the register: entered at once, held for a second person, or kept beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from imloop.facts.codes import EXEMPT_FUELS
from imloop.facts.records import inspection
from imloop.facts.text import Reason
from imloop.gates.vehicles.compare_statement import COMPARED, difference, differs, said_of
from imloop.law import Law
from imloop.steps.vehicles.register.vehicle_row import STATUS_AFTER, VehicleRow
from imloop.steps.vehicles.register.word import (
    GATE_FIELDS,
    enter_fields,
    outranked,
    register,
    value_of,
)
from imloop.store.models import Vehicle

_PERSONAL = ("owner_name", "owner_phone")
_JUDGED_BY = (
    *("fuel", "second_fuel", "first_registered_on", "produced_on"),
    *("max_mass_kg", "rated_power_kw", "rated_speed_rpm"),
)
"""What a verdict rests on."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Whose list it is, of which day, and under which name its bytes are kept."""

    source: str
    party: str
    on: date
    evidence: str
    law: Law


@dataclass(slots=True)
class Merged:
    """``entered`` and ``held``: field → before and after. ``beside``: fields of an authority that comes before this
    one. ``event``: what the status says happened, with the status before. ``doubts``: for the departments."""

    vehicle: Vehicle
    entered: dict[str, list[object]] = field(default_factory=dict)
    held: dict[str, list[object]] = field(default_factory=dict)
    beside: dict[str, object] = field(default_factory=dict)
    event: tuple[str, str] | None = None
    doubts: list[Reason] = field(default_factory=list)
    noted: bool = False
    """A value that stands beside was not there before."""
    first: bool = False
    """No authority had entered the vehicle before."""

    def rested_on(self, law: Law) -> dict[str, list[object]]:
        """What gates ask and was entered now. At the first entry without what stations had stated alike."""
        found = {name: pair for name, pair in self.entered.items() if name in GATE_FIELDS}
        if not self.first:
            return found
        said = {name: each[0] for name, each in self.vehicle.stated.items()}
        alike = {
            name
            for name, (_, value) in found.items()
            if said.get(name) not in (None, "") and not _apart(name, value, said[name], law)
        }
        return {name: pair for name, pair in found.items() if name not in alike}


def merge(
    vehicle: Vehicle, row: VehicleRow, of: Listing, *, failed_as: Sequence[inspection.Vehicle] | None = None
) -> Merged:
    """Change the vehicle as far as one person may; nothing is saved. ``failed_as``: it failed, or may have, and is not
    free yet, so that its retest will be judged by what is entered now; with how it was stated each time."""
    said = said_by(row)
    merged = Merged(vehicle, first=not vehicle.registered)
    if merged.first:
        if failed_as is not None:
            merged.held = {name: ["", said.pop(name)] for name in _told_anew(said, failed_as, of.law)}
        _event(merged, row, said)
        register(vehicle, said, of.source, of.on, of.evidence)
        merged.entered = {name: ["", value] for name, value in said.items()}
        if vehicle.stated:
            _compare(merged, of)
        return merged
    for name, value in said.items():
        before = value_of(vehicle, name)
        if before == value:
            continue
        if outranked(vehicle, name, of.source, of.law):
            merged.beside[name] = value
        elif (failed_as is not None and name in GATE_FIELDS) or _needs_two(vehicle, name, before, value):
            merged.held[name] = [before, value]
        else:
            merged.entered[name] = [before, value]
    now = {name: pair[1] for name, pair in merged.entered.items()}
    _event(merged, row, now)
    if now:
        enter_fields(vehicle, now, of.source, of.on, of.evidence)
    if merged.beside:
        _keep_beside(merged, of)
    return merged


def said_by(row: VehicleRow) -> dict[str, object]:
    """The fields of a row that are not blank, as they are kept."""
    said = dict(row.facts)
    others = {
        "owner_name": row.owner_name,
        "owner_phone": row.owner_phone,
        "status": STATUS_AFTER.get(row.status, row.status),
        "due_on": row.due_on.isoformat() if row.due_on else "",
    }
    return {**said, **{name: value for name, value in others.items() if value}}


def _told_anew(said: Mapping[str, object], failed_as: Sequence[inspection.Vehicle], law: Law) -> list[str]:
    """Fields that a verdict rests on and that were not stated alike each time it failed."""
    return [
        name
        for name in _JUDGED_BY
        if name in said and not (failed_as and all(_alike(name, said[name], then, law) for then in failed_as))
    ]


def _alike(name: str, value: object, then: inspection.Vehicle, law: Law) -> bool:
    stated = said_of(then, name)
    return stated not in (None, "") and not differs(name, value, stated, law)


def take_back(merged: Merged, field_name: str) -> None:
    """What was entered is held after all; a new vehicle knows nothing of it yet."""
    before, after = merged.entered.pop(field_name)
    merged.held[field_name] = [before, after]
    vehicle = merged.vehicle
    facts, sources = dict(vehicle.facts), dict(vehicle.sources)
    setattr(vehicle, field_name, before)
    sources.pop(field_name, None)
    if before:
        facts[field_name] = before
    else:
        facts.pop(field_name, None)
    vehicle.facts, vehicle.sources = facts, sources


def _apart(name: str, value: object, said: object, law: Law) -> bool:
    return differs(name, value, said, law) if name in COMPARED else value != said


def _needs_two(vehicle: Vehicle, name: str, before: object, value: object) -> bool:
    if name == "status":
        return vehicle.status != Vehicle.Status.ACTIVE and value == Vehicle.Status.ACTIVE
    frees = name == "fuel" and value in EXEMPT_FUELS
    return name in GATE_FIELDS and (before != "" or frees)


def _event(merged: Merged, row: VehicleRow, now: dict[str, object]) -> None:
    """A change of the status, or of the owner by a sale, for the history."""
    vehicle, before = merged.vehicle, merged.vehicle.status
    if not row.status or "status" in merged.held or "status" in merged.beside:
        return
    after = STATUS_AFTER.get(row.status, row.status)
    sold = row.status == "sold" and not merged.first and "owner_name" in now
    if before != after or sold:
        merged.event = (row.status if row.status != "active" else "reinstated", str(before))
    vehicle.status = after


def _keep_beside(merged: Merged, of: Listing) -> None:
    vehicle, stated = merged.vehicle, dict(merged.vehicle.stated)
    for name, value in merged.beside.items():
        known = stated.get(name)
        if name in _PERSONAL or (known is not None and known[0] == value):
            continue
        stated[name] = [value, of.party, of.on.isoformat()]
        merged.noted = True
        before = value_of(vehicle, name)
        if name in COMPARED and differs(name, before, value, of.law):
            merged.doubts.append(difference(name, before, value, of.law, vehicle.sources.get(name)))
    vehicle.stated = stated


def _compare(merged: Merged, of: Listing) -> None:
    """A vehicle that stations tested before an authority entered it: what they said is compared now."""
    vehicle = merged.vehicle
    for name, (_, value) in merged.entered.items():
        said = vehicle.stated.get(name)
        if name in COMPARED and said is not None and differs(name, value, said[0], of.law):
            merged.doubts.append(difference(name, value, said[0], of.law, vehicle.sources.get(name)))
