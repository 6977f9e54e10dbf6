"""Runs that wait for a department: the list, and the department's word on one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.exchange.uploads.decode_inspection import decode_kept_test
from imloop.facts.codes import RESULT_NAMES, Result
from imloop.pages.forms import require_sure
from imloop.pages.guard import desk, page, words
from imloop.pages.tables import Columns, as_file, query_of
from imloop.pages.templatetags.imloop_tags import spoken
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.inspections.settle_run import Settlement, settle_run
from imloop.store.models import HeldRun, PartyKind

SEERS = (PartyKind.ENVIRONMENT, PartyKind.SUPERVISOR, PartyKind.ISTATION)


@desk(*SEERS)
def held_runs(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What waits, the oldest first; ``settled=1``: what was settled."""
    settled = request.GET.get("settled") == "1"
    rows = test_lookups.held_list(caller, settled)
    if file := as_file(request, caller, "held-runs", _columns(), rows):
        return file
    context = {"held_runs": rows, "settled": settled, "query": query_of(request)}
    return page(request, caller, "inspections/held_runs.html", context)


def _columns() -> Columns[HeldRun]:
    return {
        _("检验编号"): lambda row: row.test.test_no,
        _("检验机构"): lambda row: row.test.station.name,
        _("检验时间"): lambda row: row.test.started_at,
        _("结论"): lambda row: words(RESULT_NAMES[Result(row.test.result)]),
        _("号牌"): lambda row: row.plate,
        "VIN": lambda row: row.vin,
        _("原因"): lambda row: _("；").join(str(spoken(reason, "text")) for reason in row.reasons),
        _("核实情况"): lambda row: row.settled_because,
        _("核实人"): lambda row: row.settled_by,
    }


@desk(PartyKind.ENVIRONMENT)
def settle(request: HttpRequest, caller: Caller, station: str, held_no: str) -> HttpResponse:
    """The department's word on one run; what was typed stays when something is wrong."""
    test_lookups.held_run(caller, station, held_no)
    if request.method == "POST":
        require_sure(request.POST)
        settle_run(caller, station, held_no, _said(request.POST), clock.now(), decode_kept_test)
    return redirect(f"/tests/{held_no}?station={station}")


def _said(form: QueryDict) -> Settlement:
    """A candidate is chosen by its key; the other choices are words. A vehicle that is named has its VIN or plate."""
    chosen, because = form.get("choice", ""), form.get("because", "")
    if chosen in (HeldRun.Settled.RELEASED, HeldRun.Settled.LATER, HeldRun.Settled.REJECTED, ""):
        return Settlement(chosen, because)
    names = {name: form.get(name, "") for name in ("vin", "plate")}
    return Settlement(HeldRun.Settled.VEHICLE, because, chosen, **names)
