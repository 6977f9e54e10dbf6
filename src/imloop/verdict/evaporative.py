"""燃油蒸发系统检查 (GB 18285-2018 annex E), where the place requires it: the tank holds its pressure.

Starting pressure at least 3.5 kPa, loss over 120 s at most 1.5 kPa (law values). A leaking filler cap, where reported,
fails by the line's own answer.
"""

from __future__ import annotations

from imloop.facts.codes import DIESEL_METHODS, Result
from imloop.facts.records.inspection import Evaporative, TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.arithmetic import measurable, nano
from imloop.verdict.unread import unread_in

_NEXT = Text(
    "请检查油箱盖、炭罐与管路，维修后再检。", "Check filler cap, canister and hoses; repair, then retest."
)
_AGAIN = Text("请补做蒸发系统检查并上传。", "Do the evaporative check and upload it.")


def judge_evaporative(record: TestRecord, law: Law) -> tuple[str, list[Reason], list[Reason]]:
    """Part result, reasons, findings. Not asked for and not reported: ``not_required``."""
    required = law.flag("evaporative.required") and record.method not in DIESEL_METHODS
    found = record.evaporative
    if not required:
        # Reported without being asked for: what it shows is told, it decides nothing.
        return "not_required", [], _failures(found, law) if found is not None else []
    cite = law.cite("evaporative.required")
    if found is None:
        words = Text("应做蒸发系统检查但没有上传。", "The evaporative check is required and missing.")
        return "invalid", [Reason("evaporative-missing", words, cite, _AGAIN)], []
    unusable = _unusable(found, law)
    if unusable is not None:
        return "invalid", [unusable], []
    failures = _failures(found, law)
    if failures:
        return "fail", failures, _contradiction(found, law)
    unread = unread_in(record, "evaporative", law, "evaporative.required")
    return ("invalid" if unread else "pass"), unread, []


def _unusable(found: Evaporative, law: Law) -> Reason | None:
    start, loss, seconds = found.start_kpa, found.loss_kpa, found.seconds
    if start is None or loss is None or not (measurable(start) and measurable(loss)):
        words = Text("蒸发检查缺少起始压力或压力损失。", "Starting pressure or loss is missing.")
        return Reason("evaporative-missing", words, law.cite("evaporative.start_kpa"), _AGAIN)
    wanted = law.number("evaporative.seconds")
    if seconds is not None and not (measurable(seconds) and nano(seconds) >= nano(wanted)):
        words = Text(
            f"保压只有 {seconds:g} 秒，应为 {wanted:g} 秒。", f"Held {seconds:g} s, {wanted:g} s wanted."
        )
        return Reason("evaporative-too-short", words, law.cite("evaporative.seconds"), _AGAIN)
    least = law.number("evaporative.start_kpa")
    if nano(start) < nano(least):
        words = Text(
            f"起始压力 {start:g} kPa，应不低于 {least:g} kPa。",
            f"Starting pressure {start:g} kPa, at least {least:g} wanted.",
        )
        return Reason("evaporative-low-pressure", words, law.cite("evaporative.start_kpa"), _AGAIN)
    most = law.number("evaporative.max_loss_kpa")
    if nano(loss) < -nano(most):
        words = Text(
            f"压力升高 {-loss:g} kPa：密闭的油箱不会如此。",
            f"The pressure rose by {-loss:g} kPa: that of a closed tank does not.",
        )
        return Reason("evaporative-rose", words, law.cite("evaporative.max_loss_kpa"), _AGAIN)
    return None


def _failures(found: Evaporative, law: Law) -> list[Reason]:
    failed = []
    most = law.number("evaporative.max_loss_kpa")
    if found.loss_kpa is not None and measurable(found.loss_kpa) and nano(found.loss_kpa) > nano(most):
        words = Text(
            f"压力损失 {found.loss_kpa:g} kPa，超过 {most:g} kPa。",
            f"Pressure loss {found.loss_kpa:g} kPa, above {most:g}.",
        )
        failed.append(Reason("evaporative-leak", words, law.cite("evaporative.max_loss_kpa"), _NEXT))
    if found.cap_ok is False:
        words = Text("油箱盖泄漏。", "The filler cap leaks.")
        failed.append(Reason("filler-cap-leak", words, law.cite("evaporative.max_loss_kpa"), _NEXT))
    return failed


def _contradiction(found: Evaporative, law: Law) -> list[Reason]:
    if found.verdict is not Result.PASS:
        return []
    words = Text("蒸发检查报合格，但其数据不合格。", "Reported as passed against its own figures.")
    return [Reason("evaporative-contradicts-itself", words, law.cite("evaporative.required"))]
