"""Copies between departments: those to be answered, and those whose answer is waited for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.pages.guard import desk, page
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.matters import copies as the_copies
from imloop.store.models import MatterCopy, PartyKind

DEPARTMENTS = (
    PartyKind.ENVIRONMENT,
    PartyKind.TRANSPORT,
    PartyKind.MARKET,
    PartyKind.POLICE,
    PartyKind.SUPERVISOR,
)
SHOWN = 200


@desk(*DEPARTMENTS)
def copies(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What this department got and what it sent; a copy is received and answered here."""
    now = clock.now()
    if request.method == "POST":
        number = int(request.POST.get("number", "0") or 0)
        if request.POST.get("do") == "receive":
            the_copies.receive(caller, number, now)
        else:
            the_copies.answer(caller, number, request.POST.get("answer", ""), now)
        return redirect(f"/copies#c{number}")
    found, day = the_copies.copies(caller), day_of(now)
    if file := as_file(request, caller, "copies", _columns(), found):
        return file
    rows = [(each, the_copies.is_late(each, day)) for each in found[:SHOWN]]
    context = {
        "query": query_of(request),
        "received": [pair for pair in rows if pair[0].to.code == caller.party_code],
        "not_theirs": the_copies.not_theirs(caller, [each for each, _late in rows]),
        "sent": [pair for pair in rows if pair[0].sent_by == caller.party_code],
    }
    return page(request, caller, "matters/copies.html", context)


def _columns() -> Columns[MatterCopy]:
    return {
        _("事项"): lambda copy: copy.matter.matter_no,
        _("对象"): lambda copy: copy.matter.title,
        _("来自"): lambda copy: copy.sent_by,
        _("发往"): lambda copy: copy.to.code,
        _("请求事项"): lambda copy: copy.wanted,
        _("发出"): lambda copy: copy.sent_at,
        _("答复期限"): lambda copy: copy.answer_due,
        _("签收"): lambda copy: copy.received_at,
        _("答复"): lambda copy: copy.answer,
        _("答复时间"): lambda copy: copy.answered_at,
    }
