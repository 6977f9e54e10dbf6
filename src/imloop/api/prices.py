"""Calls about prices: the approved ones, for anyone; publishing one."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from ninja import Schema

from imloop.api.http.answers import as_json
from imloop.api.http.audience import MARKET
from imloop.api.http.auth import caller
from imloop.api.http.given import Day, Yuan
from imloop.api.http.router import Router
from imloop.api.http.schemas import example
from imloop.api.second_person import ProposalOut, done_or_proposed
from imloop.facts.days import day_of, read_day
from imloop.steps.ground import clock
from imloop.steps.prices.publish_price import NewPrice, price_list, set_price

router = Router()


class PriceIn(Schema):
    """An approved price; ``station`` empty: for the whole place; ``until``: first day on which it no longer holds."""

    model_config = example(
        place="450200", method="ASM", yuan="90.00", since="2026-01-01", cite="柳发改价格〔2025〕88号"
    )

    place: str
    station: str = ""
    method: str
    yuan: Yuan
    since: Day
    until: Day | None = None
    cite: str


class ApprovedPriceOut(Schema):
    """``station`` null: for the whole place; ``until`` null: no end is known."""

    place: str
    station: str | None
    method: str
    yuan: str
    since: date
    until: date | None
    cite: str


class PricesOut(Schema):
    place: str
    on: date
    prices: list[ApprovedPriceOut]


class PriceOut(Schema):
    place: str
    method: str
    yuan: str


@router.get(
    "/public/prices", answers={200: PricesOut}, tags=["public"], summary="核定的收费标准 · approved prices"
)
def get_prices(request: HttpRequest, place: str, on: str = "") -> HttpResponse:
    day = read_day(on) if on else day_of(clock.now())
    return as_json({"place": place, "on": day.isoformat(), "prices": price_list(place, day)})


@router.post(
    "/prices",
    who=MARKET,
    answers={201: PriceOut, 202: ProposalOut},
    tags=["market"],
    summary="公布收费标准 · publish a price",
)
def post_price(request: HttpRequest, price: PriceIn) -> HttpResponse:
    """202: another person of the market regulator has to confirm it."""
    who, now = caller(request), clock.now()
    return done_or_proposed(
        lambda: set_price(who, NewPrice(**price.dict()), now),
        lambda fee: {"place": fee.place, "method": fee.method, "yuan": f"{fee.yuan:.2f}"},
    )
