"""Calls about what waits for a second person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Literal, TypeVar

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from imloop.api.http.answers import as_json
from imloop.api.http.audience import EVERYONE
from imloop.api.http.auth import caller
from imloop.api.http.router import Router
from imloop.api.http.schemas import JsonObject
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import after
from imloop.steps.second_person.decide import confirm, proposal, reject, withdraw
from imloop.steps.second_person.lookups import proposal_json, proposals, shown
from imloop.store.models import Proposal

router = Router()
Made = TypeVar("Made")
_STEPS = {"confirm": confirm, "reject": reject, "withdraw": withdraw}


class Alone(Schema):
    """``alone``: why it cannot wait for a second person, where nobody is there who could confirm it; it then takes
    effect at once and lapses unless it is confirmed within a day."""

    alone: str = ""


class ProposalOut(Schema):
    """``state``: waiting in_force confirmed rejected withdrawn lapsed; ``needs``: kind of party that confirms, ``own``:
    people of ``asked``; ``body``: what was proposed; ``done``: what it made."""

    id: int
    kind: str
    name: str
    name_en: str
    subject: str
    place: str
    state: str
    body: JsonObject
    reason: str
    proposed_by: str
    proposed_at: datetime
    needs: str
    asked: str | None
    expires_at: datetime
    alone: str
    done: JsonObject
    decided_by: str
    decided_at: datetime | None
    decision: str
    may_confirm: bool


class ProposalsOut(Schema):
    proposals: list[ProposalOut]


class ProposalDecisionIn(Schema):
    """``said``: what was compared, or why not; who confirms having been on a site need not say it."""

    step: Literal["confirm", "reject", "withdraw"]
    said: str = ""


def acting(request: HttpRequest, given: Alone) -> Caller:
    """The caller, with why the act cannot wait."""
    return replace(caller(request), alone=given.alone)


def done_or_proposed(
    step: Callable[[], Made | Proposal], show: Callable[[Made], object], status: int = 201
) -> HttpResponse:
    """What the step made; 202 with the proposal where a second person has to confirm it, ``in_force`` or not yet."""

    def said(made: Made | Proposal) -> tuple[object, int]:
        return (proposal_json(made), 202) if isinstance(made, Proposal) else (show(made), status)

    return as_json(*after(step, said))


@router.get(
    "/proposals",
    who=EVERYONE,
    answers={200: ProposalsOut},
    tags=["everyone"],
    summary="待第二人确认的事项 · what waits for a second person",
)
def get_proposals(request: HttpRequest, decided: bool = False) -> HttpResponse:
    """One's own, and those that one may confirm; ``decided``: what became of earlier ones, the last hundred."""
    who = caller(request)
    rows = shown(who, proposals(who, is_open=not decided))
    return as_json({"proposals": [proposal_json(row, who) for row in rows]})


@router.get(
    "/proposals/{proposal_id}",
    who=EVERYONE,
    answers={200: ProposalOut},
    tags=["everyone"],
    summary="一项待确认事项 · one proposal",
)
def get_proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    who = caller(request)
    return as_json(
        after(lambda: shown(who, [proposal(who, proposal_id)])[0], lambda row: proposal_json(row, who))
    )


@router.post(
    "/proposals/{proposal_id}",
    who=EVERYONE,
    answers={200: ProposalOut},
    tags=["everyone"],
    summary="确认、退回或撤回 · confirm, reject or withdraw",
)
def post_decision(request: HttpRequest, proposal_id: int, given: ProposalDecisionIn) -> HttpResponse:
    """Confirmed it is done at once, by the facts of the moment. By another person than who proposed it."""
    who, now = caller(request), clock.now()
    step = _STEPS[given.step]
    return as_json(after(lambda: step(who, proposal_id, said=given.said, now=now), proposal_json))
