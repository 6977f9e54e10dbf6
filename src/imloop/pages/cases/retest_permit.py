"""May a vehicle be retested here, and the notice it was given."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from imloop.exchange.http.http_status import status_of
from imloop.facts.refusal import Refusal
from imloop.pages.forms import refusal_context
from imloop.pages.guard import desk, page
from imloop.papers.assemble import notice_document
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.store.models import PartyKind

I = PartyKind.ISTATION  # noqa: E741 - the field's own name for an inspection station


@desk(I)
def permit(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A refusal stands above the form, which keeps what was typed."""
    plate, vin = request.GET.get("plate", ""), request.GET.get("vin", "")
    context: dict[str, object] = {"plate": plate, "vin": vin}
    status = 200
    if request.GET:
        try:
            context["answer"] = ask_permit(
                caller, station=caller.party_code, vin=vin, plate=plate, at=clock.now()
            )
        except Refusal as refusal:
            context |= refusal_context(refusal)
            status = status_of(refusal, "GET")
    return page(request, caller, "cases/permit.html", context, status)


@desk()
def notice_pdf(request: HttpRequest, caller: Caller, notice_no: str) -> HttpResponse:
    paper = notice_document(caller, notice_no, request.GET.get("key", ""))
    return HttpResponse(paper, content_type="application/pdf")
