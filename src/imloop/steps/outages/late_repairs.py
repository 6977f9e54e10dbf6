"""A repair's record that came late, or finished before the failed test had come: does a declared outage explain it?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from imloop.facts.days import day_of
from imloop.facts.text import Reason
from imloop.gates.repairs.whereabouts import FailedRun, Span, more_allowed_then, time_held
from imloop.law import Law
from imloop.loop.repairs import allowed, find_repair
from imloop.steps.cases.move_case import open_case
from imloop.steps.cases.reconsider import failed_test
from imloop.steps.cases.release_repair import held_repairs, release
from imloop.steps.ground import registers
from imloop.steps.ground.ledger import Ledger
from imloop.steps.outages.known_outages import declared_between
from imloop.steps.stations.standing import is_active
from imloop.store.models import Case, Finding, Outage, Party, PartyKind, Repair


class Done(NamedTuple):
    """A repair as reported: when it was finished, and the names of its documents."""

    finished_at: datetime
    documents: Collection[str]


def held_by_time(case: Case, shop: Party, done: Done, reported_at: datetime, law: Law) -> Reason | None:
    """By what is known of outages now, and of what was allowed when the record came."""
    kept_back = _outages(shop, done.finished_at, reported_at, law)
    held = time_held(done.finished_at, reported_at, failed_run(case, law), kept_back, law)
    if held is None and _more_allowed_then(case, shop, done, day_of(reported_at), law):
        return more_allowed_then(law)
    return held


def _more_allowed_then(case: Case, shop: Party, done: Done, reported_on: date, law: Law) -> bool:
    """Allowed on the day of the work, by its own word, and not any more when it said so: another repairer was on the
    list then, or the law asked for less."""
    if reported_on == law.on:
        return False
    later = registers.law_at(reported_on, case.place)
    then, now = (allowed(done.documents, at, listed=is_active(shop, at.on)) for at in (law, later))
    return then and not now


def failed_run(case: Case, law: Law) -> FailedRun | None:
    """The failed test of this round; None for a case that no test of ours opened."""
    test = failed_test(case)
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
    # A repair stays done when its case is annulled or part of another: it counts in the one that is open now.
    case, shop = open_case(row.case.vehicle), row.shop
    held = find_repair(held_repairs(case), shop.code, row.repair_no) if case is not None else None
    if case is None or held is None or [lack.code for lack in held.lacks if lack.releasable] != ["time-held"]:
        return False
    law = registers.law_at(day_of(row.finished_at), case.place)
    if held_by_time(case, shop, Done(row.finished_at, held.documents), row.uploaded_at, law) is not None:
        return False
    reason = f"系统故障 {declared.outage_no}"
    release(ledger, case, shop.code, row.repair_no, ledger.caller.actor, reason)
    return True
