"""Repairs that a caller may see. Looking one up is journalled: it shows personal data."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.law.sentences import papers_of_repair
from imloop.steps.ground.access import Caller, own
from imloop.steps.ground.lookups import Shown, look, nothing_there
from imloop.steps.ground.registers import law_at
from imloop.store.models import Repair, RepairMark


def repairs(caller: Caller) -> QuerySet[Repair]:
    visible = own(caller, "case__place", "case__station__code", "shop__code")
    return Repair.objects.filter(visible).select_related("case", "shop", "case__vehicle")


def repair(caller: Caller, shop: str, repair_no: str, show: Callable[[Repair], Shown]) -> Shown:
    """What ``show`` makes of it, found by the shop's own number."""

    def find() -> Repair:
        found = repairs(caller).filter(shop__code=shop, repair_no=repair_no).first()
        if found is None:
            raise nothing_there("repair", repair_no)
        return found

    return look(caller, "repair", find, lambda found: f"{found.shop.code}/{found.repair_no}", show)


def shared_marks(caller: Caller, repair: Repair) -> list[tuple[str, list[Repair]]]:
    """What of a repair came again in others that the caller may see, each with those: the serial number of a part, or
    empty for the same content."""
    marks = list(repair.marks.order_by("kind", "value"))
    alike = RepairMark.objects.filter(value__in=[mark.value for mark in marks])
    seen = {row.pk: row for row in repairs(caller).filter(marks__in=alike).exclude(pk=repair.pk).distinct()}
    found = []
    for mark in marks:
        same = alike.filter(kind=mark.kind, value=mark.value, repair__in=seen).order_by("repair__finished_at")
        if others := [seen[key] for key in same.values_list("repair_id", flat=True)]:
            found.append((mark.value if mark.kind == RepairMark.Kind.SERIAL else "", others))
    return found


def papers_of(row: Repair) -> tuple[tuple[str, Text, str], ...]:
    """The documents that the law of the repair's day and place speaks of, and any whose number was given."""
    said = row.record["documents"]
    numbers = {name: said[f"{name}_no"] for name in ("certificate", "settlement", "invoice")}
    return papers_of_repair(law_at(day_of(row.finished_at), row.case.place), numbers)
