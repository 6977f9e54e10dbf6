"""A station's opening hours and the days it closes: set by itself; free times follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, NotAllowed, Problem
from imloop.facts.text import Text
from imloop.gates.appointments.slots import OpeningFact
from imloop.steps.appointments.texts import subject_of
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger, writing
from imloop.store.models import Appointment, ClosedDay, Opening, Party, PartyKind

MOST = 30
"""Spans of hours a station may enter: every weekday in three parts, with some to spare."""

WEEKDAYS = (
    Text("周一", "Monday"),
    Text("周二", "Tuesday"),
    Text("周三", "Wednesday"),
    Text("周四", "Thursday"),
    Text("周五", "Friday"),
    Text("周六", "Saturday"),
    Text("周日", "Sunday"),
)
WORKING_DAYS = Text("工作日", "working days")


@dataclass(frozen=True, slots=True)
class Hours:
    """One span of hours; ``weekday``: 0 is Monday, None every working day."""

    weekday: int | None
    opens: time
    closes: time


def hours_of(station: Party, day: date) -> list[Opening]:
    """What holds on a day or begins later, the working days first."""
    rows = station.openings.filter(Q(until__isnull=True) | Q(until__gt=day))
    return sorted(rows, key=lambda row: (row.since, -1 if row.weekday is None else row.weekday, row.opens))


def openings_of(station: Party, first: date, last: date) -> list[OpeningFact]:
    """The hours that hold on one of the days."""
    rows = station.openings.filter(Q(until__isnull=True) | Q(until__gt=first), since__lte=last)
    return [OpeningFact(row.weekday, row.opens, row.closes, row.since, row.until) for row in rows]


def closed_days(station: Party, first: date, last: date) -> dict[date, str]:
    """Day → why."""
    rows = station.closed_days.filter(day__gte=first, day__lte=last).order_by("day")
    return {row.day: row.reason for row in rows}


def set_hours(caller: Caller, spans: Sequence[Hours], since: date, now: datetime) -> list[Opening]:
    """From ``since`` on the station is open as given and not as before. Appointments already made stand."""
    _require_spans(spans)
    if since < day_of(now):
        raise Malformed(
            "malformed", Text("since：不能早于今天。", "since: must not be before today."), at="since"
        )
    with writing(now, caller) as ledger:
        station = _own(caller)
        station.openings.filter(since__gte=since).delete()
        station.openings.filter(Q(until__isnull=True) | Q(until__gt=since)).update(until=since)
        rows = Opening.objects.bulk_create(
            Opening(party=station, weekday=s.weekday, opens=s.opens, closes=s.closes, since=since)
            for s in spans
        )
        station.opening_hours = in_words(spans)[:120]
        station.save(update_fields=["opening_hours"])
        ledger.note("hours-set", station.code, {"since": since.isoformat(), "hours": station.opening_hours})
    return rows


def close_day(caller: Caller, day: date, reason: str, now: datetime) -> int:
    """No tests on that day; whoever was booked is told by their page. Returns how many appointments were cancelled."""
    reason = reason.strip()
    if not reason or len(reason) > 100:
        raise Malformed(
            "malformed",
            Text("请填写停业原因（100 字以内）。", "Say why (at most 100 characters)."),
            at="reason",
        )
    if day < day_of(now):
        raise Malformed("malformed", Text("日期已过。", "That day has passed."), at="day")
    with writing(now, caller) as ledger:
        station = _own(caller)
        ClosedDay.objects.update_or_create(party=station, day=day, defaults={"reason": reason})
        fallen = _cancel_all(ledger, station, day, reason)
        ledger.note("day-closed", station.code, {"day": day.isoformat(), "reason": reason, "fallen": fallen})
    return fallen


def open_day(caller: Caller, day: date, now: datetime) -> None:
    """The day is open after all. Cancelled appointments stay cancelled."""
    with writing(now, caller) as ledger:
        station = _own(caller)
        if station.closed_days.filter(day=day).delete()[0]:
            ledger.note("day-opened", station.code, {"day": day.isoformat()})


def in_words(spans: Sequence[Hours]) -> str:
    """工作日 08:00–17:30；周六 08:00–12:00: what the station's public page says."""
    out: dict[str, list[str]] = {}
    for span in sorted(spans, key=lambda s: (-1 if s.weekday is None else s.weekday, s.opens)):
        name = (WORKING_DAYS if span.weekday is None else WEEKDAYS[span.weekday]).zh
        out.setdefault(name, []).append(f"{span.opens:%H:%M}–{span.closes:%H:%M}")
    days: dict[str, list[str]] = {}
    for name, hours in out.items():
        days.setdefault(" ".join(hours), []).append(name)
    return "；".join(f"{_short(names)} {hours}" for hours, names in days.items())


def _short(names: list[str]) -> str:
    return "每日" if names == [day.zh for day in WEEKDAYS] else "、".join(names)


def _cancel_all(ledger: Ledger, station: Party, day: date, reason: str) -> int:
    rows = list(station.appointments.filter(day=day, state=Appointment.State.BOOKED))
    for row in rows:
        row.state, row.why, row.changed_at = Appointment.State.CANCELLED, reason, ledger.now
        row.save(update_fields=["state", "why", "changed_at"])
        ledger.note("appointment-cancelled", subject_of(row), {"by": "station", "why": reason})
    return len(rows)


def _own(caller: Caller) -> Party:
    if caller.kind != PartyKind.ISTATION:
        raise NotAllowed(
            "not-your-station",
            Text("只有检验机构可以设置本站的营业时间。", "Only an I-station can set its opening hours."),
        )
    return Party.objects.get(code=caller.party_code)


def _require_spans(spans: Sequence[Hours]) -> None:
    problems = [
        Problem(
            f"$.hours[{index}]",
            "wrong-value",
            Text(
                "星期应为 0–6，结束应晚于开始。", "The weekday must be 0 to 6, and the end after the start."
            ),
        )
        for index, span in enumerate(spans)
        if span.opens >= span.closes or not (span.weekday is None or 0 <= span.weekday <= 6)
    ]
    if not spans or len(spans) > MOST:
        words = Text(f"请给出 1–{MOST} 段营业时间。", f"Give 1 to {MOST} periods of opening hours.")
        problems.append(Problem("$.hours", "wrong-value", words))
    if problems:
        raise Malformed("malformed", problems[0].text, problems=problems)


def next_days(day: date, count: int) -> list[date]:
    return [day + timedelta(days=number) for number in range(count)]
