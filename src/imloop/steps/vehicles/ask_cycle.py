"""Stations and departments ask: is a test of this vehicle due here today?"""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import day_of
from imloop.gates.answer import Answer
from imloop.gates.vehicles.origin import due_here
from imloop.steps.ground import registers
from imloop.steps.ground.access import ASK_OF_VEHICLES, Caller, require_kind
from imloop.steps.ground.seen import Door, seen
from imloop.steps.vehicles.enrol_guest_vehicle import is_enrolled
from imloop.steps.vehicles.find_vehicle import named, require_vehicle
from imloop.steps.vehicles.vehicle_facts import case_fact, loaded_subject
from imloop.store.models import PartyKind


def ask_cycle(caller: Caller, *, at: datetime, vin: str = "", plate: str = "") -> Answer:
    """By the law of the caller's place. The look is kept; the answer bears the names that were asked, and no other."""
    require_kind(caller, PartyKind.ISTATION, *ASK_OF_VEHICLES)
    vehicle = require_vehicle(vin, plate)
    seen(caller, Door.CYCLE, [vehicle.pk])
    day = day_of(at)
    answer = due_here(
        loaded_subject(vehicle),
        case_fact(vehicle, caller),
        day,
        registers.law_at(day, caller.place),
        enrolled=is_enrolled(vehicle, caller.place, day),
    )
    return named(answer, vin, plate)
