"""The demo city's side of the police: due dates, a low-emission zone, a heavy-pollution alert, two enrolled
vehicles."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from imloop.facts.days import day_of
from imloop.gates.vehicles.cycle import due_after, due_on_or_after
from imloop.law import load
from imloop.sim.city.buses import enter_buses
from imloop.sim.city.registered_fleet import enter_samples
from imloop.sim.city.second_looks import enter_second_looks
from imloop.sim.world.identifiers import make_vin
from imloop.sim.world.places import CITY
from imloop.steps.ground.access import Caller, caller_for
from imloop.steps.roads.zones import NewZone, declare_alert, enter_zone
from imloop.steps.vehicles.enrol_guest_vehicle import NewEnrolment, enrol
from imloop.steps.vehicles.register.word import POLICE, register
from imloop.steps.vehicles.vehicle_facts import loaded_subject
from imloop.store.models import Party, PartyKind, Vehicle

_ZONE = {"fuels": ["diesel"], "stage_below": "5", "hours": ["07:00-22:00"], "except": ["emergency", "bus"]}
_PHASE_OUT = {"fuels": ["diesel"], "stage_below": "3", "everywhere": True}
_ALERT = {"vehicle_types": ["H11", "H21", "Q1"], "stage_below": "6a", "except": ["electric", "emergency"]}


def enter_roads(now: datetime) -> None:
    """What the departments decided before today; through the same steps as their pages."""
    office = _office(PartyKind.ENVIRONMENT)
    today = day_of(now)
    low_emission = NewZone(
        code="LEZ",
        name="柳州市中心城区低排放控制区（演示）",
        rules=[_ZONE],
        since=today - timedelta(days=200),
        cite="关于划定低排放控制区的通告（演示）",
    )
    enter_zone(office, low_emission, now - timedelta(days=230))
    phase_out = NewZone(
        code="OUT-3",
        name="国三以下柴油车淘汰（演示）",
        rules=[_PHASE_OUT],
        since=today - timedelta(days=400),
        cite="关于加快淘汰高排放车辆的通告（演示）",
    )
    enter_zone(office, phase_out, now - timedelta(days=430))
    start = (now - timedelta(days=16)).replace(hour=0, minute=0, second=0, microsecond=0)
    declare_alert(
        office,
        level="orange",
        rules=[_ALERT],
        since=start,
        until=start + timedelta(days=3),
        cite="重污染天气橙色预警（演示）",
        now=start,
    )
    _guests(office, today, now)
    enter_buses(today)
    enter_samples(now - timedelta(days=60))


def _guests(office: Caller, today: date, now: datetime) -> None:
    guests = (
        ("粤A6Z218", "fixed_route", "柳州—广州客运专线线路许可（演示）", "K11", "B", "diesel", 1),
        ("湘M3K570", "resident", "柳州市居住证（演示）", "K33", "A", "gasoline", 2),
    )
    for plate, ground, evidence, vehicle_type, usage, fuel, number in guests:
        vin = make_vin("LGB", "H52E0", today.year - 4, "A", 900000 + number)
        registered = today.replace(year=today.year - 4, day=1)
        facts = {"vin": vin, "plate": plate, "vehicle_type": vehicle_type, "usage": usage, "fuel": fuel}
        facts["first_registered_on"] = registered.isoformat()
        since = today - timedelta(days=60 * number)
        guest_car = Vehicle()
        register(guest_car, {**facts, "plate_colour": "blue"}, POLICE, since, "")
        guest_car.save()
        guest = NewEnrolment(ground=ground, evidence=evidence, since=since, vin=vin)
        enrol(office, guest, now - timedelta(days=60 * number))


def finish_register(now: datetime) -> None:
    """After the traffic: due dates, and what waits for a second person."""
    set_due_dates(now)
    enter_second_looks(now)


def set_due_dates(now: datetime) -> None:
    """Every vehicle without a due date gets one: after its latest pass, else the cycle it is in."""
    law = load().at(day_of(now), CITY)
    changed = []
    for vehicle in Vehicle.objects.filter(due_on__isnull=True):
        subject = loaded_subject(vehicle)
        vehicle.due_on = (
            due_after(subject, subject.passed_on, law)
            if subject.passed_on
            else due_on_or_after(subject, _cycle_day(vehicle, now), law)
        )
        if vehicle.due_on is not None:
            changed.append(vehicle)
    Vehicle.objects.bulk_update(changed, ["due_on"], batch_size=200)


def _cycle_day(vehicle: Vehicle, now: datetime) -> date:
    """A vehicle that came and failed is still in the cycle it came for."""
    first = vehicle.tests.order_by("started_at").values_list("started_at", flat=True).first()
    return day_of(first or now)


def _office(kind: PartyKind) -> Caller:
    return caller_for(Party.objects.get(code=f"{CITY}-{kind}"), kind)
