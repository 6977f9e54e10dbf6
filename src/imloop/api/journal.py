"""The journal's public side: daily roots, and the proof that an entry belongs to one. No entry's content."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from ninja import Field, Schema

from imloop.api.http.answers import as_json
from imloop.api.http.router import Router
from imloop.api.http.schemas import ABSENT
from imloop.exchange.http.rate_limit import count_question
from imloop.steps.ground import clock
from imloop.steps.journal import seal_days
from imloop.steps.journal.prove_journal import published

router = Router()


class RootOut(Schema):
    """The Merkle root over the entries ``first`` to ``last``."""

    day: date
    first: int
    last: int
    root: str


class RootsOut(Schema):
    algorithm: str
    number: int
    hash: str
    days: list[RootOut]


class InclusionOut(Schema):
    """imloop.inclusion/1. The day's root and ``path`` are there once it is ``sealed``."""

    schema_: str = Field(alias="schema")
    algorithm: str
    number: int
    hash: str
    sealed: bool
    day: date = ABSENT
    first: int = ABSENT
    last: int = ABSENT
    root: str = ABSENT
    path: list[str] = ABSENT


@router.get(
    "/public/journal/root", answers={200: RootsOut}, tags=["public"], summary="每日根 · the daily roots"
)
def get_roots(request: HttpRequest, days: int = 366) -> HttpResponse:
    """Hash of the journal's end and the latest daily roots, newest first; keep them: they prove later changes."""
    count_question(request, clock.now())
    return as_json(published(min(max(days, 1), 3660)))


@router.get(
    "/public/journal/{number}",
    answers={200: InclusionOut},
    tags=["public"],
    summary="一条记录的在册证明 · proof that an entry is in the journal",
)
def get_inclusion(request: HttpRequest, number: int) -> HttpResponse:
    """imloop.inclusion/1: hash, and once the day is sealed its root and the audit path (RFC 9162)."""
    count_question(request, clock.now())
    return as_json(seal_days.place_of(number).to_json())
