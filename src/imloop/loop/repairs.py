"""From a repair record to what the loop needs: does it qualify under the law of the day it was finished?

The law of the finishing day decides who may repair and which documents count: an owner who acted lawfully in the
transition phase keeps the benefit when the retest falls into the full phase.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from imloop.facts.days import day_of
from imloop.facts.records.repair import RepairRecord, Warranty
from imloop.law import Law
from imloop.loop.case import Lack, RepairFact


def repair_fact(
    record: RepairRecord,
    *,
    listed: bool,
    law: Law,
    earlier: Sequence[RepairFact] = (),
    reused: frozenset[str] = frozenset(),
) -> RepairFact:
    """``listed``: was the shop on the published list that day; ``reused``: documents already used elsewhere."""
    warranty = _warranty(record.warranty, law)
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
    )
    return replace(fact, lacks=_lacks(fact, record, law, reused))


def _warranty(promised: Warranty | None, law: Law) -> Warranty:
    """What the shop promised, never less than the legal least (minor repair: the record names no larger kind)."""
    least = Warranty(law.integer("warranty.days"), law.integer("warranty.km"))
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


def _lacks(fact: RepairFact, record: RepairRecord, law: Law, reused: frozenset[str]) -> tuple[Lack, ...]:
    lacks = []
    if law.flag("retest.listed_repairer_required") and not fact.listed:
        lacks.append(Lack("repairer-not-listed", law.cite("retest.listed_repairer_required")))
    key = documents_key(law)
    sets = [frozenset(wanted.split("+")) for wanted in law.words(key) if wanted]
    if sets and not any(wanted <= fact.documents for wanted in sets):
        lacks.append(Lack("documents-missing", law.cite(key)))
    elif sets and not any(wanted <= fact.documents - _invalid(record, reused) for wanted in sets):
        lacks.append(Lack("documents-invalid", law.cite(key)))
    return tuple(lacks)


def documents_key(law: Law) -> str:
    """The plan's body and its flow chart differ; which of the two a place follows is itself a dated value."""
    return f"retest.documents.{law.word('retest.documents_wording')}"


def _invalid(record: RepairRecord, reused: frozenset[str]) -> frozenset[str]:
    """Documents whose number has no digit, is the number of another document, or was used for another repair."""
    papers = record.documents
    numbers = {
        "certificate": papers.certificate_no,
        "settlement": papers.settlement_no,
        "invoice": papers.invoice_no,
    }
    bad = {name for name, number in numbers.items() if number and not any(c.isdigit() for c in number)}
    bad |= {name for name, number in numbers.items() if number and number in reused}
    given = [number for number in numbers.values() if number]
    bad |= {name for name, number in numbers.items() if given.count(number) > 1}
    return frozenset(bad)
