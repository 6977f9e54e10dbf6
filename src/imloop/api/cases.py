"""Calls about cases: the case, the retest gate, the notice, exits, objections."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from imloop.api.http import schemas
from imloop.api.http.answers import as_json, as_pdf, moment_of
from imloop.api.http.auth import caller
from imloop.exchange.http.rate_limit import count_question
from imloop.papers.assemble import notice_document
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.cases.as_json import case_json
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.cases.grant_exit import grant_exit, reject_objection
from imloop.steps.cases.move_case import as_loop_case
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


@router.get("/cases/{case_no}", tags=["everyone"], summary="一个案件 · one case")
def get_case(request: HttpRequest, case_no: str) -> HttpResponse:
    return as_json(case_json(case_lookups.case(caller(request), case_no)))


@router.post("/cases/{case_no}/exit", tags=["environment"], summary="同站规则的例外 · allow another station")
def post_exit(request: HttpRequest, case_no: str, granted: schemas.ExitIn) -> HttpResponse:
    """A department lets the retest happen elsewhere, with reason, evidence and expiry."""
    case = grant_exit(caller(request), case_no, **granted.dict(), now=clock.now())
    return as_json(case_json(case), 201)


@router.get("/retest-permit", tags=["I-station"], summary="能否在本站复检 · may it be retested here")
def get_permit(
    request: HttpRequest, vin: str = "", plate: str = "", station: str = "", at: datetime | None = None
) -> HttpResponse:
    who = caller(request)
    return as_json(ask_permit(who, station=station, at=moment_of(at), vin=vin, plate=plate))


@router.get("/notices/{notice_no}.pdf", tags=["everyone"], summary="告知书 · notice")
def get_notice(request: HttpRequest, notice_no: str) -> HttpResponse:
    return as_pdf(notice_document(caller(request), notice_no), notice_no)
