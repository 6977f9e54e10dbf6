"""Look-ups of outages: for the retest gate, for departments, for anyone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from imloop.facts.days import CHINA
from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.gates.outages.outage import LINK_NAMES, SCOPE_NAMES, Scope
from imloop.gates.outages.outage import OutageFact as Fact
from imloop.steps.ground.access import Caller, place_prefix
from imloop.steps.stations.declared_outages import as_fact, over_for, standing
from imloop.store.models import Outage, Party, PartyKind

DECLARERS = (PartyKind.ENVIRONMENT, PartyKind.ADMIN)
"""Who declares outages of the system and unlocks by hand: the department in charge, and who runs the platform."""


def declared_for(at: datetime) -> list[Fact]:
    """Every outage that was running at the moment by what is known now, the one declared first in front."""
    rows = standing().filter(Q(ends_at__isnull=True) | Q(ends_at__gte=at), starts_at__lte=at)
    return [as_fact(row) for row in rows.order_by("declared_at", "id")]


def kept_until(station: Party, since: datetime, arrived: datetime, hours: float) -> datetime | None:
    """When the outage ended that kept a station from sending what it had ``since``, if one began within ``hours``; its
    arrival, while it runs. A fault of the station's own keeps nobody's clock, nor does a link of the repairers'."""
    rows = standing().filter(
        Q(ends_at__isnull=True) | Q(ends_at__gte=since), starts_at__lte=since + timedelta(hours=hours)
    )
    known = (fact for fact in map(as_fact, rows) if fact.delays_tests)
    facts = [fact for fact in known if fact.reaches(station.code, station.place)]
    return max((over_for(fact, station, since, arrived) for fact in facts), default=None)


def running() -> QuerySet[Outage]:
    """Outages of the system that are not over; without faults that a station reported of itself."""
    return (
        Outage.objects.filter(ends_at__isnull=True).exclude(scope=Scope.OWN_FAULT).order_by("starts_at", "id")
    )


def published() -> QuerySet[Outage]:
    """For anyone: outages of the system, the newest first."""
    return Outage.objects.exclude(scope=Scope.OWN_FAULT).order_by("-starts_at", "-id")


def visible(caller: Caller) -> QuerySet[Outage]:
    """A department's: those in its place or affecting it; a station's: what is published, and its own faults."""
    rows = Outage.objects.order_by("-starts_at", "-id")
    if caller.is_department:
        return rows.filter(Q(place__startswith=place_prefix(caller.place)) | Q(place__in=_above(caller)))
    own = Q(declared_by=caller.party_code) | Q(declared_by__startswith=f"{caller.party_code}/")
    return rows.filter(~Q(scope=Scope.OWN_FAULT) | own)


def _above(caller: Caller) -> list[str]:
    return [f"{caller.place[:4]}00", f"{caller.place[:2]}0000", "000000"]


def outage(caller: Caller, outage_no: str) -> Outage:
    found = visible(caller).filter(outage_no=outage_no).first()
    if found is None:
        raise Unknown(
            "unknown-outage",
            Text(
                f"没有找到故障 {outage_no}。", f"There is no outage {outage_no}, or it is not yours to see."
            ),
        )
    return found


def public_json(row: Outage) -> dict[str, object]:
    """As anyone may read it."""
    scope = SCOPE_NAMES[Scope(row.scope)]
    link = LINK_NAMES.get(row.link, Text(row.link, row.link))
    return {
        "outage_no": row.outage_no,
        "scope": row.scope,
        "scope_text": scope.zh,
        "scope_text_en": scope.en,
        "place": row.place,
        "link": row.link,
        "link_text": link.zh,
        "stations": row.stations,
        "cause": row.cause,
        "starts_at": row.starts_at.astimezone(CHINA).isoformat(),
        "ends_at": row.ends_at.astimezone(CHINA).isoformat() if row.ends_at else None,
        "declared_at": row.declared_at.astimezone(CHINA).isoformat(),
        "declared_late_because": row.late_reason,
        "taken_back_at": row.taken_back_at.astimezone(CHINA).isoformat() if row.taken_back_at else None,
    }
