"""From a repair record to what the loop needs: does it qualify under the law of the day it was finished?

The law of the finishing day decides who may repair and which documents count: an owner who acted lawfully in the
transition phase keeps the benefit when the retest falls into the full phase.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from imloop.facts.answers import is_nothing
from imloop.facts.days import day_of
from imloop.facts.identifiers import paper_number
from imloop.facts.records.repair import DOCUMENT_NAMES, RepairRecord, Warranty
from imloop.law import Law
from imloop.law.sentences import documents_key, retest_papers
from imloop.loop.case import FAIL_TOLD_LATE, RELEASABLE, Case, Lack, RepairFact
from imloop.loop.events import RepairReleased

_PAPERS_LACK = ("documents-missing", "documents-invalid", "documents-elsewhere", "documents-on-paper")


def repair_fact(
    record: RepairRecord,
    *,
    listed: bool,
    law: Law,
    earlier: Sequence[RepairFact] = (),
    used: Mapping[str, Collection[str]] = MappingProxyType({}),
    found: Sequence[Lack] = (),
    reported_at: datetime | None = None,
    vehicle_type: str = "",
) -> RepairFact:
    """``listed``: was the shop on the published list that day; ``used``: documents whose number is already known, by
    the lack that this is (``documents-invalid`` …); ``found``: what the registers say against it;
    ``reported_at``: when the platform had the record; ``vehicle_type``: as entered (GA/T 16.4), empty: a car."""
    warranty = _warranty(record.warranty, least_warranty(vehicle_type, law))
    finished_on = day_of(record.finished_at)
    fact = RepairFact(
        repair_no=record.repair_no,
        shop=record.shop,
        received_at=record.received_at,
        finished_at=record.finished_at,
        listed=listed,
        documents=record.documents.present,
        odometer_km=record.odometer_km,
        warranty_until=finished_on + timedelta(days=warranty.days),
        warranty_km=None if record.odometer_km is None else record.odometer_km + warranty.km,
        rework_of=_rework_of(record, earlier),
        settlement_no=record.documents.settlement_no,
        certificate_no=record.documents.certificate_no,
        work_listed=bool(record.items or record.parts),
        reported_at=reported_at,
    )
    papers = _papers_lack(fact, record, law, used)
    return replace(fact, lacks=(*_lacks(fact, record, law), *papers, *found))


def shortfalls(
    case: Case, repair: RepairFact, law: Law, retest_at: datetime | None = None
) -> tuple[Lack, ...]:
    """Everything for which the repair does not answer the last failed test: what it lacks itself, and what only the
    case shows. ``retest_at``: when the retest that would rest on it begins."""
    clock = timedelta(minutes=law.number("repair.clock_minutes"))
    found = list(repair.lacks)
    if repair.came_in_by + clock < case.last_failed_at:
        found.append(Lack("received-before-fail", law.cite("retest.record_required")))
    if over_before_known(case, repair, law):
        found.append(Lack(FAIL_TOLD_LATE, law.cite("repair.upload_hours")))
    known = _counts_from(case, repair, law, retest_at)
    if retest_at is not None and known is not None and known > retest_at + clock:
        found.append(Lack("record-after-retest", law.cite("retest.record_required")))
    return tuple(found)


def _counts_from(case: Case, repair: RepairFact, law: Law, retest_at: datetime | None) -> datetime | None:
    """When the platform had the record; or a department's word on the failed run's hour, for a retest that began when
    that run was known and nobody had looked yet."""
    let_go = repair.fail_hour_at if _over_before(case, repair, law) else None
    if let_go is None or retest_at is None or retest_at < case.last_known_at:
        return repair.reported_at
    return max(let_go, repair.reported_at or let_go)


def _over_before(case: Case, repair: RepairFact, law: Law) -> bool:
    return case.last_failed_at < repair.finished_at < case.answered_after(law)


def over_before_known(case: Case, repair: RepairFact, law: Law) -> bool:
    """Finished after the last failed run by its word, and before the platform knew of it: no department has looked at
    that hour since."""
    looked = repair.fail_hour_at is not None and repair.fail_hour_at >= case.last_known_at
    return _over_before(case, repair, law) and not looked


def held_repairs(case: Case, law: Law) -> tuple[RepairFact, ...]:
    """Those that wait for a department, with all that holds them."""
    known = (replace(each, lacks=shortfalls(case, each, law)) for each in case.repairs)
    return tuple(each for each in known if each.held)


def find_repair(repairs: Sequence[RepairFact], shop: str, repair_no: str) -> RepairFact | None:
    """By the shop's own number."""
    return next((each for each in repairs if (each.shop, each.repair_no) == (shop, repair_no)), None)


def released(repairs: Sequence[RepairFact], event: RepairReleased) -> tuple[RepairFact, ...]:
    """The repairs with that one released, from what was looked at."""
    settled = RELEASABLE if event.settled is None else event.settled
    return tuple(
        each.released(event.at, settled)
        if (each.shop, each.repair_no) == (event.shop, event.repair_no)
        else each
        for each in repairs
    )


def held_again(
    repairs: Sequence[RepairFact], named: Collection[tuple[str, str]], law: Law
) -> tuple[RepairFact, ...]:
    """The repairs with those held for their time until a department looks: by shop and number."""
    lack = Lack("time-held", law.cite("repair.upload_hours"))
    return tuple(
        replace(each, lacks=(*each.lacks, lack))
        if (each.shop, each.repair_no) in named and not each.held_for_time
        else each
        for each in repairs
    )


def least_warranty(vehicle_type: str, law: Law) -> Warranty:
    """The legal least for the vehicle (minor repair: a record names no larger kind): a motorcycle's, that of other
    vehicles, else a car's."""
    first = vehicle_type[:1]
    for kind in ("motorcycle", "other"):
        if first and first in law.words(f"warranty.{kind}.types"):
            return Warranty(law.integer(f"warranty.{kind}.days"), law.integer(f"warranty.{kind}.km"))
    return Warranty(law.integer("warranty.days"), law.integer("warranty.km"))


def _warranty(promised: Warranty | None, least: Warranty) -> Warranty:
    """What the shop promised, never less than the legal least."""
    if promised is None:
        return least
    return Warranty(max(promised.days, least.days), max(promised.km, least.km))


def _rework_of(record: RepairRecord, earlier: Sequence[RepairFact]) -> str:
    """The same shop's earlier repair whose warranty still runs: this one is rework, free of charge (R21)."""
    day = day_of(record.received_at)
    for repair in reversed(earlier):
        if repair.shop == record.shop and repair.under_warranty(day, record.odometer_km):
            return repair.repair_no
    return ""


def _lacks(fact: RepairFact, record: RepairRecord, law: Law) -> tuple[Lack, ...]:
    lacks = []
    if not work_done(record, law):
        lacks.append(Lack("nothing-done", law.cite("repair.least_hours")))
    if fact.finished_at <= fact.received_at:
        lacks.append(Lack("no-time-for-work", law.cite("repair.least_hours")))
    if law.flag("retest.listed_repairer_required") and not fact.listed:
        lacks.append(Lack("repairer-not-listed", law.cite("retest.listed_repairer_required")))
    return tuple(lacks)


def allowed(record: RepairRecord, law: Law, *, listed: bool, able: bool) -> bool:
    """May a repairer that is ``listed``, or is not, report what opens a retest with this work and these documents?
    ``able``: by that law it is within its scope."""
    if law.flag("retest.listed_repairer_required") and not listed:
        return False
    if not (able and work_done(record, law)):
        return False
    sets = retest_papers(law)
    return not sets or any(record.documents.present.issuperset(wanted) for wanted in sets)


def _papers_lack(
    fact: RepairFact, record: RepairRecord, law: Law, used: Mapping[str, Collection[str]]
) -> tuple[Lack, ...]:
    """The first for which none of the day's sets of documents is there; first what only a better record mends."""
    key = documents_key(law)
    sets = retest_papers(law)
    without: frozenset[str] = frozenset()
    for code in _PAPERS_LACK:
        without |= frozenset(used.get(code, ()))
        if code == "documents-invalid":
            without |= _no_numbers(record, law)
        if sets and not any((fact.documents - without).issuperset(wanted) for wanted in sets):
            about = tuple(name for name in DOCUMENT_NAMES if name in without)
            return (Lack(code, law.cite(key), about),)
    return ()


def work_done(record: RepairRecord, law: Law) -> bool:
    """Hours of work or of diagnosis, or parts; what it cost proves nothing."""
    hours = sum((item.hours or Decimal(0) for item in record.items), Decimal(0))
    fitted = any(not is_nothing(part.name) and part.quantity > 0 for part in record.parts)
    return fitted or float(hours) >= law.number("repair.least_hours")


def _no_numbers(record: RepairRecord, law: Law) -> frozenset[str]:
    """Documents whose number is none, or is the number of another document of the record."""
    least = law.integer("repair.numbers.least_digits")
    numbers = {name: paper_number(text, least) for name, text in record.documents.numbers.items()}
    given = [number for number in numbers.values() if number]
    return frozenset(name for name, number in numbers.items() if not number or given.count(number) > 1)
