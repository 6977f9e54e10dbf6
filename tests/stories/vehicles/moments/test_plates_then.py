"""A plate names the car that bore it when a run was made, whoever bears it when the run is told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from imloop.store.models import HeldRun, Vehicle
from stories.inspections.test_sixth_try import run
from stories.vehicles.tries.test_eleventh_try import replated_since
from stories.vehicles.tries.test_seventh_try import NEW_PLATE
from support.city import FAR, NEAR, City, at
from support.messages.uploads import PLATE, VIN
from support.stories.one_car import ENV, FAIL, OTHER_VIN, car, mark, permitted
from support.stories.settled import Settlement, settle_run

BEFORE, TOLD = "2026-03-02 08:00", "2026-03-02 11:00"


@pytest.fixture
def passed_on(city: City) -> City:
    """One car gives its plate back at nine, another bears it from ten on."""
    city.enter()
    replated_since(city, "2026-03-02 09:00", date(2026, 3, 2), NEW_PLATE)
    city.enter("2026-03-02 10:00", vin=OTHER_VIN)
    return city


def by_plate(city: City, when: str, told: str = "", **said: Any) -> dict[str, Any]:
    names = {"vin": said.pop("vin", "")}
    return run(city, when, vehicle=car(**names), **({"now": at(told)} if told else {}), **said)


@pytest.mark.parametrize("vin", ["", VIN[:-1] + "2"])
def test_a_fail_of_that_morning_waits_for_both(passed_on: City, vin: str) -> None:
    """By the plate alone, or with a VIN that is typed wrong; the department finds which of them it was."""
    said = by_plate(passed_on, BEFORE, TOLD, vin=vin, **FAIL)
    assert said["counts_why"] == "identity-doubtful"
    waiting = HeldRun.objects.get().candidates.values_list("vin", flat=True)
    assert {VIN, OTHER_VIN} == set(waiting)
    assert not any(mark(passed_on, "2026-03-02 12:00", vin=each) for each in (VIN, OTHER_VIN))
    its_own = Settlement("vehicle", "看过录像", str(Vehicle.objects.get(vin=VIN).pk))
    settle_run(passed_on.callers[ENV], NEAR, said["test_no"], its_own, at("2026-03-02 13:00"))
    run(passed_on, "2026-03-02 14:00", station=FAR, vehicle=car(plate=NEW_PLATE))
    assert not mark(passed_on, "2026-03-02 15:00") and not permitted(passed_on, FAR, "2026-03-02 15:00")
    assert by_plate(passed_on, "2026-03-02 16:00")["counts"] == "cycle", "the innocent car goes on"
    assert mark(passed_on, "2026-03-02 17:00", vin=OTHER_VIN)


@pytest.mark.parametrize("vin", ["", VIN[:-1] + "2"])
def test_nor_is_it_a_new_car_where_nobody_bears_the_plate_now(city: City, vin: str) -> None:
    city.enter()
    replated_since(city, "2026-03-02 09:00", date(2026, 3, 2), NEW_PLATE)
    assert by_plate(city, BEFORE, TOLD, vin=vin, **FAIL)["counts_why"] == "identity-doubtful"
    run(city, "2026-03-02 12:00", station=FAR, vehicle=car(plate=NEW_PLATE))
    assert not mark(city, "2026-03-02 13:00")


def test_a_pass_of_that_morning_is_not_that_of_who_has_the_plate_now(passed_on: City) -> None:
    assert by_plate(passed_on, BEFORE, TOLD)["counts_why"] == "identity-doubtful"
    assert not mark(passed_on, "2026-03-02 12:00", vin=OTHER_VIN)


def test_a_plate_that_nobody_bore_before_is_a_cars_since_its_day(city: City) -> None:
    city.enter(plate=NEW_PLATE)
    replated_since(city, "2026-03-02 09:00", date(2026, 3, 2), PLATE)
    said = by_plate(city, "2026-03-01 20:00", TOLD, **FAIL)
    assert said["counts_why"] == "identity-doubtful" and not mark(city, "2026-03-02 12:00")


@pytest.mark.parametrize("vin", ["", OTHER_VIN])
def test_who_bears_it_is_tested_by_it_from_that_hour_on(passed_on: City, vin: str) -> None:
    """Also where the message comes hours later, and where a VIN names the car at any hour."""
    assert by_plate(passed_on, "2026-03-02 10:30", "2026-03-02 18:00", vin=vin)["counts"] == "cycle"
    assert mark(passed_on, "2026-03-02 18:30", vin=OTHER_VIN)
