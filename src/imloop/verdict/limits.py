"""The limits of a method and set, read from the law once and kept in nano-units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from imloop.facts.codes import Fuel, Method
from imloop.facts.items import ITEMS
from imloop.facts.refusal import Unknown
from imloop.facts.text import Reason, Text
from imloop.law import Law, LawError, LawUnseen
from imloop.verdict.answer import ItemVerdict, Rows
from imloop.verdict.arithmetic import from_nano, nano, printed, round_nano

_MINIMA = frozenset({"power_ratio"})
"""Items whose limit is a minimum without saying so in the key."""

_NEEDED: Mapping[Method, frozenset[str]] = MappingProxyType(
    {Method.LUGDOWN: frozenset({"k_100_per_m", "k_80_per_m"})}
)
"""Items without whose limits a set is none: smoke would pass unjudged."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Ends of an item's limit in nano-units, the clause, and the fuels for which the item is recorded only."""

    low: int | None
    high: int | None
    cite: str
    advisory: frozenset[str]

    def decides(self, fuel: Fuel | None) -> bool:
        return fuel is None or fuel not in self.advisory


def unseen_limits(law: Law, method: Method) -> str:
    """The text of the day whose limits nobody has seen, empty where they are known: earlier tests are not held to the
    limits of a later text."""
    try:
        law.get(f"limit_set.{method}")
    except LawUnseen as unseen:
        return unseen.cite
    return ""


@lru_cache(maxsize=512)
def limits_of(law: Law, method: Method, limit_set: str) -> Mapping[str, Limit]:
    """Every limited item of a method; ``…_min`` and ``…_max`` are the ends of a range.

    Raises ``Unknown`` where the law of the day has no such set: without limits everything would pass.
    """
    ends: dict[str, dict[str, int]] = {}
    cites: dict[str, str] = {}
    for key, value in law.under(f"limits.{method}.{limit_set}").items():
        name = key.rsplit(".", 1)[1]
        item = name.removesuffix("_min").removesuffix("_max")
        if isinstance(value.value, bool) or not isinstance(value.value, int | float):
            raise LawError(key, f"is {value.value!r}, not a number")
        low = name.endswith("_min") or item in _MINIMA
        ends.setdefault(item, {})["low" if low else "high"] = nano(float(value.value))
        cites.setdefault(item, value.cite)
    if not ends or not _NEEDED.get(method, frozenset()) <= ends.keys():
        words = Text(
            f"{law.on} 在 {law.place} 没有 {method} 的限值 {limit_set}。",
            f"No limit set {limit_set} for {method} in {law.place} on {law.on}.",
        )
        raise Unknown("limit-set-unknown", words)
    if method is Method.LUGDOWN and law.flag("altitude.lugdown"):
        _raise_for_altitude(ends, cites, law)
    return MappingProxyType(
        {
            item: Limit(end.get("low"), end.get("high"), cites[item], _advisory(law, method, item))
            for item, end in ends.items()
        }
    )


def _raise_for_altitude(ends: dict[str, dict[str, int]], cites: dict[str, str], law: Law) -> None:
    """Thin air smokes more: where the authority allows it, the limits of k rise with the place's altitude."""
    rise = nano(altitude_allowance(law))
    for item in ends:
        if item.startswith("k_") and rise:
            ends[item]["high"] += rise
            cites[item] = f"{cites[item]}；{law.cite('altitude.m')}"


def altitude_allowance(law: Law) -> float:
    """m⁻¹ added to the lug-down limits of k: 0.25 per 1000 m above 1500 m, at most 0.75 (GB 3847-2018)."""
    above = max(0.0, law.number("altitude.m") - law.number("altitude.from_m")) / 1000.0
    return min(above * law.number("altitude.k_per_1000_m"), law.number("altitude.k_cap"))


def _advisory(law: Law, method: Method, item: str) -> frozenset[str]:
    fuels = law.get(f"advisory.{method}.{item}")
    return frozenset(fuels.value if fuels is not None and isinstance(fuels.value, tuple) else ())


def floor_of(high: int | float, law: Law) -> int:
    """Nano-units below which a value with an upper limit alone is not measured: more than zero drift below zero."""
    return -round(law.number("validity.below_zero_share") * high)


def upper_ends(limits: Mapping[str, Limit], fuel: Fuel | None) -> dict[str, float]:
    """Upper limits in the item's unit, of the items that decide for this fuel."""
    return {
        item: from_nano(limit.high)
        for item, limit in limits.items()
        if limit.high is not None and limit.decides(fuel)
    }


def compared(
    item: str,
    value: float,
    limit: Limit | None,
    law: Law,
    *,
    fuel: Fuel | None,
    advisory: bool = False,
    rows: Rows | None = None,
) -> ItemVerdict:
    """A measured value against its limit: rounded or in full, and with the limit itself or not, as the law says."""
    inclusive = law.flag("tsi.lambda_inclusive") or item != "lambda_high"
    full = nano(value)
    rounded = round_nano(full, ITEMS[item].decimals)
    low, high = (limit.low, limit.high) if limit is not None else (None, None)
    passes_full, passes_rounded = (_within(number, low, high, inclusive) for number in (full, rounded))
    return ItemVerdict(
        item=item,
        value=full,
        rounded=rounded,
        low=low,
        high=high,
        passed=passes_rounded if law.word("rounding.official") == "rounded" else passes_full,
        advisory=advisory or (limit is not None and not limit.decides(fuel)),
        boundary=passes_full is not passes_rounded,
        cite=limit.cite if limit is not None else "",
        rows=rows,
    )


def _within(value: int, low: int | None, high: int | None, inclusive: bool) -> bool:
    if inclusive:
        return (low is None or value >= low) and (high is None or value <= high)
    return (low is None or value > low) and (high is None or value < high)


def exceeded_words(item: ItemVerdict) -> Reason:
    """Why an item that is over its limit failed, in words."""
    known = ITEMS[item.item]
    # Near the limit two printed decimals would read as equal: show the value that was compared.
    value = (
        f"{from_nano(item.value):.9g}" if item.boundary else printed(from_nano(item.value), known.decimals)
    )
    return Reason(
        "limit-exceeded",
        Text(
            f"{known.label.zh} {value} {known.unit}，限值 {item.printed_limit}。",
            f"{known.label.en} {value} {known.unit}, limit {item.printed_limit}.",
        ),
        item.cite,
        item=item.item,
    )
