"""What owners are told of repairers: counted right, said with its number, never a ranking of too few."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from imloop.steps.ground import clock
from imloop.steps.repairs import shop_figures
from imloop.steps.repairs.shop_figures import choices, count_figures
from imloop.store.models import Case, Party, ShopFigures
from support.city import LISTED, NEAR, OTHER, UNLISTED, City, at

NOW = at("2026-03-20 03:00")


def figures(shop: str = LISTED, fuel: str = "") -> ShopFigures:
    return ShopFigures.objects.get(shop__code=shop, fuel=fuel)


def test_a_repair_counts_by_its_first_retest(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-03 15:00", cost_yuan=600)
    city.test("2026-03-04 09:00", co=0.8, test_no="T-2")
    city.repair("2026-03-05 15:00", repair_no="R-2", shop=OTHER, cost_yuan=400)
    city.test("2026-03-06 09:00", co=0.1, test_no="T-3")
    assert count_figures(NOW) == 2
    assert (figures().retested, figures().passed_first, figures().median_yuan) == (1, 0, Decimal(600))
    assert (figures(OTHER).retested, figures(OTHER).passed_first) == (1, 1)


def test_of_two_repairs_before_a_retest_the_last_answers(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-03 15:00")
    city.repair("2026-03-04 15:00", repair_no="R-2", shop=OTHER)
    city.test("2026-03-05 09:00", co=0.1, test_no="T-2")
    count_figures(NOW)
    assert (figures().retested, figures(OTHER).retested) == (0, 1)


def test_a_repair_without_a_retest_has_a_price_only(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-03 15:00", cost_yuan=500)
    count_figures(NOW)
    assert (figures().priced, figures().retested) == (1, 0)


def test_what_is_older_than_the_law_says_does_not_count(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-03 15:00")
    assert count_figures(NOW + timedelta(days=400)) == 0


def test_counted_once_a_day(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-03 15:00")
    assert count_figures(NOW) == 1
    assert count_figures(NOW + timedelta(hours=3)) == 0
    assert count_figures(NOW + timedelta(days=1)) == 1
    assert ShopFigures.objects.filter(shop__code=LISTED, fuel="").count() == 1


@pytest.fixture
def three(city: City) -> City:
    """Three listed shops: the near one has few repairs, the middle one is cheap, the far one good."""
    Party.objects.filter(code=NEAR).update(latitude=24.30, longitude=109.40)
    third = Party.objects.create(
        code="M450205009", kind="mstation", name="远处治理站", place="450200", capability=["diesel"]
    )
    Party.objects.get(code=LISTED).standings.create(state="suspended", since="2020-01-01", until="2020-02-01")
    third.standings.create(state="listed", since="2025-10-01", cite="x")
    for code, latitude, price, retested, passed in (
        (LISTED, 24.31, 900, 5, 5),
        (OTHER, 24.40, 300, 40, 20),
        (third.code, 24.60, 500, 60, 57),
    ):
        Party.objects.filter(code=code).update(latitude=latitude, longitude=109.40)
        ShopFigures.objects.create(
            shop=Party.objects.get(code=code),
            counted_on=NOW.date(),
            priced=retested,
            median_yuan=price,
            retested=retested,
            passed_first=passed,
        )
    return city


def order(by: str, fuel: str = "") -> list[str]:
    near = Party.objects.get(code=NEAR)
    return [choice.shop.code for choice in choices("450200", NOW.date(), near=near, fuel=fuel, order=by)]


def test_the_order_is_the_way_there_unless_the_reader_asks(three: City) -> None:
    assert order("distance") == [LISTED, OTHER, "M450205009"]
    assert order("anything else") == order("distance")


def test_too_few_repairs_are_never_ranked(three: City) -> None:
    assert order("success") == ["M450205009", OTHER, LISTED], "five of five is not the best"
    assert order("price") == [OTHER, "M450205009", LISTED]
    few = choices("450200", NOW.date())[0].to_json()
    first = next(each.to_json() for each in choices("450200", NOW.date()) if each.shop.code == LISTED)
    assert (first["passed_first"], first["median_yuan"], first["retested"]) == (None, None, 5)
    assert few["minimum_sample"] == 20


def test_who_is_not_listed_today_is_not_offered(three: City) -> None:
    assert UNLISTED not in order("distance")
    Party.objects.get(code=OTHER).standings.create(state="suspended", since="2026-03-01", cite="x")
    assert OTHER not in order("distance")


def test_the_owner_sees_numbers_with_their_size_and_may_reorder_without_scripts(three: City) -> None:
    three.test(f"{clock.now() - timedelta(days=3):%Y-%m-%d %H:%M}", co=0.9)
    token = Case.objects.get().owner_token
    text = Client().get(f"/c/{token}").content.decode()
    assert "数据不足" in text and "仅 5 次" in text and "95 %" in text and "1.1 km" in text
    assert text.index("柳南治理站") < text.index("远处治理站")
    best = Client().get(f"/c/{token}", {"order": "success"}).content.decode()
    assert best.index("远处治理站") < best.index("柳南治理站")
    taking = Client().get(f"/c/{token}", {"takes": "1"}).content.decode()
    assert "远处治理站" not in taking, "it takes diesel only"


def test_the_same_for_anyone(three: City) -> None:
    page = Client().get("/public/repairers", {"near": NEAR, "fuel": "diesel", "order": "price"})
    assert page.status_code == 200 and "远处治理站" in page.content.decode()
    found = Client().get("/api/v1/public/repairers", {"near": NEAR, "order": "price"}).json()
    assert [row["code"] for row in found["repairers"]] == [OTHER, "M450205009", LISTED]
    assert shop_figures.ORDERS[0] == "distance"
