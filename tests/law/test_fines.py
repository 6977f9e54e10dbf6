"""A fine within its range, the floor below it, and the counters of a serious case."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.law import load
from imloop.law.fines import fine_yuan, is_serious, mitigated_floor_yuan, surcharge_yuan

BOOK = load()
DAY = date(2026, 9, 1)
HUNAN = BOOK.at(DAY, "430100")
LEAST, MOST = (HUNAN.integer(f"penalty.forged_report.{end}_yuan") for end in ("min", "max"))


@pytest.mark.parametrize(
    ("factors", "adjust", "wanted"),
    [
        ([], 0, 100_000),
        ([25], 0, 225_000),
        ([10, 15], 0, 225_000),
        ([25], -20, 125_000),
        ([25], -50, 125_000),
        ([25], 20, 325_000),
        ([25], 90, 325_000),
        ([10], -20, 100_000),
        ([90], 0, 500_000),
        ([70], 20, 500_000),
    ],
)
def test_a_fine_by_its_factors(factors: list[int], adjust: int, wanted: int) -> None:
    assert (LEAST, MOST) == (100_000, 500_000)
    fine = fine_yuan(LEAST, MOST, factors, HUNAN, adjust=adjust)
    assert fine == wanted and type(fine) is int
    assert adjust or fine_yuan(LEAST, MOST, factors, HUNAN) == wanted


def test_below_the_range_at_most_by_half() -> None:
    floors = [mitigated_floor_yuan(least, HUNAN) for least in (LEAST, 25_001)]
    assert floors == [50_000, 12_500] and {type(floor) for floor in floors} == {int}


@given(
    st.integers(1, 10**6),
    st.integers(0, 10**6),
    st.lists(st.integers(0, 60), max_size=6),
    st.integers(-99, 99),
)
def test_a_fine_never_leaves_its_range(least: int, more: int, factors: list[int], adjust: int) -> None:
    fine = fine_yuan(least, least + more, factors, HUNAN, adjust=adjust)
    assert least <= fine <= least + more
    assert fine <= fine_yuan(least, least + more, [*factors, 1], HUNAN, adjust=adjust)


@pytest.mark.parametrize(("least", "most", "factors"), [(0, 5, []), (6, 5, []), (1, 5, [-1])])
def test_what_is_no_range_is_refused(least: int, most: int, factors: list[int]) -> None:
    with pytest.raises(ValueError, match="no range"):
        fine_yuan(least, most, factors, HUNAN)


@pytest.mark.parametrize(
    ("fine", "days", "wanted"),
    [
        (5_000, 0, 0),
        (5_000, 1, 150),
        (5_000, 10, 1_500),
        (5_000, 33, 4_950),
        (5_000, 34, 5_000),
        (5_000, 400, 5_000),
        (500_000, 20, 300_000),
        (1, 34, 1),
        (50, 1, 1),
    ],
)
def test_who_pays_late_pays_more_but_never_twice_the_fine(fine: int, days: int, wanted: int) -> None:
    assert surcharge_yuan(fine, days, BOOK.at(DAY, "450200")) == wanted


@pytest.mark.parametrize(("fine", "days"), [(0, 1), (-5, 1), (5, -1)])
def test_a_surcharge_needs_a_fine_and_days(fine: int, days: int) -> None:
    with pytest.raises(ValueError, match="no fine"):
        surcharge_yuan(fine, days, BOOK.at(DAY, "450200"))


def test_a_place_without_a_table_of_its_own_has_the_platforms() -> None:
    law = BOOK.at(DAY, "450200")
    assert fine_yuan(LEAST, MOST, [25], law) == fine_yuan(LEAST, MOST, [25], HUNAN)
    own = law.value("discretion.lighten_most_percent")
    assert own.confidence == "chosen" and own.note and own.place == "000000"
    assert HUNAN.value("discretion.lighten_most_percent").place == "430000"


@pytest.mark.parametrize(
    ("vehicles", "days", "wanted"),
    [(9, None, False), (10, None, True), (1, 700, True), (1, 730, True), (1, 731, False), (10, 731, True)],
)
def test_when_a_case_is_serious(vehicles: int, days: int | None, wanted: bool) -> None:
    act = date(2026, 9, 1)
    punished = None if days is None else act - timedelta(days=days)
    assert is_serious(vehicles, act, punished, BOOK.at(act, "450200")) is wanted
