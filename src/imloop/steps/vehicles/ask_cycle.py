"""Stations and departments ask: is a test of this vehicle due here today?"""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text
from imloop.gates.answer import Answer
from imloop.gates.vehicles.origin import due_here
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.vehicles.enrol_guest_vehicle import is_enrolled
from imloop.steps.vehicles.find_vehicle import require_vehicle
from imloop.steps.vehicles.vehicle_facts import case_fact, loaded_subject
from imloop.store.models import PartyKind


def ask_cycle(caller: Caller, *, at: datetime, vin: str = "", plate: str = "") -> Answer:
    """By the law of the caller's place. Nothing is written."""
    if not caller.is_department and caller.kind != PartyKind.ISTATION:
        raise NotAllowed(
            "wrong-kind-of-party",
            Text("仅检验机构和主管部门可查询。", "Only stations and departments may ask."),
        )
    vehicle = require_vehicle(vin, plate)
    day = day_of(at)
    return due_here(
        loaded_subject(vehicle),
        case_fact(vehicle),
        day,
        registers.law_at(day, caller.place),
        enrolled=is_enrolled(vehicle, caller.place, day),
    )
