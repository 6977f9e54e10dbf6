"""The I-station's desk: today, upload, retest permit, notices."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from imloop.exchange.uploads.intake import take_test
from imloop.facts.codes import METHOD_NAMES
from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, Refusal
from imloop.facts.text import Text
from imloop.pages.appointments.reception_day import todays_visits
from imloop.pages.guard import desk, page, words
from imloop.pages.lines.istation_live import figures, live_card
from imloop.papers.assemble import notice_document, report_document
from imloop.steps.appointments.ask_reception import ask_reception
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.stations import lookups as station_lookups
from imloop.store.models import PartyKind

I = PartyKind.ISTATION  # noqa: E741 - the field's own name for an inspection station


@desk(I)
def today(request: HttpRequest, caller: Caller) -> HttpResponse:
    now = clock.now()
    since = now.replace(hour=0, minute=0, second=0, microsecond=0)
    recent = (
        test_lookups.tests(caller)
        .defer("trace", "receipt", "verdict")
        .filter(started_at__gte=since - timedelta(days=1))
    )
    cases = (
        case_lookups.cases(caller)
        .filter(closed_at__isnull=True)
        .prefetch_related("notices")
        .order_by("deadline")
    )
    return page(
        request,
        caller,
        "desk/istation.html",
        {
            "now": now,
            "tests": recent.order_by("-started_at")[:100],
            "cases": cases[:100],
            "visits": todays_visits(caller),
            "tiles": figures(caller, now),
            **live_card(caller, now),
        },
    )


@desk(I)
def upload(request: HttpRequest, caller: Caller) -> HttpResponse:
    context: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        try:
            context["receipt"] = take_test(_file(request), caller, clock.now()).body
        except Refusal as refusal:
            context["refusal"] = refusal
            context["refusal_reasons"] = [reason.to_json() for reason in refusal.reasons]
            status = 422
    return page(request, caller, "inspections/upload.html", context, status)


def _file(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if file is None or isinstance(file, list):
        raise Malformed("no-file", Text("请选择一个 JSON 文件。", "Choose a JSON file."))
    if (file.size or 0) > settings.MAX_UPLOAD_BYTES:
        raise Malformed("too-large", Text("文件过大。", "The file is too large."))
    body: bytes = file.read()
    return body


@desk(I)
def permit(request: HttpRequest, caller: Caller) -> HttpResponse:
    plate, vin = request.GET.get("plate", ""), request.GET.get("vin", "")
    answer = None
    if plate or vin:
        answer = ask_permit(caller, station=caller.party_code, vin=vin, plate=plate, at=clock.now())
    return page(request, caller, "cases/permit.html", {"plate": plate, "vin": vin, "answer": answer})


@desk(I)
def reception(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Before the test: everything that forbids it, and the charge that is due."""
    typed = request.GET
    now = clock.now()
    context: dict[str, object] = {
        "typed": typed,
        "lines": station_lookups.lines(caller.party_code, day_of(now)),
        "methods": [(method, words(name)) for method, name in METHOD_NAMES.items()],
    }
    if typed.get("plate") or typed.get("vin"):
        context["answer"] = ask_reception(
            caller,
            station=caller.party_code,
            line=typed.get("line", ""),
            method=typed.get("method", ""),
            at=now,
            vin=typed.get("vin", ""),
            plate=typed.get("plate", ""),
            people={role: typed.get(role, "") for role in ("inspector", "driver", "reviewer")},
        )
    return page(request, caller, "appointments/reception.html", context)


@desk()
def notice_pdf(request: HttpRequest, caller: Caller, notice_no: str) -> HttpResponse:
    return HttpResponse(notice_document(caller, notice_no), content_type="application/pdf")


@desk()
def report_pdf(request: HttpRequest, caller: Caller, test_no: str) -> HttpResponse:
    document = report_document(caller, test_no, request.GET.get("station", ""))
    return HttpResponse(document, content_type="application/pdf")
