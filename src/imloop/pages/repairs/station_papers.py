"""The I-station's page for papers of a repairer without access: one person enters, another compares and confirms."""

from __future__ import annotations

import secrets
from functools import partial

import msgspec
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from imloop.exchange.uploads.decode_papers import decode_papers
from imloop.exchange.uploads.intake import take_papers
from imloop.facts.days import day_of
from imloop.facts.pictures import media_type
from imloop.facts.records.repair import REPAIR_ITEMS
from imloop.law.sentences import PAPER_NAMES
from imloop.pages.forms import fields_named, sent_file, sent_named_file
from imloop.pages.guard import desk, page, words
from imloop.pages.repairs.repair_form import field_of, papers_of_form
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.actor import Actor
from imloop.steps.ground.registers import law_at
from imloop.steps.repairs.repair_files import files_of
from imloop.steps.repairs.station_papers import (
    attach_paper,
    confirm_papers,
    entered,
    missing_papers,
    open_on,
    papers_to_show,
    unconfirmed,
)
from imloop.store.models import PartyKind, Repair

PAGE = "/desk/istation/papers"
SHOWN = 50


@desk(PartyKind.ISTATION)
def papers(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What was entered, and the form; POST: ``enter``, ``photograph`` or ``confirm``."""
    if request.method == "POST":
        _act(request, caller)
        return redirect(PAGE)
    now = clock.now()
    law = law_at(day_of(now), caller.place)
    context = {
        "open": open_on(law),
        "cite": law.cite("retest.papers_at_station"),
        "people": law.integer("retest.papers_people"),
        "papers": [(name, words(PAPER_NAMES[name])) for name in papers_to_show(law)],
        "item_codes": [(code, words(name)) for code, name in REPAIR_ITEMS.items()],
        "repair_no": f"P{now:%Y%m%d}-{secrets.token_hex(3)}",
        "rows": [_row(row, caller) for row in entered(caller)[:SHOWN]],
    }
    return page(request, caller, "repairs/station_papers.html", context)


def _act(request: HttpRequest, caller: Caller) -> None:
    form, now = request.POST, clock.now()
    what, shop, repair_no = form.get("what", ""), form.get("shop", ""), form.get("repair_no", "")
    if what == "confirm":
        confirm_papers(caller, shop, repair_no, now)
    elif what == "photograph":
        name, body = sent_file(request)
        attach_paper(caller, shop, repair_no, form.get("paper", ""), name, body, now)
    else:
        _enter(request, form, caller)


def _enter(request: HttpRequest, form: QueryDict, caller: Caller) -> None:
    """With the photographs that came along; one that is no picture stops all."""
    now = clock.now()
    sent = [(paper, sent_named_file(request, f"photo_{paper}")) for paper in PAPER_NAMES]
    photographs = [(paper, *file) for paper, file in sent if file is not None]
    for _, _, body in photographs:
        media_type(body)
    message = msgspec.json.encode(papers_of_form(form))
    with fields_named(partial(field_of, typed=form)):
        decode_papers(message)
        told = take_papers(message, caller, now).body
    for paper, name, body in photographs:
        attach_paper(caller, str(told["shop"]), str(told["repair_no"]), paper, name, body, now)


def _row(row: Repair, caller: Caller) -> dict[str, object]:
    by = str(row.receipt["entered_by"])
    return {
        "repair": row,
        "by": by,
        "own": Actor.read(by).person == caller.user,
        "waits": unconfirmed(row),
        "files": [(words(PAPER_NAMES[each.paper]), each) for each in files_of(row) if each.paper],
        "missing": [(name, words(PAPER_NAMES[name])) for name in missing_papers(row)],
    }
