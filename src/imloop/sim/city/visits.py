"""Appointments of the demo city: the hours of every station, a day's bookings, the next ones (A8)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from imloop.facts.codes import Method
from imloop.facts.days import CHINA, day_of
from imloop.gates.appointments.slots import Slot
from imloop.sim.world.places import STATIONS
from imloop.steps.appointments.book_appointment import Booking, arrive, book, miss
from imloop.steps.appointments.free_slots import free_slots, method_of_case, next_free
from imloop.steps.appointments.opening_hours import Hours, next_days, set_hours
from imloop.steps.ground.access import Caller, caller_for
from imloop.store.models import Appointment, Case, Party, Test, Vehicle

MORNING = time(7, 0)
PER_STATION = 5
_PHONE = "1390772{:04d}"


def open_stations(since: datetime) -> None:
    """Working days from 8 to 18, as the traffic has it; the last station with a break at noon and half a Saturday."""
    daily = [Hours(None, time(8), time(18))]
    office = [
        Hours(None, time(8), time(12)),
        Hours(None, time(13, 30), time(17, 30)),
        Hours(5, time(8, 30), time(12)),
    ]
    for station in STATIONS:
        caller = caller_for(Party.objects.get(code=station.code))
        set_hours(caller, office if station is STATIONS[-1] else daily, day_of(since), since)


def enter_visits(now: datetime) -> None:
    """Today: some that came by appointment and one that did not; then the next days' bookings."""
    if Appointment.objects.exists():
        return
    for number, station in enumerate(_stations()):
        _today(station, now, 100 * number)
        _next_retests(station, now, 100 * number + 20)
        _next_periodic(station, now, 100 * number + 40)


def _stations() -> list[Party]:
    return list(Party.objects.filter(code__in=[s.code for s in STATIONS]).order_by("code"))


def _today(station: Party, now: datetime, first: int) -> None:
    morning = datetime.combine(day_of(now), MORNING, CHINA)
    desk = caller_for(station)
    came = (
        Test.objects.filter(station=station, started_at__gte=morning, purpose="periodic", result="pass")
        .exclude(vehicle__cases__closed_at__isnull=True, vehicle__cases__isnull=False)
        .select_related("vehicle")
        .order_by("started_at")
    )
    for number, test in enumerate(came[:PER_STATION]):
        if test.vehicle is None or len(test.vehicle.vin) < 6:
            continue
        day = day_of(now)
        free = free_slots(station, Method(test.method), [day], retest=False, now=morning)[day]
        slot = next((each for each in reversed(free) if each.starts_at <= test.started_at), None)
        if slot is not None:
            row = _book(station, test.vehicle, test.method, slot, first + number, morning)
            arrive(desk, row.pk, min(slot.starts_at, test.started_at) - timedelta(minutes=6))
    _nobody_came(station, desk, now, first + PER_STATION)


def _nobody_came(station: Party, desk: Caller, now: datetime, number: int) -> None:
    """The first free time of the morning, if it is over: booked, and nobody came."""
    day = day_of(now)
    morning = datetime.combine(day, MORNING, CHINA)
    free = free_slots(station, Method.ASM, [day], retest=False, now=morning)[day]
    late = timedelta(minutes=20)
    vehicle = _others(station, now, 1)
    if free and vehicle and free[0].starts_at + late <= now:
        row = _book(station, vehicle[0], Method.ASM, free[0], number, morning)
        miss(desk, row.pk, free[0].starts_at + late)


def _next_retests(station: Party, now: datetime, first: int) -> None:
    """Owners book the green lane, first those whose cars are repaired."""
    waiting = Case.objects.filter(station=station, closed_at__isnull=True)
    for number, case in enumerate(waiting.order_by("-state", "case_no")[:PER_STATION]):
        method = method_of_case(case)
        found = next_free(station, method, retest=True, now=now, count=1) if method else []
        if found:
            asked = Booking(
                station=station.code,
                starts_at=found[0].starts_at,
                line=found[0].line,
                phone=_PHONE.format(first + number),
                case_token=case.owner_token,
            )
            book(asked, now)


def _next_periodic(station: Party, now: datetime, first: int) -> None:
    """Spread over the days that can be booked, so that a demo left alone for days still has some."""
    days = next_days(day_of(now), 14)
    free = free_slots(station, Method.ASM, days, retest=False, now=now)
    chosen = [slots[len(slots) // 3] for slots in free.values() if slots]
    vehicles = _others(station, now, len(chosen))
    for number, (slot, vehicle) in enumerate(zip(chosen, vehicles, strict=False)):
        _book(station, vehicle, Method.ASM, slot, first + number, now)


def _others(station: Party, now: datetime, count: int) -> list[Vehicle]:
    """Petrol cars without a case that were tested here once and have no appointment."""
    rows = (
        Vehicle.objects.filter(tests__station=station, tests__method=Method.ASM, fuel="gasoline")
        .exclude(vin="")
        .exclude(plate="")
        .exclude(cases__closed_at__isnull=True, cases__isnull=False)
        .exclude(tests__started_at__gte=now - timedelta(days=2))
        .exclude(appointments__isnull=False)
        .filter(plate__startswith="桂B")
    )
    return list(rows.distinct().order_by("pk")[:count])


def _book(
    station: Party, vehicle: Vehicle, method: str, slot: Slot, number: int, now: datetime
) -> Appointment:
    return book(
        Booking(
            station=station.code,
            starts_at=slot.starts_at,
            line=slot.line,
            phone=_PHONE.format(number),
            method=method,
            plate=vehicle.plate,
            vin_tail=vehicle.vin[-6:],
        ),
        now,
    )
