"""The inspections that a department or station may see, newest first, as a list and as a file."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from imloop.facts.codes import RESULT_NAMES, Result
from imloop.facts.days import day_of
from imloop.pages.choices import day_asked, places, stations
from imloop.pages.guard import desk, page, words
from imloop.pages.tables import Columns, as_file, query_of
from imloop.pages.templatetags.imloop_tags import method_name
from imloop.pages.templatetags.run_tags import counts_name
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import within_days, within_place
from imloop.steps.ground.seen import listed
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.inspections.lookups import FIRST, KINDS, PAPER, RETEST, with_role
from imloop.store.models import PartyKind, Test

PER_PAGE = 50
SEERS = (PartyKind.ISTATION, PartyKind.ENVIRONMENT, PartyKind.MARKET, PartyKind.SUPERVISOR)


@desk(*SEERS)
def inspections(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Of one day unless asked for more: ``since`` and ``until`` are days, both included. A department's look at the
    page is kept; a station sees its own."""
    asked = request.GET.dict()
    if "since" not in asked:
        asked["since"] = asked["until"] = day_of(clock.now()).isoformat()
    rows = _filtered(asked, caller)
    if file := as_file(request, caller, "tests", _columns(), rows):
        return file
    shown = Paginator(rows, PER_PAGE).get_page(asked.get("page"))
    listed(caller, "tests", [test.vehicle_id for test in shown])
    context = {
        "shown": shown,
        "asked": asked,
        "query": query_of(request),
        "places": places(caller),
        "stations": stations(caller),
        "roles": [(FIRST, _("首次检验")), (RETEST, _("复检")), (PAPER, _("凭纸质材料的复检"))],
        "results": [(each.value, words(RESULT_NAMES[each])) for each in Result],
    }
    return page(request, caller, "inspections/inspection_list.html", context)


def _filtered(asked: dict[str, str], caller: Caller) -> QuerySet[Test]:
    rows = test_lookups.tests(caller).defer("trace", "receipt", "verdict")
    rows = rows.filter(
        within_days("started_at", day_asked(asked, "since"), day_asked(asked, "until")),
        within_place("station__place", asked.get("place", "")),
    )
    if asked.get("result"):
        rows = rows.filter(result=asked["result"])
    if asked.get("station"):
        rows = rows.filter(station__code=asked["station"])
    if asked.get("role") in KINDS:
        rows = with_role(rows).filter(KINDS[asked["role"]])
    return rows.order_by("-started_at", "-id")


def _columns() -> Columns[Test]:
    return {
        _("时间"): lambda test: test.started_at,
        _("检验机构"): lambda test: test.station.name,
        _("检测线"): lambda test: test.line,
        _("号牌"): lambda test: test.vehicle.plate if test.vehicle else "",
        _("方法"): lambda test: method_name(test.method),
        _("结论"): lambda test: words(RESULT_NAMES[Result(test.result)]),
        _("计入"): lambda test: counts_name(test.counts),
        _("案件"): lambda test: test.case_no,
        _("检验编号"): lambda test: test.test_no,
    }
