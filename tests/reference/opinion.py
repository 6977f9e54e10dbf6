"""The answer of the second opinion, and how an item is held against its limit."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from imloop.facts.codes import Fuel, Method
from imloop.facts.items import ITEMS
from imloop.law import Law
from reference.readings import at_nine, law_number, printed


@dataclass
class Opinion:
    """``window`` is mode, first row, last row. ``exceeded`` and ``boundary`` name deciding items only."""

    result: str
    why: str = ""
    values: dict[str, Decimal] = field(default_factory=dict)
    exceeded: set[str] = field(default_factory=set)
    boundary: set[str] = field(default_factory=set)
    window: tuple[str, int, int] | None = None


class Yardstick:
    """Limits of one method, set and fuel, and the comparison the law makes official."""

    def __init__(self, law: Law, method: Method, limit_set: str, fuel: Fuel | None) -> None:
        self._law, self._method, self._set, self._fuel = law, method, limit_set, fuel
        self._official = law.word("rounding.official")
        self._inclusive = method is not Method.TSI or law.flag("tsi.lambda_inclusive")

    def limit(self, item: str) -> Decimal | None:
        key = f"limits.{self._method}.{self._set}.{item}"
        return None if self._law.get(key) is None else law_number(self._law, key)

    def decides(self, item: str) -> bool:
        """Has a limit that can fail the vehicle: natural gas is only advised on HC."""
        key = f"advisory.{self._method}.{item}"
        if self._law.get(key) is not None and str(self._fuel) in self._law.words(key):
            return False
        return any(self.limit(item + end) is not None for end in ("", "_min", "_max"))

    def full_ok(self, item: str, value: Decimal, share: Decimal = Decimal(1)) -> bool:
        return self._ok(item, at_nine(value), share)

    def rounded_ok(self, item: str, value: Decimal, share: Decimal = Decimal(1)) -> bool:
        return self._ok(item, printed(value, ITEMS[item].decimals), share)

    def ok(self, item: str, value: Decimal, share: Decimal = Decimal(1)) -> bool:
        """The official comparison, with ``share`` of the limit."""
        official = self.full_ok if self._official == "full" else self.rounded_ok
        return official(item, value, share)

    def _ok(self, item: str, value: Decimal, share: Decimal) -> bool:
        if item == "lambda_high":
            low, high = self.limit("lambda_high_min"), self.limit("lambda_high_max")
            assert low is not None
            assert high is not None
            return low <= value <= high if self._inclusive else low < value < high
        limit = self.limit(item)
        assert limit is not None
        if item == "power_ratio":
            return value >= limit
        return value <= at_nine(limit * share)

    def judged(self, values: dict[str, Decimal], free: frozenset[str] = frozenset()) -> Opinion:
        """Pass or fail of measured values; the items in ``free`` are only recorded."""
        held = {item: value for item, value in values.items() if item not in free and self.decides(item)}
        exceeded = {item for item, value in held.items() if not self.ok(item, value)}
        boundary = {
            item for item, value in held.items() if self.full_ok(item, value) != self.rounded_ok(item, value)
        }
        if not exceeded and any(self.below_nothing(item, value) for item, value in held.items()):
            return Opinion("invalid", "below zero")
        return Opinion("fail" if exceeded else "pass", "", dict(values), exceeded, boundary)

    def below_nothing(self, item: str, value: Decimal) -> bool:
        """Further below zero than a zero point drifts: no pollutant is less than none."""
        limit = self.limit(item)
        if item == "power_ratio" or limit is None:
            return False
        return at_nine(value) < -at_nine(law_number(self._law, "validity.below_zero_share") * limit)
