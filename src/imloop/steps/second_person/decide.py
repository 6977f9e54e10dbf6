"""The second person confirms, and it is done by the facts of that moment; or rejects it; or nobody does, and it lapses.
Who proposed may withdraw it. What took effect before it was confirmed is undone when it is not."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.refusal import Conflict, NotAllowed, Refusal, Unknown, require_reason
from imloop.facts.text import Text
from imloop.steps.ground.access import SYSTEM, Caller, caller_for, caller_of
from imloop.steps.ground.actor import Actor
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.second_person.kinds import act_of, body_of
from imloop.steps.second_person.rules import COULD, LONGEST
from imloop.steps.second_person.tell import tell
from imloop.steps.second_person.who_may import require_second_person, seen_by, those_who_may
from imloop.store.models import Proposal, User

State = Proposal.State


def proposal(caller: Caller, number: int) -> Proposal:
    """One that the caller may see."""
    rows = Proposal.objects.select_related("party", "asked", "vehicle")
    found = rows.filter(seen_by(caller), pk=number).first()
    if found is None:
        raise unknown_proposal()
    return found


def unknown_proposal() -> Unknown:
    return Unknown(
        "unknown-proposal",
        Text("没有这一事项，或无权查看。", "There is no such proposal, or it is not yours to see."),
    )


def confirm(caller: Caller, number: int, *, said: str, now: datetime) -> Proposal:
    with writing(now, caller) as ledger:
        return confirm_within(ledger, number, said)


def confirm_within(ledger: Ledger, number: int, said: str) -> Proposal:
    """``said``: what was compared; empty where the act has a word for it."""
    return _confirm(ledger, _open(ledger.caller, number, ledger.now), said)


def confirm_list(caller: Caller, batch: str, *, said: str, now: datetime) -> int:
    """Everything that waits of one list, in one transaction; how many that is."""
    with writing(now, caller) as ledger:
        rows = Proposal.objects.filter(seen_by(caller), batch=batch, state=State.WAITING, expires_at__gte=now)
        waiting = list(rows.select_related("party", "asked", "vehicle").order_by("id")) if batch else []
        if not waiting:
            raise unknown_proposal()
        for row in waiting:
            _confirm(ledger, row, said)
    return len(waiting)


def _confirm(ledger: Ledger, row: Proposal, said: str) -> Proposal:
    require_second_person(ledger.caller, row)
    word = act_of(row.kind).word
    said = said.strip() or (word.zh if word else "")
    require_reason(said, LONGEST, at="said")
    if row.state == State.WAITING:
        _carry_out(ledger, row)
    _decide(ledger, row, State.CONFIRMED, said, "proposal-confirmed")
    return row


def reject(caller: Caller, number: int, *, said: str, now: datetime) -> Proposal:
    """By people of the office that confirms, with the reason."""
    with writing(now, caller) as ledger:
        row = _open(caller, number, now)
        require_second_person(caller, row)
        require_reason(said, LONGEST, at="said")
        _undo(ledger, row)
        _decide(ledger, row, State.REJECTED, said, "proposal-rejected")
    return row


def withdraw(caller: Caller, number: int, *, said: str, now: datetime) -> Proposal:
    """By the party that proposed it."""
    with writing(now, caller) as ledger:
        row = _open(caller, number, now)
        if row.party is None or row.party.code != caller.party_code:
            raise NotAllowed(
                "not-yours-to-withdraw",
                Text("由提出的单位撤回。", "The party that proposed it withdraws it."),
            )
        require_reason(said, LONGEST, at="said")
        _undo(ledger, row)
        _decide(ledger, row, State.WITHDRAWN, said, "proposal-withdrawn")
    return row


def lapse(now: datetime) -> int:
    """Everything that nobody confirmed in time, with who could have; returns how many."""
    with writing(now, SYSTEM) as ledger:
        rows = Proposal.objects.filter(state__in=Proposal.OPEN, expires_at__lt=now)
        due = list(rows.select_related("party", "asked").order_by("id"))
        for row in due:
            row.done = {**row.done, COULD: [caller_of(user).actor for user in those_who_may(row)]}
            _undo(ledger, row)
            _decide(ledger, row, State.LAPSED, "", "proposal-lapsed")
    return len(due)


def _open(caller: Caller, number: int, now: datetime) -> Proposal:
    row = proposal(caller, number)
    if row.state not in Proposal.OPEN:
        raise Conflict("decided-already", Text("这一项已处理。", "This has been decided already."))
    if row.expires_at < now:
        raise Conflict(
            "proposal-lapsed",
            Text("已过确认期限，请重新提出。", "The time to confirm it is over: it has to be proposed anew."),
        )
    return row


def _carry_out(ledger: Ledger, row: Proposal) -> None:
    act = act_of(row.kind)
    ledger.proposed_by = row.proposed_by
    known = {**body_of(row), **row.done}
    row.done = act.made(act.carry_out(ledger, _proposer(row), row.subject, known))


def _proposer(row: Proposal) -> Caller:
    """In whose name it is done: they must still be there."""
    if row.party is None:
        return SYSTEM
    who = Actor.read(row.proposed_by)
    active = User.objects.filter(username=who.person, is_active=True, party=row.party).exists()
    if who.person and not active:
        raise Conflict(
            "proposer-left",
            Text(
                "提出人已离开本单位，请重新提出。",
                "Who proposed it has left the party: it has to be proposed anew.",
            ),
        )
    return caller_for(row.party, who.person)


def _undo(ledger: Ledger, row: Proposal) -> None:
    """What cannot be taken back any more stays, and the journal says why."""
    undo = act_of(row.kind).undo
    if row.state != State.IN_FORCE or undo is None:
        return
    try:
        with ledger.attempt():
            undo(ledger, row)
    except Refusal as refusal:
        row.done = {**row.done, "stays": refusal.text.zh}


def _decide(ledger: Ledger, row: Proposal, state: State, said: str, kind: str) -> None:
    row.state, row.decision = state, said.strip()[:LONGEST]
    row.decided_at, row.decided_by = ledger.now, ledger.caller.actor[:80]
    row.save(update_fields=["state", "decision", "decided_at", "decided_by", "done"])
    body = {"proposal": row.pk, "kind": row.kind, "proposed_by": row.proposed_by, "said": row.decision}
    ledger.note(kind, row.subject, {**body, "done": row.done})
    tell(ledger, row, "proposal", watched=bool(row.alone))
