"""Resolve a finding with its outcome or hand it over to the department it is for, and reopen it where that was wrong.

Whoever decides says which it was, true or not, and how that was found. A department to which it is handed over has it
in its own work list and decides it; nobody else does meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown, require_reason
from imloop.facts.text import Text
from imloop.steps.findings import lookups as finding_lookups
from imloop.steps.findings.looked_at import require_looked
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger, writing
from imloop.store.models import Finding, PartyKind

RESOLVERS = (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET)
"""Who looks into findings that were handed to nobody."""
DECIDED = (Finding.Outcome.TRUE, Finding.Outcome.NOT_TRUE)
SAID_BY_PEOPLE = (*DECIDED, Finding.Outcome.HANDED_OVER)
LONGEST = 400
"""Characters of a reason."""
_FIELDS = ["resolved_at", "resolved_by", "resolution", "outcome", "handed_to"]


def finding(caller: Caller, number: int) -> Finding:
    found = finding_lookups.findings(caller).filter(pk=number).first()
    if found is None:
        raise Unknown(
            "unknown-finding", Text("没有这条线索，或无权查看。", "No such finding, or not yours to see.")
        )
    return found


def may_resolve(caller: Caller, row: Finding) -> bool:
    return row.handed_to == caller.party_code if row.handed_to else caller.kind in RESOLVERS


def may_reopen(caller: Caller, row: Finding) -> bool:
    """What is decided goes back to where it was decided, what is handed over to who handed it over."""
    return caller.kind in RESOLVERS or row.handed_to == caller.party_code


def resolve(
    caller: Caller, number: int, *, outcome: str, reason: str, now: datetime, handed_to: str = ""
) -> Finding:
    """``outcome``: one of ``SAID_BY_PEOPLE``; ``handed_to``: the code of the department, for ``handed_over`` alone. A
    decided finding leaves the work list, one that is handed over moves to another; both stay on file."""
    with writing(now, caller) as ledger:
        row = finding(caller, number)
        require_theirs(caller, row)
        _require_outcome(outcome)
        if handed_to and outcome != Finding.Outcome.HANDED_OVER:
            raise _only_handed_over()
        require_reason(reason, LONGEST)
        if outcome != Finding.Outcome.HANDED_OVER:
            decide(ledger, row, Finding.Outcome(outcome), reason)
            return row
        _require_open(row)
        row.outcome, row.resolution = outcome, reason.strip()
        row.handed_to = _receiver(caller, row, handed_to)
        _save(ledger, row, "finding-handed-over", reason, {"handed_to": row.handed_to})
    return row


def decide(
    ledger: Ledger,
    row: Finding,
    outcome: Finding.Outcome,
    reason: str,
    more: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """It leaves the work list. Whoever decides has looked at what it is about."""
    require_theirs(ledger.caller, row)
    _require_open(row)
    require_looked(ledger.caller, row, ledger.now)
    row.outcome, row.resolution = outcome, reason.strip()
    row.resolved_at, row.resolved_by = ledger.now, ledger.caller.actor
    _save(ledger, row, "finding-resolved", reason, {"outcome": outcome, **more})


def _require_open(row: Finding) -> None:
    if row.resolved_at is not None:
        raise Conflict("already-resolved", Text("这条线索已办结。", "This finding is resolved already."))


def require_theirs(caller: Caller, row: Finding) -> None:
    if not may_resolve(caller, row):
        raise _not_yours(row)


def reopen(caller: Caller, number: int, *, reason: str, now: datetime) -> Finding:
    """Back to the work list of whoever decided it; one that is only handed over, back from there. What was said before
    stays in the journal."""
    with writing(now, caller) as ledger:
        row = finding(caller, number)
        if not may_reopen(caller, row):
            raise _not_yours(row)
        require_reason(reason, LONGEST)
        if row.resolved_at is None and not row.handed_to:
            raise Conflict("not-resolved", Text("这条线索还没有办结。", "This finding is not resolved."))
        if row.resolved_at is None:
            row.handed_to = ""
        row.resolved_at, row.resolved_by, row.resolution = None, "", ""
        row.outcome = Finding.Outcome.HANDED_OVER if row.handed_to else ""
        _save(ledger, row, "finding-reopened", reason, {})
    return row


def _save(ledger: Ledger, row: Finding, kind: str, reason: str, more: dict[str, str]) -> None:
    row.save(update_fields=_FIELDS)
    body = {"finding": row.pk, "code": row.code, "reason": reason.strip(), **more}
    ledger.note(kind, row.subject, body)


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
    if code not in {party.code for party in finding_lookups.receivers(caller, row)}:
        raise Malformed(
            "wrong-value",
            Text(
                "请选择移送给本地的哪个部门。",
                "Choose the department of this place to which it is handed over.",
            ),
            at="handed_to",
        )
    return code


def _not_yours(row: Finding) -> NotAllowed:
    if row.handed_to:
        return NotAllowed(
            "handed-over",
            Text(
                f"这条线索已移送 {row.handed_to}，由其核实。",
                f"This finding was handed over to {row.handed_to}, which decides it.",
            ),
        )
    return NotAllowed(
        "wrong-kind-of-party", Text("由主管部门核实线索。", "Only departments look into findings.")
    )
