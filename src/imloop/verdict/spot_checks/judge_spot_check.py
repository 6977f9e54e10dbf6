"""The result of a spot check: what an officer read off against the limits of that day and place, and the same rules for
OBD and devices as in a test. What was not looked at is not judged."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from imloop.facts.codes import DIESEL_FUELS, DIESEL_METHODS, METHOD_NAMES, Method, Outcome, Purpose
from imloop.facts.items import ITEMS
from imloop.facts.records.inspection import TestRecord, Trace
from imloop.facts.records.spot_check import ITEMS_OF, SpotCheck, SpotResult, Urea
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.answer import ItemVerdict
from imloop.verdict.exterior import judge_exterior
from imloop.verdict.limits import compared, exceeded_words, limits_of, unseen_limits
from imloop.verdict.obd import judge_obd
from imloop.verdict.scope import fuel_unknown, out_of_scope
from imloop.verdict.subjects import verdict_hash
from imloop.verdict.validity import invalid


@dataclass(frozen=True, slots=True)
class SpotVerdict:
    """``reasons``: why it failed or is not judged; ``findings``: what else was seen, which decides nothing."""

    result: SpotResult
    items: tuple[ItemVerdict, ...]
    parts: Mapping[str, str]
    reasons: tuple[Reason, ...]
    findings: tuple[Reason, ...]
    law_hash: str

    @property
    def failed(self) -> tuple[str, ...]:
        """What a case says has to be put right."""
        over = [item.item for item in self.items if not item.passed and not item.advisory]
        return (*over, *(name for name, part in self.parts.items() if name != "exhaust" and part == "fail"))

    def to_json(self) -> dict[str, object]:
        return {
            "result": self.result.value,
            "items": [item.to_json() for item in self.items],
            "parts": dict(self.parts),
            "reasons": [reason.to_json() for reason in self.reasons],
            "findings": [reason.to_json() for reason in self.findings],
            "law_hash": self.law_hash,
        }


def judge_spot_check(check: SpotCheck, law: Law) -> SpotVerdict:
    """``law``: of the day of the check in its place."""
    if check.refusal:
        return SpotVerdict(SpotResult.REFUSED, (), {}, (), (), verdict_hash(law))
    items, exhaust, reasons = _exhaust(check, law)
    parts, findings = {"exhaust": exhaust}, list(_urea(check.urea, law))
    record = _as_test(check)
    for name, given, judge in (("exterior", check.exterior, judge_exterior), ("obd", check.obd, judge_obd)):
        if given is not None:
            parts[name], why, found = judge(record, law)
            reasons += why
            findings += found
    return SpotVerdict(_result(parts), items, parts, tuple(reasons), tuple(findings), verdict_hash(law))


def _result(parts: Mapping[str, str]) -> SpotResult:
    """One failed part fails it; without one, what could not be judged leaves it open."""
    said = set(parts.values()) - {"not_checked", "not_required", "not_reported"}
    if "fail" in said:
        return SpotResult.FAIL
    return SpotResult.PASS if said == {"pass"} else SpotResult.INVALID


def _exhaust(check: SpotCheck, law: Law) -> tuple[tuple[ItemVerdict, ...], str, list[Reason]]:
    method = check.method
    if method is None:
        return (), "not_checked", []
    if unseen := unseen_limits(law, method):
        words = Text(f"{law.on} 的限值平台未见，不作判定。", f"The limits of {law.on} are not known here.")
        return (), "invalid", [Reason("law-text-not-seen", words, unseen)]
    if wrong := _not_for(check, method, law):
        return (), "invalid", wrong
    limits = limits_of(law, method, law.word(f"limit_set.{method}"))
    values, lacking = _values(check, method, law)
    items = tuple(
        compared(name, value, limits.get(name), law, fuel=check.vehicle.fuel)
        for name, value in values.items()
    )
    over = [item for item in items if not item.passed and not item.advisory]
    if over:
        return items, "fail", [exceeded_words(item) for item in over]
    return items, "invalid" if lacking else "pass", lacking


def _not_for(check: SpotCheck, method: Method, law: Law) -> list[Reason]:
    fuel = check.vehicle.fuel
    if fuel is not None and (fuel in DIESEL_FUELS) != (method in DIESEL_METHODS):
        name, cite = METHOD_NAMES[method], law.cite(f"method.fuels.{method}")
        return [
            invalid(
                "method-not-for-fuel", f"{name.zh}不适用于该燃料。", f"{name.en} is not for this fuel.", cite
            )
        ]
    outside = out_of_scope(check.vehicle, law)
    return [outside] if outside is not None else fuel_unknown(_as_test(check), law)


def _values(check: SpotCheck, method: Method, law: Law) -> tuple[dict[str, float], list[Reason]]:
    """By item, and what is lacking for a pass."""
    found = {name: check.values[name] for name in ITEMS_OF[method] if name in check.values}
    if method is Method.FREEACC:
        found.clear()
        wanted = law.integer("freeacc.blips")
        last = check.readings[-wanted:]
        if len(last) < wanted:
            zh = f"只有 {len(last)} 次自由加速，需要 {wanted} 次。"
            en = f"{len(last)} free accelerations, {wanted} wanted."
            return {}, [invalid("phase-incomplete", zh, en, law.cite("freeacc.blips"))]
        found["k_mean_per_m"] = math.fsum(last) / wanted
    limited = limits_of(law, method, law.word(f"limit_set.{method}"))
    absent = [name for name in ITEMS_OF[method] if name in limited and name not in found]
    return found, [_absent(name, limited[name].cite) for name in absent]


def _absent(name: str, cite: str) -> Reason:
    label = ITEMS[name].label
    zh, en = f"没有测 {label.zh}，不能判为合格。", f"{label.en} was not measured: no pass without it."
    return replace(invalid("item-not-measured", zh, en, cite), item=name)


def _urea(urea: Urea | None, law: Law) -> list[Reason]:
    """Beyond what the standard allows: it decides nothing about the vehicle, and is a lead about the seller."""
    if urea is None:
        return []
    read = (
        ("spot_check.urea_pct", urea.content_pct, Text("尿素含量", "urea content"), "%"),
        ("spot_check.urea_refraction", urea.refraction, Text("折光率", "refractive index"), ""),
    )
    found = []
    for key, value, name, unit in read:
        low, high = law.number(f"{key}_min"), law.number(f"{key}_max")
        if value is not None and not low <= value <= high:
            words = Text(
                f"{name.zh} {value:g}{unit}，应为 {low:g}–{high:g}{unit}，按线索转市场监管部门核查。",
                f"{name.en} {value:g}{unit}, should be {low:g} to {high:g}{unit}: a lead for the market regulator.",
            )
            found.append(Reason("urea-off", words, law.cite(f"{key}_min")))
    return found


def _as_test(check: SpotCheck) -> TestRecord:
    """For the rules that a spot check has in common with a test."""
    return TestRecord(
        test_no=check.client_id,
        station="",
        line="",
        method=check.method or Method.RINGELMANN,
        purpose=Purpose.PERIODIC,
        outcome=Outcome.COMPLETED,
        started_at=check.at,
        ended_at=check.at,
        vehicle=check.vehicle,
        trace=Trace(),
        exterior=check.exterior,
        obd=check.obd,
    )
