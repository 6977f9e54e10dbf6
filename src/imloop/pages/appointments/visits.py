"""Booking a test or a retest, one's own appointment, and who waits: pages for anyone (A8)."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from imloop.exchange.http.addresses import disposition
from imloop.exchange.http.rate_limit import count_question
from imloop.facts.codes import METHOD_NAMES, Method
from imloop.facts.days import CHINA, day_of, read_day
from imloop.facts.text import Text
from imloop.gates.appointments.slots import Slot
from imloop.pages.choices import named
from imloop.pages.forms import require_sure, sent_moment
from imloop.pages.guard import public, words
from imloop.pages.templatetags.imloop_tags import long_day
from imloop.papers.calendar_file import CalendarEvent, calendar_file
from imloop.steps.appointments import book_appointment
from imloop.steps.appointments.free_slots import (
    free_slots,
    is_waiting,
    method_of_case,
    methods_of,
    next_free,
    retest_stations,
    takes_bookings,
    why_closed,
)
from imloop.steps.appointments.opening_hours import next_days
from imloop.steps.appointments.texts import RETEST, ticket
from imloop.steps.appointments.visit_queue import board
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.ground import clock, registers
from imloop.store.models import Appointment, Case, Party, PartyKind


def retest_card(case: Case, now: datetime) -> dict[str, object]:
    """What the case page says of appointments: one's own, or the next free times at the right station."""
    if not is_waiting(case):
        return {}
    own = book_appointment.of_case(case)
    if own is not None and own.state == Appointment.State.BOOKED and own.ends_at > now:
        return {"appointment": own, "ticket": ticket(own)}
    stations = retest_stations(case, now)
    method = method_of_case(case)
    free = next_free(stations[0], method, retest=True, now=now) if stations and method else []
    fallen = own if own is not None and own.state == Appointment.State.CANCELLED and own.why else None
    return {
        "retest_at": stations[0] if stations else None,
        "next_free": free,
        "may_book": any(takes_bookings(each, day_of(now)) for each in stations),
        "fallen": fallen,
    }


@public
def book_retest(request: HttpRequest, token: str) -> HttpResponse:
    """From the case page: the green lane at a station where the law lets this case be retested."""
    count_question(request, clock.now())
    case, now = case_lookups.owner_case(token), clock.now()
    if not is_waiting(case):
        return redirect(f"/c/{token}")
    stations = retest_stations(case, now)
    typed = request.POST or request.GET
    station = next((each for each in stations if each.code == typed.get("station")), None)
    station = station or (stations[0] if stations else None)
    method = method_of_case(case)
    context: dict[str, object] = {"case": case, "stations": named(stations), "ask_method": method is None}
    return _book(request, station, method, context, case_token=token)


@public
def book_test(request: HttpRequest, code: str) -> HttpResponse:
    """From the station's page: a periodic test, by plate and VIN tail."""
    count_question(request, clock.now())
    station = registers.party(code, PartyKind.ISTATION)
    return _book(request, station, None, {"stations": named([station]), "ask_method": True}, case_token="")


def _book(
    request: HttpRequest,
    station: Party | None,
    method: Method | None,
    context: dict[str, object],
    *,
    case_token: str,
) -> HttpResponse:
    now = clock.now()
    typed = request.POST or request.GET
    if request.method == "POST":
        row = book_appointment.book(_asked(request, station, case_token), now)
        return redirect(f"/a/{row.token}?new=1")
    if station is not None:
        context |= _choice(
            station, method, typed.get("method", ""), typed.get("day", ""), bool(case_token), now
        )
    context |= {"station": station, "typed": typed, "retest": bool(case_token)}
    return render(request, "appointments/book.html", context)


def _asked(request: HttpRequest, station: Party | None, case_token: str) -> book_appointment.Booking:
    form = request.POST
    return book_appointment.Booking(
        station=station.code if station else "",
        starts_at=sent_moment(form, "starts_at"),
        phone=form.get("phone", ""),
        method=form.get("method", ""),
        plate=form.get("plate", ""),
        vin_tail=form.get("vin_tail", ""),
        case_token=case_token,
    )


def _choice(
    station: Party, method: Method | None, typed_method: str, typed_day: str, retest: bool, now: datetime
) -> dict[str, object]:
    """The days that can be booked with how much is free, and the times of the chosen one (else the first free)."""
    today = day_of(now)
    methods = methods_of(station, today)
    chosen = method or next((each for each in methods if each == typed_method), None)
    if chosen is None and methods:
        chosen = methods[0]
    if chosen is None:
        return {"takes_bookings": False}
    law = registers.law_at(today, station.place)
    days = next_days(today, law.integer("appointment.days_ahead") + 1)
    found = {
        day: _distinct(slots)
        for day, slots in free_slots(station, chosen, days, retest=retest, now=now).items()
    }
    first = next((day for day, slots in found.items() if slots), today)
    day = _day(typed_day, first)
    return {
        "takes_bookings": takes_bookings(station, today),
        "methods": [(each.value, words(METHOD_NAMES[each])) for each in methods],
        "method": chosen,
        "days": [
            (each.isoformat(), _so_many(each, slots)) for each, slots in found.items() if slots or each == day
        ],
        "day": day,
        "iso_day": day.isoformat(),
        "slots": [(each.starts_at.isoformat(), _time(each)) for each in found.get(day, [])],
        "closed": [reason.to_json() for reason in why_closed(station, day)],
        "cancel_hours": law.integer("appointment.cancel_hours"),
        "late_minutes": law.integer("appointment.late_minutes"),
    }


def _so_many(day: date, slots: list[Slot]) -> str:
    free = ngettext("%(n)s 个时段", "%(n)s 个时段", len(slots)) % {"n": len(slots)}
    return f"{long_day(day)} · {free}"


def _time(slot: Slot) -> str:
    begin = slot.starts_at.astimezone(CHINA).strftime("%H:%M")
    return f"{begin} · {_('复检绿色通道')}" if slot.for_retests else begin


def _day(text: str, first: date) -> date:
    return read_day(text) if text else first


def _distinct(slots: list[Slot]) -> list[Slot]:
    """Each moment once, whichever line; for a retest the green lane comes first."""
    out: dict[datetime, Slot] = {}
    for slot in slots:
        out.setdefault(slot.starts_at, slot)
    return list(out.values())


@public
def own_appointment(request: HttpRequest, token: str) -> HttpResponse:
    """When, where, what to bring; cancelling."""
    count_question(request, clock.now())
    now = clock.now()
    context: dict[str, object] = {}
    if request.method == "POST":
        require_sure(request.POST)
        book_appointment.cancel(token, now)
        return redirect(f"/a/{token}")
    row = book_appointment.by_token(token)
    law = registers.law_at(day_of(now), row.station.place)
    context |= {
        "row": row,
        "ticket": ticket(row),
        "new": request.GET.get("new") == "1",
        "open": row.state == Appointment.State.BOOKED and row.ends_at > now,
        "retest": row.purpose == RETEST,
        "cancel_hours": law.integer("appointment.cancel_hours"),
        "late_minutes": law.integer("appointment.late_minutes"),
        "again": f"/c/{row.case.owner_token}/book"
        if row.case
        else f"/public/stations/{row.station.code}/book",
    }
    return render(request, "appointments/appointment.html", context)


@public
def appointment_file(request: HttpRequest, token: str) -> HttpResponse:
    """The appointment for the owner's own calendar."""
    row = book_appointment.by_token(token)
    what = (
        Text("汽车排放复检", "Emission retest")
        if row.purpose == RETEST
        else Text("汽车排放检验", "Emission test")
    )
    number = Text(f"预约号 {ticket(row)}", f"Number {ticket(row)}")
    url = f"{settings.BASE_URL}/a/{row.token}"
    event = CalendarEvent(
        uid=f"appointment-{row.pk}",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        stamped_at=row.changed_at,
        summary=f"{words(what)} {row.plate}",
        location=" ".join(part for part in (row.station.name, row.station.address) if part),
        description=f"{words(number)}\n{row.station.phone}\n{url}",
        url=url,
        cancelled=row.state == Appointment.State.CANCELLED,
    )
    return HttpResponse(
        calendar_file(event),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": disposition(f"imloop-{row.day}.ics")},
    )


@public
def public_queue(request: HttpRequest, code: str) -> HttpResponse:
    """The board on the owner's phone and, with ``hall``, over the hall: numbers and estimated minutes; it refreshes
    itself."""
    count_question(request, clock.now())
    station, now = registers.party(code, PartyKind.ISTATION), clock.now()
    context = {"station": station, "board": board(station, now), "now": now, "hall": "hall" in request.GET}
    response = render(request, "appointments/queue_public.html", context)
    response["Refresh"] = "30"
    return response
