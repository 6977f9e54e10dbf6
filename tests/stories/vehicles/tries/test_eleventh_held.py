"""What was tried and held: passes and fails that wait while others come, annulments and objections of one of two fails,
repairs of an outage, a register that two people changed. Nobody frees a car that failed."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.steps.cases.grant_exit import annul_case
from imloop.steps.cases.objections import raise_objection
from imloop.store.models import Case, Test
from stories.inspections.test_sixth_try import by_two, failed, run
from stories.vehicles.tries.test_tenth_try import RULES, failed_besides, from_the_fifth, opinion
from support.city import FAR, NEAR, City, at
from support.doors import Doors
from support.stories import outages
from support.stories.one_car import ENV, FAIL, WRONG, car, mark, permitted, that_car
from support.stories.settled import Settlement, settle_run

FAILED, REPAIRED, RETEST = "2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00"


def states() -> list[str]:
    return list(Case.objects.order_by("id").values_list("state", flat=True))


def annulled(city: City, when: str) -> None:
    case = Case.objects.get(closed_at=None).case_no
    annul_case(city.callers[ENV], case, reason="仪器故障", evidence="记录", now=at(when))


# What waits, and what comes meanwhile


def test_no_pass_that_waited_answers_a_fail_after_it(city: City) -> None:
    """It closes the case before that fail, and is no proof of passing since."""
    failed(city)
    waits = run(city, RETEST, purpose="retest", vehicle=car(vin=WRONG))
    assert run(city, "2026-03-05 10:00", purpose="retest", **FAIL)["counts"] == "case"
    that_car(city, NEAR, waits, "2026-03-05 12:00")
    assert states() == ["closed", "awaiting_repair"] and not mark(city, "2026-03-05 13:00")
    assert not permitted(city, NEAR, "2026-03-05 13:00")


@pytest.mark.parametrize("settled", ["rejected", "vehicle"])
def test_no_failed_retest_that_waited_hides_the_fail_after_it(city: City, settled: str) -> None:
    failed(city)
    waits = run(city, RETEST, purpose="retest", vehicle=car(vin=WRONG), **FAIL)
    assert run(city, "2026-03-05 10:00", purpose="retest")["counts_why"] == "failed-run-waits"
    assert run(city, "2026-03-05 12:00", station=FAR, **FAIL)["counts"] == "case"
    if settled == "vehicle":
        that_car(city, NEAR, waits, "2026-03-05 13:00")
    else:
        found = Settlement(settled, "套用的号牌")
        settle_run(city.callers[ENV], NEAR, waits["test_no"], found, at("2026-03-05 13:00"))
    assert states()[-1] == "awaiting_repair" and not mark(city, "2026-03-05 14:00")
    assert not permitted(city, NEAR, "2026-03-05 14:00") and not permitted(city, FAR, "2026-03-05 14:00")


def test_no_second_opinion_passes_over_a_fail_that_was_doubtful(city: City) -> None:
    """Of the hour between its grant and its run, and told after both."""
    city.enter()
    opinion(city, run(city, FAILED, **FAIL)["case"])
    assert run(city, "2026-03-03 13:00", station=FAR)["case_state"] == "closed"
    said = run(city, "2026-03-03 12:00", vehicle=car(vin=WRONG), now=at("2026-03-03 15:00"), **FAIL)
    assert not mark(city, "2026-03-03 16:00")
    that_car(city, NEAR, said, "2026-03-03 17:00")
    assert states() == ["awaiting_repair"] and not mark(city, "2026-03-03 18:00")


def test_no_doubtful_pass_of_the_evening_before_a_rule_holds(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_the_fifth(monkeypatch, "retest.record_required")
    city.enter()
    run(city, FAILED, **FAIL)
    station = RULES["retest.record_required"]
    said = run(city, "2026-03-04 23:50", station=station, vehicle=car(vin=WRONG), now=at("2026-03-05 00:20"))
    that_car(city, station, said, "2026-03-05 10:00")
    assert states() == ["awaiting_repair"] and not mark(city, "2026-03-05 12:00")


# One of two fails is annulled


@pytest.mark.parametrize("first", [FAILED, "2026-03-02 11:00"])
def test_no_annulment_reaches_the_other_fail_of_its_station(city: City, first: str) -> None:
    """Told in the order in which they were made, or the other way round: the earlier one has the case."""
    city.enter()
    second = FAILED if first != FAILED else "2026-03-02 11:00"
    run(city, first, **FAIL)
    if second > first:
        failed_besides(city, second, now="2026-03-02 12:00")
    else:
        assert run(city, second, now=at("2026-03-02 13:00"), **FAIL)["counts"] == "case"
    annulled(city, "2026-03-03 09:00")
    assert states() == ["annulled", "awaiting_repair"] and not mark(city, "2026-03-03 10:00")


@pytest.mark.parametrize("station", [NEAR, FAR])
def test_no_objection_reaches_a_fail_that_was_told_after_it(city: City, station: str) -> None:
    city.enter()
    first = run(city, FAILED, **FAIL)
    words = "仪器读数前后不一，请复核这次检验。"
    token = Case.objects.get().owner_token
    raise_objection(token, ground="instrument", words=words, now=at("2026-03-02 10:00"))
    failed_besides(city, "2026-03-02 11:00", now="2026-03-02 12:00", station=station)
    annulled(city, "2026-03-03 09:00")
    assert Test.objects.get(test_no=first["test_no"]).counts_why == "annulled"
    assert states() == ["annulled", "awaiting_repair"] and not mark(city, "2026-03-03 10:00")


def test_no_annulled_retest_gives_back_more_than_the_retest(city: City) -> None:
    """The repair before it stands, and the first fail with it."""
    failed(city)
    assert run(city, RETEST, purpose="retest", **FAIL)["counts"] == "case"
    annulled(city, "2026-03-06 09:00")
    assert states() == ["annulled", "awaiting_retest"] and not mark(city, "2026-03-06 10:00")


# Repairs of an outage, and what two people entered


@pytest.mark.parametrize("outage", [True, False])
@pytest.mark.parametrize(
    ("came", "done", "answers"),
    [
        ("2026-03-03 10:00", "2026-03-03 16:00", False),
        ("2026-03-04 07:00", "2026-03-04 12:00", False),
        ("2026-03-04 09:00", "2026-03-04 12:00", True),
    ],
)
def test_no_record_of_an_outage_answers_the_fail_that_came_with_it(
    doors: Doors, outage: bool, came: str, done: str, answers: bool
) -> None:
    """It failed once more at another station on the morning of 4 March; both are told when it is over. Without an
    outage, what was finished before anybody knew of that fail waits for a department."""
    city = doors.city
    city.enter()
    run(city, FAILED, **FAIL)
    if outage:
        doors.at("2026-03-05 09:00")
        over = {"ends_at": at("2026-03-05 08:00").isoformat(), "late_reason": "恢复后宣布"}
        outages.declare(doors, "2026-03-02 10:00", **over)
    failed_besides(city, "2026-03-04 08:00", now="2026-03-05 09:00", station=FAR)
    city.repair(done, received_at=at(came).isoformat(), now=at("2026-03-05 09:40"))
    assert permitted(city, NEAR, "2026-03-05 10:00") is (answers and outage)


@pytest.mark.parametrize("fuel", ["electric", "hydrogen"])
def test_no_fuel_that_two_people_enter_is_a_retest(city: City, fuel: str) -> None:
    failed(city)
    city.enter("2026-03-04 18:00", fuel=fuel)
    by_two(city, "2026-03-04 18:30")
    tries: list[dict[str, Any]] = [{}, FAIL, {"vehicle": car(fuel=fuel)}]
    for said in tries:
        assert run(city, RETEST, purpose="retest", **said)["counts"] == "nothing"
    assert states() == ["awaiting_retest"] and not mark(city, "2026-03-05 10:00")
