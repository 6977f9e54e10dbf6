"""Copies between departments: those to be answered, those whose answer is waited for, one as it was frozen, a new one
of whatever its sender sees."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imloop.exchange.uploads.decode_inspection import decode_kept_test
from imloop.facts.days import day_of, midnight
from imloop.pages.choices import day_asked
from imloop.pages.forms import file_response, require_filled, require_sure, sent_day_or_none
from imloop.pages.guard import desk, page
from imloop.pages.tables import Columns, as_file, query_of
from imloop.papers.copied import object_of
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import itself
from imloop.steps.matters.as_fact import by_of
from imloop.steps.matters.copies import answer as the_copies
from imloop.steps.matters.copies.send import place_of, send
from imloop.store.models import Copy, PartyKind

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
    """What this department got and what it sent."""
    found, day = the_copies.copies(caller), day_of(clock.now())
    if file := as_file(request, caller, "copies", _columns(), found):
        return file
    rows = [(each, the_copies.is_late(each, day)) for each in found[:SHOWN]]
    context = {
        "query": query_of(request),
        "received": [pair for pair in rows if pair[0].to.code == caller.party_code],
        "sent": [pair for pair in rows if pair[0].sent_by == caller.party_code],
    }
    return page(request, caller, "matters/copies.html", context)


@desk(*DEPARTMENTS)
def one_copy(request: HttpRequest, caller: Caller, number: int) -> HttpResponse:
    """What it showed when it was sent, its files by hash; the receiver says that it came, and answers."""
    now = clock.now()
    if request.method == "POST":
        if request.POST.get("do") == "receive":
            the_copies.receive(caller, number, now)
        else:
            the_copies.answer(caller, number, request.POST.get("answer", ""), now)
        return redirect(f"/copies/{number}")
    copy = the_copies.the_copy(caller, number, itself, now)
    english = (get_language() or "").startswith("en")
    context = {
        "copy": copy,
        "late": the_copies.is_late(copy, day_of(now)),
        "lines": [(each["en" if english else "zh"], each["value"]) for each in copy.shown.get("lines", ())],
        "files": list(the_copies.files_of(copy)),
        "opens": copy.matter is not None and not the_copies.not_theirs(caller, [copy]),
        "mine": copy.to.code == caller.party_code,
    }
    return page(request, caller, "matters/one_copy.html", context)


@desk(*DEPARTMENTS)
def copy_file(request: HttpRequest, caller: Caller, number: int, digest: str) -> HttpResponse:
    """One of its files, as it was."""
    return file_response(the_copies.copy_file(caller, number, digest, clock.now()))


@desk(*DEPARTMENTS)
def new_copy(request: HttpRequest, caller: Caller) -> HttpResponse:
    """``of`` and ``reference``: what is copied; ``on``: the day of a vehicle's exceedance."""
    of, reference = request.GET.get("of", ""), request.GET.get("reference", "")
    place = place_of(caller, of, reference)
    if request.method == "POST":
        return redirect(f"/copies/{_sent(request.GET, request.POST, caller)}")
    context = {
        "of": dict(Copy.Of.choices).get(of, of),
        "kind": of,
        "reference": reference,
        "offices": [(code, name.zh) for code, name in by_of(caller, place).offices],
        "tomorrow": day_of(clock.now()) + timedelta(days=1),
        "longest": the_copies.LONGEST,
    }
    return page(request, caller, "matters/new_copy.html", context)


def _sent(asked: QueryDict, form: QueryDict, caller: Caller) -> int:
    """The number of the copy."""
    require_sure(form)
    require_filled(form, "copied_to", "wanted")
    now, day = clock.now(), day_asked(asked, "on")
    at = midnight(day + timedelta(days=1)) if day else None
    it = object_of(caller, asked.get("of", ""), asked.get("reference", ""), now, decode_kept_test, at)
    answer_by = sent_day_or_none(form, "answer_by")
    to, wanted = form.get("copied_to", ""), form.get("wanted", "")
    return send(caller, it, to=to, wanted=wanted, answer_by=answer_by, now=now).pk


def _columns() -> Columns[Copy]:
    return {
        _("编号"): lambda copy: copy.reference,
        _("对象"): lambda copy: copy.title,
        _("来自"): lambda copy: copy.sent_by,
        _("发往"): lambda copy: copy.to.code,
        _("请求事项"): lambda copy: copy.wanted,
        _("发出"): lambda copy: copy.sent_at,
        _("答复期限"): lambda copy: copy.answer_due,
        _("签收"): lambda copy: copy.received_at,
        _("答复"): lambda copy: copy.answer,
        _("答复时间"): lambda copy: copy.answered_at,
    }
