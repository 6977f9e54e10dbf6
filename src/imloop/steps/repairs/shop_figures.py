"""M-stations side by side for an owner who chooses: distance, what they take, median price, first-time success (C6).

Counted once a night, so that an owner's page asks a table and not a year of repairs. Few repairs make no figure: below
the law's minimum the page says "not enough data", and nobody is ranked by it. The default order is the way there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery

from imloop.facts.codes import Fuel
from imloop.facts.days import day_of
from imloop.facts.share import Share
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import place_prefix
from imloop.steps.ground.registers import km_between
from imloop.steps.stations import standing
from imloop.store.models import Party, PartyKind, Repair, ShopFigures, Test

ORDERS = ("distance", "price", "success")


def count_figures(now: datetime) -> int:
    """Count every M-station again, once a day; returns how many shops have figures. ``imloop work`` does it."""
    today = day_of(now)
    if ShopFigures.objects.filter(counted_on=today).exists():
        return 0
    rows = [row for shop in Party.objects.filter(kind=PartyKind.MSTATION) for row in _figures_of(shop, now)]
    try:
        with transaction.atomic():
            ShopFigures.objects.all().delete()
            ShopFigures.objects.bulk_create(rows)
    except IntegrityError:  # another worker counted at the same moment
        return 0
    return len({row.shop_id for row in rows})


def _figures_of(shop: Party, now: datetime) -> list[ShopFigures]:
    today = day_of(now)
    months = registers.law_at(today, shop.place).integer("figures.months")
    since = now - timedelta(days=round(months * 30.4375))
    prices: dict[str, list[Decimal]] = defaultdict(list)
    results: dict[str, list[bool]] = defaultdict(list)
    for fuel, price, passed in _repairs(shop, since):
        for key in {fuel, ""}:
            if price is not None:
                prices[key].append(price)
            if passed is not None:
                results[key].append(passed)
    return [
        ShopFigures(
            shop=shop,
            fuel=key,
            counted_on=today,
            priced=len(prices[key]),
            median_yuan=median(prices[key]) if prices[key] else None,
            retested=len(results[key]),
            passed_first=sum(results[key]),
        )
        for key in sorted({*prices, *results})
    ]


def _repairs(shop: Party, since: datetime) -> list[tuple[str, Decimal | None, bool | None]]:
    """Fuel, price and whether the next retest passed of each repair. Of several repairs before one retest, the last
    answers for it; a rework is free by law and has no price here."""
    tests = Test.objects.filter(
        vehicle=OuterRef("case__vehicle"),
        case_no=OuterRef("case__case_no"),
        started_at__gt=OuterRef("finished_at"),
        counts="case",
    ).order_by("started_at")
    later = Repair.objects.filter(case=OuterRef("case"), finished_at__gt=OuterRef("finished_at")).order_by(
        "finished_at"
    )
    rows = Repair.objects.filter(shop=shop, finished_at__gte=since).values_list(
        "case__vehicle__fuel",
        "cost_yuan",
        "rework_of",
        Subquery(tests.values("result")[:1]),
        Subquery(tests.values("started_at")[:1]),
        Subquery(later.values("finished_at")[:1]),
    )
    return [
        (
            fuel,
            None if rework else price,
            None
            if result is None or (next_repair is not None and next_repair < tested)
            else result == "pass",
        )
        for fuel, price, rework, result, tested, next_repair in rows
    ]


@dataclass(frozen=True, slots=True)
class Choice:
    """One M-station as an owner sees it. ``enough_…`` says whether the figure may be shown and ordered by."""

    shop: Party
    km: float | None
    takes: bool | None
    median_yuan: Decimal | None
    priced: int
    success: Share
    minimum: int

    @property
    def enough_prices(self) -> bool:
        return self.priced >= self.minimum

    @property
    def enough_retests(self) -> bool:
        return self.success.whole >= self.minimum

    def to_json(self) -> dict[str, object]:
        low, high = self.success.interval
        return {
            "code": self.shop.code,
            "name": self.shop.name,
            "address": self.shop.address,
            "phone": self.shop.phone,
            "distance_km": None if self.km is None else round(self.km, 1),
            "takes": self.takes,
            "priced": self.priced,
            "median_yuan": float(self.median_yuan)
            if self.enough_prices and self.median_yuan is not None
            else None,
            "retested": self.success.whole,
            "passed_first": round(self.success.value, 4)
            if self.enough_retests and self.success.value is not None
            else None,
            "interval95": [round(low, 4), round(high, 4)] if self.enough_retests else None,
            "minimum_sample": self.minimum,
        }


def choices(
    place: str, day: date, *, near: Party | None = None, fuel: str = "", order: str = "distance"
) -> list[Choice]:
    """Listed M-stations of a city that may work on the day. ``fuel``: of the vehicle, for what they take and for their
    figures; without figures of that fuel those of all."""
    law = registers.law_at(day, place)
    shops = Party.objects.filter(kind=PartyKind.MSTATION, place__startswith=place_prefix(place[:4] + "00"))
    open_shops = [shop for shop in shops.order_by("code") if standing.is_active(shop, day)]
    figures = {
        (row.shop_id, row.fuel): row
        for row in ShopFigures.objects.filter(shop__in=open_shops, fuel__in={fuel, ""})
    }
    found = [
        _choice(shop, figures.get((shop.pk, fuel)) or figures.get((shop.pk, "")), near, fuel, law)
        for shop in open_shops
    ]
    return _ordered(found, order)


@dataclass(frozen=True, slots=True)
class Compared:
    """An M-station beside the listed ones of its city. ``own`` None: not on the list. Medians are of those with enough
    figures, ``…_of`` how many those are."""

    own: Choice | None
    price: Decimal | None
    price_of: int
    success: float | None
    success_of: int


def compared(shop: Party, day: date) -> Compared:
    found = choices(shop.place, day)
    prices = [each.median_yuan for each in found if each.enough_prices and each.median_yuan is not None]
    shares = [each.success.value for each in found if each.enough_retests and each.success.value is not None]
    return Compared(
        own=next((each for each in found if each.shop == shop), None),
        price=median(prices) if prices else None,
        price_of=len(prices),
        success=median(shares) if shares else None,
        success_of=len(shares),
    )


def _choice(shop: Party, row: ShopFigures | None, near: Party | None, fuel: str, law: Law) -> Choice:
    return Choice(
        shop=shop,
        km=None if near is None else km_between(near, shop),
        takes=_takes(shop, fuel),
        median_yuan=row.median_yuan if row else None,
        priced=row.priced if row else 0,
        success=Share(row.passed_first, row.retested) if row else Share(0, 0),
        minimum=law.integer("figures.minimum_sample"),
    )


def _takes(shop: Party, fuel: str) -> bool | None:
    """Whether it says it takes the fuel; None where it names no fuels or the vehicle's is unknown."""
    named = {each for each in shop.capability if each in list(Fuel)}
    return fuel in named if fuel and named else None


def _ordered(found: Sequence[Choice], order: str) -> list[Choice]:
    """By distance; by a figure only those that have enough of it, the others after them by distance."""
    near = sorted(found, key=lambda choice: (choice.km is None, choice.km or 0.0, choice.shop.code))
    if order == "price":
        return _first(near, [c for c in near if c.enough_prices], key=lambda c: c.median_yuan or Decimal(0))
    if order == "success":
        return _first(near, [c for c in near if c.enough_retests], key=lambda c: -(c.success.value or 0.0))
    return near


def _first(near: Iterable[Choice], known: list[Choice], key: Callable[[Choice], Any]) -> list[Choice]:
    best = sorted(known, key=key)
    return [*best, *(choice for choice in near if choice not in best)]
