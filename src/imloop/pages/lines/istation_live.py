"""The I-station's live card and its figures."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.facts.records.check import CHECK_NAMES
from imloop.facts.share import Share
from imloop.gates.lines import CheckFact, Due, checks_due
from imloop.pages.guard import desk, of_one_moment, words
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import Caller
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.lines.lookups import view, visible_lines
from imloop.steps.reports.station_figures import DAYS, ENOUGH, ENOUGH_RETESTS, station_figures
from imloop.steps.stations.latest_checks import latest_checks
from imloop.store.models import Line, PartyKind


@desk(PartyKind.ISTATION)
@of_one_moment
def live(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The card alone: the desk's first page asks for it again every few seconds."""
    return render(request, "lines/live_lines.html", live_card(caller, clock.now()))


def live_card(caller: Caller, now: datetime) -> dict[str, object]:
    return {"now": now, "live": [_live(caller, line, now) for line in visible_lines(caller, now)]}


def _live(caller: Caller, line: Line, now: datetime) -> dict[str, object]:
    law = registers.law_at(day_of(now), line.station.place)
    checks: list[CheckFact] = latest_checks(line.pk, now)
    due = checks_due(line.methods, checks, now, law)
    last = (
        test_lookups.tests(caller)
        .filter(line=line.code, started_at__gte=now.replace(hour=0, minute=0, second=0, microsecond=0))
        .defer("trace", "receipt", "verdict")
        .order_by("-started_at")
    )
    return {
        "view": view(line, now),
        "last": last.first(),
        "today": last.count(),
        "due": _next(due, now) if checks else None,
    }


def _next(due: tuple[Due, ...], now: datetime) -> dict[str, object] | None:
    """What must be checked at once, or the first that runs out."""
    open_ones = [each for each in due if each.is_open(now)]
    if open_ones:
        return {"open": True, "names": [words(CHECK_NAMES[each.kind]) for each in open_ones]}
    return {"open": False, "names": [words(CHECK_NAMES[due[0].kind])], "by": due[0].by} if due else None


def figures(caller: Caller, now: datetime) -> list[dict[str, object]]:
    """Tiles with the station's figures and the number of tests behind each; too few tests give no rate."""
    station = registers.party(caller.party_code, PartyKind.ISTATION)
    found = station_figures(station, now)
    city = _rate(found.first_failed_city)
    return [
        {"label": _("近 %(n)s 天检验") % {"n": DAYS}, "n": found.tests},
        {
            "label": _("首检不合格率"),
            "n": _rate(found.first_failed),
            "note": _of(found.first_failed) + _("；") + _("全市 %(value)s") % {"value": city},
        },
        {
            "label": _("复检合格率"),
            "n": _rate(found.retests_passed, ENOUGH_RETESTS),
            "note": _of(found.retests_passed),
        },
        {"label": _("迟报"), "n": found.late, "note": _("近 %(n)s 天") % {"n": DAYS}},
        {"label": _("待核线索"), "n": found.findings, "url": "/findings"},
    ]


def _rate(share: Share, least: int = ENOUGH) -> str:
    if share.whole < least or share.value is None:
        return _("数据不足")
    return f"{100 * share.value:.1f} %"


def _of(share: Share) -> str:
    return f"{share.part} / {share.whole}"
