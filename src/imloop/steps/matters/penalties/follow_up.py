"""What a penalty opens besides itself: the strike-off of a station whose false reports are a serious case."""

from __future__ import annotations

from imloop.law import Law
from imloop.matters import Decision, Kind, New, Role, Step, take
from imloop.steps.ground.ledger import Ledger
from imloop.steps.matters.as_fact import by_of
from imloop.steps.matters.file_effects import carry_along
from imloop.steps.matters.kept.new_row import About, opened
from imloop.store.models import Matter, MatterLink, PartyKind


def open_strike_off(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    """Opened by whoever decided, with the facts and the evidence of the penalty; none where one is open already."""
    facts = decision.matter.facts
    serious = facts.get("violation") == "forged_report" and facts.get("serious") == "yes"
    if not serious or row.party is None or row.party.kind != PartyKind.ISTATION:
        return
    if Matter.objects.filter(party=row.party, kind=Kind.STRIKE_OFF, closed_at__isnull=True).exists():
        return
    said = {
        "ground": "false_report",
        "findings": str(facts.get("findings") or "")[:1000],
        "evidence": f"{row.matter_no} {facts.get('decision_no')}"[:1000],
    }
    new, roles = New(Kind.STRIKE_OFF, PartyKind.ISTATION), frozenset({Role.AUTHORITY, Role.ENVIRONMENT})
    made = take(new, Step.OPEN, said, roles, law.on, law, by_of(ledger.caller, row.place))
    about = About(row.place, row.party.name, party=row.party)
    opened_one = opened(ledger, Kind.STRIKE_OFF, about, Step.OPEN, made, law)
    carry_along(row, opened_one)
    MatterLink.objects.create(matter=opened_one, other=row, kind=MatterLink.Kind.OPENED_FROM, at=ledger.now)
