"""Money and conflicts of interest: approved prices, charges that differ, stations that share a hand with a repairer."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from imloop.facts.codes import METHOD_NAMES, Method
from imloop.facts.days import day_of, read_day
from imloop.facts.refusal import Malformed, Refusal
from imloop.facts.text import Text
from imloop.pages.guard import desk, page, words
from imloop.steps import clock, look
from imloop.steps.access import Caller, covers
from imloop.steps.conflicts import conflict_list
from imloop.steps.fees import DEVIATIONS, price_list, set_price
from imloop.store.models import PartyKind

_DEPARTMENTS = (PartyKind.MARKET, PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.SUPERVISOR)


@desk(*_DEPARTMENTS)
def prices(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The prices in force, a form for the market regulator, and what was charged otherwise."""
    context: dict[str, object] = {"may_set": caller.kind == PartyKind.MARKET, "typed": request.POST}
    status = 200
    if request.method == "POST":
        try:
            _set(caller, request.POST)
            return redirect("/prices")
        except Refusal as refusal:
            context["refusal"], status = words(refusal.text), 422
    stations = [p for p in look.parties(PartyKind.ISTATION) if covers(caller.place, p.place)]
    names = {station.code: station.name for station in stations}
    deviating = look.findings(caller).filter(code__in=DEVIATIONS, resolved_at__isnull=True)
    context |= {
        "prices": [
            {
                **row,
                "name": names.get(str(row["station"]), ""),
                "label": words(METHOD_NAMES[Method(str(row["method"]))]),
            }
            for row in price_list(caller.place, day_of(clock.now()))
        ],
        "stations": stations,
        "methods": [(method, words(name)) for method, name in METHOD_NAMES.items()],
        "deviating": deviating.order_by("-created_at")[:50],
        "names": names,
        "place": caller.place,
    }
    return page(request, caller, "pages/prices.html", context, status)


def _set(caller: Caller, form: QueryDict) -> None:
    try:
        yuan = Decimal(form.get("yuan", "").strip())
    except InvalidOperation:
        typed = form.get("yuan", "")
        raise Malformed("wrong-value", Text(f"{typed} 不是金额。", f"{typed} is no amount.")) from None
    set_price(
        caller,
        place=caller.place,
        station=form.get("station", ""),
        method=form.get("method", ""),
        yuan=yuan,
        since=read_day(form.get("since", "")),
        until=read_day(form["until"]) if form.get("until") else None,
        cite=form.get("cite", ""),
        now=clock.now(),
    )


@desk(*_DEPARTMENTS)
def conflicts(request: HttpRequest, caller: Caller) -> HttpResponse:
    """I-stations that share traits with M-stations, proven ones first."""
    found = conflict_list(caller, day_of(clock.now()))
    rows = [
        {
            "station": station,
            "proven": not answer.allowed,
            "reasons": [reason.to_json() for reason in answer.reasons],
        }
        for station, answer in found
    ]
    return page(request, caller, "pages/conflicts.html", {"rows": rows})
