"""Outages at a department's desk: declared, ended, unlocked under, matched; and the list for anyone."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from imloop.facts.days import CHINA, day_of
from imloop.gates.outages.outage import LINK_NAMES, SCOPE_NAMES, Scope
from imloop.law.sentences import outage_papers
from imloop.pages.choices import day_asked
from imloop.pages.forms import (
    file_response,
    onward,
    require_filled,
    require_sure,
    sent_file,
    sent_moment,
    sent_moment_or_none,
    with_reason_alone,
)
from imloop.pages.guard import EVERY_DESK, desk, of_one_moment, page, public, words
from imloop.pages.outages.paper_photographs import photograph_rows, sent_photographs
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import OFFICES, Caller, city_of
from imloop.steps.ground.lookups import after, within_days, within_place
from imloop.steps.ground.seen import listed
from imloop.steps.outages import known_outages as known
from imloop.steps.outages.declare_outage import (
    Declaration,
    declare,
    end,
    waiting_outages,
    waiting_row,
)
from imloop.steps.outages.known_outages import DECLARERS
from imloop.steps.outages.match_papers import due_on
from imloop.steps.outages.outage_signs import signs
from imloop.steps.outages.paper_files import GIVERS, Photograph, attach_photographs, photograph
from imloop.steps.outages.unlock_by_operator import PaperSeen, unlock_by_operator
from imloop.steps.outages.unlock_texts import PAPERS, STANDING_NAMES, Standing, standing, unlock, unlocks
from imloop.steps.reports.paper_shares import paper_shares
from imloop.steps.stations import lookups as station_lookups
from imloop.steps.stations.declared_outages import as_fact
from imloop.store.models import Outage, PaperUnlock, PartyKind

SHOWN = 100
_NEEDED: dict[str, str] = {
    Scope.LINK: "link",
    Scope.PLACE: "place",
    Scope.STATIONS: "stations",
    Scope.OWN_FAULT: "stations",
}
"""What a scope leaves open, by its field."""
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
    where = [row.place] if scope is Scope.PLACE else map(station_lookups.name_of, row.stations)
    return {
        "outage": row,
        "scope": words(SCOPE_NAMES[scope]),
        "what": " ".join([what_of(row), *where]),
        "running": row.ends_at is None,
        "own_fault": scope is Scope.OWN_FAULT,
    }


def what_of(row: Outage) -> str:
    return words(LINK_NAMES[row.link] if row.link in LINK_NAMES else SCOPE_NAMES[Scope(row.scope)])


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
        "papers": outage_papers(law),
        "hours": law.integer("outage.unlock_hours"),
        "cite": law.cite("outage.paper_accepted"),
    }
    return render(request, "outages/public_outages.html", context)


@desk(*OFFICES)
def outages(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The list, what looks like an outage, the shares of paper; POST by those who may: declare one, or note the end of
    one that waits for a second person."""
    now = clock.now()
    context: dict[str, object] = {"typed": request.POST or request.GET}
    if request.method == "POST" and request.POST.get("what") == "end":
        require_sure(request.POST)
        at = sent_moment_or_none(request.POST, "at")
        end(caller, request.POST.get("waiting", ""), at=at, now=now)
        return redirect("/outages#waiting")
    if request.method == "POST":
        if needed := _NEEDED.get(request.POST.get("scope", "")):
            require_filled(request.POST, needed)
        require_sure(request.POST)
        made = declare(with_reason_alone(caller, request.POST), _declaration(request.POST), now)
        return onward(made, f"/outages/{made.outage_no}" if isinstance(made, Outage) else "")
    asked = request.GET
    rows = known.visible(caller).filter(
        within_days("starts_at", day_asked(asked, "since"), day_asked(asked, "until")),
        within_place("place", asked.get("place", "")),
    )
    if file := as_file(request, caller, "outages", _columns(), rows):
        return file
    law = registers.law_at(day_of(now), caller.place)
    waiting = unlocks(caller).filter(outage__isnull=True)
    context |= {
        "asked": asked,
        "query": query_of(request),
        "rows": [outage_row(row) for row in rows[:SHOWN]],
        "waiting": [(row, outage_row(waiting_row(row))) for row in waiting_outages(caller)],
        "signs": [(sign, words(sign.words)) for sign in signs(caller, now)],
        "shares": paper_shares(caller, now),
        "share_days": law.integer("outage.share_days"),
        "share_max": 100 * law.number("outage.share_max"),
        "outside": _listed(caller, "outages", waiting, now),
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


def _columns() -> Columns[Outage]:
    return {
        _("编号"): lambda row: row.outage_no,
        _("范围"): what_of,
        _("检验机构"): lambda row: _("、").join(map(station_lookups.name_of, row.stations)),
        _("原因"): lambda row: row.cause,
        _("开始"): lambda row: row.starts_at,
        _("结束"): lambda row: row.ends_at,
        _("宣布"): lambda row: row.declared_at,
    }


def _listed(
    caller: Caller, name: str, unlocks: QuerySet[PaperUnlock], now: datetime
) -> list[dict[str, object]]:
    """The first rows of a list of retests on paper; the look at their vehicles is kept."""
    shown = list(unlocks[:SHOWN])
    listed(caller, name, [row.case.vehicle_id if row.case else None for row in shown])
    return [unlock_row(row, now) for row in shown]


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
@of_one_moment
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
        "rows": _listed(caller, f"outages/{row.outage_no}", rows, now),
        "total": rows.count(),
        "matched": rows.filter(repair__isnull=False).count(),
        "unlocked": rows.filter(unlock_no=request.GET.get("unlocked", "")).first(),
        "may_decide": caller.kind in DECLARERS and row.ends_at is None,
        "opens": as_fact(row).counts(law),
        "istations": station_lookups.parties(PartyKind.ISTATION, city_of(caller.place)),
        "shops": station_lookups.parties(PartyKind.MSTATION, city_of(caller.place)),
        "papers": outage_papers(law),
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
    made = unlock_by_operator(with_reason_alone(caller, form), seen, now)
    number = made.unlock_no if isinstance(made, PaperUnlock) else ""
    return onward(made, f"/outages/{row.outage_no}?unlocked={number}#{number}")


@desk(*EVERY_DESK)
def one_unlock(request: HttpRequest, caller: Caller, number: str) -> HttpResponse:
    """One retest on paper; the look is journalled. POST: a photograph of the paper."""
    now = clock.now()
    context: dict[str, object] = {}
    if request.method == "POST":
        file = Photograph(request.POST.get("paper", ""), *sent_file(request))
        attach_photographs(caller, number, [file], now)
        return redirect(f"/unlocks/{number}#files")
    context |= {
        **after(lambda: unlock(caller, number, now), lambda row: unlock_row(row, now)),
        "may_give": caller.kind in GIVERS,
        "papers": [(name, words(text)) for name, text in PAPERS.items()],
    }
    return page(request, caller, "outages/unlock.html", context)


@desk(*EVERY_DESK)
def unlock_file(request: HttpRequest, caller: Caller, number: str, digest: str) -> HttpResponse:
    """One photograph; the look is journalled."""
    return file_response(photograph(caller, number, digest, clock.now()))
