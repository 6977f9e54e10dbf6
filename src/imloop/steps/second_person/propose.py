"""The first person: what needs nobody else is done, all else is judged, kept and waits; alone on duty it takes effect
at once, for a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
from django.db.models import Q

from imloop.facts.refusal import Conflict, require_reason
from imloop.facts.text import Text
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.actor import Actor
from imloop.steps.ground.ledger import Ledger
from imloop.steps.second_person.kinds import Act, body_of
from imloop.steps.second_person.rules import LONGEST, OWN, Rules, no_break_glass, rules_of
from imloop.steps.second_person.tell import tell
from imloop.steps.second_person.who_may import those_who_may
from imloop.store.models import Party, Proposal

_AT_ONCE = 500
_NOT_CONFIRMED = (Proposal.State.REJECTED, Proposal.State.WITHDRAWN, Proposal.State.LAPSED)


class _OnlyJudgedError(Exception):
    """Ends an attempt that was made to see whether it may be done."""


def do_or_propose(
    ledger: Ledger,
    act: Act,
    subject: str,
    body: Mapping[str, Any],
    law: Law,
    *,
    reason: str,
    owner: str = "",
) -> Any:
    """What the act makes, or the ``Proposal`` of it. ``owner``: code of the party concerned, whose own people confirm
    where the law says so; empty: the caller's. Of the ``body``: ``vehicle`` is the key of the one it is about,
    ``private`` what names an owner and is in no journal."""
    rules = rules_of(act.kind, law)
    caller = ledger.caller
    plain = msgspec.to_builtins(body)
    if rules is None:
        return act.carry_out(ledger, caller, subject, {**plain, **plain.get("private", {})})
    offices = _offices(ledger, act, rules, law.place, owner)
    row = _row(ledger, act, subject, plain, rules, law.place, reason, offices)
    _refuse_twin(row)
    if caller.alone:
        _take_effect(ledger, act, row, rules)
    else:
        _judge(ledger, act, row)
        row.save()
        ledger.note("proposed", subject, _said(row))
    tell(ledger, row, "proposal", watched=bool(row.alone))
    return row


def propose_list(
    ledger: Ledger, act: Act, rows: Sequence[tuple[str, Mapping[str, Any]]], law: Law, *, reason: str
) -> None:
    """Rows of a list that was judged already: subject and body of each, whose ``batch`` they are confirmed by as one;
    what waits already is not kept twice."""
    rules = rules_of(act.kind, law)
    assert rules is not None, f"{act.kind} always takes two"
    offices = _offices(ledger, act, rules, law.place)
    made = [
        _row(ledger, act, subject, msgspec.to_builtins(body), rules, law.place, reason, offices)
        for subject, body in rows
    ]
    known = {(row.vehicle_id, _content(row)) for row in _waiting_for(act, made)}
    new = [row for row in made if (row.vehicle_id, _content(row)) not in known]
    for row in Proposal.objects.bulk_create(new):
        ledger.note("proposed", row.subject, _said(row))
        tell(ledger, row, "proposal")


def alike(ledger: Ledger, act: Act, vehicle: int, fields: object) -> Proposal | None:
    """What the caller's own party proposed of a vehicle, for the same before and after, and still waits."""
    party = ledger.caller.party_code
    own = Q(party__code=party) if Party.objects.filter(code=party).exists() else Q(party=None)
    waiting = Proposal.objects.filter(
        own, kind=act.kind, vehicle=vehicle, state__in=Proposal.OPEN, expires_at__gte=ledger.now
    )
    said = msgspec.json.encode(fields, order="sorted")
    return next((row for row in waiting.order_by("id") if _content(row) == said), None)


def _waiting_for(act: Act, made: Sequence[Proposal]) -> Iterator[Proposal]:
    keys = [row.vehicle_id for row in made]
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        waiting = Proposal.objects.filter(kind=act.kind, vehicle__in=some, state__in=Proposal.OPEN)
        yield from waiting.filter(expires_at__gte=made[0].proposed_at)


def _content(row: Proposal) -> bytes:
    return msgspec.json.encode(row.body.get("fields"), order="sorted")


class _Offices(NamedTuple):
    """Who proposes, and whose people confirm."""

    party: Party | None
    needs: str
    asked: Party | None


def _offices(ledger: Ledger, act: Act, rules: Rules, place: str, owner: str = "") -> _Offices:
    party = Party.objects.filter(code=ledger.caller.party_code).first()
    own = Party.objects.filter(code=owner).first() if owner else party
    if rules.needs != OWN:
        return _Offices(party, rules.needs, registers.department(rules.needs, place))
    return _Offices(party, act.office if own is None else OWN, own)


def _row(
    ledger: Ledger,
    act: Act,
    subject: str,
    body: dict[str, Any],
    rules: Rules,
    place: str,
    reason: str,
    offices: _Offices,
) -> Proposal:
    caller = ledger.caller
    private = body.pop("private", {})
    return Proposal(
        kind=act.kind,
        subject=subject,
        place=place,
        vehicle_id=body.get("vehicle"),
        body=body,
        private=private,
        batch=body.get("batch", ""),
        reason=reason.strip()[:LONGEST],
        party=offices.party,
        proposed_by=caller.actor[:80],
        proposed_at=ledger.now,
        needs=offices.needs,
        asked=offices.asked,
        expires_at=rules.until(ledger.now, alone=bool(caller.alone)),
        alone=caller.alone.strip()[:LONGEST],
    )


def _refuse_twin(row: Proposal) -> None:
    known = Proposal.objects.filter(kind=row.kind, subject=row.subject, state__in=Proposal.OPEN)
    if any(each.body == row.body for each in known):
        raise Conflict(
            "proposed-already",
            Text(
                "同一事项已经提出，正在等待确认。", "This is proposed already and waits for a second person."
            ),
        )


def _judge(ledger: Ledger, act: Act, row: Proposal) -> None:
    """What could not be done now is refused now, and leaves nothing."""
    with suppress(_OnlyJudgedError), ledger.attempt():
        act.carry_out(ledger, ledger.caller, row.subject, body_of(row))
        raise _OnlyJudgedError


def _take_effect(ledger: Ledger, act: Act, row: Proposal, rules: Rules) -> None:
    """Break-glass: only where nobody could confirm, and what can be taken back."""
    if not rules.break_glass or act.undo is None:
        raise no_break_glass(rules)
    require_reason(row.alone, LONGEST, least=rules.least, cite=rules.cite_alone, at="alone")
    _refuse_again(act, row, rules)
    there = len(those_who_may(row))
    if there:
        raise Conflict(
            "second-person-there",
            Text(
                f"有 {there} 人可以确认，不能先行生效；请按一般方式提出。",
                f"{there} people could confirm it: it does not take effect before. Propose it as usual.",
            ),
            cite=rules.cite_alone,
        )
    made = act.carry_out(ledger, ledger.caller, row.subject, body_of(row))
    row.state, row.done = Proposal.State.IN_FORCE, act.made(made)
    row.save()
    ledger.note("broke-glass", row.subject, {**_said(row), "alone": row.alone})


def _refuse_again(act: Act, row: Proposal, rules: Rules) -> None:
    """What nobody confirmed is not done alone anew, day after day: by nobody for that object, nor by that person for
    another one."""
    if rules.again_days is None:
        return
    since = row.proposed_at - timedelta(days=rules.again_days)
    known = Proposal.objects.filter(kind=row.kind, proposed_at__gt=since).exclude(alone="")
    same = Q(place=row.place) if act.one_object else Q(subject=row.subject)
    broken = known.filter(same).exclude(state=Proposal.State.CONFIRMED).exists()
    people = set(Actor.read(row.proposed_by).people)
    taken_back = known.filter(state__in=_NOT_CONFIRMED).values_list("proposed_by", flat=True)
    if broken or any(people & set(Actor.read(each).people) for each in taken_back):
        raise Conflict(
            "glass-broken-before",
            Text(
                f"{rules.again_days} 日内同一对象或同一人的同类事项已先行生效而未获确认，不能再次先行生效。"
                "请按一般方式提出，并请监督部门安排人员确认。",
                f"Within {rules.again_days} days an act of this kind took effect alone and was not confirmed: of the "
                "same object, or by the same person. Propose it as usual, and ask the supervisor for people to "
                "confirm it.",
            ),
            cite=rules.cite_again,
        )


def _said(row: Proposal) -> dict[str, object]:
    return {
        "proposal": row.pk,
        "kind": row.kind,
        "body": row.body,
        "reason": row.reason,
        "needs": row.needs,
        "expires_at": row.expires_at.isoformat(),
    }
