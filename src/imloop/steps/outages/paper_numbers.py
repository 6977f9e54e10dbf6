"""The numbers of repair papers as they came, and where each was used before."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Exists, OuterRef, Q

from imloop.facts.identifiers import paper_number
from imloop.gates.repairs.paper_numbers import Use
from imloop.law import Law
from imloop.store.models import Case, PaperUnlock, Party, Repair, RepairPaper
from imloop.store.statements import insert_all


def normal(numbers: Mapping[str, str], law: Law) -> dict[str, str]:
    """By document, in the normal form; without what is no number."""
    least = law.integer("repair.numbers.least_digits")
    found = {kind: paper_number(text, least)[:64] for kind, text in numbers.items()}
    return {kind: number for kind, number in found.items() if number}


def noted(row: PaperUnlock) -> dict[str, str]:
    """What the station noted from the paper."""
    return {"certificate": row.certificate_no, "settlement": row.settlement_no}


def keep_numbers(
    numbers: Mapping[str, str],
    shop: Party,
    *,
    repair: Repair | None = None,
    unlock: PaperUnlock | None = None,
) -> None:
    insert_all(
        [
            RepairPaper(kind=kind, number=number, shop=shop, repair=repair, unlock=unlock)
            for kind, number in numbers.items()
        ]
    )


def uses_of(numbers: Mapping[str, str], case: Case, but: PaperUnlock | None = None) -> list[Use]:
    """Every use of the numbers so far, as seen from a case. ``but``: leave that unlock out. A paper that opened nothing
    was not used."""
    wanted = Q(pk__in=())
    for kind, number in numbers.items():
        wanted |= Q(kind=kind, number=number)
    shown = PaperUnlock.objects.filter(repair=OuterRef("repair"))
    rows = RepairPaper.objects.filter(wanted, Q(unlock__isnull=True) | Q(unlock__unlocked_at__isnull=False))
    if but is not None:
        rows = rows.exclude(unlock=but)
    rows = rows.select_related("shop", "repair__case", "unlock__case").annotate(on_paper=Exists(shown))
    return [_use(row, case) for row in rows.order_by("pk")]


def _use(row: RepairPaper, case: Case) -> Use:
    of = row.repair or row.unlock
    assert of is not None
    its_case = of.case
    return Use(
        kind=row.kind,
        number=row.number,
        shop=row.shop.code,
        same_vehicle=its_case is not None and its_case.vehicle_id == case.vehicle_id,
        same_case=its_case is not None and (its_case.pk == case.pk or _carried_over(row, case)),
        finished_at=row.repair.finished_at if row.repair else None,
        uploaded_at=row.repair.uploaded_at if row.repair else None,
        granted_at=min(row.unlock.granted_at, row.unlock.recorded_at) if row.unlock else None,
        on_paper=bool(row.repair and row.on_paper),  # type: ignore[attr-defined]  # annotated
    )


def _carried_over(row: RepairPaper, case: Case) -> bool:
    """Its repair was reported in a case that was annulled, or found to be part of this one, and counts here now."""
    if row.repair is None:
        return False
    named = row.repair.repair_no, row.shop.code
    return any((known["repair_no"], known["shop"]) == named for known in case.snapshot["repairs"])
