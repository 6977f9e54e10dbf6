"""The I-station's day: who is booked, who has arrived, who is waiting; its opening hours and closed days (A8)."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from imloop.facts.codes import METHOD_NAMES
from imloop.facts.days import clock_in, day_of
from imloop.facts.digits import whole
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.pages.choices import named_alike
from imloop.pages.forms import require_sure, sent_day
from imloop.pages.fresh import fresh
from imloop.pages.guard import desk, page, words
from imloop.steps.appointments import book_appointment
from imloop.steps.appointments.free_slots import methods_of
from imloop.steps.appointments.opening_hours import (
    WEEKDAYS,
    WORKING_DAYS,
    Hours,
    close_day,
    closed_days,
    hours_of,
    open_day,
    set_hours,
)
from imloop.steps.appointments.texts import QUEUE_TOPICS, RETEST, ticket
from imloop.steps.appointments.visit_queue import day_list, gate_says, queue
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.registers import party
from imloop.steps.stations.station_facts import facts_of
from imloop.store.models import Appointment, Opening, PartyKind

I = PartyKind.ISTATION  # noqa: E741 - the field's own name for an inspection station
State = Appointment.State
SPARE = 3
"""Empty rows of the form of hours."""


def todays_visits(caller: Caller) -> list[dict[str, object]]:
    """Today's appointments with what may be done about each."""
    now = clock.now()
    rows = list(day_list(caller, day_of(now)))
    refused = gate_says((row for row in rows if row.state in (State.BOOKED, State.NO_SHOW)), now)
    return [
        {
            "row": row,
            "refused": refused.get(row.pk),
            "ticket": ticket(row),
            "retest": row.purpose == RETEST,
            "state": words(_STATES[State(row.state)]),
            "may_arrive": row.state in (State.BOOKED, State.NO_SHOW),
            "may_miss": row.state == State.BOOKED and row.starts_at <= now,
        }
        for row in rows
    ]


_STATES = {
    State.BOOKED: Text("已预约", "booked"),
    State.CANCELLED: Text("已取消", "cancelled"),
    State.ARRIVED: Text("已到站", "arrived"),
    State.NO_SHOW: Text("爽约", "no-show"),
    State.LAPSED: Text("已过期", "lapsed"),
}


@desk(I)
@require_POST
def visit(request: HttpRequest, caller: Caller, number: int) -> HttpResponse:
    """POST: the vehicle has arrived, or is a no-show."""
    if request.POST.get("what") == "miss":
        book_appointment.miss(caller, number, clock.now())
        return redirect("/desk/istation/queue")
    row = book_appointment.arrive(caller, number, clock.now())
    return redirect(f"/desk/istation/queue?number={ticket(row)}")


@desk(I)
def queue_board(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Who waits, in the order of each line; today's appointments; a number for who came without one."""
    context: dict[str, object] = {}
    if request.method == "POST":
        form = request.POST
        words_of = {name: form.get(name, "") for name in ("plate", "method")}
        row = book_appointment.walk_in(
            caller, words_of["plate"], words_of["method"], form.get("line", ""), clock.now()
        )
        return redirect(f"/desk/istation/queue?number={ticket(row)}")
    now = clock.now()
    station = party(caller.party_code, I)
    waiting = queue(station, now)
    refused = gate_says((row for row, _ in waiting), now)
    context |= fresh(caller, QUEUE_TOPICS)
    context |= {
        "now": now,
        "station": station,
        "queue": [(ticket(row), row, wait, refused.get(row.pk)) for row, wait in waiting],
        "visits": todays_visits(caller),
        "lines": named_alike(each.line.code for each in facts_of(station).lines_on(now)),
        "methods": [(each.value, words(METHOD_NAMES[each])) for each in methods_of(station, day_of(now))],
        "number": request.GET.get("number", ""),
        "stopped": next(
            (
                [reason.to_json() for reason in refused[row.pk]]
                for row, _ in waiting
                if row.pk in refused and ticket(row) == request.GET.get("number")
            ),
            None,
        ),
    }
    return page(request, caller, "appointments/queue.html", context)


@desk(I)
def hours(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Opening hours by weekday and the days on which the station closes."""
    context: dict[str, object] = {}
    if request.method == "POST":
        require_sure(request.POST)
        _ACTIONS.get(request.POST.get("what", ""), _set)(caller, request.POST)
        return redirect("/desk/istation/hours?saved=1")
    today = day_of(clock.now())
    station = party(caller.party_code, I)
    rows = hours_of(station, today)
    context |= {
        "rows": [(words(_name(row.weekday)), row) for row in rows],
        "grid": _grid([row for row in rows if row.until is None]),
        "days": [("working", words(WORKING_DAYS)), *((str(n), words(day)) for n, day in enumerate(WEEKDAYS))],
        "closed": closed_days(station, today, today + timedelta(days=366)),
        "today": today,
        "saved": request.GET.get("saved") == "1",
    }
    return page(request, caller, "appointments/hours.html", context)


def _name(weekday: int | None) -> Text:
    return WORKING_DAYS if weekday is None else WEEKDAYS[weekday]


def _grid(rows: list[Opening]) -> list[dict[str, str]]:
    """The form's rows as they stand, and some empty ones."""
    kept = [
        {
            "day": "working" if row.weekday is None else str(row.weekday),
            "opens": f"{row.opens:%H:%M}",
            "closes": f"{row.closes:%H:%M}",
        }
        for row in rows
    ]
    return [*kept, *({"day": "", "opens": "", "closes": ""} for _ in range(SPARE))]


def _typed_grid(form: QueryDict) -> list[dict[str, str]]:
    return [
        {"day": day, "opens": opens, "closes": closes}
        for day, opens, closes in zip(
            form.getlist("day"), form.getlist("opens"), form.getlist("closes"), strict=False
        )
    ]


def _set(caller: Caller, form: QueryDict) -> None:
    spans = []
    for number, row in enumerate(_typed_grid(form), start=1):
        if not row["opens"] and not row["closes"]:
            continue
        weekday, opens, closes = whole(row["day"]), clock_in(row["opens"]), clock_in(row["closes"])
        if (weekday is None and row["day"] != "working") or opens is None or closes is None:
            words_ = Text(
                f"第 {number} 行：请选择日期并填写起止时间。", f"Row {number}: give the day and both times."
            )
            raise Malformed("malformed", words_)
        spans.append(Hours(weekday, opens, closes))
    set_hours(caller, spans, sent_day(form, "since"), clock.now())


def _close(caller: Caller, form: QueryDict) -> None:
    close_day(caller, sent_day(form, "closed_day"), form.get("reason", ""), clock.now())


def _open(caller: Caller, form: QueryDict) -> None:
    open_day(caller, sent_day(form, "closed_day"), clock.now())


_ACTIONS = {"hours": _set, "close": _close, "open": _open}
