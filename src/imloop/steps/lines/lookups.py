"""Every line a caller may see, with state, last checks, certificate end, link and locks in one record each."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from django.db.models import Q, QuerySet

from imloop.facts.days import day_of
from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Reason, Text, only_warnings
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, own
from imloop.steps.stations.line_standing import locked_methods, standing_of
from imloop.store.models import Certificate, EquipmentCheck, Line, Link, PartyKind

SEERS = (PartyKind.ISTATION, PartyKind.ENVIRONMENT, PartyKind.MARKET, PartyKind.SUPERVISOR, PartyKind.ADMIN)


class LineView(TypedDict):
    line: Line
    standing: dict[str, tuple[Reason, ...]]
    locked: list[str]
    reasons: list[Reason]
    last_check: EquipmentCheck | None
    certificate_until: object
    link: Link | None


def visible_lines(caller: Caller, at: datetime) -> QuerySet[Line]:
    """A station's own lines, or those in the place of a department."""
    if caller.kind not in SEERS:
        raise NotAllowed("not-your-desk", Text("这不是您的工作台。", "This is not your desk."))
    day = day_of(at)
    return (
        Line.objects.filter(own(caller, "station__place", "station__code", None))
        .filter(Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day)))
        .select_related("station", "link")
        .order_by("station__code", "code")
    )


def view(line: Line, at: datetime) -> LineView:
    """One line at a moment."""
    law = registers.law_at(day_of(at), line.station.place)
    standing = standing_of(line, at, law)
    certificates = Certificate.objects.filter(equipment__line=line, kind="verification", until__gt=day_of(at))
    return {
        "line": line,
        "standing": standing,
        "locked": sorted(locked_methods(standing)),
        "reasons": list(dict.fromkeys(reason for reasons in standing.values() for reason in reasons)),
        "last_check": EquipmentCheck.objects.filter(line=line, finished_at__lte=at)
        .order_by("-finished_at", "-id")
        .first(),
        "certificate_until": certificates.order_by("until").values_list("until", flat=True).first(),
        "link": getattr(line, "link", None),
    }


def last_checks(line: Line) -> QuerySet[EquipmentCheck]:
    """The self-checks of a line that the caller was shown, the newest first."""
    return EquipmentCheck.objects.filter(line=line).order_by("-finished_at", "-id")[:60]


def line_json(found: LineView) -> dict[str, object]:
    """Contract form of a line's standing."""
    line, link = found["line"], found["link"]
    return {
        "station": line.station.code,
        "line": line.code,
        "methods": {
            method: {
                "allowed": only_warnings(reasons),
                "reasons": [reason.to_json() for reason in reasons],
            }
            for method, reasons in found["standing"].items()
        },
        "link": None
        if link is None
        else {
            "seen_at": link.seen_at.isoformat(),
            "status": link.status,
            "clock_skew_s": link.clock_skew_s,
            "spooled": link.spooled,
            "sequence": link.sequence,
            "lost_at": link.lost_at.isoformat() if link.lost_at else None,
        },
    }
