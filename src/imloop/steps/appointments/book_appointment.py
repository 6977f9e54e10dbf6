"""Appointments for a test or a retest: book, cancel, arrive, no-show, walk in (A8)."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from imloop.facts.codes import Method
from imloop.facts.days import CHINA, day_of
from imloop.facts.identifiers import parse_plate, signs
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Problem, Unknown, Unlawful
from imloop.facts.text import Reason, Text
from imloop.gates.appointments.slots import Slot, slot_length
from imloop.gates.appointments.visit import Wish, may_book, may_cancel, may_miss
from imloop.steps.appointments.fitting_method import fitting_line, fitting_method
from imloop.steps.appointments.free_slots import (
    free_slots,
    is_waiting,
    method_of_case,
    retest_refused,
    why_closed,
)
from imloop.steps.appointments.texts import PERIODIC, RETEST, subject_of
from imloop.steps.appointments.visit_queue import queue
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.ground import registers
from imloop.steps.ground.access import PUBLIC, Caller
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.stations import standing
from imloop.steps.stations.station_facts import facts_of
from imloop.steps.vehicles.identify_vehicle import find_vehicle
from imloop.store.models import Appointment, Case, Line, Party, PartyKind, Vehicle

State = Appointment.State
_PHONE = re.compile(r"\+?\d{7,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What the owner asks for. ``line`` empty: any that is free. ``case_token``: from the notice, for a retest; then
    plate and VIN are the case's. ``method`` may be left out for a retest: it is that of the failed test."""

    station: str
    starts_at: datetime
    phone: str
    method: str = ""
    line: str = ""
    plate: str = ""
    vin_tail: str = ""
    case_token: str = ""


@dataclass(frozen=True, slots=True)
class _Who:
    """The vehicle as the owner names it, and as the registers know it."""

    plate: str
    vin_tail: str
    vehicle: Vehicle | None
    case: Case | None


def book(asked: Booking, now: datetime) -> Appointment:
    """Book for anyone who knows plate and VIN tail, or holds the case's token. Raises ``Unlawful`` with every rule
    broken; nothing is kept then."""
    phone = _require_phone(asked.phone)
    station = registers.party(asked.station, PartyKind.ISTATION)
    with writing(now, PUBLIC) as ledger:
        who = _owner_of(asked.case_token) if asked.case_token else _named(asked.plate, asked.vin_tail)
        method = _method(asked, who)
        _let_lapse(who, now)
        slot = _slot(asked, station, method, now)
        law = registers.law_at(day_of(now), station.place)
        answer = may_book(_wish(asked, who, station, method, slot, phone, now), now, law)
        if not answer.allowed or slot is None:
            raise answer.refusal()
        line = Line.objects.get(station=station, code=slot.line)
        row = _new(who, line, slot.starts_at, slot.ends_at, method, now)
        row.purpose, row.phone = (RETEST if asked.case_token else PERIODIC), phone
        row.save()
        _note_and_tell(ledger, row, "appointment-booked")
    return row


def cancel(token: str, now: datetime) -> Appointment:
    """The owner cancels, early enough for somebody else to take the time."""
    with writing(now, PUBLIC) as ledger:
        row = by_token(token)
        _require_state(row, State.BOOKED)
        refused = may_cancel(row.starts_at, now, registers.law_at(day_of(now), row.station.place))
        if refused is not None:
            raise Unlawful(refused.code, refused.text, cite=refused.cite, reasons=[refused])
        _turn(row, State.CANCELLED, now)
        _note_and_tell(ledger, row, "appointment-cancelled")
    return row


def arrive(caller: Caller, number: int, now: datetime) -> Appointment:
    """The vehicle is in the yard, on its day; one that was called a no-show may still come."""
    with writing(now, caller) as ledger:
        row = _own(caller, number)
        _require_state(row, State.BOOKED, State.NO_SHOW)
        if row.day != day_of(now):
            raise Conflict("not-today", Text(f"预约日期是 {row.day}。", f"The appointment is on {row.day}."))
        _arrived(ledger, row, now)
    return row


def miss(caller: Caller, number: int, now: datetime) -> Appointment:
    """Nobody came."""
    with writing(now, caller) as ledger:
        row = _own(caller, number)
        _require_state(row, State.BOOKED)
        refused = may_miss(row.starts_at, now, registers.law_at(day_of(now), row.station.place))
        if refused is not None:
            raise Unlawful(refused.code, refused.text, cite=refused.cite, reasons=[refused])
        _turn(row, State.NO_SHOW, now)
        ledger.note("appointment-missed", subject_of(row), {"purpose": row.purpose})
    return row


def walk_in(caller: Caller, plate: str, method: str, line_code: str, now: datetime) -> Appointment:
    """A vehicle without an appointment takes a number for a line; one with an open case comes for its retest.
    ``method``, ``line_code`` empty: as vehicle and fault ask for. One that is booked today comes as booked, and one
    that waits already keeps its number."""
    if caller.kind != PartyKind.ISTATION:
        raise NotAllowed("not-your-station", Text("只能为本站取号。", "Only for your own station."))
    text = parse_plate(plate).text
    with writing(now, caller) as ledger:
        station = Party.objects.get(code=caller.party_code)
        if (come := _come(station, text, ledger, now)) is not None:
            return come
        law, facts = registers.law_at(day_of(now), station.place), facts_of(station)
        vehicle = find_vehicle("", text)
        who = _Who(text, vehicle.vin[-6:] if vehicle else "", vehicle, _open_case(vehicle))
        chosen = fitting_method(method, facts, vehicle or Vehicle(plate=text), who.case, now).method
        line = standing.require_line(
            facts, line_code or fitting_line(chosen, facts, now, law), chosen, now, law
        )
        row = _new(who, line, now, now + slot_length(line.methods, law), chosen, now)
        row.purpose, row.walk_in, row.state = (RETEST if who.case else PERIODIC), True, State.ARRIVED
        row.save()
        ledger.note("walk-in", subject_of(row), {"purpose": row.purpose, "method": chosen})
    return row


def _come(station: Party, plate: str, ledger: Ledger, now: datetime) -> Appointment | None:
    """Today's number of the vehicle at the station, if it has one."""
    waiting = next((row for row, _wait in queue(station, now) if row.plate == plate), None)
    if waiting is not None:
        return waiting
    booked = station.appointments.filter(
        day=day_of(now), plate=plate, state__in=(State.BOOKED, State.NO_SHOW)
    )
    row = booked.select_related("station", "line", "case", "vehicle").order_by("starts_at").first()
    if row is not None:
        _arrived(ledger, row, now)
    return row


def _arrived(ledger: Ledger, row: Appointment, now: datetime) -> None:
    _turn(row, State.ARRIVED, now)
    ledger.note("appointment-arrived", subject_of(row), {"purpose": row.purpose})


def by_token(token: str) -> Appointment:
    """The owner's own appointment."""
    rows = Appointment.objects.select_related("station", "line", "case", "vehicle")
    found = rows.filter(token=token).first()
    if found is None:
        raise Unknown("unknown-appointment", Text("没有这个预约。", "There is no such appointment."))
    return found


def of_case(case: Case) -> Appointment | None:
    """The case's latest appointment."""
    rows = case.appointments.filter(walk_in=False).select_related("station", "line", "case")
    return rows.order_by("-created_at", "-pk").first()


def _owner_of(token: str) -> _Who:
    case = case_lookups.owner_case(token)
    if not is_waiting(case):
        raise Conflict("no-open-case", Text("案件已结，无需复检。", "The case is closed: no retest is due."))
    vehicle = case.vehicle
    return _Who(vehicle.plate, vehicle.vin[-6:], vehicle, case)


def _named(plate: str, vin_tail: str) -> _Who:
    """Only who knows plate and VIN tail of a registered vehicle is taken for its owner; any other pair is a vehicle
    that the register does not know, so nothing is revealed."""
    text, tail = parse_plate(plate).text, signs(vin_tail)
    if not re.fullmatch(r"[A-HJ-NPR-Z0-9]{6}", tail):
        words = Text("请填写车辆识别代号后六位。", "Give the last six of the VIN.")
        raise Malformed("malformed", words, problems=[Problem("$.vin_tail", "wrong-value", words)])
    vehicle = Vehicle.objects.filter(plate=text, vin__endswith=tail).order_by("-id").first()
    return _Who(text, tail, vehicle, _open_case(vehicle))


def _open_case(vehicle: Vehicle | None) -> Case | None:
    return vehicle.cases.filter(closed_at__isnull=True).first() if vehicle is not None else None


def _method(asked: Booking, who: _Who) -> Method:
    if asked.case_token and who.case is not None and not asked.method:
        found = method_of_case(who.case)
        if found is not None:
            return found
    return registers.method_of(asked.method)


def _slot(asked: Booking, station: Party, method: Method, now: datetime) -> Slot | None:
    """The free slot that begins at the time asked for."""
    starts_at = asked.starts_at if asked.starts_at.tzinfo else asked.starts_at.replace(tzinfo=CHINA)
    day = day_of(starts_at)
    free = free_slots(station, method, [day], retest=bool(asked.case_token), now=now)[day]
    return next(
        (slot for slot in free if slot.starts_at == starts_at and asked.line in ("", slot.line)), None
    )


def _wish(
    asked: Booking,
    who: _Who,
    station: Party,
    method: Method,
    slot: Slot | None,
    phone: str,
    now: datetime,
) -> Wish:
    starts_at = asked.starts_at if asked.starts_at.tzinfo else asked.starts_at.replace(tzinfo=CHINA)
    found: list[Reason] = why_closed(station, day_of(starts_at))
    if asked.case_token and who.case is not None:
        elsewhere = retest_refused(who.case, station, starts_at)
        found += [elsewhere] if elsewhere is not None else []
    mine = Appointment.objects.filter(plate=who.plate, vin_tail=who.vin_tail)
    return Wish(
        method=method,
        starts_at=starts_at,
        retest=bool(asked.case_token),
        free=slot is not None,
        open_bookings=mine.filter(state=State.BOOKED).count(),
        phone_bookings=Appointment.objects.filter(phone=phone, state=State.BOOKED, ends_at__gt=now).count(),
        no_shows=list(mine.filter(state=State.NO_SHOW).values_list("starts_at", flat=True)),
        fuel=who.vehicle.fuel if who.vehicle else "",
        case_open=who.case is not None,
        found=found,
    )


def _new(
    who: _Who, line: Line, starts_at: datetime, ends_at: datetime, method: Method, now: datetime
) -> Appointment:
    day = day_of(starts_at)
    last = line.station.appointments.filter(day=day).aggregate(last=Max("number"))["last"]
    return Appointment(
        station=line.station,
        line=line,
        number=(last or 0) + 1,
        day=day,
        starts_at=starts_at,
        ends_at=ends_at,
        method=method,
        vehicle=who.vehicle,
        plate=who.plate,
        vin_tail=who.vin_tail,
        case=who.case,
        changed_at=now,
        created_at=now,
        token=secrets.token_urlsafe(18),
    )


def _let_lapse(who: _Who, now: datetime) -> None:
    """An appointment of a day that is over, of which the station recorded nothing, no longer prevents a new one."""
    Appointment.objects.filter(
        plate=who.plate, vin_tail=who.vin_tail, state=State.BOOKED, day__lt=day_of(now)
    ).update(state=State.LAPSED, changed_at=now)


def _turn(row: Appointment, state: Appointment.State, now: datetime) -> None:
    row.state, row.changed_at = state, now
    row.save(update_fields=["state", "changed_at"])


def _note_and_tell(ledger: Ledger, row: Appointment, topic: str) -> None:
    """The journal keeps no phone; the station needs it to call."""
    said = {
        "starts_at": row.starts_at.isoformat(),
        "line": row.line.code,
        "method": row.method,
        "purpose": row.purpose,
        "case": row.case.case_no if row.case else "",
    }
    ledger.note(topic, subject_of(row), said)
    ledger.send(row.station.code, topic, subject_of(row), {**said, "plate": row.plate, "phone": row.phone})


def _own(caller: Caller, number: int) -> Appointment:
    """The station's own appointment by its id."""
    rows = Appointment.objects.select_related("station", "line", "case", "vehicle")
    found = rows.filter(pk=number, station__code=caller.party_code).first()
    if found is None or caller.kind != PartyKind.ISTATION:
        raise Unknown("unknown-appointment", Text("没有这个预约。", "There is no such appointment."))
    return found


def _require_state(row: Appointment, *states: Appointment.State) -> None:
    if row.state not in states:
        label = State(row.state).label
        raise Conflict(
            "appointment-over",
            Text(
                f"该预约{label}，不能再改。", f"The appointment is {row.state} and can no longer be changed."
            ),
        )


def _require_phone(text: str) -> str:
    phone = re.sub(r"[\s-]", "", text)
    if not _PHONE.fullmatch(phone):
        words = Text("请填写联系电话（7–15 位数字）。", "Give a phone number of 7 to 15 digits.")
        raise Malformed("malformed", words, problems=[Problem("$.phone", "wrong-value", words)])
    return phone
