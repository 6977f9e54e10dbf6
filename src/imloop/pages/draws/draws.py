"""Random draws at the departments' desks: the list, a new one, and one draw with the step that is the
caller's to take."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.facts.digits import whole
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.pages.draws.draw_view import STATES, draw_context, outcomes, waits_for
from imloop.pages.forms import onward, require_sure, sent_day
from imloop.pages.guard import desk, page, words
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.draws import (
    lookups as draw_lookups,
)
from imloop.steps.draws import (
    numbers as draw_numbers,
)
from imloop.steps.draws import officers as draw_officers
from imloop.steps.draws import prepare_draw, void_draw
from imloop.steps.draws import (
    visits as draw_visits,
)
from imloop.steps.draws.frame import STRATA
from imloop.steps.draws.plan import Plan, Source
from imloop.steps.draws.prepare_draw import DRAWERS
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.store.models import Draw, PartyKind

SOURCES = ("1", "2", "3")
_SHOWN = 100


@desk(*DRAWERS, PartyKind.ADMIN)
def all_draws(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Every draw of the place, newest first, with what it waits for."""
    now = clock.now()
    rows = list(prepare_draw.visible(caller).select_related("prepared_by").order_by("-prepared_at")[:_SHOWN])
    if file := as_file(request, caller, "draws", _columns(), rows):
        return file
    found = [
        {
            "draw": row,
            "state": words(STATES[row.state]),
            "waits": [waits_for(wait) for wait in draw_lookups.waits(caller, row, now)],
        }
        for row in rows
    ]
    context = {"rows": found, "may_draw": caller.kind in DRAWERS, "query": query_of(request)}
    return page(request, caller, "draws/draws.html", context)


def _columns() -> Columns[Draw]:
    return {
        _("编号"): lambda row: row.no,
        _("期次"): lambda row: row.period,
        _("状态"): lambda row: words(STATES[row.state]),
        _("编制单位"): lambda row: row.prepared_by.name,
        _("编制时间"): lambda row: row.prepared_at,
        _("锁定时间"): lambda row: row.committed_at,
        _("承诺值"): lambda row: row.commitment,
        _("公布时间"): lambda row: row.published_at,
        _("作废理由"): lambda row: row.void_reason,
    }


@desk(*DRAWERS)
def new_draw(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Ask for a draw; POST prepares its list."""
    if request.method == "POST":
        require_sure(request.POST)
        return redirect(
            prepare_draw.prepare(caller, _plan(request), clock.now(), lambda draw: f"/draws/{draw.no}")
        )
    context = {"strata": [(code, words(name)) for code, name in STRATA.items()], "sources": SOURCES}
    return page(request, caller, "draws/draw_new.html", context)


def _plan(request: HttpRequest) -> Plan:
    form = request.POST
    visits = {code: form.get(f"visits_{code}", "").strip() for code in STRATA}
    sources = [
        Source(
            form[f"code_{n}"].strip(),
            form.get(f"name_{n}", "").strip(),
            sent_day(form, f"on_{n}"),
            form.get(f"fallback_{n}", "").strip(),
            sent_day(form, f"fallback_on_{n}"),
        )
        for n in SOURCES
        if form.get(f"code_{n}", "").strip()
    ]
    barred = {
        code: reason for code, _space, reason in (_halves(line) for line in _lines(form.get("excluded", "")))
    }
    return Plan(
        period=form.get("period", "").strip(),
        visits={code: whole(n) or 0 for code, n in visits.items() if n},
        first=sent_day(form, "first"),
        last=sent_day(form, "last"),
        sources=sources,
        methods={},
        barred=barred,
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _halves(line: str) -> tuple[str, str, str]:
    first, space, rest = line.replace("　", " ").partition(" ")
    return first, space, rest.strip()


@desk(*DRAWERS, PartyKind.ADMIN)
def one_draw(request: HttpRequest, caller: Caller, no: str) -> HttpResponse:
    """One draw with its sealed list; POST takes the caller's step."""
    now = clock.now()
    context: dict[str, object] = {}
    if request.method == "POST":
        require_sure(request.POST)
        return onward(_act(request, caller, no, now), f"/draws/{no}")
    context |= draw_lookups.sealed(caller, no, partial(draw_context, caller, now=now))
    context |= {"outcomes": outcomes(), "now": now, "today": day_of(now)}
    if "propose" in request.GET:
        nonce = secrets.token_hex(32)
        context["proposed"] = (nonce, hashlib.sha256(nonce.encode()).hexdigest())
    return page(request, caller, "draws/draw.html", context)


def _act(request: HttpRequest, caller: Caller, no: str, now: datetime) -> object:
    """What voiding makes; nothing of all others."""
    form = request.POST
    match form.get("what"):
        case "join":
            prepare_draw.join(
                caller,
                no,
                nonce_sha256=form.get("nonce_sha256", ""),
                inspectors=[name for each in form.getlist("inspectors") for name in _lines(each)],
                conflicts=[_conflict(line) for line in _lines(form.get("conflicts", ""))],
                now=now,
            )
        case "commit":
            prepare_draw.commit(caller, no, now)
        case "number":
            source, value = form.get("source", ""), form.get("value", "")
            draw_numbers.enter_number(caller, no, source, value, now, form.get("fallback", ""))
        case "reveal":
            draw_numbers.reveal(caller, no, form.get("nonce", ""), now)
        case "void":
            return void_draw.void(caller, no, form.get("reason", ""), now)
        case "publish":
            draw_visits.publish(caller, no, whole=form.get("whole", "1") == "1", now=now)
        case what:
            _act_in_visit(form, what or "", caller, no, now)
    return None


def _act_in_visit(form: QueryDict, what: str, caller: Caller, no: str, now: datetime) -> None:
    unit = form.get("unit", "")
    match what:
        case "begin":
            draw_visits.open_visit(caller, no, unit, now)
        case "result":
            outcome, result = form.get("outcome", ""), form.get("result", "")
            draw_visits.record_visit(caller, no, unit, outcome=outcome, result=result, now=now)
        case "confirm":
            draw_officers.confirm_presence(caller, no, unit, now)
        case "ask":
            draw_officers.ask_again(caller, no, unit, now)
        case "step-back":
            said = {name: form.get(name, "") for name in ("officer", "ground", "reason")}
            draw_officers.step_back(caller, no, unit, **said, now=now)
        case _:
            raise Malformed("malformed", Text("没有这项操作。", "There is no such action."))


def _conflict(line: str) -> dict[str, str]:
    inspector, _space, rest = _halves(line)
    unit, _space, reason = _halves(rest)
    return {"inspector": inspector, "unit": unit, "reason": reason}
