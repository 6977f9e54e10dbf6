"""The first page of every department: what needs attention today, by what is due, with figures linked to their rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from imloop.facts.days import day_of, midnight
from imloop.gates.prices.charge import DEVIATIONS
from imloop.pages.desk.first_steps import shown
from imloop.pages.fresh import fresh
from imloop.pages.guard import desk, page, words
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.desk.texts import TOPICS
from imloop.steps.desk.work_list import KIND_NAMES, tasks
from imloop.steps.findings import lookups as finding_lookups
from imloop.steps.ground import clock
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.ground.seen import listed
from imloop.steps.ground.task import Task
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.lines.lookups import visible_lines
from imloop.steps.repairs import lookups as repair_lookups
from imloop.steps.stations import lookups as station_lookups
from imloop.steps.stations.certificates import expiring
from imloop.steps.stations.conflicts import conflict_list
from imloop.steps.vehicles.enrol_guest_vehicle import enrolments
from imloop.store.models import PartyKind

SHOWN = 100
Tile = dict[str, object]


@desk(*OFFICES)
def work(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The work list, by kind if asked; as a file with ``format``. The look at its vehicles is kept."""
    now, renewal = clock.now(), fresh(caller, TOPICS)
    found = tasks(caller, now)
    counts = Counter(task.kind for task in found)
    chosen = request.GET.get("kind", "")
    rows = [task for task in found if chosen in ("", task.kind)]
    if file := as_file(request, caller, "work", _columns(day_of(now)), rows):
        return file
    listed(caller, "work", [task.vehicle for task in rows[:SHOWN] if task.vehicle is not None])
    beginning = shown(caller, now) if caller.kind == PartyKind.ADMIN else []
    context = {
        "steps": beginning if not all(step["done"] for step in beginning) else [],
        "now": now,
        "today": day_of(now),
        "rows": rows[:SHOWN],
        "more": max(len(rows) - SHOWN, 0),
        "kinds": [(kind, words(KIND_NAMES[kind]), counts[kind]) for kind in KIND_NAMES if counts[kind]],
        "chosen": chosen,
        "suspected": any(task.kind == "finding" for task in rows[:SHOWN]),
        "all": len(found),
        "tiles": tiles(caller, now) if (tiles := _TILES.get(caller.kind)) else [],
        "query": query_of(request),
        **renewal,
    }
    return page(request, caller, "desk/work.html", context)


def _columns(today: date) -> Columns[Task]:
    return {
        _("种类"): lambda task: words(KIND_NAMES[task.kind]),
        _("对象"): lambda task: words(task.about),
        _("事由"): lambda task: words(task.what),
        _("自"): lambda task: task.since,
        _("期限"): lambda task: task.due,
        _("超期天数"): lambda task: max((today - task.due).days, 0) if task.late and task.due else "",
    }


def _environment(caller: Caller, now: datetime) -> list[Tile]:
    today, month = midnight(day_of(now)), midnight(day_of(now) - timedelta(days=30))
    cases, tests = case_lookups.cases(caller), test_lookups.tests(caller)
    first_failed = cases.filter(opened_at__gte=month).count()
    first_tests = tests.filter(started_at__gte=month, outcome="completed", case_no="").count() + first_failed
    rate = f"{100 * first_failed / first_tests:.1f} %" if first_tests >= 30 else None
    return [
        {"label": _("今日检验"), "n": tests.filter(started_at__gte=today).count(), "url": "/tests"},
        {
            "label": _("近 30 天首检未通过"),
            "n": rate or "—",
            "note": f"{first_failed} / {first_tests}"
            if rate
            else f"{_('样本不足 30，不计算比率')}{_('（')}{first_tests}{_('）')}",
            "url": f"/cases?since={day_of(month)}",
        },
        _cases_tile(caller, _("在办案件"), "state=open"),
        {"label": pgettext("many", "检测线"), "n": visible_lines(caller, now).count(), "url": "/lines"},
    ]


def _police(caller: Caller, now: datetime) -> list[Tile]:
    return [
        _cases_tile(caller, _("在办案件"), "state=open"),
        _cases_tile(caller, _("逾期"), "overdue=1"),
        {"label": _("外地车辆"), "n": len(enrolments(caller, now)), "url": "/enrolments"},
    ]


def _transport(caller: Caller, now: datetime) -> list[Tile]:
    month = midnight(day_of(now) - timedelta(days=30))
    repairs = repair_lookups.repairs(caller).filter(finished_at__gte=month)
    listed = station_lookups.parties(PartyKind.MSTATION, caller.place).count()
    return [
        {"label": _("近 30 天维修"), "n": repairs.count(), "url": f"/repairs?since={day_of(month)}"},
        {"label": _("维修治理站"), "n": listed, "url": "/parties?kind=mstation"},
        _cases_tile(caller, _("在办案件"), "state=open"),
    ]


def _market(caller: Caller, now: datetime) -> list[Tile]:
    charged = finding_lookups.findings(caller).filter(resolved_at__isnull=True, code__in=DEVIATIONS)
    return [
        {"label": _("证书到期"), "n": len(expiring(caller, now)), "url": "/certificates"},
        {"label": _("与标准不符的收费"), "n": charged.count(), "url": "/prices"},
        {"label": _("检修分离"), "n": len(conflict_list(caller, day_of(now))), "url": "/conflicts"},
    ]


def _cases_tile(caller: Caller, label: str, query: str) -> Tile:
    rows = case_lookups.cases(caller).filter(closed_at__isnull=True)
    if query == "overdue=1":
        rows = rows.filter(overdue=True)
    return {"label": label, "n": rows.count(), "url": f"/cases?{query}"}


_TILES: dict[str, Callable[[Caller, datetime], list[Tile]]] = {
    PartyKind.ENVIRONMENT: _environment,
    PartyKind.POLICE: _police,
    PartyKind.TRANSPORT: _transport,
    PartyKind.MARKET: _market,
}
