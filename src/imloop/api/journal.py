"""The journal's public side: hourly roots, and the proof that an entry belongs to one. No entry's content."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from ninja import Field, Schema

from imloop.api.http.answers import as_json
from imloop.api.http.router import Router
from imloop.api.http.schemas import ABSENT
from imloop.exchange.http.rate_limit import count_question
from imloop.facts.days import day_of
from imloop.steps.ground import clock
from imloop.steps.journal import seals
from imloop.steps.journal.prove_journal import published

router = Router()


class RootOut(Schema):
    """The Merkle root over the entries ``first`` to ``last``, of an ``hour`` such as 2026-03-02T14; former versions
    sealed a ``day``."""

    hour: str = ABSENT
    day: date = ABSENT
    first: int
    last: int
    root: str


class RootsOut(Schema):
    algorithm: str
    number: int
    hash: str
    roots: list[RootOut]


class InclusionOut(Schema):
    """imloop.inclusion/1. The root of its hour (of its day, in former versions) and ``path`` are there once it is
    ``sealed``."""

    schema_: str = Field(alias="schema")
    algorithm: str
    number: int
    hash: str
    sealed: bool
    hour: str = ABSENT
    day: date = ABSENT
    first: int = ABSENT
    last: int = ABSENT
    root: str = ABSENT
    path: list[str] = ABSENT


@router.get(
    "/public/journal/root", answers={200: RootsOut}, tags=["public"], summary="每时根 · the hourly roots"
)
def get_roots(request: HttpRequest, days: int = 31) -> HttpResponse:
    """Hash of the journal's end and the roots of the last ``days``, newest first; keep them: they prove later
    changes, and what was there at that moment."""
    now = clock.now()
    count_question(request, now)
    return as_json(published(day_of(now) - timedelta(days=min(max(days, 1), 3660))))


@router.get(
    "/public/journal/{number}",
    answers={200: InclusionOut},
    tags=["public"],
    summary="一条记录的在册证明 · proof that an entry is in the journal",
)
def get_inclusion(request: HttpRequest, number: int) -> HttpResponse:
    """imloop.inclusion/1: hash, and once its hour is sealed the root and the audit path (RFC 9162)."""
    count_question(request, clock.now())
    return as_json(seals.place_of(number).to_json())
