"""A repair's record that came late, or finished before the failed test had come: does a declared outage explain it?"""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Reason
from imloop.gates.repairs.whereabouts import FailedRun, Span, time_held
from imloop.law import Law
from imloop.steps.cases.release_repair import held_repairs, release
from imloop.steps.ground import registers
from imloop.steps.ground.ledger import Ledger
from imloop.steps.outages.known_outages import declared_between
from imloop.store.models import Case, Finding, Outage, Party, PartyKind, Repair


def held_by_time(
    case: Case, shop: Party, finished_at: datetime, reported_at: datetime, law: Law
) -> Reason | None:
    """By what is known of outages now."""
    kept_back = _outages(shop, finished_at, reported_at, law)
    return time_held(finished_at, reported_at, failed_run(case, law), kept_back, law)


def failed_run(case: Case, law: Law) -> FailedRun | None:
    """The failed test of this round; None for a case that no test of ours opened."""
    named = case.vehicle.tests.filter(case_no=case.case_no, test_no=case.snapshot["failed_test"])
    test = named.select_related("station").first()
    if test is None:
        return None
    outages = _outages(test.station, test.ended_at, test.received_at, law)
    return FailedRun(test.ended_at, test.received_at, place_of(test.station), tuple(outages))


def place_of(party: Party) -> tuple[float, float] | None:
    """Latitude and longitude, where they were entered."""
    if party.latitude is None or party.longitude is None:
        return None
    return party.latitude, party.longitude


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
    case, shop = row.case, row.shop
    held = next((each for each in held_repairs(case) if each.repair_no == row.repair_no), None)
    if held is None or [lack.code for lack in held.lacks if lack.releasable] != ["time-held"]:
        return False
    law = registers.law_at(day_of(row.finished_at), case.place)
    if held_by_time(case, shop, row.finished_at, row.uploaded_at, law) is not None:
        return False
    reason = f"系统故障 {declared.outage_no}"
    release(ledger, case, shop.code, row.repair_no, ledger.caller.actor, reason)
    return True
