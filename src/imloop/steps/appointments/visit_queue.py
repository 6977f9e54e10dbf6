"""A station's appointments of a day, and the vehicles waiting there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from imloop import loop
from imloop.facts.days import day_of
from imloop.facts.mask import masked_plate
from imloop.facts.text import Reason
from imloop.gates.appointments.slots import Wait, Waiting, slot_length, waits
from imloop.steps.appointments.texts import RETEST, appointment_json, ticket
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, own
from imloop.steps.ground.seen import Door, seen
from imloop.store.models import Appointment, Case, Party, PartyKind, Test


def day_list(caller: Caller, day: date, station: str = "") -> QuerySet[Appointment]:
    """The appointments of a day in order of time: a station's own, those of a department's place."""
    rows = Appointment.objects.filter(own(caller, "station__place", "station__code", None), day=day)
    if station:
        rows = rows.filter(station__code=station)
    return rows.select_related("station", "line", "case", "vehicle").order_by("starts_at", "number")


def day_told(caller: Caller, day: date, station: str = "") -> list[dict[str, object]]:
    """The same for machines. Where other people's cars will be is told to departments without plates and phones, and
    the look is kept."""
    rows = list(day_list(caller, day, station))
    if caller.kind == PartyKind.ISTATION:
        return [appointment_json(row) for row in rows]
    if rows:
        more = {"day": day.isoformat(), "appointments": len(rows)}
        seen(caller, Door.APPOINTMENTS, [row.vehicle_id for row in rows if row.vehicle_id], more=more)
    told = [{**appointment_json(row), "plate": masked_plate(row.plate)} for row in rows]
    return [{name: value for name, value in row.items() if name != "phone"} for row in told]


def queue(station: Party, now: datetime) -> list[tuple[Appointment, Wait]]:
    """Who has come today and has not been tested since, in the order of each line, with the time it will take."""
    day = day_of(now)
    law = registers.law_at(day, station.place)
    arrived = list(
        station.appointments.filter(day=day, state=Appointment.State.ARRIVED).select_related(
            "station", "line", "case"
        )
    )
    tested = _tested(station, arrived)
    yard = {
        str(row.pk): row
        for row in arrived
        if not any(begun >= row.changed_at for begun in tested.get(row.plate, ()))
    }
    order = waits(
        [
            Waiting(
                key,
                row.line.code,
                row.starts_at,
                row.purpose == RETEST,
                int(slot_length(row.line.methods, law) / timedelta(minutes=1)),
            )
            for key, row in yard.items()
        ]
    )
    return [(yard[each.waiting.number], each) for each in order]


def gate_says(rows: Iterable[Appointment], now: datetime) -> dict[int, list[Reason]]:
    """Appointment → why the car may not be retested now; those without a refusal are left out. A queue lets everyone
    in, and says so."""
    of_vehicle = {row.vehicle_id: row for row in rows if row.vehicle_id is not None}
    found = {}
    for case in Case.objects.filter(closed_at__isnull=True, vehicle__in=list(of_vehicle)):
        row = of_vehicle[case.vehicle_id]
        law = registers.law_at(day_of(now), case.place)
        refusals = loop.permit(as_loop_case(case), station=row.station.code, at=now, law=law).refusals
        if refusals:
            found[row.pk] = list(refusals)
    return found


def board(station: Party, now: datetime) -> list[dict[str, object]]:
    """The display in the hall: numbers, never whole plates."""
    return [
        {
            "ticket": ticket(row),
            "plate": masked_plate(row.plate),
            "line": row.line.code,
            "retest": row.purpose == RETEST,
            "place": wait.place,
            "minutes": wait.minutes,
        }
        for row, wait in queue(station, now)
    ]


def _tested(station: Party, rows: list[Appointment]) -> dict[str, list[datetime]]:
    """Plate → when tests of that vehicle began here since the first of them came."""
    if not rows:
        return {}
    since = min(row.changed_at for row in rows)
    found: dict[str, list[datetime]] = {}
    for plate, begun in Test.objects.filter(
        station=station, started_at__gte=since, vehicle__plate__in=[row.plate for row in rows]
    ).values_list("vehicle__plate", "started_at"):
        found.setdefault(plate, []).append(begun)
    return found
