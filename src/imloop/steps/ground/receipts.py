"""The receipt for an upload; sending the same bytes again returns the same receipt, word for word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from imloop.facts.codes import Result
from imloop.facts.text import Reason, Text
from imloop.gates.inspections.counts import Counted, Counts
from imloop.law import Law
from imloop.law.sentences import on_the_receipt
from imloop.loop import State
from imloop.steps.ground.ledger import as_row
from imloop.store.models import Case, JournalEntry, Notice
from imloop.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Receipt:
    """``created`` is False when the answer is the kept receipt of an earlier, identical upload."""

    created: bool
    body: dict[str, object]

    def stamped(self, entry: JournalEntry) -> Receipt:
        """With the journal entry that says its hash (``Ledger.receipt_hash``): once the hour is sealed, ``place_of``
        proves it under the public root, word for word."""
        return Receipt(self.created, {**self.body, "journal": as_row(entry)})


NEXT = {
    "again": Text(
        "本次检验不计，请排除原因后重新检验。", "This test does not count: remove the cause and test again."
    ),
    "drive": Text("OBD 未就绪：请车主正常行驶后再来检验。", "OBD not ready: drive normally and come back."),
    "done": Text("出具合格报告；案件已结。", "Hand over the pass report; the case is closed."),
    "report": Text("出具合格报告。", "Hand over the pass report."),
    "identify": Text(
        "报文没有车辆身份，请补齐 VIN 与号牌后重新上传。",
        "No vehicle identity: add VIN and plate, upload again.",
    ),
    "kept": Text(
        "已存档，不作为检验合格依据，不改变案件。", "Kept; it proves nothing and does not change any case."
    ),
    "wait": Text(
        "已存档，待生态环境部门核实后生效。",
        "Kept; it takes effect once the environment department has settled it.",
    ),
}


def case_url(case: Case) -> str:
    """The owner's page; the token is the key, so the address is only printed on papers for the owner."""
    return f"{settings.BASE_URL}/c/{case.owner_token}"


def next_step(result: Result, case: Case | None, counted: Counted, law: Law) -> tuple[str, Text]:
    if counted.held:
        own = (each.next for each in counted.held if each.code == counted.why and each.next is not None)
        return "wait", next(own, NEXT["wait"])
    if result is Result.INVALID:
        key = "again"
    elif result is Result.NOT_READY:
        key = "drive"
    elif counted.counts is Counts.NOTHING:
        key = "identify" if counted.why == "vehicle-unidentified" else "kept"
    elif result is Result.FAIL:
        key = "identify" if case is None else "repair" if case.state == State.AWAITING_REPAIR else "kept"
    else:
        key = "report" if case is None else "done" if case.state == State.CLOSED else "kept"
    return key, on_the_receipt(law) if key == "repair" else NEXT[key]


def test_receipt(
    verdict: Verdict,
    findings: Sequence[Reason],
    *,
    report: str,
    case: Case | None,
    notice: Notice | None,
    received_at: datetime,
    counted: Counted,
    law: Law,
) -> Receipt:
    """Contract §4: the verdict of §3, and ``report case notice deadline next`` beside it; §8: ``counts``, what the run
    counts for, and why for nothing. ``law``: of the test's day, where the case is."""
    action, words = next_step(verdict.result, case, counted, law)
    body = {
        "schema": "imloop.receipt/1",
        "received_at": received_at.isoformat(),
        "report": report,
        "counts": counted.counts,
        "counts_why": counted.why or None,
        "case": case.case_no if case else None,
        "case_state": case.state if case else None,
        "case_url": case_url(case) if case else None,
        "notice": notice.notice_no if notice else None,
        "deadline": case.deadline.isoformat() if case and case.closed_at is None else None,
        "deadline_provisional": bool(case and case.deadline_provisional),
        "next": {"action": action, "text": words.zh, "text_en": words.en},
        **verdict.to_json(),
        "findings": [finding.to_json() for finding in findings],
    }
    return Receipt(True, body)
