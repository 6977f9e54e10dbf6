"""The officers of a site check in casework: the field of the step names them, and each confirms being there."""

from __future__ import annotations

from collections.abc import Mapping

from imloop.law import Law
from imloop.steps.ground.ledger import Ledger
from imloop.steps.second_person.on_site import VISIT, accounts_named, ask, asked, require_all
from imloop.steps.second_person.rules import rules_of
from imloop.store.models import Matter, MatterEvent, Proposal

FIELD = "officers"


def ask_officers(
    ledger: Ledger, row: Matter, event: MatterEvent, said: Mapping[str, object], law: Law
) -> None:
    """Each officer but the one who entered the check is asked."""
    if FIELD not in said or rules_of(VISIT.kind, law) is None:
        return
    names = [name.strip() for name in str(said[FIELD]).replace("，", "、").split("、") if name.strip()]
    officers = accounts_named(ledger.caller.party_code, names, at=FIELD, by_name=True)
    body = {"checked_on": str(said.get("checked_on", ""))}
    ask(ledger, officers, f"{row.matter_no}/{event.number}", body, law, f"现场核查：{row.title}")


def require_confirmed(row: Matter, law: Law) -> None:
    """Refuse to decide upon a check of which not every officer says that they were there."""
    checks = [event for event in row.events.order_by("-number") if FIELD in event.data]
    if checks:
        known = asked(f"{row.matter_no}/{checks[0].number}").exclude(state=Proposal.State.CONFIRMED)
        require_all([each.body["officer"] for each in known], law)


def officers_of(matter_no: str) -> list[str]:
    """Who said that they were there."""
    return list(asked(matter_no).exclude(decided_by="").values_list("decided_by", flat=True))
