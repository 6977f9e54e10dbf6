"""Inspection programs: what is approved, what the lines run; the environment department approves and withdraws."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from imloop.facts.days import day_of
from imloop.facts.digits import whole
from imloop.pages.forms import require_sure, sent_day, sent_day_or_none
from imloop.pages.guard import desk, page
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.lines.lookups import SEERS
from imloop.steps.lines.software import (
    approvals,
    approve_software,
    running,
    software_json,
    withdraw_software,
)
from imloop.store.models import PartyKind


@desk(*SEERS)
def software(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The list; POST by the environment department: approve or withdraw."""
    now = clock.now()
    context: dict[str, object] = {"typed": request.POST or request.GET, "today_text": day_of(now).isoformat()}
    if request.method == "POST":
        _act(request, caller, now)
        return redirect("/lines/software")
    context |= {
        "approved": [software_json(row, day_of(now)) for row in approvals(caller.place)],
        "running": running(caller, now),
        "may_decide": caller.kind == PartyKind.ENVIRONMENT,
        "place": caller.place,
    }
    return page(request, caller, "lines/software.html", context)


def _act(request: HttpRequest, caller: Caller, now: datetime) -> None:
    form = request.POST
    require_sure(form)
    if form.get("what") == "withdraw":
        withdraw_software(
            caller,
            whole(form.get("id", "")) or 0,
            on=sent_day(form, "on"),
            reason=form.get("reason", ""),
            now=now,
        )
        return
    approve_software(
        caller,
        sha256=form.get("sha256", ""),
        name=form.get("name", ""),
        version=form.get("version", ""),
        since=sent_day(form, "since"),
        until=sent_day_or_none(form, "until"),
        cite=form.get("cite", ""),
        now=now,
    )
