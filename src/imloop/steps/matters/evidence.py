"""Evidence in a matter's file: tests, repairs and cases with the hash of what was received, videos by address."""

from __future__ import annotations

import re

from imloop.facts.refusal import Malformed, NotAllowed, Problem
from imloop.facts.text import Text
from imloop.matters import Role, State
from imloop.steps.ground.access import Caller, sees
from imloop.steps.ground.ledger import Ledger
from imloop.steps.matters.roles import roles_in
from imloop.steps.matters.take_step import locked
from imloop.store.models import Case, Evidence, Matter, Party, Repair, Test

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(r"https://\S{4,280}")


def file_of(caller: Caller, matter_no: str) -> Matter:
    """The matter, for a department that works on it, while it is open."""
    row = locked(matter_no, caller)
    if not roles_in(caller, row) - {Role.CONCERNED}:
        raise NotAllowed("not-your-matter", Text("由办理部门添加证据。", "The departments add evidence."))
    if not State(row.state).is_open:
        raise NotAllowed("matter-closed", Text("事项已办结。", "The matter is closed."))
    return row


def keep_evidence(
    ledger: Ledger, row: Matter, *, kind: str, reference: str, sha256: str, words: str
) -> Evidence:
    """Of a test or a repair, which is named by number, with the hash of the bytes as they were received; of a video by
    its address, with the hash that its keeper gives."""
    name, digest = named(ledger.caller, kind, reference.strip(), sha256.strip().lower())
    found = Evidence.objects.create(
        matter=row,
        kind=kind,
        reference=name,
        sha256=digest,
        words=words.strip()[:400],
        added_at=ledger.now,
        added_by=ledger.caller.actor[:80],
    )
    body = {"kind": kind, "reference": name, "sha256": digest, "words": found.words}
    ledger.note("evidence-added", row.matter_no, body)
    return found


def named(caller: Caller, kind: str, reference: str, sha256: str) -> tuple[str, str]:
    """The reference as it is kept and the hash of what it names; ``Malformed`` where there is no such thing."""
    if kind in (Evidence.Kind.TEST, Evidence.Kind.REPAIR, Evidence.Kind.CASE):
        return _in_store(caller, Evidence.Kind(kind), reference)
    if kind == Evidence.Kind.VIDEO:
        if not _ADDRESS.fullmatch(reference):
            raise _wrong(
                "reference", "视频地址应以 https:// 开头。", "A video's address begins with https://."
            )
        if not _SHA256.fullmatch(sha256):
            raise _wrong(
                "sha256",
                "请填写视频文件的 SHA-256（64 位十六进制）。",
                "Give the video's SHA-256, 64 hex digits.",
            )
        return reference, sha256
    raise _wrong(
        "kind", "证据种类可选 test repair case video。", "kind: choose one of test repair case video."
    )


def _in_store(caller: Caller, kind: Evidence.Kind, reference: str) -> tuple[str, str]:
    """By number; where several stations have the same one, as ``STATION/NUMBER``."""
    station, _, number = reference.rpartition("/")
    found = [
        pair for pair in _bearers(kind, number) if sees(caller, pair[0]) and station in ("", pair[0].code)
    ]
    if not found:
        raise _wrong(
            "reference", f"没有 {reference}，或无权查看。", f"{reference} is not there, or not yours to see."
        )
    if len(found) > 1:
        names = "、".join(f"{party.code}/{number}" for party, _ in found)
        raise _wrong(
            "reference",
            f"几家单位有此编号，请写明是哪一家：{names}。",
            f"Several have this number: {names}.",
        )
    (party, digest), *_ = found
    return (f"{party.code}/{number}" if kind != Evidence.Kind.CASE else number), digest


def _bearers(kind: Evidence.Kind, number: str) -> list[tuple[Party, str]]:
    if kind == Evidence.Kind.TEST:
        tests = Test.objects.filter(test_no=number).select_related("station", "raw")
        return [(test.station, test.raw.sha256) for test in tests]
    if kind == Evidence.Kind.REPAIR:
        repairs = Repair.objects.filter(repair_no=number).select_related("shop", "raw")
        return [(repair.shop, repair.raw.sha256) for repair in repairs]
    cases = Case.objects.filter(case_no=number).select_related("station")
    return [(case.station, "") for case in cases if case.station is not None]


def _wrong(field: str, zh: str, en: str) -> Malformed:
    words = Text(zh, en)
    return Malformed("wrong-value", words, problems=(Problem(f"$.{field}", "wrong-value", words),))
