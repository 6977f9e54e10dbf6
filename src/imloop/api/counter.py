"""Questions at the station's counter and about its money: reception, charges, prices, conflicts of interest."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from imloop.api.answers import as_json, moment_of
from imloop.api.auth import caller
from imloop.facts.days import day_of, read_day
from imloop.steps import clock
from imloop.steps.ask_reception import ask_reception
from imloop.steps.conflicts import ask_conflict
from imloop.steps.fees import price_list, set_price

router = Router()


class PriceIn(Schema):
    """An approved price; ``station`` empty: for the whole place; ``until``: first day on which it no longer holds."""

    place: str
    station: str = ""
    method: str
    yuan: Decimal
    since: date
    until: date | None = None
    cite: str


@router.get("/gates/conflict", tags=["departments"], summary="检修分离核查 · separation of test and repair")
def get_conflict(request: HttpRequest, party: str, on: str = "") -> HttpResponse:
    day = read_day(on) if on else day_of(clock.now())
    return as_json(ask_conflict(caller(request), party, day).to_json())


@router.get("/gates/reception", tags=["I-station"], summary="能否受理 · may it be tested here now")
def get_reception(
    request: HttpRequest,
    line: str,
    method: str,
    vin: str = "",
    plate: str = "",
    station: str = "",
    at: datetime | None = None,
    inspector: str = "",
    driver: str = "",
    reviewer: str = "",
) -> HttpResponse:
    """Every reason against a test at the counter: station, line, people, vehicle, cycle, open case, charge."""
    people = {"inspector": inspector, "driver": driver, "reviewer": reviewer}
    asked = ask_reception(
        caller(request),
        station=station,
        line=line,
        method=method,
        at=moment_of(at),
        vin=vin,
        plate=plate,
        people=people,
    )
    return as_json(asked)


@router.get("/public/prices", tags=["public"], summary="核定的收费标准 · approved prices")
def get_prices(request: HttpRequest, place: str, on: str = "") -> HttpResponse:
    day = read_day(on) if on else day_of(clock.now())
    return as_json({"place": place, "on": day.isoformat(), "prices": price_list(place, day)})


@router.post("/prices", tags=["market"], summary="公布收费标准 · publish a price")
def post_price(request: HttpRequest, price: PriceIn) -> HttpResponse:
    fee = set_price(caller(request), **price.dict(), now=clock.now())
    return as_json({"place": fee.place, "method": fee.method, "yuan": f"{fee.yuan:.2f}"}, 201)
