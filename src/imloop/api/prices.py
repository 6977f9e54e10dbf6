"""Calls about prices: the approved ones, for anyone; publishing one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from imloop.api.http.answers import as_json
from imloop.api.http.auth import caller
from imloop.facts.days import day_of, read_day
from imloop.steps.ground import clock
from imloop.steps.prices.publish_price import NewPrice, price_list, set_price

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


@router.get("/public/prices", tags=["public"], summary="核定的收费标准 · approved prices")
def get_prices(request: HttpRequest, place: str, on: str = "") -> HttpResponse:
    day = read_day(on) if on else day_of(clock.now())
    return as_json({"place": place, "on": day.isoformat(), "prices": price_list(place, day)})


@router.post("/prices", tags=["market"], summary="公布收费标准 · publish a price")
def post_price(request: HttpRequest, price: PriceIn) -> HttpResponse:
    fee = set_price(caller(request), NewPrice(**price.dict()), clock.now())
    return as_json({"place": fee.place, "method": fee.method, "yuan": f"{fee.yuan:.2f}"}, 201)
