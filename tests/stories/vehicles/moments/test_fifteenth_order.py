"""It failed after its repair, and is told as a run of before: what an outage, a release or a second opinion
makes of that. Nobody frees a car that failed by them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.cases.grant_exit import grant_exit
from imloop.steps.cases.release_repair import release_repair
from imloop.steps.outages.declare_outage import end
from imloop.store.models import Outage
from stories.inspections.test_sixth_try import run
from stories.outages.test_taken_back import DAY, alone, failed, gate, taken_back, true_one, voucher
from stories.vehicles.tries.test_fifteenth_try import is_open, lean, settled
from support.city import FAR, LISTED, NEAR, City, at
from support.doors import Doors
from support.stories import outages
from support.stories.one_car import ENV, FAIL, OTHER_PLATE, OTHER_VIN, WRONG, car, mark, that_car
from support.stories.second_person import WORDS, another, confirmed

__all__ = ["voucher"]

KINDS = ["as stated", "as registered"]


def fails(city: City, how: str = "as stated", hour: str = "16:45") -> None:
    """It is broken off, and fails; told is a fail of ten o'clock."""
    if how == "as stated":
        run(city, f"{DAY} {hour[:3]}30", outcome="aborted")
        run(city, f"{DAY} 10:00", now=at(f"{DAY} {hour}"), **FAIL)
    else:
        lean(city, f"{DAY} 10:00", f"{DAY} {hour[:3]}50", now=at(f"{DAY} {hour}"))


@pytest.mark.parametrize("order", ["granted first", "told first"])
@pytest.mark.parametrize("how", KINDS)
def test_no_second_opinion_that_was_asked_for_before_it_came(city: City, order: str, how: str) -> None:
    case = failed(city)
    said = {"kind": "objection", "to_station": FAR, "expires_on": date(2026, 12, 20), **WORDS}
    made = grant_exit(city.callers[ENV], case, now=at(f"{DAY} 12:00"), **said)
    if order == "granted first":
        confirmed(made, at(f"{DAY} 13:00"))
    fails(city, how)
    if order == "told first":
        with pytest.raises(Refusal, match="case-moved-on"):
            confirmed(made, at(f"{DAY} 17:20"))
    run(city, f"{DAY} 18:00", station=FAR)
    assert is_open()


@pytest.mark.parametrize("how", KINDS)
def test_no_outage_that_is_ended_rightly_later_explains_it(city: City, how: str) -> None:
    """It was over at ten past ten, as the department says in the evening."""
    failed(city)
    city.repair(f"{DAY} 15:00")
    true_one(f"{DAY} 10:05", f"{DAY} 09:50")
    fails(city, how)
    end(city.callers[ENV], Outage.objects.get().outage_no, at=at(f"{DAY} 10:10"), now=at(f"{DAY} 17:00"))
    run(city, f"{DAY} 17:30", purpose="retest")
    assert not mark(city, f"{DAY} 18:00")


@pytest.mark.parametrize("outage", [False, True])
def test_no_outage_in_which_its_station_sent_others_explains_it(city: City, outage: bool) -> None:
    """A true one, over the day: that a run fell into it remains a station's word (SECURITY.md), but not against its own
    messages."""
    failed(city)
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    city.repair(f"{DAY} 15:00")
    if outage:
        true_one(f"{DAY} 16:50", f"{DAY} 09:00", ends_at=at(f"{DAY} 16:50"))
    run(city, f"{DAY} 16:00", vehicle=car(vin=OTHER_VIN, plate=OTHER_PLATE))
    fails(city)
    run(city, f"{DAY} 17:30", purpose="retest")
    assert not mark(city, f"{DAY} 18:00")


def test_no_outage_that_was_none_keeps_it_answered_because_its_case_is_over(city: City) -> None:
    """Fail, record and retest come while one person's outage runs; then that is taken back. The retest stood on it."""
    failed(city)
    made = alone(city, "2026-12-05 09:00", "2026-12-02 10:00")
    run(city, "2026-12-05 08:30", outcome="aborted")
    run(city, "2026-12-02 12:00", now=at("2026-12-05 09:10"), **FAIL)
    city.repair("2026-12-04 16:00", now=at("2026-12-05 09:20"))
    assert run(city, "2026-12-05 10:00", purpose="retest")["case_state"] == "closed"
    taken_back(made, "2026-12-05 13:00")
    assert not mark(city, "2026-12-05 14:00")


@pytest.mark.parametrize("looked", [False, True])
def test_no_look_at_its_repair_answers_it(city: City, looked: bool) -> None:
    """The work was done when its record says; the hour of the fail is the lie, and that is what has to be looked at."""
    case = failed(city)
    told = city.repair(f"{DAY} 16:00")
    fails(city, hour="17:10")
    if looked:
        said = {"reason": "工单、照片属实", "now": at(f"{DAY} 17:40")}
        with pytest.raises(Refusal, match="fail-hour-open"):
            release_repair(another(ENV, "looker"), case, LISTED, told.body["repair_no"], **said)
    run(city, f"{DAY} 18:00", purpose="retest")
    assert is_open()


def test_no_failed_retest_after_it_makes_its_repair_count_again(city: City) -> None:
    failed(city)
    city.repair(f"{DAY} 16:00")
    fails(city, hour="17:10")
    run(city, f"{DAY} 17:40", purpose="retest", **FAIL)
    run(city, f"{DAY} 18:00", purpose="retest")
    assert not mark(city, f"{DAY} 19:00")


def test_no_record_that_a_paper_excused_answers_a_fail_that_is_told_after_it(
    doors: Doors, voucher: Any
) -> None:
    """A week late both; the fail is said to be between work and paper."""
    city = doors.city
    true_one(f"{DAY} 09:40", f"{DAY} 09:30")
    doors.at(f"{DAY} 10:40")
    assert outages.redeem(doors, voucher, used=f"{DAY} 10:30")["unlocked"]
    doors.at("2026-12-09 10:00")
    outages.repair(doors, done="2026-12-02 16:00")
    assert gate(city, "2026-12-09 10:10")
    run(city, "2026-12-02 17:00", now=at("2026-12-09 10:20"), **FAIL)
    assert not gate(city, "2026-12-09 10:30")


@pytest.mark.parametrize("how", KINDS)
def test_a_repair_answers_a_fail_whose_hour_holds(city: City, how: str) -> None:
    """An honest neighbour: told late, and repaired since."""
    failed(city)
    city.repair(f"{DAY} 16:00")
    when, said = "2026-12-02 12:00", {"now": at("2026-12-04 12:00")}
    if how == "as stated":
        told = run(city, when, vehicle=car(vin=WRONG), **said, **FAIL)
        that_car(city, NEAR, told, "2026-12-04 13:00")
    else:
        told = lean(city, when, "2026-12-04 13:00", **said)
    settled(city, told, "released", "2026-12-04 13:10")
    assert gate(city, "2026-12-04 14:00")
