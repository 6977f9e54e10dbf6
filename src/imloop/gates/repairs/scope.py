"""Does a repairer's published scope cover this vehicle and this work?"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from imloop.facts.codes import Fuel
from imloop.facts.records.repair import REPAIR_ITEMS
from imloop.law import Law

_BURNS = {Fuel.HYBRID_GASOLINE: Fuel.GASOLINE, Fuel.HYBRID_DIESEL: Fuel.DIESEL}
"""What a hybrid's engine burns: who repairs such engines repairs the hybrid's."""


def able(scope: Collection[str], fuel: str, codes: Iterable[str], law: Law) -> bool:
    """``scope``: fuels and repair items as entered with the listing; ``codes``: the record's items.

    Only what is entered binds: a scope without fuels takes all, one without items does all. Unknown fuel, and work that
    has no code of its own, are not guessed."""
    if not law.flag("repair.scope_enforced"):
        return True
    fuels = {each for each in scope if each in list(Fuel)}
    if fuels and fuel and fuel not in fuels and _BURNS.get(Fuel(fuel)) not in fuels:
        return False
    items = {each for each in scope if each in REPAIR_ITEMS}
    named = {code for code in codes if code != "OTHER"}
    return not items or not named or bool(items & named)
