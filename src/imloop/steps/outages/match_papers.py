"""Every retest on paper is matched with the repair uploaded later, or becomes a finding;
how often a station does it."""

from __future__ import annotations

from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.law import Law
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.ground import registers
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.outages.compare_papers import say, say_differences
from imloop.store.models import Case, PaperUnlock, Repair


def settle(ledger: Ledger, case: Case) -> list[str]:
    """Copy what the loop matched into the rows of the unlocks, and say what differs. Numbers newly matched."""
    known = as_loop_case(case)
    rows = {row.unlock_no: row for row in case.paper_unlocks.select_related("station", "shop")}
    matched = []
    for unlock in known.unlocks:
        row = rows.get(unlock.unlock_no)
        if row is None or row.repair_id is not None:
            continue
        repair = Repair.objects.filter(repair_no=unlock.record, shop__code=unlock.shop).first()
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
