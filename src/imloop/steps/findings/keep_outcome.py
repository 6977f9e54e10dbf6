"""A finding ends with its outcome: by whose it is, who has looked at what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from imloop.facts.refusal import Conflict, NotAllowed
from imloop.facts.text import Text
from imloop.steps.findings.looked_at import require_looked
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger
from imloop.store.models import Finding, PartyKind

RESOLVERS = (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET)
"""Who looks into findings that were handed to nobody."""
_FIELDS = ["resolved_at", "resolved_by", "resolution", "outcome", "handed_to"]


def may_resolve(caller: Caller, row: Finding) -> bool:
    return row.handed_to == caller.party_code if row.handed_to else caller.kind in RESOLVERS


def require_theirs(caller: Caller, row: Finding) -> None:
    if not may_resolve(caller, row):
        raise not_yours(row)


def require_open(row: Finding) -> None:
    if row.resolved_at is not None:
        raise Conflict("already-resolved", Text("这条线索已办结。", "This finding is resolved already."))


def end(
    ledger: Ledger,
    row: Finding,
    outcome: Finding.Outcome,
    reason: str,
    more: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """In the name of whoever proposed it, where a second person confirms; each of them has looked at what it is
    about."""
    require_open(row)
    require_looked(ledger.caller, row, ledger.now)
    row.outcome, row.resolution = outcome, reason.strip()
    row.resolved_at, row.resolved_by = ledger.now, ledger.proposed_by or ledger.caller.actor
    ledger.note("finding-resolved", row.subject, save(row, reason, {"outcome": outcome, **more}))


def save(row: Finding, reason: str, more: Mapping[str, str] = MappingProxyType({})) -> dict[str, object]:
    """Gives what the journal is told of it."""
    row.save(update_fields=_FIELDS)
    return {"finding": row.pk, "code": row.code, "reason": reason.strip(), **more}


def not_yours(row: Finding) -> NotAllowed:
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
