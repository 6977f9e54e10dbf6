"""What tests cost in the demo city."""

from __future__ import annotations

from decimal import Decimal

from imloop.facts.codes import Method

PRICES = {
    Method.TSI: Decimal("60"),
    Method.ASM: Decimal("90"),
    Method.VMAS: Decimal("100"),
    Method.IM195: Decimal("120"),
    Method.LUGDOWN: Decimal("110"),
    Method.FREEACC: Decimal("60"),
    Method.RINGELMANN: Decimal("30"),
}
