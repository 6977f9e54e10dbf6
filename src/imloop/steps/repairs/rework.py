"""Who has to do a repair again under warranty (C5), in the same case or in a later one of the same vehicle."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from imloop.facts.days import day_of
from imloop.gates.repairs.warranty import DoneBefore, owed_by
from imloop.steps.cases.lookups import repairs_of
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.ground import registers
from imloop.steps.ground.ledger import Ledger
from imloop.store.models import Case, CaseEvent, Party, PartyKind, Repair
from imloop.store.statements import fetch_one

_LOOKED_AT = 200
_ANY = (
    "SELECT 1 FROM store_repair r JOIN store_case c ON c.id = r.case_id"
    " WHERE c.vehicle_id = %s AND r.warranty_until >= %s LIMIT 1"
)
"""Most vehicles have none: asked with every failed test."""


def earlier_rework(row: Case) -> Repair | None:
    """The repair of an earlier case that has to be done again for the failure of this case."""
    if fetch_one(_ANY, [row.vehicle_id, day_of(row.failed_at)]) is None:
        return None
    done = Repair.objects.filter(case__vehicle=row.vehicle, warranty_until__gte=day_of(row.failed_at))
    rows = {(r.shop.code, r.repair_no): r for r in done.exclude(case=row).select_related("shop", "case")}
    law = registers.law_at(day_of(row.failed_at), row.place)
    found = owed_by(
        _done(rows.values()), row.snapshot["failed_items"], row.failed_at, odometer_at_fail(row), law
    ) if rows else None  # fmt: skip
    return rows[found.shop, found.repair_no] if found else None


def rework_due(row: Case) -> Repair | None:
    """The repair that is to be done again free of charge while the case waits for a repair: of this case, else of an
    earlier one. None: nothing is under warranty, or it has been repaired since."""
    if row.state != "awaiting_repair":
        return None
    running = as_loop_case(row).warranty_repair(row.failed_at, odometer_at_fail(row))
    if running is not None:
        return repairs_of(row).filter(repair_no=running.repair_no).last()
    return earlier_rework(row)


def owed_cases(shop: Party) -> list[tuple[Case, Repair]]:
    """The open cases in which this M-station has to redo one of its own repairs, the most urgent first."""
    waiting = Case.objects.filter(state="awaiting_repair", vehicle__cases__repairs__shop=shop).distinct()
    found = [
        (row, rework_due(row))
        for row in waiting.select_related("vehicle", "station").order_by("deadline", "id")[:_LOOKED_AT]
    ]
    return [(row, due) for row, due in found if due is not None and due.shop_id == shop.pk]


def order_rework(ledger: Ledger, row: Case) -> None:
    """Tell the M-station of an earlier case, and the transport department, that the rework is its own."""
    due = earlier_rework(row)
    if due is None:
        return
    body = {
        "case": row.case_no,
        "state": row.state,
        "plate": row.vehicle.plate,
        "vin": row.vehicle.vin,
        "deadline": row.deadline.isoformat(),
        "round": row.round,
        "at": row.failed_at.isoformat(),
        "test_no": row.snapshot["failed_test"],
        "items": row.snapshot["failed_items"],
        "rework_of": due.repair_no,
        "earlier_case": due.case.case_no,
        "shop": due.shop.code,
        "free_of_charge": True,
    }
    office = registers.department(PartyKind.TRANSPORT, row.place)
    for receiver in [due.shop.code, *([office.code] if office else [])]:
        ledger.send(receiver, "rework-ordered", row.case_no, body)
    ledger.note("rework-ordered", row.case_no, {"rework_of": due.repair_no, "shop": due.shop.code})


def _done(repairs: Iterable[Repair]) -> list[DoneBefore]:
    return [
        DoneBefore(
            shop=repair.shop.code,
            repair_no=repair.repair_no,
            finished_at=repair.finished_at,
            warranty_until=repair.warranty_until,
            warranty_km=repair.warranty_km,
            failed_items=_answered(repair),
        )
        for repair in repairs
        if repair.warranty_until is not None
    ]


def _answered(repair: Repair) -> tuple[str, ...]:
    """What had failed in the test before the repair."""
    failed = _failures(repair.case).filter(at__lte=repair.finished_at).last()
    return tuple(failed.data["items"]) if failed else ()


def odometer_at_fail(row: Case) -> float | None:
    """As the line read it for the failed test of this round."""
    failed = _failures(row).filter(at=row.failed_at).last()
    return failed.data.get("odometer_km") if failed else None


def _failures(row: Case) -> QuerySet[CaseEvent]:
    return row.events.filter(kind="TestFailed").order_by("number")
