"""M-stations side by side: on the owner's page, and for anyone (C6). The reader chooses the order."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from imloop.facts.codes import FUEL_NAMES, Fuel
from imloop.facts.days import day_of
from imloop.pages.choices import named
from imloop.pages.guard import public, words
from imloop.steps.ground import clock
from imloop.steps.repairs import shop_figures
from imloop.steps.repairs.shop_figures import ORDERS, Choice
from imloop.steps.stations import lookups as station_lookups
from imloop.store.models import Case, Party, PartyKind


def choice_card(case: Case, asked: Mapping[str, str]) -> dict[str, object]:
    """What the owner's page shows: near the case's I-station, for the vehicle's fuel."""
    return _card(case.place, case.station, case.vehicle.fuel, asked)


@public
def repairers(request: HttpRequest) -> HttpResponse:
    """The same for anyone: ``near`` an I-station, for a ``fuel``."""
    asked = request.GET
    near = station_lookups.find_party(asked.get("near", ""), PartyKind.ISTATION)
    fuel = fuel if (fuel := asked.get("fuel", "")) in list(Fuel) else ""
    context = {
        **_card(near.place if near else settings.PLACE, near, fuel, asked),
        "near": near,
        "stations": named(station_lookups.parties(PartyKind.ISTATION, settings.PLACE)),
        "fuels": [(each.value, words(name)) for each, name in FUEL_NAMES.items()],
        "typed": asked,
        "keep": {name: asked[name] for name in ("near", "fuel") if asked.get(name)},
    }
    return render(request, "repairs/repairers.html", context)


def _card(place: str, near: Party | None, fuel: str, asked: Mapping[str, str]) -> dict[str, object]:
    order = order if (order := asked.get("order", "")) in ORDERS else "distance"
    day = day_of(clock.now())
    found = shop_figures.choices(place, day, near=near, fuel=fuel, order=order)
    if asked.get("takes") == "1":
        found = [choice for choice in found if choice.takes is not False]
    return {
        "choices": [_shown(choice) for choice in found],
        "order": order,
        "orders": [("distance", _("距离")), ("price", _("价格中位数")), ("success", _("一次修好率"))],
        "only_takes": asked.get("takes") == "1",
        "minimum": found[0].minimum if found else 0,
    }


def _shown(choice: Choice) -> dict[str, object]:
    low, high = choice.success.interval
    return {
        "shop": choice.shop,
        "km": f"{choice.km:.1f}" if choice.km is not None else "",
        "takes": choice.takes,
        "price": choice.median_yuan if choice.enough_prices else None,
        "priced": choice.priced,
        "success": f"{100 * (choice.success.value or 0):.0f} %" if choice.enough_retests else "",
        "interval": f"{100 * low:.0f}–{100 * high:.0f} %",
        "retested": choice.success.whole,
    }
