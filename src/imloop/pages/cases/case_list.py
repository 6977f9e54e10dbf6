"""The cases a department or station may see, as a list and as a file."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.facts.identifiers import signs
from imloop.facts.items import ITEMS
from imloop.loop.case import STATE_NAMES, State
from imloop.pages.choices import day_asked, places, stations
from imloop.pages.fresh import fresh
from imloop.pages.guard import EVERY_DESK, desk, page, words
from imloop.pages.searches import asks, only_hit
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.accounts.saved_filters import saved_filters
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.cases.texts import TOPICS
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import within_days, within_place
from imloop.steps.ground.seen import listed
from imloop.store.models import Case

PER_PAGE = 50
CLOSED = "closed"
EVENTS = {"overdue": "DeadlinePassed", "exits": "ExitGranted"}
"""What the days of the filter may be of, beside opening and closing."""


def _filtered(asked: QueryDict, caller: Caller) -> QuerySet[Case]:
    rows = case_lookups.cases(caller)
    if asked.get("state") == "open":
        rows = rows.filter(closed_at__isnull=True)
    elif asked.get("state") == "closed":
        rows = rows.filter(closed_at__isnull=False)
    if asked.get("overdue") == "1":
        rows = rows.filter(overdue=True, closed_at__isnull=True)
    since, until = day_asked(asked, "since"), day_asked(asked, "until")
    by = asked.get("by", "")
    if by in EVENTS:
        rows = rows.filter(case_lookups.to_which(EVENTS[by], since, until))
    else:
        rows = rows.filter(within_days("closed_at" if by == CLOSED else "opened_at", since, until))
    rows = rows.filter(within_place("place", asked.get("place", "")))
    if asked.get("station"):
        rows = rows.filter(station__code=asked.get("station", ""))
    if asked.get("q"):
        named = Q(case_no__icontains=asked.get("q", "").strip())
        if text := signs(asked.get("q", "")):
            named |= Q(vehicle__plate__contains=text) | Q(vehicle__vin__endswith=text)
        rows = rows.filter(named)
    return rows.order_by("closed_at", "deadline", "case_no")


@desk(*EVERY_DESK)
@asks("q")
def cases(request: HttpRequest, caller: Caller, asked: QueryDict) -> HttpResponse:
    """Departments read masked plates until they open a case; their look at the list is kept."""
    rows = _filtered(asked, caller)
    if file := as_file(request, caller, "cases", _columns(day_of(clock.now())), rows):
        return file
    renewal = fresh(caller, TOPICS)
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    found = only_hit(request, rows)
    listed(
        caller, "cases", [case.vehicle_id for case in shown], asked=asked.get("q", ""), leads_on=bool(found)
    )
    if found:
        return redirect(f"/cases/{found.case_no}")
    context = {
        "shown": shown,
        "asked": asked,
        "query": query_of(request),
        "filters": saved_filters(caller, request.path),
        "states": [("open", _("在办")), ("closed", _("已结"))],
        "places": places(caller),
        "stations": stations(caller),
        "bys": [(CLOSED, _("结案")), ("overdue", _("逾期")), ("exits", _("准予异站复检"))],
        "overdue": [("1", _("只看逾期"))],
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
        _("最近一次不合格"): lambda case: case.failed_at,
        _("不合格项目"): lambda case: _("、").join(
            words(ITEMS[item].label) for item in case.snapshot["failed_items"]
        ),
        _("期限"): lambda case: case.deadline,
        _("超期天数"): lambda case: (
            (today - case.deadline).days if case.overdue and not case.closed_at else ""
        ),
        _("结案"): lambda case: case.closed_at,
    }
