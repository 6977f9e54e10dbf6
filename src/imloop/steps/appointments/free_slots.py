"""The free times of a station, and the stations at which a case may be retested."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from imloop import loop
from imloop.facts.codes import Method
from imloop.facts.days import day_of
from imloop.facts.text import Reason, Text
from imloop.gates.appointments.slots import LineFact, Slot, Taken
from imloop.gates.appointments.slots import free_slots as free_of
from imloop.gates.appointments.visit import last_day
from imloop.loop.permit import same_station
from imloop.loop.question import Question
from imloop.steps.appointments.opening_hours import closed_days, hours_of, next_days, openings_of
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.ground import registers
from imloop.steps.stations import standing
from imloop.steps.stations.station_facts import StationFacts, facts_of
from imloop.store.models import Appointment, Case, Party, PartyKind

HOLDING = (Appointment.State.BOOKED, Appointment.State.ARRIVED)
"""States in which an appointment occupies its time."""


def free_slots(
    station: Party, method: Method, days: list[date], *, retest: bool, now: datetime
) -> dict[date, list[Slot]]:
    """Day → what may still be booked. Empty where the station is closed, barred or has no free line that day."""
    return dict(_by_day(station, method, days, retest=retest, now=now))


def next_free(station: Party, method: Method, *, retest: bool, now: datetime, count: int = 3) -> list[Slot]:
    """The first free times from now on, each moment once."""
    law = registers.law_at(day_of(now), station.place)
    days = next_days(day_of(now), law.integer("appointment.days_ahead") + 1)
    starts: dict[datetime, Slot] = {}
    for _, slots in _by_day(station, method, days, retest=retest, now=now):
        for slot in slots:
            starts.setdefault(slot.starts_at, slot)
        if len(starts) >= count:
            break
    return list(starts.values())[:count]


def takes_bookings(station: Party, day: date) -> bool:
    """Whether the station has entered hours that hold now or later."""
    return bool(hours_of(station, day))


def _by_day(
    station: Party, method: Method, days: list[date], *, retest: bool, now: datetime
) -> Iterator[tuple[date, list[Slot]]]:
    facts = facts_of(station)
    first, last = days[0], min(days[-1], last_day(now, registers.law_at(day_of(now), station.place)))
    openings, closed = openings_of(station, first, last), closed_days(station, first, last)
    taken: dict[date, list[Taken]] = defaultdict(list)
    for line, day, starts_at, ends_at in station.appointments.filter(
        day__gte=first, day__lte=last, state__in=HOLDING, walk_in=False
    ).values_list("line__code", "day", "starts_at", "ends_at"):
        taken[day].append(Taken(line, starts_at, ends_at))
    for day in days:
        law = registers.law_at(day, station.place)
        if day > last or day in closed or not facts.is_active(day, law):
            yield day, []
            continue
        lines = [LineFact(f.line.code, tuple(f.line.methods)) for f in facts.lines if f.serves(day)]
        offered = free_of(
            lines, openings, taken[day], method=method, day=day, retest=retest, now=now, law=law
        )
        yield day, [slot for slot in offered if not _locked(facts, slot, method)]


def why_closed(station: Party, day: date) -> list[Reason]:
    """Why no time of a day can be booked: the station's standing, a closed day."""
    law = registers.law_at(day, station.place)
    found = [reason for reason in facts_of(station).against(day, law) if not reason.warning]
    why = closed_days(station, day, day).get(day)
    if why is not None:
        found.append(
            Reason(
                "day-closed",
                Text(f"{day} 停业：{why}", f"Closed on {day}: {why}"),
                law.cite("appointment.days_ahead"),
                Text("请另选一天。", "Choose another day."),
            )
        )
    return found


def retest_refused(case: Case, station: Party, at: datetime) -> Reason | None:
    """What the retest gate's station rule says of this station at that moment."""
    law = registers.law_at(day_of(at), case.place)
    return same_station(Question(as_loop_case(case), station.code, at, law))


def retest_stations(case: Case, now: datetime) -> list[Party]:
    """The stations at which this case may be retested now: its own, one of a granted exit, or any where the law ties
    it to none. Only stations of the city that may work today, the case's own first."""
    if case.closed_at is not None:
        return []
    day = day_of(now)
    own = case.station_id
    rows = Party.objects.filter(kind=PartyKind.ISTATION, place__startswith=case.place[:4]).order_by("code")
    found = [row for row in rows if retest_refused(case, row, now) is None and standing.is_active(row, day)]
    return sorted(found, key=lambda row: row.pk != own)


def method_of_case(case: Case) -> Method | None:
    """The method of the last test of the case; None where none was made at a station."""
    tests = case.vehicle.tests.filter(case_no=case.case_no).order_by("-started_at")
    last = tests.values_list("method", flat=True).first()
    return Method(last) if last else None


def methods_of(station: Party, day: date) -> list[Method]:
    """What the station's lines are licensed for on the day, of what the place allows."""
    allowed = registers.law_at(day, station.place).words("method.allowed")
    found = {method for each in facts_of(station).lines if each.serves(day) for method in each.line.methods}
    return [method for method in Method if method in found and method in allowed]


def is_waiting(case: Case) -> bool:
    return loop.State(case.state).is_open


def _locked(facts: StationFacts, slot: Slot, method: str) -> bool:
    line = facts.line(slot.line, slot.starts_at)
    return line is None or any(
        order.kind == "lock" and order.covers(method, slot.starts_at) for order in line.orders
    )
