"""Anyone asks: may this vehicle drive here, today (D12)?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from imloop.facts.codes import Fuel
from imloop.facts.days import day_of
from imloop.facts.identifiers import plain
from imloop.facts.refusal import Malformed, Unknown
from imloop.facts.text import Text
from imloop.gates.answer import Answer
from imloop.gates.roads.may_drive import AlertFact, ZoneFact, road
from imloop.gates.roads.zone_rules import parse_rules
from imloop.gates.vehicles.case_fact import CaseFact
from imloop.gates.vehicles.subject import Subject, stage_rank
from imloop.law.book import from_local_to_national
from imloop.steps.ground import registers
from imloop.steps.ground.access import ASK_OF_VEHICLES, Caller, require_kind
from imloop.steps.ground.seen import Door, seen
from imloop.steps.vehicles.enrol_guest_vehicle import is_enrolled
from imloop.steps.vehicles.find_vehicle import require_vehicle
from imloop.steps.vehicles.owner_door import owned
from imloop.steps.vehicles.vehicle_facts import case_fact, loaded_subject
from imloop.store.models import PollutionAlert, Vehicle, Zone


@dataclass(frozen=True, slots=True)
class Stated:
    """A vehicle as somebody without access to the register describes it."""

    plate: str
    vin_tail: str = ""
    fuel: str = ""
    emission_stage: str = ""
    vehicle_type: str = ""


def ask_road(
    caller: Caller, *, at: datetime, vin: str = "", plate: str = "", zone: str = "", place: str = ""
) -> Answer:
    """For departments: with everything the register knows of the vehicle. The look is kept."""
    require_kind(caller, *ASK_OF_VEHICLES)
    vehicle = require_vehicle(vin, plate)
    seen(caller, Door.ROAD, [vehicle.pk])
    where = place or caller.place
    case, enrolled = case_fact(vehicle, caller), is_enrolled(vehicle, where, day_of(at))
    return _answer(loaded_subject(vehicle), case, at, where, zone, enrolled)


def ask_road_openly(who: Caller, stated: Stated, *, at: datetime, place: str, zone: str = "") -> Answer:
    """For anyone: the rules applied to what is stated. Only a reader who also knows the last six of the VIN is
    answered from the register, and told of an open case or an expired inspection; nothing else about a vehicle is
    revealed."""
    plate = plain(stated.plate)
    if not plate:
        raise Malformed("malformed", Text("请填写号牌号码。", "Give the plate."), at="plate")
    if stated.fuel and stated.fuel not in list(Fuel):
        raise Malformed("wrong-value", Text("请选择燃料。", "Choose a fuel."), at="fuel")
    if stated.emission_stage and stage_rank(stated.emission_stage) is None:
        raise Malformed(
            "wrong-value", Text("请选择排放阶段。", "Choose an emission stage."), at="emission_stage"
        )
    vehicle = _owned(who, plate, stated.vin_tail.strip())
    if vehicle is None:
        subject = Subject(
            plate=plate,
            fuel=stated.fuel,
            emission_stage=stated.emission_stage,
            vehicle_type=stated.vehicle_type,
        )
        return _answer(subject, None, at, place, zone, enrolled=False)
    enrolled = is_enrolled(vehicle, place, day_of(at))
    return _answer(loaded_subject(vehicle), case_fact(vehicle), at, place, zone, enrolled)


def _owned(who: Caller, plate: str, tail: str) -> Vehicle | None:
    if not tail:
        return None
    vehicle = owned(who, "roads", plate, tail)
    if vehicle is None:
        raise Unknown(
            "unknown-vehicle",
            Text(
                "号牌与 VIN 后六位不符，请核对行驶证。", "Plate and VIN tail do not match; see the licence."
            ),
        )
    return vehicle


def zones_at(place: str, at: datetime) -> list[Zone]:
    """The zones of a place (and of those above it) in force on that day."""
    day = day_of(at)
    running = Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day))
    return list(Zone.objects.filter(running, place__in=from_local_to_national(place)).order_by("code"))


def alerts_at(place: str, at: datetime) -> list[PollutionAlert]:
    """The alerts of a place that last at that moment."""
    running = Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))
    return list(PollutionAlert.objects.filter(running, place__in=from_local_to_national(place)))


def _answer(
    subject: Subject, case: CaseFact | None, at: datetime, place: str, zone: str, enrolled: bool
) -> Answer:
    zones = zones_at(place, at)
    if zone and zone not in {each.code for each in zones}:
        raise Unknown(
            "unknown-zone", Text(f"当日没有限行区 {zone}。", f"There is no zone {zone} on that day.")
        )
    return road(
        subject,
        at,
        registers.law_at(day_of(at), place),
        zones=[ZoneFact(each.code, each.name, parse_rules(each.rules), each.cite) for each in zones],
        alerts=[AlertFact(each.level, parse_rules(each.rules), each.cite) for each in alerts_at(place, at)],
        zone=zone,
        case=case,
        enrolled=enrolled,
    )
