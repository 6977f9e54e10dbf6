"""Uploading a test by hand, its report, its seconds as CSV."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from imloop.exchange.http.addresses import disposition
from imloop.exchange.uploads.intake import take_test
from imloop.facts.codes import Result
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.gates.inspections.counts import WHY, Counts
from imloop.pages.guard import EVERY_DESK, desk, page, words
from imloop.pages.inspections.pictures import trace_csv
from imloop.papers.assemble import report_document
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import itself
from imloop.steps.inspections import lookups as test_lookups
from imloop.store import traces
from imloop.store.models import PartyKind

I = PartyKind.ISTATION  # noqa: E741 - the field's own name for an inspection station


@desk(I)
def upload(request: HttpRequest, caller: Caller) -> HttpResponse:
    context: dict[str, object] = {}
    if request.method == "POST":
        receipt = take_test(_file(request), caller, clock.now()).body
        context |= {"receipt": receipt, **_counts(receipt)}
    return page(request, caller, "inspections/upload.html", context)


def _counts(receipt: dict[str, object]) -> dict[str, object]:
    """What its station must not take for a proof of passing."""
    passed = receipt["verdict"] == Result.PASS
    why = str(receipt.get("counts_why") or "")
    return {
        "no_proof": passed and receipt.get("counts") == Counts.NOTHING,
        "counts_why": words(WHY[why]) if why else "",
    }


def _file(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if file is None or isinstance(file, list):
        raise Malformed("no-file", Text("请选择一个 JSON 文件。", "Choose a JSON file."), at="file")
    if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
        raise Malformed("too-large", Text("文件过大。", "The file is too large."), at="file")
    body: bytes = file.read()
    return body


@desk(*EVERY_DESK)
def report_pdf(request: HttpRequest, caller: Caller, test_no: str) -> HttpResponse:
    document = report_document(caller, test_no, request.GET.get("station", ""))
    headers = {"Content-Disposition": disposition(f"{test_no}.pdf", inline=True)}
    return HttpResponse(document, content_type="application/pdf", headers=headers)


@desk(*EVERY_DESK)
def trace_file(request: HttpRequest, caller: Caller, test_no: str) -> HttpResponse:
    """A test's seconds as CSV."""
    test = test_lookups.test(caller, test_no, request.GET.get("station", ""), itself)
    text = trace_csv(dict(traces.decode(test.trace).columns))
    headers = {"Content-Disposition": disposition(f"{test_no}.csv")}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
