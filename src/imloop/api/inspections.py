"""Calls about tests: uploading one, reading it, its report, recomputing it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from imloop.api.http import schemas
from imloop.api.http.answers import as_json, as_pdf, body_of
from imloop.api.http.audience import I_STATION, I_STATION_OR_OFFICE
from imloop.api.http.auth import caller
from imloop.api.http.router import Router
from imloop.exchange.http.metrics import count_upload
from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.exchange.uploads.intake import take_test_in_group
from imloop.papers.assemble import report_document
from imloop.steps.ground import clock
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.inspections.as_json import test_json
from imloop.steps.inspections.replay import replay_test

router = Router()


@router.post(
    "/tests",
    who=I_STATION,
    body=schemas.TEST_UPLOAD,
    tags=["I-station"],
    summary="上传一次检验 · upload a test",
)
def post_test(request: HttpRequest, dialect: str = "") -> HttpResponse:
    """201 with the receipt; the same bytes again give 200 and the first receipt; other bytes 409. The bytes say which
    dialect they are in; ``dialect`` refuses them when they are in another."""
    receipt = take_test_in_group(body_of(request), caller(request), clock.now(), dialect)
    count_upload("test", receipt.created, receipt.body)
    return as_json(receipt.body, 201 if receipt.created else 200)


@router.get("/tests/{test_no}", who=I_STATION_OR_OFFICE, tags=["I-station"], summary="一次检验 · one test")
def get_test(request: HttpRequest, test_no: str, station: str = "") -> HttpResponse:
    return as_json(test_json(test_lookups.test(caller(request), test_no, station)))


@router.get(
    "/tests/{test_no}/report.pdf",
    who=I_STATION_OR_OFFICE,
    tags=["I-station"],
    summary="检验报告 · test report",
)
def get_report(request: HttpRequest, test_no: str, station: str = "") -> HttpResponse:
    return as_pdf(report_document(caller(request), test_no, station), test_no)


@router.get(
    "/tests/{test_no}/replay",
    who=I_STATION_OR_OFFICE,
    tags=["I-station"],
    summary="按当日法律复算 · recompute",
)
def get_replay(request: HttpRequest, test_no: str, station: str = "") -> HttpResponse:
    return as_json(replay_test(test_lookups.test(caller(request), test_no, station), decode_test))
