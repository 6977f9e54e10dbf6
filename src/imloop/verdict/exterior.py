"""外观检验 (GB 18285-2018 ch. 6, GB 3847-2018): the inspector's verdict, checked against its own answers."""

from __future__ import annotations

from imloop.facts.codes import Result
from imloop.facts.records.inspection import Exterior, TestRecord
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.verdict.unread import unread_in

_NEXT = Text("请恢复、维修后再检。", "Restore or repair it, then test again.")


def judge_exterior(record: TestRecord, law: Law) -> tuple[str, list[Reason], list[Reason]]:
    """Part result, reasons, findings. An overall pass against a failing answer is a fail and a finding."""
    exterior = record.exterior
    unread = unread_in(record, "exterior", law, "exterior.rules")
    if exterior is None or (exterior.verdict is None and not exterior.items):
        return ("invalid", unread, []) if unread else _missing(law)
    cite = law.cite("exterior.rules")
    failed = _failures(exterior, cite)
    if failed:
        return "fail", failed, _contradiction(exterior, cite)
    if unread:
        return "invalid", unread, []
    if exterior.verdict not in (None, Result.PASS):
        words = Text("外观检验没有给出合格与否。", "The exterior check says neither pass nor fail.")
        return "invalid", [Reason("exterior-undecided", words, cite, _NEXT)], []
    return "pass", [], []


def _missing(law: Law) -> tuple[str, list[Reason], list[Reason]]:
    words = Text("没有上传外观检验。", "No exterior check was uploaded.")
    reason = Reason("exterior-missing", words, law.cite("upload.exterior_required"))
    if law.flag("upload.exterior_required"):
        return "invalid", [reason], []
    return "not_reported", [], [reason]


def _failures(exterior: Exterior, cite: str) -> list[Reason]:
    failed = []
    if exterior.items.get("devices_present") is False:
        words = Text("排放控制装置缺失或被改动。", "Emission-control devices are missing or altered.")
        failed.append(Reason("devices-missing", words, cite, _NEXT))
    if exterior.items.get("visible_smoke") is True:
        failed.append(Reason("visible-smoke", Text("可见黑烟或蓝烟。", "Visible smoke."), cite, _NEXT))
    if exterior.verdict is Result.FAIL and not failed:
        words = Text("外观检验不合格。", "The exterior check failed.")
        failed.append(Reason("exterior-failed", words, cite, _NEXT))
    return failed


def _contradiction(exterior: Exterior, cite: str) -> list[Reason]:
    if exterior.verdict is not Result.PASS:
        return []
    words = Text("外观检验报合格，但其项目不合格。", "Reported as passed against its own answers.")
    return [Reason("exterior-contradicts-itself", words, cite)]
