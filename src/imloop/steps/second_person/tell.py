"""Whoever proposed, whoever may confirm and, where something took effect before, the supervisor hear of a proposal."""

from __future__ import annotations

from imloop.steps.ground import registers
from imloop.steps.ground.ledger import Ledger
from imloop.steps.second_person.kinds import act_of
from imloop.store.models import PartyKind, Proposal

_WITHOUT_WORDS = {"reason": "", "alone": "", "decision": ""}


def tell(ledger: Ledger, row: Proposal, topic: str, *, watched: bool = False) -> None:
    watcher = registers.department(PartyKind.SUPERVISOR, row.place) if watched else None
    told = [party.code for party in (row.party, row.asked, watcher) if party is not None]
    body = {
        "proposal": row.pk,
        "kind": row.kind,
        "state": str(row.state),
        "reason": row.reason,
        "proposed_by": row.proposed_by,
        "expires_at": row.expires_at.isoformat(),
        "alone": row.alone,
        "decision": row.decision,
    }
    asked = row.asked.code if row.asked is not None else ""
    for code in dict.fromkeys(told):
        hides = act_of(row.kind).quiet and code != asked
        ledger.send(code, topic, row.subject, {**body, **_WITHOUT_WORDS} if hides else body)
