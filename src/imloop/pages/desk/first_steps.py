"""What an administrator does first: departments, stations, people, keys, prices; each step leads to its form."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from imloop.facts.days import day_of
from imloop.facts.places import name_of
from imloop.pages.guard import desk, page, words
from imloop.steps.desk import first_steps
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.registers import law_at
from imloop.store.models import PartyKind


@desk(PartyKind.ADMIN)
def steps(request: HttpRequest, caller: Caller) -> HttpResponse:
    now = clock.now()
    phase = law_at(day_of(now), caller.place).value("phase")
    context = {
        "steps": shown(caller, now),
        "place": caller.place,
        "place_name": name_of(caller.place),
        "own_law": phase.place == caller.place,
    }
    return page(request, caller, "desk/first_steps.html", context)


def shown(caller: Caller, now: datetime) -> list[dict[str, object]]:
    """Each step as its row on the page; the first that is not done is ``next``."""
    found = first_steps.first_steps(caller, now)
    following = next((step for step in found if not step.done), None)
    return [
        {
            "name": words(step.name),
            "count": step.count,
            "done": step.done,
            "missing": [words(each) for each in step.missing],
            "link": step.link,
            "next": step is following,
        }
        for step in found
    ]
