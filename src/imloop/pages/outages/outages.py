"""Outages at a department's desk: declared, ended, unlocked under, matched; and the list for anyone."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from imloop.facts.days import CHINA, day_of
from imloop.gates.outages.outage import LINK_NAMES, SCOPE_NAMES, Scope
from imloop.pages.forms import file_response, require_sure, sent_file, sent_moment, sent_moment_or_none
from imloop.pages.guard import desk, page, public, words
from imloop.pages.outages.paper_photographs import photograph_rows, sent_photographs
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import OFFICES, Caller, city_of
from imloop.steps.outages import known_outages as known
from imloop.steps.outages.declare_outage import Declaration, declare, end
from imloop.steps.outages.known_outages import DECLARERS
from imloop.steps.outages.match_papers import due_on, paper_shares
from imloop.steps.outages.outage_signs import signs
from imloop.steps.outages.paper_files import GIVERS, Photograph, attach_photographs, photograph
from imloop.steps.outages.unlock_on_paper import PaperSeen, unlock_by_operator
from imloop.steps.outages.unlock_texts import PAPERS, STANDING_NAMES, Standing, standing, unlock, unlocks
from imloop.steps.stations import lookups as station_lookups
from imloop.store.models import Outage, PaperUnlock, PartyKind

SHOWN = 100
TAGS = {
    Standing.KEPT: "info",
    Standing.WAITING: "wait",
    Standing.MISSED: "fail",
    Standing.DIFFERS: "fail",
    Standing.MATCHED: "pass",
}


def outage_row(row: Outage) -> dict[str, object]:
    """One outage in words."""
    scope = Scope(row.scope)
    what = LINK_NAMES[row.link] if row.link in LINK_NAMES else SCOPE_NAMES[scope]
    return {
        "outage": row,
        "scope": words(SCOPE_NAMES[scope]),
        "what": words(what),
        "stations": " ".join(row.stations),
        "running": row.ends_at is None,
        "own_fault": scope is Scope.OWN_FAULT,
    }


def unlock_row(row: PaperUnlock, now: datetime) -> dict[str, object]:
    """One retest on paper in words."""
    state = standing(row)
    return {
        "unlock": row,
        "state": words(STANDING_NAMES[state]),
        "css": TAGS[state],
        "due": due_on(row, registers.law_at(day_of(now), row.station.place)),
        "matched": state is Standing.MATCHED,
        "photographs": photograph_rows(row),
    }


@public
def public_outages(request: HttpRequest) -> HttpResponse:
    """Past and running."""
    law = registers.law_at(day_of(clock.now()), settings.PLACE)
    context = {
        "rows": [outage_row(row) for row in known.published()[:SHOWN]],
        "papers": law.words("outage.papers"),
        "hours": law.integer("outage.unlock_hours"),
        "cite": law.cite("outage.paper_accepted"),
    }
    return render(request, "outages/public_outages.html", context)


@desk(*OFFICES)
def outages(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The list, what looks like an outage, the shares of paper; POST by those who may: declare one."""
    now = clock.now()
    context: dict[str, object] = {"typed": request.POST or request.GET}
    if request.method == "POST":
        require_sure(request.POST)
        row = declare(caller, _declaration(request.POST), now)
        return redirect(f"/outages/{row.outage_no}")
    law = registers.law_at(day_of(now), caller.place)
    waiting = unlocks(caller).filter(outage__isnull=True)
    context |= {
        "rows": [outage_row(row) for row in known.visible(caller)[:SHOWN]],
        "signs": [(sign, words(sign.words)) for sign in signs(caller, now)],
        "shares": paper_shares(caller, now),
        "share_days": law.integer("outage.share_days"),
        "share_max": 100 * law.number("outage.share_max"),
        "outside": [unlock_row(row, now) for row in waiting[:SHOWN]],
        "may_declare": caller.kind in DECLARERS,
        "scopes": [(scope.value, words(name)) for scope, name in SCOPE_NAMES.items()],
        "links": [(link, words(LINK_NAMES[link])) for link in law.words("outage.links")],
        "stations": station_lookups.parties(PartyKind.ISTATION, city_of(caller.place)),
        "chosen": (request.POST or request.GET).getlist("stations"),
        "prompt": law.integer("outage.prompt_minutes"),
        "retroactive": law.integer("outage.retroactive_days"),
        "now_text": f"{now.astimezone(CHINA):%Y-%m-%dT%H:%M}",
    }
    return page(request, caller, "outages/outages.html", context)


def _declaration(form: QueryDict) -> Declaration:
    return Declaration(
        scope=form.get("scope", ""),
        cause=form.get("cause", ""),
        starts_at=sent_moment(form, "starts_at"),
        ends_at=sent_moment_or_none(form, "ends_at"),
        link=form.get("link", ""),
        place=form.get("place", "").strip(),
        stations=tuple(form.getlist("stations")),
        late_reason=form.get("late_reason", ""),
    )


@desk(*OFFICES)
def one_outage(request: HttpRequest, caller: Caller, number: str) -> HttpResponse:
    """What was unlocked under it; POST: end it, or unlock a retest by hand."""
    now = clock.now()
    row = known.outage(caller, number)
    context: dict[str, object] = {}
    if request.method == "POST":
        return _act(request, caller, row, now)
    law = registers.law_at(day_of(now), row.place)
    rows = unlocks(caller).filter(outage=row)
    context |= {
        **outage_row(row),
        "rows": [unlock_row(each, now) for each in rows[:SHOWN]],
        "total": rows.count(),
        "matched": rows.filter(repair__isnull=False).count(),
        "unlocked": rows.filter(unlock_no=request.GET.get("unlocked", "")).first(),
        "may_decide": caller.kind in DECLARERS and row.ends_at is None,
        "opens": known.as_fact(row).counts(law),
        "istations": station_lookups.parties(PartyKind.ISTATION, city_of(caller.place)),
        "shops": station_lookups.parties(PartyKind.MSTATION, city_of(caller.place)),
        "papers": law.words("outage.papers"),
        "hours": law.integer("outage.unlock_hours"),
        "catch_up": law.integer("outage.catch_up_days"),
        "now_text": f"{now.astimezone(CHINA):%Y-%m-%dT%H:%M}",
    }
    return page(request, caller, "outages/one_outage.html", context)


def _act(request: HttpRequest, caller: Caller, row: Outage, now: datetime) -> HttpResponse:
    form = request.POST
    require_sure(form)
    if form.get("what") == "end":
        end(caller, row.outage_no, at=sent_moment_or_none(form, "at"), now=now)
        return redirect(f"/outages/{row.outage_no}")
    names = ("station", "shop", "reason", "case_no", "vin", "plate", "settlement_no", "certificate_no")
    said = {name: form.get(name, "") for name in names}
    seen = PaperSeen(**said, outage_no=row.outage_no, files=sent_photographs(request))
    found = unlock_by_operator(caller, seen, now)
    return redirect(f"/outages/{row.outage_no}?unlocked={found.unlock_no}#{found.unlock_no}")


@desk()
def one_unlock(request: HttpRequest, caller: Caller, number: str) -> HttpResponse:
    """One retest on paper; the look is journalled. POST: a photograph of the paper."""
    now = clock.now()
    context: dict[str, object] = {}
    if request.method == "POST":
        file = Photograph(request.POST.get("paper", ""), *sent_file(request))
        attach_photographs(caller, number, [file], now)
        return redirect(f"/unlocks/{number}#files")
    context |= {
        **unlock_row(unlock(caller, number, now), now),
        "may_give": caller.kind in GIVERS,
        "papers": [(name, words(text)) for name, text in PAPERS.items()],
    }
    return page(request, caller, "outages/unlock.html", context)


@desk()
def unlock_file(request: HttpRequest, caller: Caller, number: str, digest: str) -> HttpResponse:
    """One photograph; the look is journalled."""
    return file_response(photograph(caller, number, digest, clock.now()))
