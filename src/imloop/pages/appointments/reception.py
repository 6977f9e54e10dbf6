"""The counter asks before a test."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict

from imloop.facts.codes import METHOD_NAMES
from imloop.facts.days import day_of
from imloop.gates.stations.staff import who_may
from imloop.pages.choices import named_alike
from imloop.pages.guard import desk, page, words
from imloop.pages.searches import asks
from imloop.pages.templatetags.imloop_tags import STAFF_ROLES
from imloop.steps.appointments.ask_reception import ask_reception
from imloop.steps.appointments.free_slots import methods_of
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.registers import party
from imloop.steps.stations import lookups as station_lookups
from imloop.steps.stations.station_facts import facts_of
from imloop.store.models import PartyKind

I = PartyKind.ISTATION  # noqa: E741 - the field's own name for an inspection station

_ROLES = ("inspector", "driver", "reviewer")


@desk(I)
@asks("plate", "vin")
def reception(request: HttpRequest, caller: Caller, typed: QueryDict) -> HttpResponse:
    """Before the test: everything that forbids it, and the charge that is due."""
    now = clock.now()
    day = day_of(now)
    station = party(caller.party_code, I)
    context: dict[str, object] = {
        "typed": typed,
        "lines": named_alike(each.code for each in station_lookups.lines(caller.party_code, day)),
        "methods": [(each.value, words(METHOD_NAMES[each])) for each in methods_of(station, day)],
        "people": [
            (
                role,
                words(STAFF_ROLES[role]),
                named_alike(who_may(role, facts_of(station).staff, day)),
                typed.get(role, ""),
            )
            for role in _ROLES
        ],
    }
    if typed:
        context["answer"] = ask_reception(
            caller,
            station=caller.party_code,
            line=typed.get("line", ""),
            method=typed.get("method", ""),
            at=now,
            vin=typed.get("vin", ""),
            plate=typed.get("plate", ""),
            people={role: typed.get(role, "") for role in _ROLES},
        )
    return page(request, caller, "appointments/reception.html", context)
