"""What the owner does beside reading the case: object to the result, look at the vehicle's history."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from imloop.exchange.http.rate_limit import count_question
from imloop.facts.days import day_of
from imloop.law.sentences import environment_hotline
from imloop.loop.case import ANSWER_NAMES
from imloop.pages.forms import require_filled
from imloop.pages.guard import of_one_moment, public, words
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.cases import objections
from imloop.steps.cases.case_file import tests_of
from imloop.steps.ground import clock, registers
from imloop.steps.remote_sensing.owner_door import open_readings, page_of
from imloop.steps.vehicles.owner_door import history, let_in, pass_to, vehicle_by_plate
from imloop.store.models import Case, Vehicle


def objection_card(case: Case, now: datetime) -> dict[str, object]:
    """May one be raised, until when; or what became of it."""
    found = objections.standing(case, now)
    return {
        "objection": {"open": found.open, "last_day": found.last_day, **objection_words(case, now)},
        "hotline": environment_hotline(registers.law_at(day_of(now), case.place)),
    }


def objection_words(case: Case, now: datetime) -> dict[str, object]:
    """The objection of this round, or the one that waits, in words; nothing where there is none."""
    raised = objections.standing(case, now).raised
    if raised is None:
        return {"raised": None}
    return {
        "raised": raised,
        "ground": words(objections.GROUNDS[raised.ground]),
        "answer": words(ANSWER_NAMES[raised.answer]),
        "late": raised.answered_at is None and day_of(now) > raised.answer_by,
    }


@public
def object_to(request: HttpRequest, token: str) -> HttpResponse:
    """The form; once handed in, the case page says what happens next."""
    count_question(request, clock.now())
    now = clock.now()
    if request.method == "POST":
        form = request.POST
        objections.raise_objection(token, ground=form.get("ground", ""), words=form.get("words", ""), now=now)
        return redirect(f"/c/{token}?objected=1#objection")
    return _objection_form(request, token, now)


@of_one_moment
def _objection_form(request: HttpRequest, token: str, now: datetime) -> HttpResponse:
    """Comes back, with what was typed, after a POST that was refused, too."""
    case = case_lookups.owner_case(token)
    law = registers.law_at(day_of(now), case.place)
    context = {
        "case": case,
        "grounds": [(each, words(objections.GROUNDS[each])) for each in law.words("objection.grounds")],
        "answer_days": law.integer("objection.answer_days"),
        "longest": objections.LONGEST,
        "test": tests_of(case)[-1:],
        **objection_card(case, now),
    }
    return render(request, "cases/object.html", context)


@public
def case_history(request: HttpRequest, token: str) -> HttpResponse:
    """The vehicle of a case, whose notice the reader holds."""
    case = case_lookups.owner_case(token)
    return render(request, "cases/history.html", {**_shown(case.vehicle), "back": f"/c/{token}"})


@public
def vehicle_history(request: HttpRequest) -> HttpResponse:
    """Plate and VIN tail → an address of one hour; what was typed stays on the form, and in no address."""
    if request.method != "POST":
        return render(request, "cases/history.html", {})
    require_filled(request.POST, "plate", "tail")
    now = clock.now()
    who = count_question(request, now)
    vehicle = vehicle_by_plate(who, request.POST.get("plate", ""), request.POST.get("tail", ""))
    return redirect(f"/history/{pass_to(vehicle, now)}")


@public
@of_one_moment
def shown_history(request: HttpRequest, token: str) -> HttpResponse:
    """The vehicle whose plate and VIN tail the reader has given within the hour."""
    return render(request, "cases/history.html", _shown(let_in(token, clock.now())))


def _shown(vehicle: Vehicle) -> dict[str, object]:
    readings = [(row, page_of(row)) for row in open_readings(vehicle)]
    return {"found": history(vehicle), "readings": readings}
