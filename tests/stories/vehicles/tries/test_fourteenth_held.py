"""Runs of which it was doubtful which car they were of, and what nobody asks of them once that is settled: nobody frees
a car that failed by a sign that is typed wrong, by giving back the plate under which it failed, or by what comes to
count only once a failed run of a doubtful time is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.roads.ask_road import ask_road
from imloop.store.models import Case, Vehicle
from stories.inspections.test_sixth_try import by_two, run
from stories.outages.test_taken_back import DAY, failed, true_one, voucher
from stories.second_person import test_as_proposed as as_proposed
from stories.vehicles.tries.test_ninth_try import LAX, THERE, assumed, let_go, there
from stories.vehicles.tries.test_seventh_try import NEW_PLATE
from support.city import FAR, NEAR, City, at
from support.doors import Doors
from support.stories import outages
from support.stories.one_car import (
    ENV,
    FAIL,
    OTHER_VIN,
    POLICE,
    VIN,
    WRONG,
    car,
    mark,
    permitted,
    that_car,
)
from support.stories.second_person import another, confirmed
from support.stories.settled import Settlement, settle_run

__all__ = ["voucher"]

FAILED, REPAIRED, RETEST = "2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00"
LEAN: dict[str, Any] = {"co": 0.6}
"""Too much for petrol, and not for gas."""


def told(city: City, when: str, vin: str, **said: Any) -> dict[str, Any]:
    """Under its VIN, or one that is typed wrong; then a department finds at once that it was this car."""
    said["vehicle"] = car(vin=vin, **said.pop("states", {}))
    receipt = run(city, when, **said)
    if vin == WRONG:
        assert receipt["counts_why"] == "identity-doubtful"
        that_car(city, NEAR, receipt, f"{when[:10]} 15:00")
    return receipt


NAMES = [VIN, WRONG]


# What passes as it was stated, and fails as it is registered, or as it was stated when it failed, is a failed run.


@pytest.mark.parametrize("vin", NAMES)
def test_no_run_that_fails_as_registered_is_nothing(city: City, vin: str) -> None:
    city.enter()
    told(city, FAILED, vin, states={"fuel": "cng"}, **LEAN)
    run(city, "2026-03-02 16:00", station=FAR)
    assert not mark(city, "2026-03-02 17:00")


@pytest.mark.parametrize("vin", NAMES)
@pytest.mark.parametrize("entered", [True, False])
def test_no_failed_retest_leaves_the_repair_as_it_was(city: City, vin: str, entered: bool) -> None:
    if entered:
        city.enter()
    run(city, FAILED, **FAIL)
    city.repair(REPAIRED)
    told(city, RETEST, vin, purpose="retest", states={"fuel": "cng"}, **LEAN)
    assert not permitted(city, NEAR, "2026-03-05 16:00")
    assert run(city, "2026-03-05 16:10", purpose="retest").get("case_state") != "closed"


# A pass that is told after another station's fail, and says that it was made before it.


@pytest.mark.parametrize("vin", NAMES)
def test_no_pass_that_is_told_after_anothers_fail_gives_the_road(city: City, vin: str) -> None:
    city.enter(due_on="2025-05-31")
    assert run(city, "2026-03-02 10:00", station=FAR, **FAIL)["counts"] == "case"
    told(city, FAILED, vin, now=at("2026-03-02 11:00"))
    assert not ask_road(city.callers[POLICE], vin=VIN, at=at("2026-03-02 16:00")).allowed


# The law of the place where it failed is asked of the car as it is registered, however it is stated.


@pytest.mark.parametrize("how", ["at once", "late", "doubtful"])
def test_a_way_out_leads_to_no_other_limits_for_the_car_of_the_register(
    city: City, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The register learns after the fail that it burns petrol: in its place the retest would fail."""
    assumed(monkeypatch, LAX)
    there(city)
    gas = car(fuel="cng")
    case = run(city, FAILED, vehicle=gas, **FAIL)["case"]
    city.enter("2026-03-02 12:00")
    by_two(city, "2026-03-02 13:00")
    city.repair(REPAIRED)
    let_go(city, case)
    if how == "late":
        run(city, "2026-03-05 12:00", vehicle=gas, outcome="aborted")
    gas = car(fuel="cng", vin=WRONG if how == "doubtful" else VIN)
    retest = {"station": THERE, "purpose": "retest", "vehicle": gas, "now": at("2026-03-05 13:00")}
    said = run(city, RETEST, **retest, **LEAN)
    if how == "doubtful":
        it = Settlement("vehicle", "录入错误", str(Vehicle.objects.get(vin=VIN).pk))
        settle_run(replace(another(ENV), place="450000"), THERE, said["test_no"], it, at("2026-03-05 14:00"))
    assert Case.objects.filter(closed_at=None).exists()


# It failed under its plate alone, before the register knew of whom that is; the register has learnt it since, and that
# the plate was given back. ``passed_on`` (steps/vehicles/plates.py): that row is nobody's who bears the plate now.


def given_back(city: City) -> str:
    """Known by its VIN alone when it fails; then by both, so that its mark waits; then its plate is another one."""
    city.enter(plate="")
    case = str(run(city, FAILED, vehicle=car(vin=""), **FAIL)["case"])
    city.enter("2026-03-03 08:00")
    assert not mark(city, "2026-03-03 09:00")
    city.enter("2026-03-03 10:00", plate=NEW_PLATE)
    return case


@pytest.mark.parametrize("entered", [False, True])
def test_no_case_goes_with_the_plate_to_the_next_car(city: City, entered: bool) -> None:
    """Everybody says what is true, and nobody else is bound by it."""
    given_back(city)
    if entered:
        city.enter("2026-03-03 11:00", vin=OTHER_VIN)
    run(city, RETEST, station=FAR, vehicle=car(plate=NEW_PLATE))
    assert not mark(city, "2026-03-05 10:00")


@pytest.mark.parametrize("vin", [OTHER_VIN, ""])
def test_no_other_car_is_retested_under_the_plate_that_was_given_back(city: City, vin: str) -> None:
    """A repairer that colludes has repaired it; it never failed."""
    case = given_back(city)
    city.repair(REPAIRED, vin="", case_no=case)
    run(city, RETEST, vehicle=car(vin=vin))
    run(city, "2026-03-05 10:00", station=FAR, vehicle=car(plate=NEW_PLATE))
    assert not mark(city, "2026-03-05 11:00")


# A failed run of a doubtful time, and what answers it comes to count only after it: that is later than the platform
# knew of the run, or no answer (``Case.answered_after``).

CLAIMED = "2026-12-02 09:30"


def fails_today(city: City, day: str = DAY, claimed: str = CLAIMED) -> None:
    """It is broken off at eleven, and fails; told is a fail of more than a day ago."""
    run(city, f"{day} 11:00", outcome="aborted", now=at(f"{day} 11:15"))
    run(city, claimed, now=at(f"{day} 11:30"), **FAIL)


def retested(city: City, day: str = DAY) -> bool:
    """Nothing was done since."""
    run(city, f"{day} 13:00", purpose="retest")
    return mark(city, f"{day} 14:00")


ORDERS = ["counts first", "fails first"]


@pytest.mark.parametrize("order", ORDERS)
def test_no_paper_that_waits_for_its_second_person_answers_a_fail_of_a_doubtful_time(
    city: City, order: str
) -> None:
    day = "2026-12-02"
    as_proposed.in_outage(city)
    run(city, "2026-12-01 09:00", now=at("2026-12-01 09:10"), **FAIL)
    made = as_proposed.paper(f"{day} 10:10")
    if order == "counts first":
        confirmed(made, at(f"{day} 10:50"))
    fails_today(city, day, "2026-12-01 09:30")
    if order == "fails first":
        with pytest.raises(Refusal, match="paper-before-fail"):
            confirmed(made, at(f"{day} 12:00"))
    assert not retested(city, day)


@pytest.mark.parametrize("order", ORDERS)
def test_nor_one_that_waits_for_its_outage(doors: Doors, voucher: Any, order: str) -> None:
    if order == "counts first":
        true_one(f"{DAY} 10:00", f"{DAY} 10:00")
    doors.at(f"{DAY} 10:40")
    outages.redeem(doors, voucher, used=f"{DAY} 10:30")
    fails_today(doors.city)
    if order == "fails first":
        true_one(f"{DAY} 12:00", f"{DAY} 10:00")
    assert not retested(doors.city)


def test_nor_one_that_waits_for_its_fail(doors: Doors) -> None:
    """No fail was known when it was shown."""
    doors.at("2026-12-02 08:00")
    shown = outages.of_day(outages.stock(doors), DAY)
    doors.city.enter()
    true_one(f"{DAY} 10:00", f"{DAY} 10:00")
    doors.at(f"{DAY} 10:40")
    outages.redeem(doors, shown, used=f"{DAY} 10:30")
    fails_today(doors.city)
    assert not retested(doors.city)


@pytest.mark.parametrize(
    ("outage", "order"),
    [
        (False, "counts first"),
        (True, "counts first"),
        (False, "fails first"),
        (True, "fails first"),
    ],
)
def test_nor_a_repair_by_an_outage_of_five_minutes(city: City, outage: bool, order: str) -> None:
    """In the night before, and a day after the claimed hour: it explains nothing of the fail."""
    failed(city)
    if outage:
        true_one("2026-12-03 20:10", "2026-12-03 20:00", ends_at=at("2026-12-03 20:05"))
    if order == "counts first":
        city.repair("2026-12-03 16:00", now=at("2026-12-04 08:00"))
    fails_today(city, "2026-12-04")
    if order == "fails first":
        city.repair("2026-12-03 16:00", now=at("2026-12-04 11:40"))
    assert not retested(city, "2026-12-04")


@pytest.mark.parametrize("how", ["late", "doubtful"])
@pytest.mark.parametrize("order", ["fails first", "counts first"])
def test_nor_a_repair_whose_record_came_before_a_fail_of_that_morning(
    city: City, how: str, order: str
) -> None:
    """It failed at five, and is told as a run of ten o'clock: in either order the repair waits, as its work was over
    before the fail was known."""
    failed(city)
    if order == "counts first":
        city.repair(f"{DAY} 16:00")
    if how == "late":
        run(city, f"{DAY} 17:00", outcome="aborted")
    vin = WRONG if how == "doubtful" else VIN
    said = run(city, f"{DAY} 10:00", vehicle=car(vin=vin), now=at(f"{DAY} 17:10"), **FAIL)
    if how == "doubtful":
        that_car(city, NEAR, said, f"{DAY} 17:15")
    if order == "fails first":
        city.repair(f"{DAY} 16:00", now=at(f"{DAY} 17:20"))
    run(city, f"{DAY} 18:00", purpose="retest")
    assert not mark(city, f"{DAY} 19:00")


@pytest.mark.parametrize("far", [VIN, WRONG])
def test_no_fail_that_is_told_after_anothers_takes_its_case(city: City, far: str) -> None:
    """Both are of a doubtful car, and it is settled first."""
    city.enter()
    other = run(city, "2026-03-02 10:00", station=FAR, vehicle=car(vin=far), **FAIL)
    said = run(city, FAILED, vehicle=car(vin=WRONG), now=at("2026-03-02 11:00"), **FAIL)
    that_car(city, NEAR, said, "2026-03-02 12:00")
    if far == WRONG:
        that_car(city, FAR, other, "2026-03-02 12:10")
    city.repair(REPAIRED)
    assert not permitted(city, NEAR, RETEST)
