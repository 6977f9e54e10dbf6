"""May a vehicle be retested here, and the notice it was given."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict

from imloop.facts.days import day_of
from imloop.pages.guard import EVERY_DESK, desk, page
from imloop.pages.searches import asks
from imloop.papers.assemble import notice_document
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.registers import law_at
from imloop.steps.repairs.station_papers import entered, open_on
from imloop.store.models import PartyKind

I = PartyKind.ISTATION  # noqa: E741 - the field's own name for an inspection station


@desk(I)
@asks("plate", "vin")
def permit(request: HttpRequest, caller: Caller, asked: QueryDict) -> HttpResponse:
    plate, vin = asked.get("plate", ""), asked.get("vin", "")
    answer = None
    if asked:
        answer = ask_permit(caller, station=caller.party_code, vin=vin, plate=plate, at=clock.now())
    return page(
        request,
        caller,
        "cases/permit.html",
        {"plate": plate, "vin": vin, "answer": answer, "papers_here": _papers_here(caller)},
    )


def _papers_here(caller: Caller) -> bool:
    """Whether the station may enter papers of a repairer without access today, or has entered some."""
    return open_on(law_at(day_of(clock.now()), caller.place)) or entered(caller).exists()


@desk(*EVERY_DESK)
def notice_pdf(request: HttpRequest, caller: Caller, notice_no: str) -> HttpResponse:
    paper = notice_document(caller, notice_no, request.GET.get("key", ""))
    return HttpResponse(paper, content_type="application/pdf")
