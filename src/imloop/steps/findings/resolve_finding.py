"""Resolve a finding with its outcome or hand it over to the department it is for, and reopen it where that was wrong.

Whoever decides says which it was, true or not, and how that was found; that it is true takes two. A department to which
it is handed over has it in its own work list and decides it; nobody else does meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from imloop.facts.refusal import Conflict, Malformed, require_reason
from imloop.facts.text import Text
from imloop.steps.findings.keep_outcome import (
    RESOLVERS,
    end,
    not_yours,
    require_open,
    require_theirs,
    save,
)
from imloop.steps.findings.lookups import finding, receivers
from imloop.steps.findings.true_by_two import call_true, require_nothing_waits
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger, writing
from imloop.store.models import Finding, Proposal

DECIDED = (Finding.Outcome.TRUE, Finding.Outcome.NOT_TRUE)
SAID_BY_PEOPLE = (*DECIDED, Finding.Outcome.HANDED_OVER)
LONGEST = 400
"""Characters of a reason."""


def may_reopen(caller: Caller, row: Finding) -> bool:
    """What is decided goes back to where it was decided, what is handed over to who handed it over."""
    return caller.kind in RESOLVERS or row.handed_to == caller.party_code


def resolve(
    caller: Caller, number: int, *, outcome: str, reason: str, now: datetime, handed_to: str = ""
) -> Finding | Proposal:
    """``outcome``: one of ``SAID_BY_PEOPLE``; ``handed_to``: the code of the department, for ``handed_over`` alone. A
    decided finding leaves the work list, one that is handed over moves to another; both stay on file. That it is true
    waits for a second person."""
    with writing(now, caller) as ledger:
        row = finding(caller, number)
        require_theirs(caller, row)
        _require_outcome(outcome)
        if handed_to and outcome != Finding.Outcome.HANDED_OVER:
            raise _only_handed_over()
        require_reason(reason, LONGEST)
        if outcome == Finding.Outcome.TRUE:
            require_nothing_waits(row, now)
            return call_true(ledger, row, reason)
        if outcome == Finding.Outcome.NOT_TRUE:
            decide(ledger, row, Finding.Outcome.NOT_TRUE, reason)
            return row
        require_open(row)
        require_nothing_waits(row, now)
        row.outcome, row.resolution = outcome, reason.strip()
        row.handed_to = _receiver(caller, row, handed_to)
        ledger.note("finding-handed-over", row.subject, save(row, reason, {"handed_to": row.handed_to}))
    return row


def decide(
    ledger: Ledger,
    row: Finding,
    outcome: Finding.Outcome,
    reason: str,
    more: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """It leaves the work list by the word of one person: nothing of it binds the party."""
    require_theirs(ledger.caller, row)
    require_nothing_waits(row, ledger.now)
    end(ledger, row, outcome, reason, more)


def reopen(caller: Caller, number: int, *, reason: str, now: datetime) -> Finding:
    """Back to the work list of whoever decided it; one that is only handed over, back from there. What was said before
    stays in the journal."""
    with writing(now, caller) as ledger:
        row = finding(caller, number)
        if not may_reopen(caller, row):
            raise not_yours(row)
        require_reason(reason, LONGEST)
        if row.resolved_at is None and not row.handed_to:
            raise Conflict("not-resolved", Text("这条线索还没有办结。", "This finding is not resolved."))
        require_nothing_waits(row, now)
        if row.resolved_at is None:
            row.handed_to = ""
        row.resolved_at, row.resolved_by, row.resolution = None, "", ""
        row.outcome = Finding.Outcome.HANDED_OVER if row.handed_to else ""
        ledger.note("finding-reopened", row.subject, save(row, reason))
    return row


def _require_outcome(outcome: str) -> None:
    if outcome not in SAID_BY_PEOPLE:
        known = "、".join(SAID_BY_PEOPLE)
        raise Malformed(
            "wrong-value",
            Text(f"请选择核实结果（{known}）。", f"Choose an outcome: {', '.join(SAID_BY_PEOPLE)}."),
            at="outcome",
        )


def _only_handed_over() -> Malformed:
    words = Text("只在移送时选部门。", "A department is named only where it is handed over.")
    return Malformed("wrong-value", words, at="handed_to")


def _receiver(caller: Caller, row: Finding, code: str) -> str:
    if code not in {party.code for party in receivers(caller, row)}:
        raise Malformed(
            "wrong-value",
            Text(
                "请选择移送给本地的哪个部门。",
                "Choose the department of this place to which it is handed over.",
            ),
            at="handed_to",
        )
    return code
