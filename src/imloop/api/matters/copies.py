"""Calls about copies between departments."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from imloop.api.http.answers import as_file, as_json
from imloop.api.http.audience import DEPARTMENTS
from imloop.api.http.auth import caller
from imloop.api.http.router import ATTACHED, Router
from imloop.api.matters.schemas import CopiesOut, CopyAnswerIn, CopyIn, CopyOut, WholeCopyOut
from imloop.exchange.uploads.decode_inspection import decode_kept_test
from imloop.facts.days import day_of
from imloop.papers.copied import object_of
from imloop.steps.ground import clock
from imloop.steps.ground.ledger import alone
from imloop.steps.matters.copies import answer as the_copies
from imloop.steps.matters.copies.send import send

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
    "/copies",
    who=DEPARTMENTS,
    answers={201: WholeCopyOut},
    tags=["departments"],
    summary="抄告其他部门 · copy what one sees to another department",
)
def post_copy(request: HttpRequest, given: CopyIn) -> HttpResponse:
    """It is frozen as it is now, with its papers and files."""
    who, now = caller(request), clock.now()
    with alone():
        it = object_of(who, given.of, given.reference, now, decode_kept_test, given.at)
        made = send(who, it, to=given.to, wanted=given.wanted, answer_by=given.answer_by, now=now)
        return as_json(the_copies.whole_json(made, day_of(now)), 201)


@router.get(
    "/copies/{copy_no}",
    who=DEPARTMENTS,
    answers={200: WholeCopyOut},
    tags=["departments"],
    summary="一件抄告 · one copy as it was frozen",
)
def get_copy(request: HttpRequest, copy_no: int) -> HttpResponse:
    """The look is journalled."""
    now = clock.now()
    day = day_of(now)
    return as_json(
        the_copies.the_copy(caller(request), copy_no, lambda row: the_copies.whole_json(row, day), now)
    )


@router.get(
    "/copies/{copy_no}/files/{copy_file}",
    who=DEPARTMENTS,
    answers={200: ATTACHED},
    tags=["departments"],
    summary="取抄告的文件 · fetch a file of a copy",
)
def get_copy_file(request: HttpRequest, copy_no: int, copy_file: str) -> HttpResponse:
    return as_file(the_copies.copy_file(caller(request), copy_no, copy_file, clock.now()))


@router.post(
    "/copies/{copy_no}/receipt",
    who=DEPARTMENTS,
    answers={200: CopyOut},
    tags=["departments"],
    summary="签收抄告 · confirm that a copy came",
)
def post_receipt(request: HttpRequest, copy_no: int) -> HttpResponse:
    now = clock.now()
    return as_json(the_copies.copy_json(the_copies.receive(caller(request), copy_no, now), day_of(now)))


@router.post(
    "/copies/{copy_no}/answer",
    who=DEPARTMENTS,
    answers={200: CopyOut},
    tags=["departments"],
    summary="答复抄告 · answer a copy",
)
def post_answer(request: HttpRequest, copy_no: int, given: CopyAnswerIn) -> HttpResponse:
    now = clock.now()
    answered = the_copies.answer(caller(request), copy_no, given.answer, now)
    return as_json(the_copies.copy_json(answered, day_of(now)))
