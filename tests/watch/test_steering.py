"""Steering stands out against way and capacity, and not where few vehicles, a near place or a large one explain it."""

from __future__ import annotations

import pytest

from imloop.watch.steering import Limits, Steered, Trip, at_least, steering

LIMITS = Limits(least=20, ratio=2, chance=0.01, decay=2, near_km=1)
SHOPS = ("a", "b", "c", "d")
EQUAL = {("s", shop): 4.0 for shop in SHOPS}


def trips(sender: str, *, origin: str = "s", **sent: int) -> list[Trip]:
    return [Trip(sender, origin, shop) for shop, count in sent.items() for _ in range(count)]


def one(own: list[Trip], others: int = 50, km: dict[tuple[str, str], float | None] | None = None) -> Steered:
    totals = {shop: others + sum(trip.receiver == shop for trip in own) for shop in SHOPS}
    (found,) = steering(own, totals, EQUAL if km is None else km, LIMITS)
    return found


def test_most_to_one_of_four_alike_is_flagged() -> None:
    found = one(trips("li", a=30, b=4, c=3, d=3))
    assert found.flagged and found.receiver == "a" and (found.sent, found.whole) == (30, 40)
    assert found.expected == pytest.approx(10) and found.expected_concentration == pytest.approx(0.25)
    assert found.concentration == pytest.approx((900 + 16 + 9 + 9) / 1600)


def test_even_choices_are_not() -> None:
    assert not one(trips("li", a=11, b=10, c=10, d=9)).flagged


def test_few_vehicles_are_marked_and_say_nothing() -> None:
    found = one(trips("li", a=19))
    assert found.few and not found.flagged and found.chance < 1e-6


def test_the_nearest_place_explains_what_goes_there() -> None:
    near = {**EQUAL, ("s", "a"): 1.0}
    found = one(trips("li", a=36, b=2, c=1, d=1), km=near)
    assert found.expected == pytest.approx(40 * 16 / 19) and not found.flagged


def test_a_place_that_takes_most_of_everybodys_explains_it_too() -> None:
    own = trips("li", a=30, b=4, c=3, d=3)
    (found,) = steering(own, {"a": 330, "b": 14, "c": 13, "d": 13}, EQUAL, LIMITS)
    assert not found.flagged


def test_ones_own_vehicles_make_no_capacity() -> None:
    own = trips("li", a=40)
    (found,) = steering(own, {"a": 40, "b": 10, "c": 10, "d": 10}, EQUAL, LIMITS)
    assert found.flagged and found.expected == pytest.approx(40 * 7.5 / 60)


def test_one_who_steers_makes_nobody_else_stand_out() -> None:
    rows = steering(
        [*trips("li", a=24), *trips("even", a=12, b=12)],
        {"a": 36, "b": 12},
        {("s", "a"): 4.0, ("s", "b"): 4.0},
        LIMITS,
    )
    assert [(row.sender, row.flagged) for row in rows] == [("li", True), ("even", False)]


def test_unknown_ways_count_like_the_middle_one_and_nearer_than_near_is_not_nearer() -> None:
    unknown = one(trips("li", a=10, b=10, c=10, d=10), km={**EQUAL, ("s", "a"): None})
    assert unknown.expected == pytest.approx(10)
    close = {("s", shop): 0.01 if shop == "a" else 1.0 for shop in SHOPS}
    assert one(trips("li", a=10, b=10, c=10, d=10), km=close).expected == pytest.approx(10)
    none = one(trips("li", a=10, b=10, c=10, d=10), km={("s", shop): None for shop in SHOPS})
    assert none.expected == pytest.approx(10)


def test_the_only_place_there_is_is_no_steering() -> None:
    (found,) = steering(trips("li", a=40), {"a": 40}, {("s", "a"): 3.0}, LIMITS)
    assert found.expected == pytest.approx(40) and not found.flagged


def test_many_compared_ask_for_more() -> None:
    own = trips("li", a=19, b=9, c=6, d=6)
    alone = one(own)
    assert 0.001 < alone.chance < 0.01 and not alone.flagged, "four places were compared"


def test_flagged_ones_stand_first() -> None:
    rows = steering(
        [*trips("even", a=10, b=10, c=10, d=10), *trips("few", a=3), *trips("li", a=37, b=1, c=1, d=1)],
        dict.fromkeys(SHOPS, 60),
        EQUAL,
        LIMITS,
    )
    assert [row.sender for row in rows] == ["li", "even", "few"]
    assert steering([], {}, {}, LIMITS) == []


@pytest.mark.parametrize(
    ("count", "whole", "share", "chance"),
    [
        (0, 5, 0.5, 1),
        (5, 5, 0.5, 1 / 32),
        (1, 2, 0.5, 0.75),
        (3, 5, 0, 0),
        (3, 5, 1, 1),
        (2, 4, 0.25, 0.26171875),
    ],
)
def test_the_tail_of_the_binomial(count: int, whole: int, share: float, chance: float) -> None:
    assert at_least(count, whole, share) == pytest.approx(chance)
