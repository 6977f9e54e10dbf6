"""Tasks of spot checks and what teams carry, at the desk of the environment department."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.facts.digits import whole
from imloop.facts.records.spot_check import INSTRUMENTS
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.pages.forms import require_sure, sent_day
from imloop.pages.guard import desk, page, words
from imloop.pages.spot_checks.said import result_of, state_of, where_of
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import after
from imloop.steps.spot_checks import lookups
from imloop.steps.spot_checks.make_task import Carried, NewTask, close_task, enter_instrument, make_task
from imloop.steps.spot_checks.team import begin_task, confirm_presence, may_confirm, members, roll
from imloop.store.models import PartyKind, SpotInstrument, SpotTask


@desk(PartyKind.ENVIRONMENT)
def all_tasks(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The newest first, with a form for a new one. ``plate`` and ``finding`` in the address: what it is to follow."""
    now = clock.now()
    if request.method == "POST":
        require_sure(request.POST)
        return redirect(f"/spot-checks/tasks/{make_task(caller, _wanted(request), now).number}")
    rows = list(lookups.tasks(caller)[: lookups.MOST])
    if file := as_file(request, caller, "spot-tasks", _columns(), rows):
        return file
    law = registers.law_at(day_of(now), caller.place)
    context = {
        "rows": [(row, where_of(row.where), row.checks.count(), row.closed_at is None) for row in rows],
        "query": query_of(request),
        "wheres": [(code, where_of(code)) for code in law.words("spot_check.where")],
        "people": members(caller),
        "today": day_of(now),
        "asked": request.GET,
    }
    return page(request, caller, "spot_checks/tasks.html", context)


def _wanted(request: HttpRequest) -> NewTask:
    form = request.POST
    return NewTask(
        where=form.get("where", ""),
        place_name=form.get("place_name", ""),
        planned_on=sent_day(form, "planned_on"),
        officers=form.getlist("officers"),
        plate=form.get("plate", ""),
        finding=whole(form.get("finding", "")),
        note=form.get("note", ""),
    )


def _columns() -> Columns[SpotTask]:
    return {
        _("编号"): lambda row: row.number,
        _("日期"): lambda row: row.planned_on,
        _("地点"): lambda row: row.place_name,
        _("人员"): lambda row: "、".join(sorted(each.get_username() for each in row.officers.all())),
        _("记录"): lambda row: row.checks.count(),
        _("结束"): lambda row: row.closed_at,
    }


@desk(PartyKind.ENVIRONMENT)
def one_task(request: HttpRequest, caller: Caller, task_no: str) -> HttpResponse:
    """One task; POST begins it, confirms that one is there, or closes it."""
    now = clock.now()
    if request.method == "POST":
        require_sure(request.POST)
        _act(request.POST.get("what", ""), caller, task_no, now)
        return redirect(f"/spot-checks/tasks/{task_no}")
    context = after(
        lambda: lookups.task_of(caller, task_no),
        lambda row: {
            "task": row,
            "where": where_of(row.where),
            "team": roll(row, now),
            "checks": [
                (each, result_of(each), state_of(each))
                for each in lookups.asked_for(caller, lookups.Wanted(task=task_no))
            ],
            "mine": row.officers.filter(username=caller.user).exists() and row.closed_at is None,
            "may_confirm": may_confirm(caller, row, now),
            "may_close": row.office.code == caller.party_code and row.closed_at is None,
        },
    )
    return page(request, caller, "spot_checks/task.html", context)


def _act(what: str, caller: Caller, task_no: str, now: datetime) -> None:
    steps = {"begin": begin_task, "confirm": confirm_presence, "close": close_task}
    if what not in steps:
        raise Malformed("wrong-value", Text("没有这一步。", "There is no such step."), at="what")
    steps[what](caller, task_no, now)


@desk(PartyKind.ENVIRONMENT)
def instruments(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What teams carry, each certificate with its last day."""
    now = clock.now()
    if request.method == "POST":
        require_sure(request.POST)
        form = request.POST
        wanted = Carried(
            kind=form.get("kind", ""),
            model=form.get("model", ""),
            serial=form.get("serial", ""),
            certificate=form.get("certificate", ""),
            verified_from=sent_day(form, "verified_from"),
            verified_until=sent_day(form, "verified_until"),
        )
        enter_instrument(caller, wanted, now)
        return redirect("/spot-checks/instruments")
    rows = list(lookups.instruments(caller))
    if file := as_file(request, caller, "spot-instruments", _carried(), rows):
        return file
    today = day_of(now)
    context = {
        "rows": [(row, words(INSTRUMENTS[row.kind]), row.verified_until < today) for row in rows],
        "kinds": [(kind, words(name)) for kind, name in INSTRUMENTS.items()],
        "query": query_of(request),
    }
    return page(request, caller, "spot_checks/instruments.html", context)


def _carried() -> Columns[SpotInstrument]:
    return {
        _("种类"): lambda row: words(INSTRUMENTS[row.kind]),
        _("型号"): lambda row: row.model,
        _("出厂编号"): lambda row: row.serial,
        _("检定证书"): lambda row: row.certificate,
        _("检定日期"): lambda row: row.verified_from,
        _("有效至"): lambda row: row.verified_until,
    }
