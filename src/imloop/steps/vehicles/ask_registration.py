"""The traffic police ask before registering a new vehicle or one from elsewhere (D8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from imloop.facts.codes import Fuel, fuels_of
from imloop.facts.days import day_of
from imloop.facts.identifiers import plain
from imloop.facts.records.vehicle import NewVehicle
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.gates.answer import Answer
from imloop.gates.vehicles.registration import Application, registration
from imloop.gates.vehicles.subject import Subject
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.seen import Door, seen
from imloop.steps.vehicles.identify_vehicle import find_vehicle
from imloop.steps.vehicles.vehicle_facts import case_fact, loaded_subject
from imloop.store.models import PartyKind


def ask_registration(
    caller: Caller,
    stated: NewVehicle,
    *,
    at: datetime,
    application: str = Application.NEW,
    place: str = "",
) -> Answer:
    """Judged by the facts given; what is not given is taken from the register, if it knows the VIN."""
    require_kind(caller, PartyKind.POLICE, PartyKind.ENVIRONMENT, PartyKind.SUPERVISOR, PartyKind.ADMIN)
    if application not in list(Application):
        raise Malformed(
            "wrong-value",
            Text(
                f"application：{application}，可选 new transfer_in。",
                f"application: {application}; choose new or transfer_in.",
            ),
        )
    letters = fuels_of(stated.fuel)
    fuel = str(letters[0] or "") if letters else stated.fuel
    if fuel and fuel not in list(Fuel):
        raise Malformed(
            "wrong-value", Text(f"fuel：{fuel} 不在代码表中。", f"fuel: {fuel} is not a known code.")
        )
    vin = plain(stated.vin)
    vehicle = find_vehicle(vin, "") if vin else None
    if vehicle is not None:
        seen(caller, Door.REGISTRATION, [vehicle.pk])
    known = loaded_subject(vehicle) if vehicle is not None else Subject(vin=vin)
    subject = replace(
        known,
        fuel=fuel or known.fuel,
        emission_stage=stated.emission_stage or known.emission_stage,
        vehicle_type=stated.vehicle_type or known.vehicle_type,
        usage=stated.usage or known.usage,
        max_mass_kg=stated.max_mass_kg if stated.max_mass_kg is not None else known.max_mass_kg,
    )
    law = registers.law_at(day_of(at), place or caller.place)
    return registration(subject, Application(application), case_fact(vehicle, caller), law)
