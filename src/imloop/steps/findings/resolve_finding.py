"""Resolve a finding with its result, and reopen it where that was wrong."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.steps.findings import lookups as finding_lookups
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import writing
from imloop.store.models import Finding, PartyKind

RESOLVERS = (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET)


def finding(caller: Caller, number: int) -> Finding:
    found = finding_lookups.findings(caller).filter(pk=number).first()
    if found is None:
        raise Unknown(
            "unknown-finding", Text("没有这条线索，或无权查看。", "No such finding, or not yours to see.")
        )
    return found


def resolve(caller: Caller, number: int, *, resolution: str, now: datetime) -> None:
    """Record what was found; the finding leaves the work list and stays on file."""
    with writing(now, caller) as ledger:
        row = _theirs(caller, number, resolution)
        if row.resolved_at is not None:
            raise Conflict("already-resolved", Text("这条线索已办结。", "This finding is resolved already."))
        row.resolved_at, row.resolved_by, row.resolution = now, caller.actor, resolution.strip()
        row.save(update_fields=["resolved_at", "resolved_by", "resolution"])
        ledger.note(
            "finding-resolved", row.subject, {"finding": row.pk, "code": row.code, "resolution": resolution}
        )


def reopen(caller: Caller, number: int, *, reason: str, now: datetime) -> None:
    """Back to the work list; what was said before stays in the journal."""
    with writing(now, caller) as ledger:
        row = _theirs(caller, number, reason)
        if row.resolved_at is None:
            raise Conflict("not-resolved", Text("这条线索还没有办结。", "This finding is not resolved."))
        row.resolved_at, row.resolved_by, row.resolution = None, "", ""
        row.save(update_fields=["resolved_at", "resolved_by", "resolution"])
        ledger.note("finding-reopened", row.subject, {"finding": row.pk, "code": row.code, "reason": reason})


def _theirs(caller: Caller, number: int, said: str) -> Finding:
    if caller.kind not in RESOLVERS:
        raise NotAllowed(
            "wrong-kind-of-party", Text("由主管部门核实线索。", "Only departments look into findings.")
        )
    row = finding(caller, number)
    if not 0 < len(said.strip()) <= 400:
        raise Malformed(
            "reason-missing",
            Text("请写明核实情况（400 字以内）。", "Say what was found, in up to 400 characters."),
            at="said",
        )
    return row
