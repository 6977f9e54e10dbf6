"""A repair's record that came late, or a failed test that came after what may answer it: does a declared outage explain
it?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from msgspec import convert

from imloop.facts.days import day_of, days_between
from imloop.facts.records.repair import RepairRecord
from imloop.facts.text import Reason
from imloop.gates.repairs.scope import able
from imloop.gates.repairs.whereabouts import FailedRun, more_allowed_then, time_held
from imloop.law import Law
from imloop.loop.events import RepairReleased
from imloop.loop.on_paper import excused
from imloop.loop.repairs import allowed, find_repair
from imloop.steps.cases.history import fuels_of, run_of
from imloop.steps.cases.move_case import as_loop_case, open_case
from imloop.steps.cases.reconsider import failed_test, reconsider
from imloop.steps.cases.release_repair import held_by, release
from imloop.steps.ground import registers
from imloop.steps.ground.ledger import Ledger
from imloop.steps.ground.registers import position_of
from imloop.steps.outages.unlock_on_paper import unlock_waiting_for
from imloop.steps.stations.declared_outages import as_fact, declared_between, over_for
from imloop.steps.stations.standing import is_active
from imloop.store.models import Case, CaseEvent, Finding, Outage, Party, Repair, Test

_BY_OUTAGE = "系统故障 "
"""How the reason of a release begins that nobody but a declared outage gives."""


def held_by_time(
    case: Case, shop: Party, record: RepairRecord, reported_at: datetime, law: Law
) -> Reason | None:
    """By what is known of outages now, and of what was allowed when the record came."""
    return unexplained(case, shop, record, reported_at, law) or no_longer_allowed(
        case, shop, record, reported_at, law
    )


def unexplained(
    case: Case, shop: Party, record: RepairRecord, reported_at: datetime, law: Law
) -> Reason | None:
    """Only what an outage of the repairer's would explain."""
    kept_back = [
        (outage.since, over_for(outage, shop, record.finished_at, reported_at))
        for outage in declared_between(record.finished_at, reported_at)
        if outage.counts(law) and outage.reaches(shop.code, shop.place)
    ]
    return time_held(record.finished_at, reported_at, kept_back, law)


def within_scope(record: RepairRecord, shop: Party, case: Case, law: Law) -> bool:
    """Is the shop able to repair the vehicle, whichever fuel it failed on, and to do that work?"""
    codes = [item.code for item in record.items]
    return all(able(shop.capability, fuel, codes, law) for fuel in fuels_of(case))


def no_longer_allowed(
    case: Case, shop: Party, record: RepairRecord, reported_at: datetime, law: Law
) -> Reason | None:
    """Allowed on the day of the work, by its own word, and not on every day until it said so: another repairer was on
    the list then, or the law asked for less."""
    laws = (registers.law_at(day, case.place) for day in days_between(law.on, day_of(reported_at)))
    then, *since = (
        allowed(record, at, listed=is_active(shop, at.on), able=within_scope(record, shop, case, at))
        for at in laws
    )
    return more_allowed_then(law) if then and not all(since) else None


def failed_run(case: Case) -> FailedRun | None:
    """The failed test of this round; None for a case that no test of ours opened."""
    test = failed_test(case)
    return None if test is None else FailedRun(test.ended_at, position_of(test.station))


def ask_fails_again(ledger: Ledger, outage: Outage) -> None:
    """It was declared, taken back, or found to have been over earlier: failed runs that came late meanwhile are known
    from another moment, and what may answer them, or has ended their case, is asked anew."""
    fact = as_fact(outage)
    if not fact.delays_tests:
        return
    rows = Test.objects.filter(
        result="fail", vehicle__isnull=False, received_at__gt=outage.starts_at
    ).exclude(case_no="")
    if outage.ends_at is not None:
        rows = rows.filter(ended_at__lt=max(outage.ends_at, outage.declared_at))
    told = set[int]()
    for run in rows.select_related("station", "vehicle").order_by("started_at", "id"):
        if run.vehicle_id not in told and fact.reaches(run.station.code, run.station.place):
            assert run.vehicle is not None
            told.add(run.vehicle.pk)
            found = reconsider(ledger, run.vehicle, run_of(run), outage.outage_no)
            if found.case is not None:
                unlock_waiting_for(ledger, found.case)


def release_explained(ledger: Ledger, declared: Outage) -> int:
    """An outage was declared: release what waits for nothing but its explanation. Returns how many."""
    waiting = Finding.objects.filter(code="time-held", subject_kind="repair", resolved_at__isnull=True)
    return sum(_explained(ledger, finding, declared) for finding in waiting.order_by("id"))


def _explained(ledger: Ledger, finding: Finding, declared: Outage) -> bool:
    rows = Repair.objects.select_related("shop", "case__vehicle", "case__station")
    row = rows.filter(shop__code=finding.station_code, repair_no=finding.subject).first()
    if row is None:
        return False
    # A repair stays done when its case is annulled or part of another: it counts in the one that is open now.
    case, shop = open_case(row.case.vehicle), row.shop
    if case is None or "time-held" not in held_by(case, shop.code, row.repair_no):
        return False
    law = registers.law_at(day_of(row.finished_at), case.place)
    if held_by_time(case, shop, convert(row.record, RepairRecord), row.uploaded_at, law) is not None:
        return False
    because = f"{_BY_OUTAGE}{declared.outage_no}"
    release(ledger, case, shop.code, row.repair_no, ledger.caller.actor, because, ["time-held"])
    return True


def no_longer_excused(row: Repair, case: Case, lost: Collection[str]) -> Reason | None:
    """Why its time is held now that nothing rests on these papers, and on outages as they are known. None: its time is
    not in doubt, another doubt holds it, or a person has looked at it."""
    known = as_loop_case(case)
    fact = find_repair(known.repairs, row.shop.code, row.repair_no)
    if fact is None or fact.held_for_time or "entered_by" in row.receipt:
        return None
    if excused(known.unlocks, fact, lost) or not _released_by_outage(row):
        return None  # such a paper's record could not come in time
    law = registers.law_at(day_of(row.finished_at), case.place)
    return unexplained(case, row.shop, convert(row.record, RepairRecord), row.uploaded_at, law)


def _released_by_outage(row: Repair) -> bool:
    """No person has looked at its time: nothing but outages has explained that, if anything has."""
    events = CaseEvent.objects.filter(case__vehicle=row.case.vehicle_id, kind=RepairReleased.__name__)
    about = (each.data for each in events if each.data["repair_no"] == row.repair_no)
    of_time = (data for data in about if "time-held" in (data.get("settled") or ("time-held",)))
    reasons = [data["reason"] for data in of_time if data["shop"] == row.shop.code]
    outages = Outage.objects.values_list("outage_no", flat=True) if reasons else ()
    return set(reasons) <= {f"{_BY_OUTAGE}{number}" for number in outages}
