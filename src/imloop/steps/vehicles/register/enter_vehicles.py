"""A block of a police list into the register: set by set, one transaction, every refused row with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imloop.facts.days import day_of
from imloop.facts.refusal import Refusal
from imloop.gates.vehicles.cycle import due_on_or_after
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.rejected_row import Rejected
from imloop.steps.vehicles.identify_vehicle import with_vin
from imloop.steps.vehicles.plates import change_plates
from imloop.steps.vehicles.register.vehicle_row import STATUS_AFTER, VehicleRow, read_vehicle_row
from imloop.steps.vehicles.register.word import register, source_of
from imloop.steps.vehicles.vehicle_facts import subject_of
from imloop.store.models import PartyKind, Vehicle, VehicleChange

_FIELDS = (
    "vin",
    "plate",
    "plate_colour",
    "fuel",
    "facts",
    "sources",
    "stated",
    "registered",
    "owner_name",
    "owner_phone",
    "status",
    "due_on",
)
_AT_ONCE = 1000


class Seen:
    """Which VINs and plates a file has shown already: eight bytes each, so that a million rows stay small."""

    def __init__(self) -> None:
        self._sorted: list[NDArray[np.int64]] = []
        self._new: set[int] = set()

    def add(self, name: str) -> bool:
        """True when the name is new."""
        key = hash(name)
        if key in self._new or any(_holds(block, key) for block in self._sorted):
            return False
        self._new.add(key)
        if len(self._new) >= 65536:
            self._keep()
        return True

    def _keep(self) -> None:
        block = np.sort(np.fromiter(self._new, np.int64, len(self._new)))
        self._new = set()
        while self._sorted and len(self._sorted[-1]) <= len(block):
            block = np.sort(np.concatenate([self._sorted.pop(), block]))
        self._sorted.append(block)


def _holds(block: NDArray[np.int64], key: int) -> bool:
    at = int(block.searchsorted(key))
    return at < len(block) and int(block[at]) == key


class Entered(NamedTuple):
    """What became of a block."""

    new: int
    changed: int
    same: int
    rejected: list[Rejected]


def enter_vehicles(
    rows: Sequence[tuple[int, Mapping[str, str]]], caller: Caller, now: datetime, seen: Seen
) -> Entered:
    """Enter ``(row number, row)``; new vehicles are created, known ones (by VIN, or by plate while the VIN is not
    known) brought up to date, unchanged ones left alone."""
    if caller.kind != "system":
        require_kind(caller, PartyKind.POLICE, PartyKind.ENVIRONMENT, PartyKind.ADMIN)
    today = day_of(now)
    good, rejected = _read(rows, today, seen)
    with writing(now, caller) as ledger:
        block = _Block(good, today, registers.law_at(today, caller.place), now, caller)
        block.apply()
        ledger.note(
            "import",
            "vehicles",
            {
                "rows": [rows[0][0], rows[-1][0]] if rows else [],
                "new": len(block.new),
                "changed": len(block.changed),
                "rejected": len(rejected),
                "plates_changed": len(block.plates),
            },
        )
    return Entered(len(block.new), len(block.changed), block.same, rejected)


def remember_vehicles(rows: Sequence[Mapping[str, str]], now: datetime, seen: Seen) -> None:
    """Rows entered before an interruption, so that a later row that repeats one is still found."""
    _read([(0, row) for row in rows], day_of(now), seen)


def _read(
    rows: Sequence[tuple[int, Mapping[str, str]]], today: date, seen: Seen
) -> tuple[list[VehicleRow], list[Rejected]]:
    good: list[VehicleRow] = []
    rejected: list[Rejected] = []
    for number, row in rows:
        try:
            entry = read_vehicle_row(number, row, today)
        except Refusal as refusal:
            rejected.append(Rejected(number, f"{refusal.code}: {refusal.text.zh}"))
            continue
        if entry.vin and not seen.add(entry.vin):
            rejected.append(Rejected(number, f"duplicate-in-file: VIN {entry.vin} 在本文件中已出现过"))
        elif (
            entry.plate
            and STATUS_AFTER.get(entry.status, entry.status or "active") == "active"
            and not (seen.add(f"P{entry.plate}"))
        ):
            rejected.append(Rejected(number, f"duplicate-in-file: 号牌 {entry.plate} 在本文件中已出现过"))
        else:
            good.append(entry)
    return good, rejected


class _Block:
    """Good rows beside what the register holds of them."""

    def __init__(
        self, rows: Sequence[VehicleRow], today: date, law: Law, now: datetime, caller: Caller
    ) -> None:
        self.rows, self.today, self.law, self.now, self.caller = rows, today, law, now, caller
        self.new: list[Vehicle] = []
        self.changed: list[Vehicle] = []
        self.same = 0
        self.plates: list[tuple[Vehicle, str, str]] = []
        self.events: list[tuple[Vehicle, str, str]] = []

    def apply(self) -> None:
        vins = [row.vin for row in self.rows if row.vin]
        plates = [row.plate for row in self.rows if row.plate]
        by_vin: dict[str, Vehicle] = {}
        bearers: dict[str, list[Vehicle]] = {}
        loaded: dict[int, Vehicle] = {}
        for start in range(0, len(vins), _AT_ONCE):
            loaded |= {found.pk: found for found in with_vin(*vins[start : start + _AT_ONCE])}
        for start in range(0, len(plates), _AT_ONCE):
            for found in Vehicle.objects.filter(plate__in=plates[start : start + _AT_ONCE]):
                loaded.setdefault(found.pk, found)
        for vehicle in loaded.values():
            if vehicle.vin:
                by_vin[vehicle.vin] = vehicle
            if vehicle.plate:
                bearers.setdefault(vehicle.plate, []).append(vehicle)
        touched: dict[int, Vehicle] = {}
        for row in self.rows:
            self._row(row, by_vin, bearers, touched)
        self._save(touched)

    def _row(
        self,
        row: VehicleRow,
        by_vin: dict[str, Vehicle],
        bearers: dict[str, list[Vehicle]],
        touched: dict[int, Vehicle],
    ) -> None:
        holders = bearers.get(row.plate, []) if row.plate else []
        vehicle = by_vin.get(row.vin) if row.vin else next(iter(holders), None)
        if vehicle is None and row.vin:
            vehicle = next((each for each in holders if not each.vin), None)
        if vehicle is None:
            vehicle = Vehicle(vin=row.vin)
            self._update(vehicle, row)
            self.new.append(vehicle)
        else:
            before = tuple(getattr(vehicle, name) for name in _FIELDS)
            self._update(vehicle, row)
            if before == tuple(getattr(vehicle, name) for name in _FIELDS):
                self.same += 1
            else:
                touched[vehicle.pk] = vehicle
        if vehicle.status == Vehicle.Status.ACTIVE:
            for other in holders:
                self._take_plate_from(other, vehicle, row.plate, touched)

    def _take_plate_from(
        self, other: Vehicle, vehicle: Vehicle, plate: str, touched: dict[int, Vehicle]
    ) -> None:
        """The list says that the plate is another VIN's now."""
        if other is vehicle or not other.vin or other.plate != plate:
            return
        self.plates.append((other, other.plate, other.plate_colour))
        other.plate = other.plate_colour = ""
        touched[other.pk] = other

    def _update(self, vehicle: Vehicle, row: VehicleRow) -> None:
        if vehicle.pk and row.plate and vehicle.plate != row.plate:
            self.plates.append((vehicle, vehicle.plate, vehicle.plate_colour))
        vehicle.vin = vehicle.vin or row.vin
        owner_before = vehicle.owner_name
        owner = {"owner_name": row.owner_name, "owner_phone": row.owner_phone}
        said = {**row.facts, **{name: value for name, value in owner.items() if value}}
        register(vehicle, said, source_of(self.caller), self.today, "")
        if row.status:
            self._status(vehicle, row.status, vehicle.owner_name != owner_before)
        if row.due_on is not None:
            vehicle.due_on = row.due_on
        elif vehicle.due_on is None and row.registered_on is not None:
            vehicle.due_on = due_on_or_after(subject_of(vehicle), self.today, self.law)

    def _status(self, vehicle: Vehicle, said: str, new_owner: bool) -> None:
        after = STATUS_AFTER.get(said, said)
        if vehicle.status != after or (said == "sold" and vehicle.pk and new_owner):
            kind = said if said != "active" else "reinstated"
            self.events.append((vehicle, kind, vehicle.status))
        vehicle.status = after

    def _save(self, touched: dict[int, Vehicle]) -> None:
        Vehicle.objects.bulk_create(self.new, batch_size=_AT_ONCE)
        self.changed = list(touched.values())
        if self.changed:
            Vehicle.objects.bulk_create(
                self.changed,
                batch_size=_AT_ONCE,
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=list(_FIELDS),
            )
        change_plates(self.plates, self.today, "import")
        VehicleChange.objects.bulk_create(
            VehicleChange(
                vehicle=vehicle,
                kind=kind,
                on=self.today,
                recorded_at=self.now,
                source=self.caller.actor,
                data={"before": before},
            )
            for vehicle, kind, before in self.events
        )
