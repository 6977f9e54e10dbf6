"""Calls about objections: raised by the owner, answered by the environment department."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from imloop.api.answers import as_json
from imloop.api.auth import caller
from imloop.exchange.rate_limit import count_question
from imloop.steps.cases.as_json import case_json
from imloop.steps.cases.cases import as_loop_case
from imloop.steps.cases.grant_exit import reject_objection
from imloop.steps.cases.objections import raise_objection
from imloop.steps.ground import clock

router = Router()


class ObjectionIn(Schema):
    """``ground``: ``instrument procedure vehicle_data method other``."""

    ground: str
    words: str


class AnswerIn(Schema):
    reason: str
    evidence: str


@router.post("/public/cases/{token}/objection", tags=["public"], summary="车主异议 · objection")
def post_objection(request: HttpRequest, token: str, said: ObjectionIn) -> HttpResponse:
    """``token``: from the notice's QR code. 201 with ``answer_by``; 403 when it is too late or was raised already."""
    count_question(request, clock.now())
    case = raise_objection(token, ground=said.ground, words=said.words, now=clock.now())
    raised = as_loop_case(case).waiting_objection
    assert raised is not None
    return as_json({"case": case.case_no, "answer_by": raised.answer_by.isoformat()}, 201)


@router.post("/cases/{case_no}/objection/reject", tags=["environment"], summary="异议不成立 · not upheld")
def post_rejection(request: HttpRequest, case_no: str, said: AnswerIn) -> HttpResponse:
    """The failed test stands, with reason and evidence. A second opinion is an exit of kind ``objection``."""
    case = reject_objection(
        caller(request), case_no, reason=said.reason, evidence=said.evidence, now=clock.now()
    )
    return as_json(case_json(case))
