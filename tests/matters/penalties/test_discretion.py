"""The table of discretion: every line explained, and what holds a fine within its range."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.refusal import Malformed, Unlawful
from imloop.law import load
from imloop.matters.penalties import VIOLATIONS, Act, Counted, Payer, Range, propose
from imloop.matters.penalties.discretion import FACTORS, LEVELS, departure
from imloop.matters.penalties.limits import (
    is_time_barred,
    may_be_heard,
    may_be_simple,
    may_take_cash,
    serious_counter,
)
from imloop.matters.penalties.ranges import range_on

DAY = date(2026, 9, 1)
BOOK = load()
LAW = BOOK.at(DAY, "450200")
NONE: frozenset[str] = frozenset()


def of(code: str, payer: Payer | None = None, vehicles: int = 1) -> Range:
    violation = VIOLATIONS[code]
    found = range_on(Act(violation, payer or violation.payers[0], Counted(vehicles)), LAW)
    assert found is not None
    return found


FORGED = of("forged_report")
QUARTER = {"harm": "middle", "fault": "middle", "manner": "high"}
ALL_HIGH = dict.fromkeys(FACTORS, "high")


@pytest.mark.parametrize("place", ["450200", "430100"])
@pytest.mark.parametrize(
    ("picked", "more", "fine"),
    [
        ({}, {}, 100_000),
        (QUARTER, {}, 225_000),
        (QUARTER, {"adjust": -20}, 125_000),
        (QUARTER, {"adjust": 20}, 325_000),
        ({}, {"mitigate": 50}, 50_000),
        ({}, {"mitigate": 10}, 90_000),
        (ALL_HIGH, {}, 500_000),
        (ALL_HIGH, {"adjust": 20}, 500_000),
        ({}, {"adjust": -20}, 100_000),
    ],
)
def test_a_fine_and_its_lines(place: str, picked: dict[str, str], more: dict[str, int], fine: int) -> None:
    proposal = propose(FORGED, picked, BOOK.at(DAY, place), **more)
    assert proposal.fine == fine == sum(line.yuan for line in proposal.lines)
    assert all(line.words.zh and line.words.en and line.cite for line in proposal.lines)
    held = len(proposal.lines) > 1 + len(picked) + bool(more)
    assert held is ((picked, more) in ((ALL_HIGH, {"adjust": 20}), ({}, {"adjust": -20})))
    assert proposal.lines[0].percent == 20


def test_the_words_of_the_lines() -> None:
    said = [line.words.zh for line in propose(FORGED, {"harm": "high"}, LAW, adjust=-20).lines]
    assert said == ["起点：最低额", "危害后果：重", "从轻"]
    capped = propose(FORGED, ALL_HIGH, LAW, adjust=20).lines[-1]
    assert (capped.words.zh, capped.yuan, capped.percent) == ("不超过最高额", -100_000, -20)
    floor = propose(FORGED, {}, LAW, adjust=-20).lines[-1]
    assert (floor.words.zh, floor.yuan) == ("不低于最低额", 100_000)


def test_a_fixed_fine_has_one_line() -> None:
    proposal = propose(of("device_swap", vehicles=3), {}, LAW)
    assert proposal.fine == 15_000 and len(proposal.lines) == 1
    assert "3 辆" in proposal.lines[0].words.zh
    assert propose(of("device_swap"), {}, LAW, mitigate=50).fine == 2_500


@pytest.mark.parametrize("more", [{"adjust": 21}, {"adjust": -21}, {"mitigate": 51}])
def test_no_more_than_the_law_allows(more: dict[str, int]) -> None:
    with pytest.raises(Unlawful) as refused:
        propose(FORGED, {}, LAW, **more)
    assert refused.value.code == "discretion-beyond" and refused.value.cite
    assert [problem.path for problem in refused.value.problems] == [f"$.{next(iter(more))}"]


@pytest.mark.parametrize("picked", [{"mood": "high"}, {"harm": "huge"}])
def test_a_factor_or_level_that_is_none(picked: dict[str, str]) -> None:
    with pytest.raises(Malformed) as refused:
        propose(FORGED, picked, LAW)
    assert [problem.path for problem in refused.value.problems] == [f"$.{next(iter(picked))}"]


def test_a_multiple_of_nothing_is_no_range() -> None:
    with pytest.raises(Unlawful) as refused:
        propose(of("bad_fuel"), {}, LAW)
    assert refused.value.code == "amount-missing"


def test_who_departs_says_why() -> None:
    proposal = propose(FORGED, QUARTER, LAW)
    assert departure(225_000, proposal, "", LAW) is None
    assert departure(200_000, proposal, "主动消除后果", LAW) is None
    against = departure(200_000, proposal, " . ", LAW)
    assert (
        against is not None and against.code == "departure-without-reason" and against.cite and against.next
    )


@given(
    st.dictionaries(st.sampled_from(sorted(FACTORS)), st.sampled_from(sorted(LEVELS))),
    st.integers(-20, 20),
    st.sampled_from(["forged_report", "station_equipment", "odour", "failed_vehicle_driven", "obstruction"]),
)
def test_lines_add_up_and_stay_in_the_range(picked: dict[str, str], adjust: int, code: str) -> None:
    found = of(code)
    proposal = propose(found, picked, LAW, adjust=adjust)
    assert found.least <= proposal.fine <= found.most
    assert proposal.fine == sum(line.yuan for line in proposal.lines)


@pytest.mark.parametrize(
    ("place", "fine", "is_person", "also", "may"),
    [
        ("450200", 200_000, False, (), False),
        ("450200", 200_001, False, (), True),
        ("310000", 200_000, False, (), True),
        ("310000", 200_001, False, (), True),
        ("310000", 50_000, False, (), False),
        ("450200", 5_000, True, (), False),
        ("450200", 5_001, True, (), True),
        ("450200", 100, False, ("permits",), True),
        ("450200", 100, True, ("ban",), True),
        ("450200", 100, False, ("gains",), False),
    ],
)
def test_who_may_be_heard(place: str, fine: int, is_person: bool, also: tuple[str, ...], may: bool) -> None:
    law = BOOK.at(DAY, place)
    assert may_be_heard(fine, frozenset(also), law, is_person=is_person) is may


def test_a_large_confiscation_may_be_heard() -> None:
    assert may_be_heard(1, NONE, LAW, is_person=False, confiscated=200_001)
    assert not may_be_heard(1, NONE, LAW, is_person=False, confiscated=200_000)


@pytest.mark.parametrize(
    ("fine", "is_person", "may"),
    [(200, True, True), (201, True, False), (3_000, False, True), (3_001, False, False)],
)
def test_what_is_decided_on_the_spot(fine: int, is_person: bool, may: bool) -> None:
    assert may_be_simple(fine, NONE, LAW, is_person=is_person) is may
    assert not may_be_simple(fine, frozenset({"gains"}), LAW, is_person=is_person)


def test_cash_up_to_a_hundred() -> None:
    assert may_take_cash(100, LAW) and not may_take_cash(101, LAW)


@pytest.mark.parametrize(
    ("found", "harm", "barred"),
    [
        ("2026-08-31", False, False),
        ("2026-09-01", False, True),
        ("2029-08-31", True, False),
        ("2029-09-01", True, True),
    ],
)
def test_an_act_of_2024_08_31(found: str, harm: bool, barred: bool) -> None:
    act = date(2024, 8, 31)
    assert is_time_barred(act, date.fromisoformat(found), harm, BOOK.at(act, "450200")) is barred


@pytest.mark.parametrize(
    ("vehicles", "days", "holds"), [(9, None, False), (10, None, True), (1, 700, True), (1, 731, False)]
)
def test_how_far_from_a_serious_case(vehicles: int, days: int | None, holds: bool) -> None:
    punished = None if days is None else date.fromordinal(DAY.toordinal() - days)
    counter = serious_counter(vehicles, DAY, punished, LAW)
    assert counter is not None and (counter.vehicles, counter.of, counter.holds) == (vehicles, 10, holds)
    assert counter.cite and (counter.again_until is None) is (punished is None)


def test_until_when_it_would_be_again() -> None:
    counter = serious_counter(1, DAY, date(2024, 2, 29), LAW)
    assert counter is not None and counter.again_until == date(2026, 2, 28)
    assert serious_counter(30, date(2024, 1, 1), None, BOOK.at(date(2024, 1, 1), "450200")) is None
