"""Every retest on paper is matched with the repair uploaded later, or becomes a finding;
how often a station does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from imloop.facts.days import day_of
from imloop.facts.share import Share
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.ground import registers
from imloop.steps.ground.access import SYSTEM, Caller, own
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.outages.compare_papers import say, say_differences
from imloop.store.models import Case, Finding, PaperUnlock, Party, PartyKind, Repair, Test


def settle(ledger: Ledger, case: Case) -> list[str]:
    """Copy what the loop matched into the rows of the unlocks, and say what differs. Numbers newly matched."""
    known = as_loop_case(case)
    rows = {row.unlock_no: row for row in case.paper_unlocks.select_related("station", "shop")}
    matched = []
    for unlock in known.unlocks:
        row = rows.get(unlock.unlock_no)
        if row is None or row.repair_id is not None:
            continue
        repair = Repair.objects.filter(case=case, repair_no=unlock.record, shop__code=unlock.shop).first()
        if repair is None:
            say_differences(ledger, case, row, unlock, known.repairs)
            continue
        row.repair, row.matched_at = repair, ledger.now
        row.save(update_fields=["repair", "matched_at"])
        ledger.note("paper-matched", row.unlock_no, {"repair": repair.repair_no, "shop": unlock.shop})
        matched.append(row.unlock_no)
    return matched


def due_on(row: PaperUnlock, law: Law) -> date | None:
    """Last day for the repair's record; None while the outage runs or none was declared."""
    if row.outage is None or row.outage.ends_at is None:
        return None
    since = max(row.outage.ends_at, row.recorded_at)
    return law.working_days(day_of(since), law.integer("outage.catch_up_days")).deadline


def find_unmatched(now: datetime) -> int:
    """Unlocks whose record did not come in time: a finding for station and shop, once. Returns how many."""
    waiting = PaperUnlock.objects.filter(
        repair__isnull=True, missed_at__isnull=True, outage__ends_at__lt=now
    ).select_related("outage", "station", "shop")
    return sum(_find_unmatched(pk, now) for pk in waiting.order_by("id").values_list("pk", flat=True))


def _find_unmatched(unlock: int, now: datetime) -> int:
    with writing(now, SYSTEM) as ledger:
        rows = PaperUnlock.objects.select_related("outage", "station", "shop")
        row = rows.filter(pk=unlock, repair__isnull=True, missed_at__isnull=True).first()
        last = due_on(row, registers.law_at(day_of(now), row.station.place)) if row is not None else None
        if row is None or last is None or day_of(now) <= last:
            return 0
        _miss(ledger, row, last)
    return 1


def _miss(ledger: Ledger, row: PaperUnlock, last: date) -> None:
    if not PaperUnlock.objects.filter(pk=row.pk, repair__isnull=True, missed_at__isnull=True).update(
        missed_at=ledger.now
    ):
        return
    say(
        ledger,
        row,
        "fallback-unmatched",
        Text(
            f"{row.station.name} 凭 {row.shop.name} 的纸质材料复检（{row.plate or row.vin}），"
            f"至 {last} 没有补传的维修记录相符。",
            f"{row.station.name} retested {row.plate or row.vin} on paper of {row.shop.name}; "
            f"no matching record was uploaded by {last}.",
        ),
    )
    ledger.note("paper-unmatched", row.unlock_no, {"due": last.isoformat(), "shop": row.shop.code})


@dataclass(frozen=True, slots=True)
class PaperShare:
    """A station's retests on paper among all its retests of the law's days. ``enough``: may a share be computed?
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
        used = papers.filter(unlocked_at__isnull=False).count()
        if not papers.exists():
            continue
        share = Share(used, max(_retests(station, since, now), used))
        enough = share.whole >= law.integer("outage.share_least")
        high = enough and share.value is not None and share.value > law.number("outage.share_max")
        unmatched = papers.filter(repair__isnull=True).count()
        found.append(PaperShare(station, share, unmatched, enough, high))
    return sorted(found, key=lambda each: (-each.share.part, each.station.code))


def _retests(station: Party, since: datetime, now: datetime) -> int:
    """Judged runs of a case that did not open it."""
    judged = Test.objects.filter(
        station=station, started_at__gt=since, started_at__lte=now, result__in=("pass", "fail")
    ).exclude(case_no="")
    opened = Case.objects.filter(station=station, opened_at__gt=since, opened_at__lte=now).count()
    return max(judged.count() - opened, 0)


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
