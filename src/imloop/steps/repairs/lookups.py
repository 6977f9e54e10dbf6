"""Repairs that a caller may see. Looking one up is journalled: it shows personal data."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet

from imloop.steps.ground.access import Caller, own
from imloop.steps.ground.lookups import Shown, look, nothing_there
from imloop.store.models import Repair


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
