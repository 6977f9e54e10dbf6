"""A draw is voided before anything is drawn; somebody outside the departments that draw confirms it."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, NotAllowed
from imloop.facts.text import Text
from imloop.steps.draws.prepare_draw import locked, part_of, tell
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.second_person.propose import do_or_propose
from imloop.steps.second_person.rules import rules_of
from imloop.store.models import Draw, Proposal


def void(caller: Caller, no: str, reason: str, now: datetime) -> Draw | Proposal:
    """Serial, reason and what was known by then stay public.

    Once a secret is out, only a department that gave its own may end it: whoever still holds one back could have
    computed the result and not liked it.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= 400:
        raise Malformed(
            "malformed", Text("reason 必填，至多 400 字。", "reason: 1 to 400 characters."), at="reason"
        )
    law = registers.law_at(day_of(now), caller.place)
    if rules := rules_of(VOID.kind, law):
        rules.require_words(reason=reason)
    with writing(now, caller) as ledger:
        made: Draw | Proposal = do_or_propose(ledger, VOID, no, {"reason": reason}, law, reason=reason)
    return made


def _void(ledger: Ledger, by: Caller, no: str, body: Body) -> Draw:
    draw = locked(by, no, Draw.State.PREPARED, Draw.State.COMMITTED)
    if draw.state == Draw.State.COMMITTED:
        part_of(draw, by)
    out = draw.parts.exclude(nonce="")
    if out.exists() and not out.filter(party__code=by.party_code).exists():
        raise NotAllowed(
            "reveal-first",
            Text(
                "已有部门公开秘密数；先公开本部门的，才能作废。",
                "Another department has revealed its secret: reveal yours before you void the draw.",
            ),
        )
    draw.state, draw.voided_at = Draw.State.VOIDED, ledger.now
    draw.void_reason, draw.voided_by = body["reason"], by.actor[:80]
    draw.save(update_fields=["state", "voided_at", "void_reason", "voided_by"])
    ledger.note("draw-voided", no, {"reason": body["reason"]})
    tell(ledger, draw)
    return draw


def _voids_of_period(row: Proposal) -> list[tuple[Text, str]]:
    """How often a draw of that period was voided: drawing until it fits is what the second person looks for."""
    draw = Draw.objects.get(no=row.subject)
    voided = Draw.objects.filter(place=draw.place, period=draw.period, state=Draw.State.VOIDED).count()
    return [
        (Text("期间", "period"), draw.period),
        (Text("本期已作废", "voided in this period"), str(voided)),
    ]


VOID = register(
    Act(
        kind="draw-void",
        name=Text("作废抽取", "void a draw"),
        carry_out=_void,
        link=lambda row: f"/draws/{row.subject}",
        shows=_voids_of_period,
    )
)
