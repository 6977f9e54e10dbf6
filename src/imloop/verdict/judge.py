"""One verdict from its parts: exterior and OBD and exhaust; any failed part fails the test."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from imloop.facts.codes import (
    DIESEL_FUELS,
    DIESEL_METHODS,
    EXEMPT_FUELS,
    METHOD_NAMES,
    Method,
    Result,
)
from imloop.facts.items import ITEMS
from imloop.facts.records.inspection import TestRecord
from imloop.facts.refusal import Unknown
from imloop.facts.text import Reason, Text
from imloop.law import Law, LawMissing, LawUnseen
from imloop.verdict import bifuel
from imloop.verdict.answer import ClaimCheck, ItemVerdict, Measured, Verdict
from imloop.verdict.arithmetic import from_nano, measurable, printed
from imloop.verdict.claim import check_claim, other_limits
from imloop.verdict.doubts import doubts
from imloop.verdict.evaporative import judge_evaporative
from imloop.verdict.exterior import judge_exterior
from imloop.verdict.limits import Limit, compared, exceeded_words, floor_of, limits_of, unseen_limits
from imloop.verdict.methods import asm, freeacc, im195, lugdown, ringelmann, tsi, vmas
from imloop.verdict.methods.clock import own_clock
from imloop.verdict.obd import judge_obd
from imloop.verdict.scope import fuel_unknown, out_of_scope
from imloop.verdict.subjects import verdict_hash
from imloop.verdict.unread import fuel_unread
from imloop.verdict.validity import broken_shape, invalid, of_the_run

_Measure = Callable[[TestRecord, Law, Mapping[str, Limit]], Measured]

MEASURES: Mapping[Method, _Measure] = MappingProxyType(
    {
        Method.TSI: tsi.measure,
        Method.ASM: asm.measure,
        Method.VMAS: vmas.measure,
        Method.IM195: im195.measure,
        Method.LUGDOWN: lugdown.measure,
        Method.FREEACC: freeacc.measure,
        Method.RINGELMANN: ringelmann.measure,
    }
)
"""Method → what it finds in a trace; one file each."""

_THEN = Text(
    "以当时出具的检验报告为准；请向保存该文本的部门索取限值并录入。",
    "The report of that day stands. Ask the department that keeps the text, and have its limits entered.",
)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of the method on one fuel, judged."""

    items: tuple[ItemVerdict, ...]
    exhaust: str
    reasons: list[Reason]
    findings: list[Reason]
    measured: Measured
    readable: bool
    fails_otherwise: bool = False
    """By another reading of the law the run would have failed."""


def judge(record: TestRecord, law: Law, *, limit_set: str | None = None) -> Verdict:
    """Recompute ``record`` under ``law`` (the law of the test's day). ``limit_set`` overrides the law's a or b.

    Any record gets an answer; of a day whose limits nobody has seen, that they were not (reason
    ``law-text-not-seen``). ``Unknown`` only where there is nothing to answer by: ``limit-set-unknown``, ``law-missing``
    and, for a rule other than the limits, ``law-text-not-seen``.
    """
    try:
        # Odd readings divide by zero and overflow; what comes of it is caught as no reading, by rule.
        with np.errstate(all="ignore"):
            unseen = "" if limit_set else unseen_limits(law, record.method)
            chosen = "" if unseen else limit_set or law.word(f"limit_set.{record.method}")
            # Without limits there is nothing to answer by, whatever the vehicle.
            limits = limits_of(law, record.method, chosen) if chosen else {}
            if none := _nothing_to_judge(record, law):
                return _undecided(record, law, chosen, none)
            return _judge(record, law, chosen, limits) if chosen else _not_judged(record, law, unseen)
    except LawUnseen:
        raise
    except LawMissing as error:
        words = Text(
            f"{law.on} 在 {law.place} 没有关于 {error.key} 的规定。",
            f"The law of {law.on} in {law.place} says nothing of {error.key}.",
        )
        raise Unknown("law-missing", words) from error


def _judge(record: TestRecord, law: Law, limit_set: str, limits: Mapping[str, Limit]) -> Verdict:
    run = _both_fuels(record, law, limits, _run(record, law, limits))
    exterior, exterior_reasons, exterior_findings = judge_exterior(record, law)
    obd, obd_reasons, obd_findings = judge_obd(record, law)
    evaporative, evaporative_reasons, evaporative_findings = judge_evaporative(record, law)
    parts = {"exterior": exterior, "obd": obd, "exhaust": run.exhaust, "evaporative": evaporative}
    result = _overall(parts)
    findings = [*exterior_findings, *obd_findings, *evaporative_findings, *run.findings]
    findings += other_limits(record, limits, law)
    claim = ClaimCheck(record.claimed.verdict, None)
    if run.readable:
        readings = {result, Result.FAIL} if run.fails_otherwise and result is Result.PASS else {result}
        claim = check_claim(record, law, run.measured, result, readings)
    if claim.agrees is False:
        findings.append(_claim_differs(claim, law))
    reasons = [*exterior_reasons, *obd_reasons, *evaporative_reasons, *run.reasons]
    whole = replace(run, reasons=reasons, findings=findings)
    return _verdict(record, law, limit_set, result=result, parts=parts, run=whole, claim=claim)


def _run(record: TestRecord, law: Law, limits: Mapping[str, Limit]) -> _Run:
    measured, readable = _measure(record, law, limits)
    items = _items(record, law, limits, measured)
    measured.unmeasured += [_below_zero(item, law) for item in items if _is_below_zero(item, law)]
    exhaust, reasons, unmeasured = _exhaust(items, measured)
    findings = [*measured.findings, *unmeasured, *(doubts(record, law, measured) if readable else ())]
    otherwise = [item for item in items if item.item in measured.open and not item.passed]
    findings += [_open(item, measured.open[item.item]) for item in otherwise]
    return _Run(items, exhaust, reasons, findings, measured, readable, bool(otherwise))


def _both_fuels(record: TestRecord, law: Law, limits: Mapping[str, Limit], first: _Run) -> _Run:
    """The run itself; on a bi-fuel vehicle together with the run on the other fuel."""
    missing, other = bifuel.second_missing(record, law), bifuel.on_second_fuel(record)
    if other is None:
        if not missing:
            return first
        exhaust = _overall({"first": first.exhaust, "second": "invalid"})
        return replace(first, exhaust=str(exhaust), reasons=[*first.reasons, *missing])
    second = _run(other, law, limits)
    fuels = record.vehicle.fuel, other.vehicle.fuel
    first.measured.steps = bifuel.steps_of(fuels[0], first.measured.steps)
    first.measured.steps += bifuel.steps_of(fuels[1], second.measured.steps)
    return _Run(
        bifuel.items_of(fuels[0], first.items) + bifuel.items_of(fuels[1], second.items),
        str(_overall({"first": first.exhaust, "second": second.exhaust})),
        bifuel.said_of(fuels[0], first.reasons) + bifuel.said_of(fuels[1], second.reasons),
        [*first.findings, *bifuel.said_of(fuels[1], second.findings), *bifuel.copied(record)],
        first.measured,
        first.readable,
        first.fails_otherwise or second.fails_otherwise,
    )


def _verdict(
    record: TestRecord,
    law: Law,
    limit_set: str,
    *,
    result: Result,
    parts: Mapping[str, str],
    run: _Run,
    claim: ClaimCheck,
) -> Verdict:
    """``run``: with every reason and finding of the verdict, not of the exhaust alone."""
    return Verdict(
        test_no=record.test_no,
        result=result,
        method=record.method,
        limit_set=limit_set,
        law_place=law.place,
        law_on=law.on.isoformat(),
        law_hash=verdict_hash(law),
        items=run.items,
        parts=MappingProxyType(dict(parts)),
        reasons=tuple(run.reasons),
        findings=tuple(run.findings),
        window=run.measured.window,
        claim=claim,
        steps=tuple(run.measured.steps),
    )


def _nothing_to_judge(record: TestRecord, law: Law) -> Reason | None:
    """No exhaust, or another standard's: neither pass nor fail, whatever else was reported."""
    if record.vehicle.fuel not in EXEMPT_FUELS:
        return out_of_scope(record.vehicle, law)
    words = Text("该车没有排气，不进行排放检验。", "This vehicle has no exhaust; it is not emission-tested.")
    return Reason("vehicle-exempt", words, law.cite("exempt.fuels"))


def _not_judged(record: TestRecord, law: Law, unseen: str) -> Verdict:
    """Kept and doubted, neither passed nor failed: the limits of the day are not known here."""
    words = Text(
        f"{law.on} 适用 {unseen}，其限值平台未见，不作判定；上传的数据已留存。",
        f"Nobody has entered the limits in force on {law.on} ({unseen}): kept, not judged.",
    )
    reason = Reason("law-text-not-seen", words, unseen, _THEN)
    measured, readable = _measure(record, law, {})
    findings = [*measured.findings, *(doubts(record, law, measured) if readable else ())]
    return _undecided(record, law, "", reason, findings)


def _undecided(
    record: TestRecord, law: Law, limit_set: str, reason: Reason, findings: Sequence[Reason] = ()
) -> Verdict:
    none = _Run((), "invalid", [reason], list(findings), Measured(), False)
    parts = dict.fromkeys(("exterior", "obd", "exhaust", "evaporative"), "not_required")
    claim = ClaimCheck(record.claimed.verdict, None)
    return _verdict(
        record,
        law,
        limit_set,
        result=Result.INVALID,
        parts={**parts, "exhaust": none.exhaust},
        run=none,
        claim=claim,
    )


def _measure(record: TestRecord, law: Law, limits: Mapping[str, Limit]) -> tuple[Measured, bool]:
    """What the method finds, and whether the trace could be read at all."""
    refused = _wrong_method(record, law) + fuel_unread(record, law) + fuel_unknown(record, law)
    run = of_the_run(record, law)
    if refused or broken_shape(run):
        return Measured(invalid=refused + run), False
    measured = MEASURES[record.method](record, law, limits)
    holes, jitter = own_clock(record, law)
    measured.invalid = run + holes + measured.invalid
    measured.findings += jitter
    return measured, True


def _wrong_method(record: TestRecord, law: Law) -> list[Reason]:
    fuel = record.vehicle.fuel
    if fuel is None or (fuel in DIESEL_FUELS) == (record.method in DIESEL_METHODS):
        return []
    cite = law.cite(f"method.fuels.{record.method}")
    name = METHOD_NAMES[record.method]
    return [
        invalid("method-not-for-fuel", f"{name.zh}不适用于该燃料。", f"{name.en} is not for this fuel.", cite)
    ]


def _items(
    record: TestRecord, law: Law, limits: Mapping[str, Limit], measured: Measured
) -> tuple[ItemVerdict, ...]:
    return tuple(
        compared(
            item,
            value,
            limits.get(item),
            law,
            fuel=record.vehicle.fuel,
            advisory=item in measured.advisory,
            rows=measured.rows.get(item),
        )
        for item, value in measured.values.items()
        if measurable(value)
    )


def _is_below_zero(item: ItemVerdict, law: Law) -> bool:
    decides = not item.advisory and item.low is None and item.high is not None
    return decides and item.high is not None and item.value < floor_of(item.high, law)


def _below_zero(item: ItemVerdict, law: Law) -> Reason:
    known = ITEMS[item.item]
    value = printed(from_nano(item.value), known.decimals)
    zh = f"{known.label.zh} {value} {known.unit}，低于零，不是测得的。"
    en = f"{known.label.en} {value} {known.unit} is below zero: it was not measured."
    return replace(
        invalid("result-below-zero", zh, en, law.cite("validity.below_zero_share")), item=item.item
    )


def _exhaust(items: tuple[ItemVerdict, ...], measured: Measured) -> tuple[str, list[Reason], list[Reason]]:
    """Validity before verdict: a run that does not count neither passes nor fails. Result, reasons, findings.

    An item that the run does not give stands in the way of a pass, never of a fail.
    """
    if measured.invalid:
        return "invalid", measured.invalid + measured.unmeasured, []
    exceeded = [item for item in items if not item.passed and not item.advisory]
    if exceeded or measured.early_fail:
        return "fail", [exceeded_words(item) for item in exceeded], measured.unmeasured
    if measured.unmeasured:
        return "invalid", measured.unmeasured, []
    return "pass", [], []


def _open(item: ItemVerdict, cite: str) -> Reason:
    said = exceeded_words(item).text
    words = Text(
        f"{said.zh}当时是否参与判定有两种读法，只作记录。",
        f"{said.en} Whether it decided at that time is read in two ways: recorded only.",
    )
    return Reason("decides-by-one-reading", words, cite, item=item.item)


def _overall(parts: Mapping[str, str]) -> Result:
    results = set(parts.values())
    for result in (Result.FAIL, Result.INVALID, Result.NOT_READY):
        if result in results:
            return result
    return Result.PASS


def _claim_differs(claim: ClaimCheck, law: Law) -> Reason:
    zh = "；".join(f"{d['item']} 机构 {d['claimed']}，复算 {_short(d['ours'])}" for d in claim.differences)
    en = "; ".join(f"{d['item']} claimed {d['claimed']}, ours {_short(d['ours'])}" for d in claim.differences)
    words = Text(f"机构结果与复算不符：{zh}", f"The station's answer differs from ours: {en}")
    return Reason("claim-differs", words, law.cite("claim.tolerance_units"))


def _short(value: object) -> str:
    if value is None:
        return "—"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
