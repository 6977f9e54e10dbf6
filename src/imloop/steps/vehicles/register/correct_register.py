"""A list, or a difference that a department settles, corrects what gates ask of a known vehicle: by two people."""

from __future__ import annotations

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.vehicles.plates import change_plates, take_plate
from imloop.steps.vehicles.register.hold_change import (
    compared,
    keep_changes,
    link_of,
    require_as_it_was,
    vehicle_of,
    who_proposed,
)
from imloop.steps.vehicles.register.resolve_differences import resolve_differences
from imloop.steps.vehicles.register.word import GATE_FIELDS, enter_fields
from imloop.store.models import Finding, PartyKind, Vehicle


def _enter(ledger: Ledger, by: Caller, subject: str, body: Body) -> Vehicle:
    vehicle, day, fields = vehicle_of(body), day_of(ledger.now), body["fields"]
    require_as_it_was(vehicle, fields)
    former, status = (vehicle.plate, vehicle.plate_colour), str(vehicle.status)
    after = {name: pair[1] for name, pair in fields.items()}
    enter_fields(vehicle, after, body["source"], day, body["evidence"])
    moved = take_plate(vehicle) if "plate" in after else []
    vehicle.save()
    if vehicle.plate != former[0]:
        moved.append((vehicle, *former))
    change_plates(moved, day, body["source"])
    keep_changes(ledger, [(vehicle, {name: pair for name, pair in fields.items() if name in GATE_FIELDS})])
    if "status" in after:
        vehicle.changes.create(
            kind="reinstated",
            on=day,
            recorded_at=ledger.now,
            source=ledger.caller.actor[:80],
            data={"before": status},
        )
    why = body.get("why") or "登记资料已更正"
    resolve_differences(ledger, vehicle, tuple(after), why, Finding.Outcome.GONE)
    return vehicle


CORRECTION = register(
    Act(
        kind="register-correction",
        name=Text("登记更正", "correct the register"),
        carry_out=_enter,
        link=link_of,
        compares=compared,
        before=who_proposed,
        office=PartyKind.POLICE,
    )
)
