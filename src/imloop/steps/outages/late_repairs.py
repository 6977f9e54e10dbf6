"""A repair's record that came late, or finished before the failed test had come: does a declared outage explain it?"""

from __future__ import annotations

from datetime import date, datetime

from msgspec import convert

from imloop.facts.days import day_of, days_between
from imloop.facts.records.repair import RepairRecord
from imloop.facts.text import Reason
from imloop.gates.repairs.scope import able
from imloop.gates.repairs.whereabouts import FailedRun, Span, more_allowed_then, time_held
from imloop.law import Law
from imloop.loop.events import RepairReleased
from imloop.loop.repairs import allowed, find_repair
from imloop.steps.cases.history import fuels_of
from imloop.steps.cases.move_case import open_case
from imloop.steps.cases.reconsider import failed_test, failed_without_permit
from imloop.steps.cases.release_repair import held_repairs, release
from imloop.steps.ground import registers
from imloop.steps.ground.ledger import Ledger
from imloop.steps.ground.registers import position_of
from imloop.steps.outages.known_outages import declared_between
from imloop.steps.stations.standing import is_active
from imloop.store.models import Case, CaseEvent, Finding, Outage, Party, PartyKind, Repair, Test

_BY_OUTAGE = "系统故障 "
"""How the reason of a release begins that nobody but a declared outage gives."""


def held_by_time(
    case: Case, shop: Party, record: RepairRecord, reported_at: datetime, law: Law
) -> Reason | None:
    """By what is known of outages now, and of what was allowed when the record came."""
    held = unexplained(case, shop, record, reported_at, law)
    if held is None and _more_allowed_then(case, shop, record, day_of(reported_at), law):
        return more_allowed_then(law)
    return held


def unexplained(
    case: Case, shop: Party, record: RepairRecord, reported_at: datetime, law: Law, failed: Test | None = None
) -> Reason | None:
    """Only what an outage would explain. ``failed``: what it answered, where that is not the failed test of now."""
    kept_back = _outages(shop, record.finished_at, reported_at, law)
    answered = failed_run(case, law) if failed is None else _fact(failed, law)
    fails = [answered, *_failed_besides(case, record.finished_at, reported_at, law)]
    found = (time_held(record.finished_at, reported_at, fail, kept_back, law) for fail in fails)
    return next((each for each in found if each is not None), None)


def within_scope(record: RepairRecord, shop: Party, case: Case, law: Law) -> bool:
    """Is the shop able to repair the vehicle, whichever fuel it failed on, and to do that work?"""
    codes = [item.code for item in record.items]
    return all(able(shop.capability, fuel, codes, law) for fuel in fuels_of(case))


def _more_allowed_then(case: Case, shop: Party, record: RepairRecord, reported_on: date, law: Law) -> bool:
    """Allowed on the day of the work, by its own word, and not on every day until it said so: another repairer was on
    the list then, or the law asked for less."""
    laws = (registers.law_at(day, case.place) for day in days_between(law.on, reported_on))
    then, *since = (
        allowed(record, at, listed=is_active(shop, at.on), able=within_scope(record, shop, case, at))
        for at in laws
    )
    return then and not all(since)


def failed_run(case: Case, law: Law) -> FailedRun | None:
    """The failed test of this round; None for a case that no test of ours opened."""
    test = failed_test(case)
    return None if test is None else _fact(test, law)


def _failed_besides(case: Case, finished_at: datetime, until: datetime, law: Law) -> list[FailedRun]:
    """Failed runs of the round that had no permit and were made before the work was over, as far as known by then."""
    runs = failed_without_permit(case).filter(
        started_at__gte=case.failed_at, started_at__lt=finished_at, received_at__lte=until
    )
    return [_fact(test, law) for test in runs]


def _fact(test: Test, law: Law) -> FailedRun:
    outages = _outages(test.station, test.ended_at, test.received_at, law)
    return FailedRun(test.ended_at, test.received_at, position_of(test.station), tuple(outages))


def _outages(party: Party, since: datetime, until: datetime, law: Law) -> list[Span]:
    """Declared outages that may have kept a message of the party from arriving."""
    tests = party.kind == PartyKind.ISTATION
    return [
        (outage.since, outage.until or until)
        for outage in declared_between(since, until)
        if (outage.delays_tests if tests else outage.counts(law)) and outage.reaches(party.code, party.place)
    ]


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
    held = find_repair(held_repairs(case), shop.code, row.repair_no) if case is not None else None
    if case is None or held is None or [lack.code for lack in held.lacks if lack.releasable] != ["time-held"]:
        return False
    law = registers.law_at(day_of(row.finished_at), case.place)
    if held_by_time(case, shop, convert(row.record, RepairRecord), row.uploaded_at, law) is not None:
        return False
    release(ledger, case, shop.code, row.repair_no, ledger.caller.actor, f"{_BY_OUTAGE}{declared.outage_no}")
    return True


def released_by_outage(row: Repair) -> bool:
    """No person has looked at it: nothing but outages has let it count, if anything has."""
    events = CaseEvent.objects.filter(case__vehicle=row.case.vehicle_id, kind=RepairReleased.__name__)
    about = (each.data for each in events if each.data["repair_no"] == row.repair_no)
    reasons = [data["reason"] for data in about if data["shop"] == row.shop.code]
    outages = Outage.objects.values_list("outage_no", flat=True) if reasons else ()
    return set(reasons) <= {f"{_BY_OUTAGE}{number}" for number in outages}
