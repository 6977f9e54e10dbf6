"""Variables for every template."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from imloop.facts.days import day_of
from imloop.law import Law
from imloop.law.sentences import at_the_same_station, sample_plate
from imloop.pages.menu import menu
from imloop.pages.searches import address_without_names
from imloop.steps.accounts.admitted import admitted_or_none
from imloop.steps.ground import clock
from imloop.steps.ground.registers import law_at
from imloop.steps.journal.demo_mark import is_demo


def site(request: HttpRequest) -> dict[str, object]:
    """``here``: the page's address, for links that come back to it. ``menu``: that of the person's desk; it,
    ``is_demo`` and what the law of the installation's place says today (``steering_cite``: which clause forbids to name
    a station, where one does; ``same_station``; ``sample_plate``) are asked only where a template asks for them."""

    def own_menu() -> object:
        caller = admitted_or_none(request.user)
        return [] if caller is None else menu(caller, request.path)

    def law() -> Law:
        return law_at(day_of(clock.now()), settings.PLACE)

    return {
        "place": settings.PLACE,
        "here": address_without_names(request),
        "is_demo": is_demo,
        "large_text": request.COOKIES.get("large_text") == "1",
        "menu": own_menu,
        "steering_cite": lambda: law().cite("steering.forbidden"),
        "same_station": lambda: at_the_same_station(law()),
        "sample_plate": lambda: sample_plate(law()),
    }
