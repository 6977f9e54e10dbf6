"""Complaints at the desks: the list with its figures, one taken down on the telephone, who reported (by two), and what
is paid (by people who see no complaint)."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.matters import Kind, State, is_late
from imloop.matters.complaints.categories import CATEGORIES, category_of
from imloop.matters.complaints.rewards import yuan
from imloop.matters.complaints.rows import BY_HAND, CHANNELS
from imloop.matters.labels import STATES
from imloop.pages.choices import day_asked
from imloop.pages.forms import require_filled, require_sure
from imloop.pages.guard import desk, page, words
from imloop.pages.matters.complaints.form import categories, form_context, report_of
from imloop.pages.second_person.proposals import as_row
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import within_days
from imloop.steps.matters.as_fact import as_fact
from imloop.steps.matters.attachments import the_matter
from imloop.steps.matters.complaints import figures, identity, pay_rewards
from imloop.steps.matters.complaints.receive import receive
from imloop.steps.matters.kept.address import token_of
from imloop.steps.matters.roles import is_payer
from imloop.steps.second_person.lookups import proposals_of
from imloop.store.models import Matter, PartyKind

OFFICES = (
    PartyKind.ENVIRONMENT,
    PartyKind.TRANSPORT,
    PartyKind.MARKET,
    PartyKind.POLICE,
    PartyKind.SUPERVISOR,
)
SHOWN = 200


@desk(*OFFICES)
def complaints(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What waits, the most urgent first; all by category, month and state; the same as a file."""
    day = day_of(clock.now())
    since, until = day_asked(request.GET, "since"), day_asked(request.GET, "until")
    chosen, state = request.GET.get("category", ""), request.GET.get("state", "")
    seen = figures.complaints(caller).filter(within_days("opened_at", since, until))
    seen = figures.asked_for(seen, chosen, state, day)
    if file := as_file(request, caller, "complaints", _columns(day), seen):
        return file
    counted = figures.by_category(caller, since or day - figures.YEAR, until or day, day)
    context = {
        "query": query_of(request),
        "rows": [_line(row, day) for row in seen[:SHOWN]],
        "categories": [(each.code, words(each.name)) for each in CATEGORIES],
        "states": [("open", _("在办")), ("late", _("超期")), ("closed", _("已办结"))],
        "chosen": chosen,
        "state": state,
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "figures": [
            {
                "name": words(each.category.name),
                "numbers": [
                    figures.told(counts) for counts in (each.received, each.open, each.founded, each.late)
                ],
            }
            for each in counted
        ],
    }
    return page(request, caller, "matters/complaints/list.html", context)


def _columns(day: date) -> Columns[Matter]:
    """Neither what was said nor who said it."""
    return {
        _("编号"): lambda row: row.matter_no,
        _("类别"): _category,
        _("来源"): lambda row: words(CHANNELS[row.data["facts"]["channel"]]),
        _("地区"): lambda row: row.place,
        _("办理部门"): lambda row: row.office,
        _("状态"): lambda row: words(STATES[State(row.state)]),
        _("收到"): lambda row: row.opened_at,
        _("期限"): lambda row: row.due_on,
        _("超期"): lambda row: _("是") if is_late(as_fact(row), day) else "",
        _("办结"): lambda row: row.closed_at,
    }


def _category(row: Matter) -> str:
    found = category_of(row.complaint.category)
    return words(found.name) if found else row.complaint.category


def _line(row: Matter, day: date) -> dict[str, object]:
    return {
        "row": row,
        "category": _category(row),
        "place": row.complaint.address or row.complaint.party_named,
        "state": words(STATES[State(row.state)]),
        "late": is_late(as_fact(row), day),
    }


@desk(*OFFICES)
def take_down(request: HttpRequest, caller: Caller) -> HttpResponse:
    """By telephone, through the hotline, by letter or visit: the same form, filled in by a clerk."""
    now = clock.now()
    category = category_of(request.POST.get("category", "") or request.GET.get("category", ""))
    if category is None:
        context = {"categories": categories(), "desk": True}
        return page(request, caller, "matters/complaints/take_down.html", context)
    if request.method == "POST":
        require_sure(request.POST)
        channel = request.POST.get("channel", "")
        if channel not in BY_HAND:
            raise Malformed("wrong-value", Text("请选择来源。", "Choose how it came."), at="channel")
        received = receive(report_of(request, channel=channel), now, caller)
        context = {
            "row": received.matter,
            "token": token_of(received.matter),
            "codes": received.codes,
            "office": registers.any_party(received.matter.office),
        }
        return page(request, caller, "matters/complaints/taken_down.html", context)
    context = form_context(category, request.POST, now, place=caller.place)
    context |= {"channels": [(code, words(CHANNELS[code])) for code in BY_HAND], "desk": True}
    return page(request, caller, "matters/complaints/take_down.html", context)


@desk(*OFFICES)
def who_reported(request: HttpRequest, caller: Caller, matter_no: str) -> HttpResponse:
    """Ask for the reporter's name, which supervision confirms on its card; read it."""
    now = clock.now()
    row = the_matter(caller=caller, matter_no=matter_no)
    if row.kind != Kind.COMPLAINT:
        return redirect(f"/matters/{matter_no}")
    context: dict[str, object] = {}
    if request.method == "POST":
        require_sure(request.POST)
        if request.POST.get("do") != "read":
            made = identity.ask(caller, matter_no, request.POST.get("reason", ""), now)
            return redirect(f"/proposals/{made.pk}")
        context["reporter"] = identity.read(caller, matter_no, now)
    context |= {
        "row": row,
        "asked": [as_row(each) for each in proposals_of(caller, identity.REPORTER.kind, matter_no)],
        "given": bool(row.complaint.reporter),
        "named": row.complaint.named,
        "may_ask": bool(row.complaint.reporter) and row.office == caller.party_code,
        "readable": identity.readable(caller, matter_no, now),
    }
    return page(request, caller, "matters/complaints/who_reported.html", context)


@desk(*OFFICES)
def rewards(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Pay one against code and number. Who does not pay reads how it is done."""
    now, payer = clock.now(), is_payer(caller)
    if request.method == "POST":
        require_sure(request.POST)
        require_filled(request.POST, "code", "secret", "receipt_no")
        form = request.POST
        paid = pay_rewards.pay(caller, form["code"], form["secret"], form["receipt_no"], now)
        return redirect(f"/rewards?paid={paid.pk}")
    context = {
        "payer": payer,
        "paid": [{"row": each, "yuan": yuan(each.fen or 0)} for each in pay_rewards.to_pay(caller)[:SHOWN]]
        if payer
        else [],
        "done": "paid" in request.GET,
        "today": day_of(now),
    }
    return page(request, caller, "matters/complaints/rewards.html", context)
