"""A station's phones and opening hours, kept up to date by itself and shown to everyone (R17, R19)."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.refusal import Malformed, NotAllowed
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import writing
from imloop.store.models import Party, PartyKind

LONGEST = {"phone": 40, "complaint_phone": 40, "opening_hours": 120}


def change_contact(
    caller: Caller, *, phone: str, complaint_phone: str, opening_hours: str, now: datetime
) -> Party:
    """The station itself changes its phones and opening hours; name and address are changed by application."""
    if caller.kind not in (PartyKind.ISTATION, PartyKind.MSTATION):
        raise NotAllowed("not-your-station", Text("只能修改本站的联系方式。", "Only for your own station."))
    given = {"phone": phone, "complaint_phone": complaint_phone, "opening_hours": opening_hours}
    for name, text in given.items():
        if not text.strip() or len(text) > LONGEST[name]:
            raise Malformed(
                "malformed",
                Text(
                    f"请填写 {name}（{LONGEST[name]} 字以内）。",
                    f"{name} is required (at most {LONGEST[name]}).",
                ),
                at=name,
            )
    with writing(now, caller) as ledger:
        party = Party.objects.get(code=caller.party_code)
        before = {name: getattr(party, name) for name in given}
        for name, text in given.items():
            setattr(party, name, text.strip())
        party.save(update_fields=list(given))
        ledger.note("contact-changed", party.code, {"before": before, "after": given})
    return party
