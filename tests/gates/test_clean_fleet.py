"""R12: which vehicles are clean, the least share of the buses, the rise from year to year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.codes import Fuel
from imloop.gates.answer import Answer
from imloop.gates.roads.clean_fleet import Newcomer, Share, clean_share, fleet_of, is_clean, shares
from imloop.law import LawUnseen, load

TODAY = date(2026, 11, 24)
ZHEJIANG, LIUZHOU = load().at(TODAY, "330100"), load().at(TODAY, "450200")
BUSES = Share("bus", 2025, registered=10, clean=5)


def codes(answer: Answer) -> list[str]:
    return [reason.code for reason in answer.reasons]


@pytest.mark.parametrize(
    ("fuel", "clean"),
    [
        ("electric", True),
        ("hydrogen", True),
        ("cng", True),
        ("lng", True),
        ("hybrid_gasoline", True),
        ("gasoline", False),
        ("diesel", False),
        ("lpg", False),
        ("methanol", False),
        ("", False),
        ("coal", False),
    ],
)
@pytest.mark.parametrize("law", [ZHEJIANG, LIUZHOU])
def test_what_counts_as_clean(fuel: str, clean: bool, law: object) -> None:
    assert is_clean(fuel, law) is clean  # type: ignore[arg-type]


def test_the_fleets() -> None:
    assert [fleet_of(usage, LIUZHOU) for usage in ("C", "D", "T", "F", "")] == ["bus", "taxi", "taxi", "", ""]


@pytest.mark.parametrize(("clean", "said"), [(8, []), (7, ["clean-share-below-minimum"]), (10, [])])
def test_four_fifths_of_the_new_buses(clean: int, said: list[str]) -> None:
    answer = clean_share(replace(BUSES, clean=clean), None, TODAY, ZHEJIANG)
    assert codes(answer) == said and answer.allowed is not bool(said)
    assert all("第十一条" in reason.cite and reason.next for reason in answer.reasons)
    assert codes(clean_share(replace(BUSES, clean=clean), None, TODAY, LIUZHOU)) == []


def test_half_of_them_by_the_first_text_and_no_answer_while_it_is_unknown() -> None:
    share, day = Share("bus", 2016, registered=10, clean=5), date(2017, 11, 29)
    assert codes(clean_share(share, None, day, load().at(day, "330100"))) == []
    (short,) = clean_share(replace(share, clean=4), None, day, load().at(day, "330100")).reasons
    assert "第十二条" in short.cite
    with pytest.raises(LawUnseen, match="2017-11-30"):
        clean_share(share, None, date(2019, 1, 1), load().at(date(2019, 1, 1), "330100"))


def test_a_running_year_and_other_fleets_are_not_refused() -> None:
    running = clean_share(replace(BUSES, year=2026, clean=0), None, TODAY, ZHEJIANG)
    assert running.allowed and codes(running) == ["clean-share-below-minimum"]
    assert codes(clean_share(replace(BUSES, fleet="taxi", clean=0), None, TODAY, ZHEJIANG)) == []
    assert codes(clean_share(replace(BUSES, registered=0, clean=0), None, TODAY, ZHEJIANG)) == []


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [(8, 9, []), (9, 9, ["clean-share-not-rising"]), (10, 9, ["clean-share-not-rising"]), (10, 10, [])],
)
def test_the_share_should_rise(then: int, now: int, said: list[str]) -> None:
    before = replace(BUSES, year=2024, clean=then)
    answer = clean_share(replace(BUSES, clean=now), before, TODAY, ZHEJIANG)
    assert answer.allowed and codes(answer) == said
    assert codes(clean_share(replace(BUSES, clean=now), before, TODAY, LIUZHOU)) == []


def test_counted_by_fleet_year_and_enterprise() -> None:
    rows = [
        Newcomer("C", "electric", date(2025, 1, 1), "甲公交"),
        Newcomer("C", "diesel", date(2025, 12, 31), "乙公交"),
        Newcomer("C", "electric", date(2024, 12, 31), "甲公交"),
        Newcomer("D", "cng", date(2025, 6, 1)),
        Newcomer("F", "electric", date(2025, 6, 1), "货运"),
    ]
    found = [(s.fleet, s.enterprise, s.registered, s.clean) for s in shares(rows, [2025], ZHEJIANG)]
    assert found == [("bus", "", 2, 1), ("bus", "乙公交", 1, 0), ("bus", "甲公交", 1, 1), ("taxi", "", 1, 1)]


@given(st.lists(st.tuples(st.sampled_from("CDTF"), st.sampled_from(list(Fuel)), st.integers(2023, 2026))))
def test_the_whole_is_the_sum_of_its_enterprises(rows: list[tuple[str, Fuel, int]]) -> None:
    newcomers = [
        Newcomer(usage, fuel, date(year, 5, 1), f"E{number % 3}")
        for number, (usage, fuel, year) in enumerate(rows)
    ]
    found = shares(newcomers, [2024, 2025], ZHEJIANG)
    for whole in (share for share in found if not share.enterprise):
        parts = [s for s in found if s.enterprise and (s.fleet, s.year) == (whole.fleet, whole.year)]
        assert sum(part.registered for part in parts) == whole.registered
        assert sum(part.clean for part in parts) == whole.clean <= whole.registered
