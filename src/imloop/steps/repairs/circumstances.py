"""What the platform itself knows around a repair: where the vehicle was meanwhile, when the failed test came in, which
outages were declared, what the repairer's scope is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.records.repair import RepairRecord
from imloop.facts.text import Reason
from imloop.gates.repairs.whereabouts import Stay, elsewhere, too_soon_there
from imloop.law import Law
from imloop.loop.case import Lack
from imloop.steps.ground import registers
from imloop.steps.ground.registers import position_of
from imloop.steps.outages.late_repairs import failed_run, within_scope
from imloop.store.models import Case, Party, Repair, Test

Late = Callable[[Case, Party, RepairRecord, datetime, Law], Reason | None]
HOLDING = ("time-held", "vehicle-elsewhere")
"""Findings that hold the repair until a department releases it."""


def doubts_around(
    record: RepairRecord, shop: Party, case: Case, law: Law, now: datetime, *, late: Late
) -> list[Reason]:
    """``late``: says why it matters that the record came only now, if it does."""
    failed = failed_run(case)
    stays, today = _stays(record, shop, case), registers.law_at(day_of(now), case.place)
    found = elsewhere(record, stays, law) or elsewhere(record, stays, today)
    if failed is not None and (soon := too_soon_there(record, failed, position_of(shop), law)):
        found.append(soon)
    if held := late(case, shop, record, now, law):
        found.append(held)
    return found


def lacks_around(
    record: RepairRecord, shop: Party, case: Case, law: Law, doubts: Sequence[Reason]
) -> list[Lack]:
    """What of it keeps the repair from opening the retest."""
    held = {doubt.code: Lack(doubt.code, doubt.cite) for doubt in doubts if doubt.code in HOLDING}
    outside = [Lack("shop-not-able", law.cite("repair.scope_enforced"))]
    return [*([] if within_scope(record, shop, case, law) else outside), *held.values()]


def _stays(record: RepairRecord, shop: Party, case: Case) -> list[Stay]:
    """Runs after the failed one, and other shops' repairs, that could overlap."""
    runs = Test.objects.filter(
        vehicle=case.vehicle_id,
        started_at__gt=case.failed_at,
        started_at__lt=record.finished_at,
        ended_at__gt=record.received_at,
    ).select_related("station")
    repairs = Repair.objects.filter(
        case__vehicle=case.vehicle_id,
        received_at__lt=record.finished_at,
        finished_at__gt=record.received_at,
    ).exclude(shop=shop)
    return [Stay(run.station.name, run.started_at, run.ended_at) for run in runs] + [
        Stay(other.shop.name, other.received_at, other.finished_at)
        for other in repairs.select_related("shop")
    ]
