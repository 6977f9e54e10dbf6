"""Plates that went on, and are moved once more by a page or a list: nobody frees the car that failed under one of them.
And an honest car of which somebody has found already whose run it was."""

from __future__ import annotations

from datetime import date

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.vehicles.enrol_guest_vehicle import NewEnrolment, enrol
from imloop.steps.vehicles.register.change_vehicle import ReportedChange, change_vehicle
from stories.inspections.test_sixth_try import by_two, run
from stories.vehicles.moments.test_passed_on import FAILED, ITS_OWN, RETEST, given_back, key_of, settled_as
from stories.vehicles.tries.test_eleventh_try import replated_since
from stories.vehicles.tries.test_seventh_try import NEW_PLATE, THIRD_VIN
from support.city import FAR, NEAR, City, at
from support.messages.uploads import PLATE
from support.stories.one_car import ENV, FAIL, OTHER_VIN, POLICE, VIN, car, mark
from support.stories.settled import Settlement, settle_run

THIRD_PLATE, LAST_PLATE = "桂B33333", "桂B77777"


def page(city: City, when: str, kind: str = "sold", **said: str) -> None:
    """The police's page, by one person."""
    change_vehicle(city.callers[POLICE], ReportedChange(kind=kind, on=at(when).date(), **said), at(when))


def not_free(city: City, **names: str) -> None:
    run(city, RETEST, station=FAR, vehicle=car(**names))
    assert not mark(city, "2026-03-05 10:00")


@pytest.mark.parametrize("kind", ["scrapped", "moved_out", "cancelled", "sold"])
def test_nothing_that_becomes_of_the_row_frees_the_car(city: City, kind: str) -> None:
    """By the plate that it gave back, which names the nameless row of its case."""
    given_back(city)
    page(city, "2026-03-04 08:00", kind, plate=PLATE)
    not_free(city, **ITS_OWN)


@pytest.mark.parametrize("moves", [[NEW_PLATE], [NEW_PLATE, LAST_PLATE]])
@pytest.mark.parametrize("bears", [PLATE, NEW_PLATE])
def test_nor_does_the_row_that_is_moved_before_the_car_is_named(
    city: City, moves: list[str], bears: str
) -> None:
    city.enter(plate="")
    run(city, FAILED, vehicle=car(vin=""), **FAIL)
    before = PLATE
    for number, plate in enumerate(moves):
        page(city, f"2026-03-03 08:{10 * number:02}", plate=before, new_plate=plate)
        before = plate
    city.enter("2026-03-03 09:00", plate=bears)
    not_free(city, plate=bears)


def test_nor_after_the_car_has_another_one(city: City) -> None:
    city.enter(plate="")
    run(city, FAILED, vehicle=car(vin=""), **FAIL)
    city.enter("2026-03-03 09:00")
    page(city, "2026-03-03 10:00", vin=VIN, new_plate=NEW_PLATE)
    page(city, "2026-03-03 10:10", plate=PLATE, new_plate=LAST_PLATE)
    not_free(city, **ITS_OWN)


def test_nor_one_who_bore_it_for_an_hour_between(city: City) -> None:
    """On the day on which it failed, and on which it got its plate: days cannot tell them apart."""
    city.enter(plate="")
    city.enter(vin=THIRD_VIN, plate=THIRD_PLATE)
    run(city, "2026-03-02 09:00", vehicle=car(vin=""), **FAIL)
    city.enter("2026-03-02 10:00", vin=THIRD_VIN)
    by_two(city, "2026-03-02 10:10")
    replated_since(city, "2026-03-02 11:00", date(2026, 3, 2), THIRD_PLATE, THIRD_VIN)
    city.enter("2026-03-02 12:00")
    not_free(city)


def test_nor_a_guest_by_that_plate_alone(city: City) -> None:
    given_back(city)
    wanted = NewEnrolment(ground="resident", evidence="居住证", since=date(2026, 3, 4), plate=PLATE)
    try:
        enrol(city.callers[ENV], wanted, at("2026-03-04 08:00"))
    except Refusal as refusal:
        assert refusal.text.zh
    run(city, "2026-03-05 08:00", station=FAR, vehicle=car(vin=""))
    not_free(city, **ITS_OWN)
    assert not mark(city, "2026-03-05 11:00", plate=PLATE)


def test_a_car_that_was_told_apart_stays_so_when_its_time_is_released(city: City) -> None:
    """The next car that bears the plate, in a run that came late: whose it was is asked once, and when."""
    given_back(city)
    city.enter("2026-03-03 11:00", vin=OTHER_VIN)
    said = run(city, RETEST, vehicle=car(vin=OTHER_VIN), now=at("2026-03-08 09:00"))
    settled_as(city, NEAR, said, key_of(vin=OTHER_VIN), "2026-03-08 10:00")
    assert not mark(city, "2026-03-08 10:30", vin=OTHER_VIN)
    settle_run(
        city.callers[ENV], NEAR, said["test_no"], Settlement("released", "日志相符"), at("2026-03-08 11:00")
    )
    assert mark(city, "2026-03-08 12:00", vin=OTHER_VIN)
    not_free(city, **ITS_OWN)
