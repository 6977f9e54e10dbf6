"""Calls about copies between departments."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from imloop.api.http.answers import as_json
from imloop.api.http.audience import DEPARTMENTS
from imloop.api.http.auth import caller
from imloop.api.http.router import Router
from imloop.api.matters.schemas import CopiesOut, CopyAnswerIn, CopyOut
from imloop.facts.days import day_of
from imloop.steps.ground import clock
from imloop.steps.matters import copies as the_copies

router = Router()
SHOWN = 200


@router.get(
    "/copies",
    who=DEPARTMENTS,
    answers={200: CopiesOut},
    tags=["departments"],
    summary="抄告 · copies got and sent",
)
def get_copies(request: HttpRequest) -> HttpResponse:
    """Unanswered ones first, by the day they are to be answered."""
    day = day_of(clock.now())
    found = the_copies.copies(caller(request))[:SHOWN]
    return as_json({"copies": [the_copies.copy_json(each, day) for each in found]})


@router.post(
    "/copies/{number}/receipt",
    who=DEPARTMENTS,
    answers={200: CopyOut},
    tags=["departments"],
    summary="签收抄告 · confirm that a copy came",
)
def post_receipt(request: HttpRequest, number: int) -> HttpResponse:
    now = clock.now()
    return as_json(the_copies.copy_json(the_copies.receive(caller(request), number, now), day_of(now)))


@router.post(
    "/copies/{number}/answer",
    who=DEPARTMENTS,
    answers={200: CopyOut},
    tags=["departments"],
    summary="答复抄告 · answer a copy",
)
def post_answer(request: HttpRequest, number: int, given: CopyAnswerIn) -> HttpResponse:
    now = clock.now()
    answered = the_copies.answer(caller(request), number, given.answer, now)
    return as_json(the_copies.copy_json(answered, day_of(now)))
