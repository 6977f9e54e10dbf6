"""Changes of the police register: sold, moved in or out, cancelled, scrapped. An open case here stays open."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.identifiers import parse_plate, plain
from imloop.facts.refusal import Conflict, Malformed
from imloop.facts.text import Text
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.registers import department
from imloop.steps.second_person.kinds import Act, Body
from imloop.steps.second_person.kinds import register as register_act
from imloop.steps.second_person.propose import alike, do_or_propose
from imloop.steps.vehicles.find_vehicle import require_vehicle
from imloop.steps.vehicles.plates import borne_by_another, change_plates, take_plate
from imloop.steps.vehicles.register.hold_change import (
    CHANGE,
    compared,
    held_body,
    link_of,
    require_as_it_was,
    vehicle_of,
    who_proposed,
)
from imloop.steps.vehicles.register.vehicle_row import CHANGES, STATUS_AFTER
from imloop.steps.vehicles.register.word import POLICE, enter_fields, for_the_journal, register, value_of
from imloop.store.models import Case, PartyKind, Proposal, Vehicle, VehicleChange

_FINAL = (Vehicle.Status.SCRAPPED,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedChange:
    """What became of a vehicle, and on which day. ``kind``: of ``CHANGES``; empty: as it was. ``reason``: for the
    second person, where one is needed."""

    kind: str
    on: date
    vin: str = ""
    plate: str = ""
    owner_name: str = ""
    owner_phone: str = ""
    new_plate: str = ""
    reason: str = ""


def change_vehicle(caller: Caller, change: ReportedChange, now: datetime) -> VehicleChange | Proposal:
    """Record one change by the police. An open case is kept and its I-station and environment department are told;
    with ``new_plate`` the plate history goes on. A vehicle that becomes active again, or the plate of another known
    vehicle, waits for a second person."""
    require_kind(caller, PartyKind.POLICE)
    _require_sense(change, day_of(now), registers.law_at(day_of(now), caller.place))
    with writing(now, caller, by_key=True) as ledger:
        vehicle = require_vehicle(change.vin, change.plate)
        _require_not_final(vehicle)
        fields = _for_two(vehicle, change)
        if not fields:
            return _make(ledger, vehicle, change)
        said = {**asdict(change), "on": change.on.isoformat()}
        owner = {name: said.pop(name) for name in ("owner_name", "owner_phone", "reason")}
        body = held_body(vehicle, CHANGE, fields, POLICE, change=said, private=owner)
        law = registers.law_at(day_of(now), caller.place)
        made: VehicleChange | Proposal = alike(ledger, VEHICLE_CHANGE, vehicle.pk, fields) or do_or_propose(
            ledger, VEHICLE_CHANGE, str(vehicle), body, law, reason=change.reason
        )
    return made


def _make_held(ledger: Ledger, by: Caller, subject: str, body: Body) -> VehicleChange:
    """A second person confirmed it."""
    vehicle, said = vehicle_of(body), body["change"]
    _require_not_final(vehicle)
    require_as_it_was(vehicle, body["fields"])
    owner = {name: body.get(name, "") for name in ("owner_name", "owner_phone")}
    change = ReportedChange(**{**said, **owner, "on": date.fromisoformat(said["on"])})
    return _make(ledger, vehicle, change)


def _require_sense(change: ReportedChange, today: date, law: Law) -> None:
    if change.kind not in CHANGES:
        raise Malformed(
            "wrong-value",
            Text(f"kind：可选 {' '.join(CHANGES)}。", f"kind: choose one of {' '.join(CHANGES)}."),
            at="kind",
        )
    if change.on > today:
        raise Malformed("malformed", Text("日期晚于今天。", "The day is in the future."), at="on")
    first = law.day("register.first_day")
    if change.on < first:
        raise Malformed(
            "day-implausible", Text(f"日期早于 {first}。", f"The day is before {first}; check it."), at="on"
        )


def _require_not_final(vehicle: Vehicle) -> None:
    if vehicle.status in _FINAL:
        raise Conflict(
            "vehicle-scrapped",
            Text("车辆已报废，不再变更。", "The vehicle is scrapped and can no longer be changed."),
        )


def _for_two(vehicle: Vehicle, change: ReportedChange) -> dict[str, list[object]]:
    fields: dict[str, list[object]] = {}
    after = STATUS_AFTER.get(change.kind, change.kind)
    if vehicle.status != Vehicle.Status.ACTIVE and after == Vehicle.Status.ACTIVE:
        fields["status"] = [str(vehicle.status), after]
    plate = parse_plate(change.new_plate).text if change.new_plate else ""
    if plate and plate != vehicle.plate and borne_by_another(vehicle, plate):
        fields["plate"] = [vehicle.plate, plate]
    return fields


def _make(ledger: Ledger, vehicle: Vehicle, change: ReportedChange) -> VehicleChange:
    former, before = (vehicle.plate, vehicle.plate_colour), str(vehicle.status)
    plate = parse_plate(change.new_plate).text if change.new_plate else ""
    said = {
        "status": STATUS_AFTER.get(change.kind, change.kind),
        "owner_name": change.owner_name,
        "owner_phone": change.owner_phone,
        "plate": plate,
    }
    said = {name: value for name, value in said.items() if value}
    fields: dict[str, object] = {name: [value_of(vehicle, name), value] for name, value in said.items()}
    if vehicle.registered:
        enter_fields(vehicle, said, POLICE, change.on, change.kind)
    else:
        # What it was found by is the police's word; what only a station stated beside that is not.
        names = {"vin": plain(change.vin), "plate": plain(change.plate)}
        known = {name: value for name, value in names.items() if value and value == getattr(vehicle, name)}
        register(vehicle, {**known, **said}, POLICE, change.on, change.kind)
    moved = take_plate(vehicle) if plate and plate != former[0] else []
    vehicle.save()
    if vehicle.plate != former[0]:
        moved.append((vehicle, *former))
    change_plates(moved, change.on, "police", ledger.now)
    kept = VehicleChange.objects.create(
        vehicle=vehicle,
        kind=change.kind,
        on=change.on,
        recorded_at=ledger.now,
        source=ledger.caller.actor,
        data={"before": before, "plate_before": former[0]},
    )
    body = {"kind": change.kind, "on": change.on, "before": before}
    ledger.note("vehicle-changed", str(vehicle), {**body, "fields": for_the_journal(fields)})
    _tell(ledger, ledger.caller, vehicle, change.kind, change.on)
    return kept


def _tell(ledger: Ledger, caller: Caller, vehicle: Vehicle, kind: str, on: date) -> None:
    body = {"vin": vehicle.vin, "plate": vehicle.plate, "kind": kind, "on": on.isoformat()}
    for receiver in _concerned(vehicle, caller.place):
        ledger.send(receiver, "vehicle-changed", str(vehicle), body)


def _concerned(vehicle: Vehicle, place: str) -> list[str]:
    """The environment department, and the I-station that waits for the retest."""
    found = department(PartyKind.ENVIRONMENT, place)
    codes = [found.code] if found else []
    case = Case.objects.select_related("station").filter(vehicle=vehicle, closed_at__isnull=True).first()
    if case is not None and case.station is not None:
        codes.append(case.station.code)
    return codes


VEHICLE_CHANGE = register_act(
    Act(
        kind="vehicle-change",
        name=Text("登记变更", "change of a vehicle"),
        carry_out=_make_held,
        link=link_of,
        compares=compared,
        before=who_proposed,
        office=PartyKind.POLICE,
    )
)
