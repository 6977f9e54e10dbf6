"""The API's calls (contract §4). Each authenticates, calls one step and answers."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

from imloop import __version__
from imloop.api import (
    counter,
    draws,
    journal,
    matters,
    objections,
    outages,
    parties,
    repairs,
    schemas,
    vehicles,
    visits,
)
from imloop.api.answers import as_json, as_pdf, body_of, moment_of
from imloop.api.audience import admitted
from imloop.api.auth import caller
from imloop.api.errors import problem, unexpected, unreadable, untakeable
from imloop.api.lines import router as lines
from imloop.api.openapi import DescribedAPI
from imloop.api.stream import router as stream
from imloop.exchange.decode_test import decode_test
from imloop.exchange.http_status import UNTAKEABLE
from imloop.exchange.intake import take_repair, take_test_together
from imloop.exchange.metrics import count_upload
from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, Problem, Refusal
from imloop.facts.text import Text
from imloop.papers.assemble import notice_document, report_document
from imloop.steps import clock, look
from imloop.steps.ask_permit import ask_permit
from imloop.steps.feed import feed
from imloop.steps.grant_exit import grant_exit
from imloop.steps.present import case_json, station_json, test_json
from imloop.steps.replay import replay_test
from imloop.store.models import PartyKind

api = DescribedAPI(
    title="imloop",
    version=__version__,
    description="汽车排放检验与维护闭环 · the closed loop of vehicle-emission inspection and maintenance",
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
    auth=admitted,
)
api.add_router("", counter.router)
api.add_router("", journal.router)
api.add_router("", vehicles.router)
api.add_router("", matters.router)
api.add_router("", parties.router)
api.add_router("", lines)
api.add_router("", repairs.router)
api.add_router("", objections.router)
api.add_router("", visits.router)
api.add_router("", outages.router)
api.add_router("", draws.router)
api.add_router("", stream)
api.add_exception_handler(Refusal, problem)
api.add_exception_handler(HttpError, unreadable)
for kind_of_fault in UNTAKEABLE:
    api.add_exception_handler(kind_of_fault, untakeable)
api.add_exception_handler(Exception, unexpected)


@api.exception_handler(ValidationError)
def _bad_query(request: HttpRequest, error: ValidationError) -> HttpResponse:
    problems = [
        Problem(
            "$." + ".".join(str(part) for part in fault["loc"][2 if fault["loc"][0] == "body" else 1 :]),
            "wrong-value",
            Text(fault["msg"], fault["msg"]),
        )
        for fault in error.errors
    ]
    first = problems[0]
    return problem(
        request,
        Malformed("malformed", Text(f"{first.path}：{first.text.zh}", str(first.text)), problems=problems),
    )


@api.post(
    "/tests", openapi_extra=schemas.TEST_UPLOAD, tags=["I-station"], summary="上传一次检验 · upload a test"
)
def post_test(request: HttpRequest, dialect: str = "") -> HttpResponse:
    """201 with the receipt; the same bytes again give 200 and the first receipt; other bytes 409. The bytes say which
    dialect they are in; ``dialect`` refuses them when they are in another."""
    receipt = take_test_together(body_of(request), caller(request), clock.now(), dialect)
    count_upload("test", receipt.created, receipt.body)
    return as_json(receipt.body, 201 if receipt.created else 200)


@api.get("/tests/{test_no}", tags=["I-station"], summary="一次检验 · one test")
def get_test(request: HttpRequest, test_no: str, station: str = "") -> HttpResponse:
    return as_json(test_json(look.test(caller(request), test_no, station)))


@api.get("/tests/{test_no}/report.pdf", tags=["I-station"], summary="检验报告 · test report")
def get_report(request: HttpRequest, test_no: str, station: str = "") -> HttpResponse:
    return as_pdf(report_document(caller(request), test_no, station), test_no)


@api.get("/tests/{test_no}/replay", tags=["I-station"], summary="按当日法律复算 · recompute")
def get_replay(request: HttpRequest, test_no: str, station: str = "") -> HttpResponse:
    return as_json(replay_test(look.test(caller(request), test_no, station), decode_test))


@api.post(
    "/repairs",
    openapi_extra=schemas.REPAIR_UPLOAD,
    tags=["M-station"],
    summary="上传维修记录 · upload a repair",
)
def post_repair(request: HttpRequest, dialect: str = "") -> HttpResponse:
    """201 with the receipt and the state of the case; the same bytes again give 200 and the first receipt."""
    receipt = take_repair(body_of(request), caller(request), clock.now(), dialect)
    count_upload("repair", receipt.created, receipt.body)
    return as_json(receipt.body, 201 if receipt.created else 200)


@api.get("/retest-permit", tags=["I-station"], summary="能否在本站复检 · may it be retested here")
def get_permit(
    request: HttpRequest, vin: str = "", plate: str = "", station: str = "", at: datetime | None = None
) -> HttpResponse:
    who = caller(request)
    return as_json(ask_permit(who, station=station, at=moment_of(at), vin=vin, plate=plate))


@api.get("/feed", tags=["everyone"], summary="与本单位有关的消息 · what concerns the caller, in order")
def get_feed(request: HttpRequest, after: int = 0, limit: int = 100) -> HttpResponse:
    return as_json(feed(caller(request), after=after, limit=limit, now=clock.now()))


@api.get("/cases/{case_no}", tags=["everyone"], summary="一个案件 · one case")
def get_case(request: HttpRequest, case_no: str) -> HttpResponse:
    return as_json(case_json(look.case(caller(request), case_no)))


@api.post("/cases/{case_no}/exit", tags=["environment"], summary="同站规则的例外 · allow another station")
def post_exit(request: HttpRequest, case_no: str, granted: schemas.ExitIn) -> HttpResponse:
    """A department lets the retest happen elsewhere, with reason, evidence and expiry."""
    case = grant_exit(caller(request), case_no, **granted.dict(), now=clock.now())
    return as_json(case_json(case), 201)


@api.get("/notices/{notice_no}.pdf", tags=["everyone"], summary="告知书 · notice")
def get_notice(request: HttpRequest, notice_no: str) -> HttpResponse:
    return as_pdf(notice_document(caller(request), notice_no), notice_no)


@api.get("/public/stations", tags=["public"], summary="公布的检验机构与维修站 · published stations")
def get_stations(request: HttpRequest, kind: str = "") -> HttpResponse:
    kinds = (
        [kind]
        if kind in (PartyKind.ISTATION, PartyKind.MSTATION)
        else [PartyKind.ISTATION, PartyKind.MSTATION]
    )
    day = day_of(clock.now())
    return as_json(
        {"on": day.isoformat(), "stations": [station_json(p, day) for k in kinds for p in look.parties(k)]}
    )
