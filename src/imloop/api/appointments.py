"""Calls about appointments: reception, free times and booking, the day's list and opening hours."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from ninja import Query, Schema

from imloop.api.http.answers import as_json, moment_of
from imloop.api.http.audience import I_STATION, I_STATION_OR_OFFICE
from imloop.api.http.auth import caller
from imloop.api.http.given import Clock, Day, Moment
from imloop.api.http.router import Router
from imloop.api.http.schemas import ABSENT, GateOut, ReasonOut, example
from imloop.exchange.http.rate_limit import count_question
from imloop.facts.days import day_of, read_day
from imloop.steps.appointments import book_appointment
from imloop.steps.appointments.ask_reception import ask_reception
from imloop.steps.appointments.free_slots import free_slots, why_closed
from imloop.steps.appointments.opening_hours import Hours, close_day, open_day, set_hours
from imloop.steps.appointments.texts import appointment_json, slot_json
from imloop.steps.appointments.visit_queue import board, day_told, gate_says
from imloop.steps.ground import clock, registers
from imloop.steps.ground.lookups import after
from imloop.store.models import Appointment, PartyKind

router = Router()


class ReceptionAsked(Schema):
    """Who wants to be tested, where, and by whom. ``line``, ``method`` left out: as the vehicle and its fault need."""

    line: str = ""
    method: str = ""
    vin: str = ""
    plate: str = ""
    station: str = ""
    at: Moment | None = None
    inspector: str = ""
    driver: str = ""
    reviewer: str = ""


class BookingIn(Schema):
    """``case_token``: from the notice's QR code, for a retest; otherwise ``plate`` and the last six of the VIN."""

    model_config = example(
        station="450203001",
        starts_at="2026-03-05T09:00:00+08:00",
        phone="13800000000",
        method="ASM",
        plate="桂B12345",
        vin_tail="123456",
    )

    station: str
    starts_at: Moment
    phone: str
    method: str = ""
    line: str = ""
    plate: str = ""
    vin_tail: str = ""
    case_token: str = ""


class SpanIn(Schema):
    """``weekday``: 0 is Monday; null: every working day by the State Council's calendar."""

    weekday: int | None = None
    opens: Clock
    closes: Clock


class HoursIn(Schema):
    model_config = example(
        since="2026-03-01",
        hours=[{"opens": "08:00", "closes": "12:00"}, {"weekday": 5, "opens": "09:00", "closes": "12:00"}],
    )

    since: Day
    hours: list[SpanIn]


class ClosedIn(Schema):
    day: Day
    reason: str


class SlotOut(Schema):
    """``for_retests``: of the green lane."""

    line: str
    starts_at: datetime
    ends_at: datetime
    for_retests: bool


class SlotsOut(Schema):
    """``reasons``: why the station takes nobody; then there are no slots."""

    station: str
    method: str
    day: date
    slots: list[SlotOut]
    reasons: list[ReasonOut]


class AppointmentOut(Schema):
    """``ticket``: the number called out; ``walk_in``: came without booking; ``why``: of a cancelled one."""

    id: int
    ticket: str
    station: str
    line: str
    method: str
    purpose: str
    starts_at: datetime
    ends_at: datetime
    walk_in: bool
    plate: str
    case: str | None
    state: str
    why: str


class BookedOut(AppointmentOut):
    """``token``: the key to see and cancel it."""

    token: str


class ExpectedOut(AppointmentOut):
    """As the station sees it; a department is not told the ``phone``, and of the ``plate`` a part."""

    phone: str = ABSENT


class ArrivedOut(ExpectedOut):
    """``refused``: why it may not be tested now; the queue takes it all the same."""

    refused: list[ReasonOut]


class DayOut(Schema):
    day: date
    appointments: list[ExpectedOut]


class WaitingOut(Schema):
    """``plate`` masked; ``place`` in the queue of the line; ``minutes`` until it is its turn."""

    ticket: str
    plate: str
    line: str
    retest: bool
    place: int
    minutes: int


class QueueOut(Schema):
    station: str
    queue: list[WaitingOut]


class HoursOut(Schema):
    """``spans``: how many are in force from then on."""

    station: str
    since: date
    spans: int


class ClosedOut(Schema):
    """``cancelled``: how many appointments fell."""

    day: date
    cancelled: int


class ReopenedOut(Schema):
    day: date


class ReceptionOut(GateOut):
    """``retest``: a case is open; ``method_by``: asked | fault (of the open case) | vehicle; ``due_yuan`` null: no
    approved price is known."""

    station: str
    line: str
    method: str
    method_by: str
    retest: bool
    due_on: date | None
    origin: str
    due_yuan: str | None
    case: str | None
    at: datetime


@router.get(
    "/public/stations/{code}/slots",
    answers={200: SlotsOut},
    tags=["public"],
    summary="可预约时段 · free times",
)
def get_slots(
    request: HttpRequest, code: str, method: str, day: str = "", purpose: str = "periodic"
) -> HttpResponse:
    """The free times of a day for a method; ``purpose=retest`` also shows the green lane."""
    count_question(request, clock.now())
    now = clock.now()
    on = read_day(day) if day else day_of(now)
    station = registers.party(code, PartyKind.ISTATION)
    chosen = registers.method_of(method)
    found = free_slots(station, chosen, [on], retest=purpose == "retest", now=now)[on]
    reasons = [reason.to_json() for reason in why_closed(station, on)]
    return as_json(
        {
            "station": code,
            "method": chosen,
            "day": on.isoformat(),
            "slots": [slot_json(slot) for slot in found],
            "reasons": reasons,
        }
    )


@router.post("/public/appointments", answers={201: BookedOut}, tags=["public"], summary="预约 · book")
def post_appointment(request: HttpRequest, asked: BookingIn) -> HttpResponse:
    """201 with ``token``, the key to see and cancel it; 403 names every rule that forbids it."""
    count_question(request, clock.now())
    row = book_appointment.book(book_appointment.Booking(**asked.dict()), clock.now())
    return as_json(appointment_json(row, owner=True), 201)


@router.get(
    "/public/appointments/{token}",
    answers={200: BookedOut},
    tags=["public"],
    summary="我的预约 · your own appointment",
)
def get_appointment(request: HttpRequest, token: str) -> HttpResponse:
    count_question(request, clock.now())
    return as_json(appointment_json(book_appointment.by_token(token), owner=True))


@router.delete(
    "/public/appointments/{token}", answers={200: BookedOut}, tags=["public"], summary="取消预约 · cancel"
)
def delete_appointment(request: HttpRequest, token: str) -> HttpResponse:
    count_question(request, clock.now())
    return as_json(appointment_json(book_appointment.cancel(token, clock.now()), owner=True))


@router.get(
    "/public/stations/{code}/queue",
    answers={200: QueueOut},
    tags=["public"],
    summary="排队情况 · who is waiting now",
)
def get_queue(request: HttpRequest, code: str) -> HttpResponse:
    """Numbers, masked plates and estimated minutes."""
    count_question(request, clock.now())
    station = registers.party(code, PartyKind.ISTATION)
    return as_json({"station": code, "queue": board(station, clock.now())})


@router.get(
    "/appointments",
    who=I_STATION_OR_OFFICE,
    answers={200: DayOut},
    tags=["I-station"],
    summary="某日预约 · a day's appointments",
)
def get_day(request: HttpRequest, day: str = "", station: str = "") -> HttpResponse:
    """A station's own; a department sees those of its place, without phones and with masked plates."""
    on = read_day(day) if day else day_of(clock.now())
    return as_json({"day": on.isoformat(), "appointments": day_told(caller(request), on, station)})


@router.post(
    "/appointments/{number}/arrived",
    who=I_STATION,
    answers={200: ArrivedOut},
    tags=["I-station"],
    summary="已到站 · the vehicle has arrived",
)
def post_arrived(request: HttpRequest, number: int) -> HttpResponse:
    who, now = caller(request), clock.now()

    def show(row: Appointment) -> dict[str, object]:
        refused = gate_says([row], now).get(row.pk, [])
        return {**appointment_json(row), "refused": [reason.to_json() for reason in refused]}

    return as_json(after(lambda: book_appointment.arrive(who, number, now), show))


@router.post(
    "/appointments/{number}/no-show",
    who=I_STATION,
    answers={200: ExpectedOut},
    tags=["I-station"],
    summary="爽约 · record a no-show",
)
def post_no_show(request: HttpRequest, number: int) -> HttpResponse:
    return as_json(appointment_json(book_appointment.miss(caller(request), number, clock.now())))


@router.post(
    "/opening-hours",
    who=I_STATION,
    answers={201: HoursOut},
    tags=["I-station"],
    summary="设置营业时间 · set opening hours",
)
def post_hours(request: HttpRequest, given: HoursIn) -> HttpResponse:
    who = caller(request)
    spans = [Hours(span.weekday, span.opens, span.closes) for span in given.hours]
    rows = set_hours(who, spans, given.since, clock.now())
    return as_json({"station": who.party_code, "since": given.since.isoformat(), "spans": len(rows)}, 201)


@router.post(
    "/closed-days",
    who=I_STATION,
    answers={201: ClosedOut},
    tags=["I-station"],
    summary="停业一天 · close for a day",
)
def post_closed(request: HttpRequest, closed: ClosedIn) -> HttpResponse:
    """``cancelled``: how many appointments were cancelled."""
    fallen = close_day(caller(request), closed.day, closed.reason, clock.now())
    return as_json({"day": closed.day.isoformat(), "cancelled": fallen}, 201)


@router.delete(
    "/closed-days/{day}",
    who=I_STATION,
    answers={200: ReopenedOut},
    tags=["I-station"],
    summary="恢复营业 · cancel a closed day",
)
def delete_closed(request: HttpRequest, day: str) -> HttpResponse:
    on = read_day(day)
    open_day(caller(request), on, clock.now())
    return as_json({"day": on.isoformat()})


@router.get(
    "/gates/reception",
    who=I_STATION_OR_OFFICE,
    answers={200: ReceptionOut},
    tags=["I-station"],
    summary="能否受理 · may it be tested here now",
)
def get_reception(request: HttpRequest, asked: Query[ReceptionAsked]) -> HttpResponse:
    """Every reason against a test at the counter: station, line, people, vehicle, cycle, open case, charge."""
    answer = ask_reception(
        caller(request),
        station=asked.station,
        line=asked.line,
        method=asked.method,
        at=moment_of(asked.at),
        vin=asked.vin,
        plate=asked.plate,
        people=asked.dict(include={"inspector", "driver", "reviewer"}),
    )
    return as_json(answer)
