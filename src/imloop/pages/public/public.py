"""Pages for anyone: start, the owner's case, settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from imloop.exchange.http.rate_limit import count_question
from imloop.facts.days import day_of
from imloop.law.sentences import what_to_do
from imloop.pages.appointments.visits import retest_card
from imloop.pages.cases.case_view import case_context, loop_names
from imloop.pages.cases.owner import objection_card
from imloop.pages.cases.paper_card import paper_card
from imloop.pages.forms import require_filled
from imloop.pages.guard import EVERY_DESK, desk, home, of_one_moment, public, words
from imloop.pages.repairs.repairers import choice_card
from imloop.papers.assemble import owner_notice
from imloop.steps.accounts.create_user import nobody_yet
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.duty.who_looked import who_looked
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.registers import law_at
from imloop.steps.stations import lookups as station_lookups

_KEPT: dict[str, Any] = {
    "max_age": 365 * 24 * 3600,
    "samesite": "Lax",
    "secure": settings.HTTPS,
    "httponly": True,
}
"""How a reader's choice is kept: a year, for the pages only."""


_LOOKS = 50
"""Days and parties that the owner reads."""


@public
def start(request: HttpRequest) -> HttpResponse:
    context = {
        "loop_names": loop_names(),
        "empty": station_lookups.nothing_yet(),
        "nobody": nobody_yet(),
        "what_to_do": words(what_to_do(law_at(day_of(clock.now()), settings.PLACE))),
    }
    return render(request, "public/start.html", context)


@public
def find(request: HttpRequest) -> HttpResponse:
    """Plate and VIN tail → the secret address of the case; what was typed stays on the form, and in no address."""
    if request.method != "POST":
        return redirect("/")
    require_filled(request.POST, "plate", "tail")
    who = count_question(request, clock.now())
    plate, tail = request.POST.get("plate", ""), request.POST.get("tail", "")
    return redirect(f"/c/{case_lookups.owner_case_by_plate(who, plate, tail).owner_token}")


@public
@of_one_moment
def owner_case(request: HttpRequest, token: str) -> HttpResponse:
    case = case_lookups.owner_case(token)
    now = clock.now()
    context = {**case_context(case, now), **retest_card(case, now), **objection_card(case, now)}
    context["repairs"] = case.repairs.select_related("shop").order_by("-finished_at")
    context |= paper_card(case, now)
    context["lookers"] = who_looked(case.vehicle, _LOOKS)
    context["objected"] = "objected" in request.GET
    if case.closed_at is None:
        context |= choice_card(case, request.GET)
    return render(request, "cases/owner.html", context)


@public
def owner_notice_pdf(request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse(owner_notice(token), content_type="application/pdf")


@public
def change_settings(request: HttpRequest) -> HttpResponse:
    """Language and text size, kept in cookies; then back."""
    target = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = redirect(target)
    language = request.GET.get("language")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, **_KEPT)
    if request.GET.get("large") in ("0", "1"):
        response.set_cookie("large_text", request.GET["large"], **_KEPT)
    return response


@desk(*EVERY_DESK)
def any_desk(request: HttpRequest, caller: Caller) -> HttpResponse:
    return redirect(home(caller))
