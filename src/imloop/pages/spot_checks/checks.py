"""Records of spot checks at the desk: the list with its files, one record with its order and what comes next."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.facts.digits import whole
from imloop.facts.records.spot_check import INSTRUMENTS, RESULT_NAMES, SpotResult
from imloop.pages.choices import day_asked
from imloop.pages.forms import require_filled, require_sure, sent_file
from imloop.pages.guard import desk, page, words
from imloop.pages.searches import asks
from imloop.pages.spot_checks.said import (
    items_of,
    next_step,
    officers_of,
    result_of,
    signed_of,
    state_of,
    where_of,
)
from imloop.pages.tables import Columns, as_file, query_of
from imloop.pages.templatetags.imloop_tags import method_name
from imloop.papers.spot_check_paper import spot_check_paper
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.spot_checks.hand_over import case_of, hand_over, overdue_case
from imloop.steps.spot_checks.lookups import READERS, Wanted, asked_for, one
from imloop.steps.spot_checks.photographs import add_photograph
from imloop.steps.spot_checks.settle_check import Settlement, settle_check
from imloop.store.models import PartyKind, SpotCheck

_FIRST, *_OTHERS = READERS


@desk(_FIRST, *_OTHERS)
@asks("plate")
def all_checks(request: HttpRequest, caller: Caller, question: QueryDict) -> HttpResponse:
    """The newest first. Of the last year unless days are chosen; the file has all that the filter lets through."""
    asked = {name: str(value) for name, value in question.items()}
    wanted = Wanted(
        since=day_asked(asked, "since"),
        until=day_asked(asked, "until"),
        result=asked.get("result", ""),
        state=asked.get("state", ""),
        task=asked.get("task", ""),
        plate=asked.get("plate", ""),
    )
    every = "format" in request.GET
    rows = asked_for(caller, wanted, None) if every else asked_for(caller, wanted)
    if file := as_file(request, caller, "spot-checks", _columns(), rows):
        return file
    context = {
        "rows": [(row, result_of(row), state_of(row)) for row in rows],
        "asked": asked,
        "query": query_of(request),
        "results": [(each.value, words(RESULT_NAMES[each])) for each in SpotResult],
        "states": [
            ("waiting", _("待核实或待确认")),
            ("ordered", _("已责令")),
            ("handed", _("已移送")),
            ("counts", _("已生效")),
            ("rejected", _("不予采信")),
        ],
        "may_send": caller.kind == PartyKind.ENVIRONMENT,
    }
    return page(request, caller, "spot_checks/checks.html", context)


def _columns() -> Columns[SpotCheck]:
    return {
        _("编号"): lambda row: row.number,
        _("时间"): lambda row: row.at,
        _("地点"): lambda row: row.task.place_name,
        _("号牌"): lambda row: row.plate,
        _("方法"): lambda row: method_name(row.method) if row.method else "",
        _("结论"): lambda row: result_of(row)[0],
        _("状态"): lambda row: state_of(row)[0],
        _("责令编号"): lambda row: row.order_no,
        _("期限"): lambda row: row.deadline,
        _("案件"): lambda row: row.case_no,
        _("移送时间"): lambda row: row.handed_at,
        _("任务"): lambda row: row.task.number,
    }


@desk(_FIRST, *_OTHERS)
def one_check(request: HttpRequest, caller: Caller, check_no: str) -> HttpResponse:
    """One record; POST settles it, hands it over, or adds a photograph."""
    now = clock.now()
    if request.method == "POST":
        require_sure(request.POST)
        _act(request, caller, check_no, now)
        return redirect(f"/spot-checks/{check_no}")
    context = one(caller, check_no, lambda row: _context(row, caller, now))
    return page(request, caller, "spot_checks/check.html", context)


def _act(request: HttpRequest, caller: Caller, check_no: str, now: datetime) -> None:
    form = request.POST
    match form.get("what"):
        case "settle":
            require_filled(form, "accepted", "because")
            said = Settlement(
                accepted=form.get("accepted") == "yes",
                because=form.get("because", ""),
                vehicle=whole(form.get("vehicle", "")),
            )
            settle_check(caller, check_no, said, now)
        case "photograph":
            add_photograph(caller, check_no, *sent_file(request), now)
        case _:
            hand_over(caller, check_no, form.get("reason", ""), now)


def _context(row: SpotCheck, caller: Caller, now: datetime) -> dict[str, object]:
    case = case_of(row)
    own = caller.kind == PartyKind.ENVIRONMENT
    carried = [
        (words(INSTRUMENTS[kind]), serial)
        for kind, serial in (
            (_kind_of(row), row.data["instrument"]),
            ("obd_reader", row.data["obd_reader"]),
            ("refractometer", row.data["refractometer"]),
        )
        if serial
    ]
    return {
        "check": row,
        "result": result_of(row),
        "state": state_of(row),
        "items": items_of(row),
        "where": where_of(row.task.where),
        "signed": signed_of(row),
        "officers": officers_of(row),
        "carried": carried,
        "case": case,
        "next": next_step(row, case, caller, now),
        "candidates": list(row.candidates.all()),
        "photographs": list(row.files.defer("body").order_by("pk")),
        "may_settle": own and row.state == SpotCheck.State.HELD and caller.user not in row.data["officers"],
        "may_hand_over": own and row.handed_at is None and overdue_case(row) is not None,
        "may_add": own and caller.user in row.data["officers"],
    }


def _kind_of(row: SpotCheck) -> str:
    return {"TSI": "analyser", "FREEACC": "opacimeter"}.get(row.method, "ringelmann_chart")


@desk(PartyKind.ENVIRONMENT)
def paper(request: HttpRequest, caller: Caller, check_no: str) -> HttpResponse:
    """The record, and the order where there is one: free of charge, handed to the driver."""
    now = clock.now()
    content = one(caller, check_no, lambda row: spot_check_paper(row, day_of(now)))
    return HttpResponse(content, content_type="application/pdf")
