"""One verdict from its parts: exterior and OBD and exhaust; any failed part fails the test."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

from imloop.facts.codes import DIESEL_FUELS, EXEMPT_FUELS, METHOD_NAMES, Method, Result
from imloop.facts.items import ITEMS
from imloop.facts.refusal import Unknown
from imloop.facts.test_record import TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict import asm, freeacc, lugdown, tsi
from imloop.verdict.answer import ItemVerdict, Measured, Verdict
from imloop.verdict.arithmetic import from_nano, nano, printed, round_nano
from imloop.verdict.claim import check_claim
from imloop.verdict.exterior import judge_exterior
from imloop.verdict.obd import judge_obd
from imloop.verdict.plausibility import doubts
from imloop.verdict.validity import invalid, of_the_run

_DIESEL_METHODS = frozenset({Method.LUGDOWN, Method.FREEACC})
_SUPPORTED = frozenset({Method.TSI, Method.ASM, *_DIESEL_METHODS})


class Limit:
    """The ends of an item's limit in its own unit, its clause, and the fuels for which it is recorded only."""

    __slots__ = ("advisory", "cite", "high", "low")

    def __init__(self, low: float | None, high: float | None, cite: str, advisory: frozenset[str]) -> None:
        self.low, self.high, self.cite, self.advisory = low, high, cite, advisory


@lru_cache(maxsize=512)
def limits_of(law: Law, method: Method, limit_set: str) -> dict[str, Limit]:
    """Every limited item of a method. ``…_min`` and ``…_max`` are the ends of a range; ratios are minima."""
    found: dict[str, Limit] = {}
    for key, value in law.under(f"limits.{method}.{limit_set}").items():
        name = key.rsplit(".", 1)[1]
        item = name.removesuffix("_min").removesuffix("_max")
        fuels = law.get(f"advisory.{method}.{item}")
        advisory = frozenset(fuels.value if fuels and isinstance(fuels.value, tuple) else ())
        known = found.get(item) or Limit(None, None, value.cite, advisory)
        end = float(value.value)  # type: ignore[arg-type]
        if name.endswith("_min") or item == "power_ratio":
            known.low = end
        else:
            known.high = end
        found[item] = known
    return found


def judge(record: TestRecord, law: Law, *, limit_set: str | None = None) -> Verdict:
    """Recompute ``record`` under ``law`` (the law of the test's day). ``limit_set`` overrides the law's a or b.

    Any record gets an answer; ``Unknown`` only for a method that cannot be recomputed yet.
    """
    if record.method not in _SUPPORTED:
        name = METHOD_NAMES[record.method]
        raise Unknown(
            "method-not-supported", Text(f"{name.zh}尚不能复算。", f"{name.en} cannot be recomputed yet.")
        )
    chosen = limit_set or law.word(f"limit_set.{record.method}")
    limits = limits_of(law, record.method, chosen)
    measured = _measure(record, law, limits)
    items = _items(record, law, limits, measured)
    exhaust, reasons = _exhaust(items, measured)
    exterior, exterior_reasons, exterior_findings = judge_exterior(record, law)
    obd, obd_reasons, obd_findings = judge_obd(record, law)
    parts = {"exterior": exterior, "obd": obd, "exhaust": exhaust}
    result = _overall(parts)
    claim = check_claim(record, law, measured, result)
    silent = [
        r
        for r in (*exterior_reasons, *obd_reasons)
        if r.code.endswith("-missing") and result is not Result.INVALID
    ]
    reasons = [*(r for r in (*exterior_reasons, *obd_reasons) if r not in silent), *reasons]
    findings = [*silent, *exterior_findings, *obd_findings, *measured.findings, *doubts(record, law)]
    if claim.agrees is False:
        findings.append(_claim_differs(claim.differences, law))
    return Verdict(
        test_no=record.test_no,
        result=result,
        method=record.method,
        limit_set=chosen,
        law_place=law.place,
        law_on=law.on.isoformat(),
        law_hash=law.hash,
        items=items,
        parts=MappingProxyType(parts),
        reasons=tuple(reasons),
        findings=tuple(findings),
        window=measured.window,
        claim=claim,
        steps=tuple(measured.steps),
    )


def _measure(record: TestRecord, law: Law, limits: dict[str, Limit]) -> Measured:
    refused = _not_for_this_vehicle(record, law) + of_the_run(record, law)
    if record.trace.rows == 0 or any(
        reason.code in ("vehicle-exempt", "method-not-for-fuel") for reason in refused
    ):
        return Measured(invalid=refused)
    ends = {
        item: limit.high if limit.high is not None else limit.low or 0.0 for item, limit in limits.items()
    }
    if record.method is Method.TSI:
        measured = tsi.measure(record, law)
    elif record.method is Method.ASM:
        measured = asm.measure(record, law, ends)
    elif record.method is Method.FREEACC:
        measured = freeacc.measure(record, law)
    else:
        measured = lugdown.measure(record, law, ends)
    measured.invalid = refused + measured.invalid
    return measured


def _not_for_this_vehicle(record: TestRecord, law: Law) -> list[Reason]:
    fuel = record.vehicle.fuel
    if fuel in EXEMPT_FUELS:
        words = Text(
            "该车没有排气，不进行排放检验。", "This vehicle has no exhaust; it is not emission-tested."
        )
        return [Reason("vehicle-exempt", words, law.cite("exempt.fuels"))]
    if fuel is not None and (fuel in DIESEL_FUELS) != (record.method in _DIESEL_METHODS):
        cite = law.cite(f"method.fuels.{record.method}")
        zh = f"{METHOD_NAMES[record.method].zh}不适用于该燃料。"
        return [invalid("method-not-for-fuel", zh, f"{record.method} is not for this fuel.", cite)]
    return []


def _items(
    record: TestRecord, law: Law, limits: dict[str, Limit], measured: Measured
) -> tuple[ItemVerdict, ...]:
    rounded_counts = law.word("rounding.official") == "rounded"
    inclusive = law.flag("tsi.lambda_inclusive")
    return tuple(
        _item(
            item,
            value,
            limits.get(item),
            record,
            measured,
            rounded_counts,
            inclusive or item != "lambda_high",
        )
        for item, value in measured.values.items()
        if value == value
    )


def _item(
    item: str,
    value: float,
    limit: Limit | None,
    record: TestRecord,
    measured: Measured,
    rounded_counts: bool,
    inclusive: bool,
) -> ItemVerdict:
    full = nano(value)
    rounded = round_nano(full, ITEMS[item].decimals)
    low = None if limit is None or limit.low is None else nano(limit.low)
    high = None if limit is None or limit.high is None else nano(limit.high)
    passes_full, passes_rounded = (_within(number, low, high, inclusive) for number in (full, rounded))
    fuel = record.vehicle.fuel
    return ItemVerdict(
        item=item,
        value=full,
        rounded=rounded,
        low=low,
        high=high,
        passed=passes_rounded if rounded_counts else passes_full,
        advisory=item in measured.advisory
        or (limit is not None and fuel is not None and fuel in limit.advisory),
        boundary=passes_full is not passes_rounded,
        cite=limit.cite if limit else "",
        rows=measured.rows.get(item),
    )


def _within(value: int, low: int | None, high: int | None, inclusive: bool) -> bool:
    if inclusive:
        return (low is None or value >= low) and (high is None or value <= high)
    return (low is None or value > low) and (high is None or value < high)


def _exhaust(items: tuple[ItemVerdict, ...], measured: Measured) -> tuple[str, list[Reason]]:
    """Validity before verdict: a run that does not count neither passes nor fails."""
    if measured.invalid:
        return "invalid", list(measured.invalid)
    exceeded = [item for item in items if not item.passed and not item.advisory]
    if exceeded or measured.early_fail:
        return "fail", [_exceeded(item) for item in exceeded]
    return "pass", []


def _exceeded(item: ItemVerdict) -> Reason:
    known = ITEMS[item.item]
    # Near the limit two printed decimals would read as equal: show the value that was compared.
    value = f"{from_nano(item.value):g}" if item.boundary else printed(from_nano(item.value), known.decimals)
    return Reason(
        "limit-exceeded",
        Text(
            f"{known.label.zh} {value} {known.unit}，限值 {item.printed_limit}。",
            f"{known.label.en} {value} {known.unit}, limit {item.printed_limit}.",
        ),
        item.cite,
        item=item.item,
    )


def _overall(parts: dict[str, str]) -> Result:
    results = set(parts.values())
    for result in (Result.FAIL, Result.INVALID, Result.NOT_READY):
        if result in results:
            return result
    return Result.PASS


def _claim_differs(differences: tuple[object, ...], law: Law) -> Reason:
    named = "；".join(
        f"{each['item']} 机构 {each['claimed']}，复算 {_short(each['ours'])}"
        for each in differences
        if isinstance(each, dict)
    )
    return Reason(
        "claim-differs",
        Text(f"机构结果与复算不符：{named}", f"The station's answer differs from ours: {named}"),
        law.cite("claim.tolerance_units"),
    )


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
