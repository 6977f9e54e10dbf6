"""The cases a department or station may see, as a list and as a file."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from imloop.facts.days import day_of, midnight, read_day
from imloop.facts.identifiers import signs
from imloop.loop.case import STATE_NAMES, State
from imloop.pages.fresh import fresh
from imloop.pages.guard import desk, page, words
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.accounts.saved_filters import saved_filters
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.cases.texts import TOPICS
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller, city_of
from imloop.steps.stations import lookups as station_lookups
from imloop.store.models import Case, PartyKind

PER_PAGE = 50


def _filtered(request: HttpRequest, caller: Caller) -> QuerySet[Case]:
    rows = case_lookups.cases(caller)
    asked = request.GET
    if asked.get("state") == "open":
        rows = rows.filter(closed_at__isnull=True)
    elif asked.get("state") == "closed":
        rows = rows.filter(closed_at__isnull=False)
    if asked.get("overdue") == "1":
        rows = rows.filter(overdue=True, closed_at__isnull=True)
    if asked.get("since"):
        rows = rows.filter(opened_at__gte=midnight(read_day(asked["since"])))
    if asked.get("station"):
        rows = rows.filter(station__code=asked["station"])
    if asked.get("q"):
        named = Q(case_no__icontains=asked["q"].strip())
        if text := signs(asked["q"]):
            named |= Q(vehicle__plate__contains=text) | Q(vehicle__vin__endswith=text)
        rows = rows.filter(named)
    return rows.order_by("closed_at", "deadline", "case_no")


@desk()
def cases(request: HttpRequest, caller: Caller) -> HttpResponse:
    rows = _filtered(request, caller)
    if file := as_file(request, caller, "cases", _columns(day_of(clock.now())), rows):
        return file
    renewal = fresh(caller, TOPICS)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "shown": shown,
        "asked": request.GET,
        "query": query_of(request),
        "filters": saved_filters(caller, request.path),
        "stations": station_lookups.parties(PartyKind.ISTATION, city_of(caller.place)),
        "now": clock.now(),
        "today": day_of(clock.now()),
        **renewal,
    }
    return page(request, caller, "cases/cases.html", context)


def _columns(today: date) -> Columns[Case]:
    return {
        _("案件"): lambda case: case.case_no,
        _("号牌"): lambda case: case.vehicle.plate,
        "VIN": lambda case: case.vehicle.vin,
        _("检验机构"): lambda case: case.station.name if case.station else "",
        _("状态"): lambda case: words(STATE_NAMES[State(case.state)]),
        _("轮次"): lambda case: case.round,
        _("立案"): lambda case: case.opened_at,
        _("期限"): lambda case: case.deadline,
        _("超期天数"): lambda case: (
            (today - case.deadline).days if case.overdue and not case.closed_at else ""
        ),
        _("结案"): lambda case: case.closed_at,
    }
