"""How many of a station's retests rested on paper: a station that does it often is asked why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from imloop.facts.days import day_of
from imloop.facts.share import Share
from imloop.facts.text import Reason, Text
from imloop.steps.ground import registers
from imloop.steps.ground.access import SYSTEM, Caller, own
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import writing
from imloop.steps.inspections.lookups import KINDS, PAPER, RETEST, with_role
from imloop.store.models import Finding, Party, PartyKind, Test


@dataclass(frozen=True, slots=True)
class PaperShare:
    """A station's judged retests on paper among all its judged retests of the law's days, as where stations are
    compared: an unlock that no retest used is no share of them. ``enough``: may a share be computed?
    ``high``: it is above the law's."""

    station: Party
    share: Share
    unmatched: int
    enough: bool
    high: bool


def paper_shares(caller: Caller, now: datetime) -> list[PaperShare]:
    """Of every station the caller may see that retested on paper, the largest number first."""
    stations = Party.objects.filter(own(caller, "place", "code", None), kind=PartyKind.ISTATION)
    return _shares(stations, now)


def _shares(stations: QuerySet[Party], now: datetime) -> list[PaperShare]:
    found = []
    for station in stations.filter(paper_unlocks__isnull=False).distinct().order_by("code"):
        law = registers.law_at(day_of(now), station.place)
        since = now - timedelta(days=law.integer("outage.share_days"))
        papers = station.paper_unlocks.filter(granted_at__gt=since, granted_at__lte=now)
        if not papers.exists():
            continue
        runs = with_role(Test.objects.filter(station=station, started_at__gt=since, started_at__lte=now))
        counted = runs.aggregate(
            paper=Count("pk", filter=KINDS[PAPER]), retests=Count("pk", filter=KINDS[RETEST])
        )
        share = Share(counted["paper"], counted["retests"])
        enough = share.whole >= law.integer("outage.share_least")
        high = enough and share.value is not None and share.value > law.number("outage.share_max")
        unmatched = papers.filter(repair__isnull=True).count()
        found.append(PaperShare(station, share, unmatched, enough, high))
    return sorted(found, key=lambda each: (-each.share.part, each.station.code))


def watch_shares(now: datetime) -> int:
    """A finding for each station above the law's share, as long as none is open. Returns how many are new."""
    new = 0
    for each in _shares(Party.objects.filter(kind=PartyKind.ISTATION), now):
        if not each.high:
            continue
        law = registers.law_at(day_of(now), each.station.place)
        percent, most = 100 * (each.share.value or 0), 100 * law.number("outage.share_max")
        reason = Reason(
            "fallback-share",
            Text(
                f"近 {law.integer('outage.share_days')} 天复检 {each.share.whole} 次，其中 {each.share.part} 次"
                f"（{percent:.1f} %）凭纸质材料，高于 {most:g} %。",
                f"{each.share.part} of {each.share.whole} retests ({percent:.1f} %) in "
                f"{law.integer('outage.share_days')} days rested on paper, above {most:g} %.",
            ),
            law.cite("outage.share_max"),
        )
        with writing(now, SYSTEM) as ledger:
            known = Finding.objects.filter(code="fallback-share", station_code=each.station.code)
            if not known.filter(resolved_at__isnull=True).exists():
                keep_findings(ledger, "station", each.station.code, each.station.code, [reason])
                new += 1
    return new
