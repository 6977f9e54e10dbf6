"""A car failed under its plate alone, before the register knew of whom that plate is; then the plate goes on. Its case
goes neither with the plate to the next car, nor away from the car that bore it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.vehicles.enrol_guest_vehicle import NewEnrolment, enrol
from imloop.steps.vehicles.register.change_vehicle import ReportedChange, change_vehicle
from imloop.steps.vehicles.register.enter_vehicles import Seen, enter_vehicles
from imloop.store.models import Case, HeldRun, Vehicle
from stories.inspections.test_sixth_try import by_two, run
from stories.vehicles.tries.test_eleventh_try import replated_since
from stories.vehicles.tries.test_seventh_try import NEW_PLATE, THIRD_VIN
from support.city import FAR, NEAR, City, at
from support.messages.uploads import PLATE, REGISTERED, VIN
from support.stories.one_car import ENV, FAIL, OTHER_PLATE, OTHER_VIN, POLICE, car, mark, permitted
from support.stories.settled import ANOTHER, Settlement, settle_run

FAILED, REPAIRED, RETEST = "2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00"
ITS_OWN = {"plate": NEW_PLATE}
"""As the car is stated once it has another plate."""


def known_late(city: City) -> str:
    """Its VIN alone is known when it fails under its plate; the plate comes to the register a day later."""
    city.enter(plate="")
    case = str(run(city, FAILED, vehicle=car(vin=""), **FAIL)["case"])
    city.enter("2026-03-03 08:00")
    return case


def given_back(city: City) -> str:
    case = known_late(city)
    city.enter("2026-03-03 10:00", plate=NEW_PLATE)
    return case


def by_page(city: City, since: date = date(2026, 3, 3)) -> None:
    replated_since(city, "2026-03-03 10:00", since, NEW_PLATE)


def settled_as(city: City, station: str, said: dict[str, Any], vehicle: str, when: str) -> None:
    settle_run(
        city.callers[ENV], station, said["test_no"], Settlement("vehicle", "看过车", vehicle), at(when)
    )


def key_of(**names: str) -> str:
    return str(Vehicle.objects.get(**names).pk)


def not_free(city: City) -> bool:
    """Nothing that it is told of, under its own names, gives it a mark."""
    run(city, "2026-03-06 09:00", station=FAR, vehicle=car(**ITS_OWN))
    return not mark(city, "2026-03-06 10:00")


# Whoever comes to the plate next, and however


def test_a_list_that_takes_the_plate_from_it_at_once_takes_no_case(city: City) -> None:
    """It has not given the plate back itself."""
    known_late(city)
    city.enter("2026-03-03 11:00", vin=OTHER_VIN)
    by_two(city, "2026-03-03 12:00")
    assert not_free(city) and Case.objects.get().vehicle.vin == ""


@pytest.mark.parametrize("vin", [OTHER_VIN, ""])
def test_nor_does_one_list_that_says_both(city: City, vin: str) -> None:
    known_late(city)
    rows = [(2, {**REGISTERED, "plate": NEW_PLATE}), (3, {**REGISTERED, "vin": vin})]
    entered = enter_vehicles(rows, city.callers[POLICE], at("2026-03-03 10:00"), Seen())
    assert len(entered.rejected) == (not vin)
    assert not_free(city) and not Case.objects.get().vehicle.registered


@pytest.mark.parametrize("since", [date(2026, 3, 3), date(2026, 3, 1), date(2011, 1, 1)])
@pytest.mark.parametrize("next_by", ["list", "page"])
def test_nor_a_page_whichever_day_it_says(city: City, since: date, next_by: str) -> None:
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    known_late(city)
    by_page(city, since)
    if next_by == "page":
        replated_since(city, "2026-03-03 11:00", since, PLATE, OTHER_VIN)
    else:
        city.enter("2026-03-03 11:00", vin=OTHER_VIN)
    assert not_free(city)


def test_nor_a_guest_that_is_enrolled_under_it(city: City) -> None:
    given_back(city)
    wanted = NewEnrolment(
        ground="resident", evidence="居住证", since=date(2026, 3, 4), vin=OTHER_VIN, plate=PLATE
    )
    enrolled = enrol(city.callers[ENV], wanted, at("2026-03-04 08:00")).vehicle
    assert enrolled.vin == OTHER_VIN and enrolled != Case.objects.get().vehicle
    assert not_free(city)


def by_plate_alone(city: City, when: str) -> list[str]:
    rows = [(2, {**REGISTERED, "vin": ""})]
    return [each.reason for each in enter_vehicles(rows, city.callers[POLICE], at(when), Seen()).rejected]


def test_nor_one_that_police_know_by_the_plate_alone(city: City) -> None:
    """Neither the row of the list nor a run by the plate is of what failed; the VIN says of whom it is."""
    case = given_back(city)
    (said,) = by_plate_alone(city, "2026-03-03 11:00")
    assert "plate-ambiguous" in said and "请在名单中填写 VIN" in said
    city.repair(REPAIRED, vin="", case_no=case)
    assert run(city, RETEST, vehicle=car(vin=""), purpose="retest")["counts_why"] == "identity-doubtful"
    assert not_free(city)


def test_a_chain_of_bearers_frees_none_before_somebody_has_looked(city: City) -> None:
    city.enter(vin=THIRD_VIN, plate="桂B33333")
    given_back(city)
    city.enter("2026-03-03 11:00", vin=OTHER_VIN)
    city.enter("2026-03-04 08:00", vin=OTHER_VIN, plate=OTHER_PLATE)
    replated_since(city, "2026-03-04 09:00", date(2026, 3, 4), PLATE, THIRD_VIN)
    for vin, plate in ((OTHER_VIN, OTHER_PLATE), (THIRD_VIN, PLATE)):
        said = run(
            city,
            "2026-03-05 09:00" if plate == PLATE else RETEST,
            station=FAR,
            vehicle=car(vin=vin, plate=plate),
        )
        assert said["counts_why"] == "identity-doubtful"
        assert not mark(city, "2026-03-05 10:00", vin=vin)
    assert not_free(city)


def test_its_plate_back_again_is_no_way_out(city: City) -> None:
    """What another may be told apart by, it is not: it bore the plate when the register first knew of whom it is."""
    given_back(city)
    replated_since(city, "2026-03-04 08:00", date(2026, 3, 4), PLATE)
    said = run(city, RETEST, station=FAR, vehicle=car())
    assert said["counts_why"] == "identity-doubtful"
    settled_as(city, FAR, said, key_of(vin=VIN), "2026-03-05 10:00")
    assert not mark(city, "2026-03-05 11:00")


@pytest.mark.parametrize("then", ["2026-03-03 08:00", "2026-03-03 11:00"])
def test_another_plate_for_the_row_itself_leads_its_case_away_from_nobody(city: City, then: str) -> None:
    """The police page finds the row by its plate; the list names the car by both after it."""
    city.enter(plate="")
    run(city, FAILED, vehicle=car(vin=""), **FAIL)
    change = ReportedChange(kind="sold", on=date(2026, 3, 3), plate=PLATE, new_plate=OTHER_PLATE)
    change_vehicle(city.callers[POLICE], change, at("2026-03-03 07:00"))
    city.enter(then)
    assert not mark(city, "2026-03-03 12:00")
    said = run(city, RETEST, station=FAR, vehicle=car())
    assert said["counts_why"] == "identity-doubtful" and not mark(city, "2026-03-05 10:00")


# The pass that it made itself, under the plate


def test_no_pass_goes_with_the_plate_to_the_next_car_either(city: City) -> None:
    city.enter(plate="")
    run(city, FAILED, vehicle=car(vin=""))
    city.enter("2026-03-03 08:00")
    city.enter("2026-03-03 10:00", plate=NEW_PLATE)
    assert by_plate_alone(city, "2026-03-03 10:30")
    assert run(city, "2026-03-03 10:40", vehicle=car(vin=""))["counts_why"] == "identity-doubtful"
    city.enter("2026-03-03 11:00", vin=OTHER_VIN)
    assert not mark(city, "2026-03-03 12:00", vin=OTHER_VIN)
    assert run(city, "2026-03-04 09:00", vehicle=car(vin=""))["counts"] == "cycle", "it bears the plate now"
    assert mark(city, "2026-03-04 10:00", vin=OTHER_VIN)


# What goes on for the honest


def test_the_car_that_bore_it_is_retested_as_what_it_failed_as(city: City) -> None:
    case = given_back(city)
    city.enter("2026-03-03 11:00", vin=OTHER_VIN)
    city.repair(REPAIRED, vin="", case_no=case)
    said = run(city, RETEST, vehicle=car(**ITS_OWN), purpose="retest")
    assert said["counts_why"] == "identity-doubtful"
    settled_as(city, NEAR, said, key_of(vin=""), "2026-03-05 10:00")
    assert Case.objects.get().state == "closed"
    assert run(city, "2026-03-05 11:00", vehicle=car(**ITS_OWN))["counts"] == "cycle"
    assert mark(city, "2026-03-05 12:00")
    assert run(city, "2026-03-06 09:00", vehicle=car(vin=OTHER_VIN))["counts"] == "cycle"
    assert run(city, "2026-03-06 10:00", station=FAR, vehicle=car(vin=""))["counts"] == "cycle"
    assert mark(city, "2026-03-06 11:00", plate=PLATE), "the plate is the next car's alone"


@pytest.mark.parametrize("entered", ["2026-03-03 11:00", "2026-03-05 10:30"])
def test_the_next_car_goes_on_once_somebody_has_looked(city: City, entered: str) -> None:
    """Also where the register hears of it only after its test. The reason says what is asked of whom."""
    given_back(city)
    known = entered < RETEST
    city.enter(entered, vin=OTHER_VIN) if known else None
    said = run(city, RETEST, vehicle=car(vin=OTHER_VIN))
    assert said["counts_why"] == "identity-doubtful"
    waiting = HeldRun.objects.get()
    assert any("核对行驶证和车架号" in str(reason) for reason in waiting.reasons)
    settled_as(city, NEAR, said, key_of(vin=OTHER_VIN) if known else ANOTHER, "2026-03-05 10:00")
    city.enter(entered, vin=OTHER_VIN) if not known else None
    assert mark(city, "2026-03-05 11:00", vin=OTHER_VIN) and not mark(city, "2026-03-05 11:00")
    assert run(city, "2026-03-06 10:00", vehicle=car(vin=OTHER_VIN))["counts"] == "cycle", "asked once"
    assert run(city, "2026-03-07 10:00", vehicle=car(vin=OTHER_VIN), **FAIL)["counts"] == "case"
    assert not_free(city)


def test_who_comes_to_the_plate_before_the_fail_is_what_failed(city: City) -> None:
    """The plate was given back before: the row that it alone names is the next car's, and a list says its VIN."""
    city.enter()
    replated_since(city, "2026-03-01 09:00", date(2026, 3, 1), NEW_PLATE)
    run(city, FAILED, vehicle=car(vin=""), **FAIL)
    city.enter("2026-03-03 08:00", vin=OTHER_VIN)
    assert Case.objects.get().vehicle.vin == OTHER_VIN and not mark(city, "2026-03-03 09:00", vin=OTHER_VIN)


def test_a_day_or_an_hour_later_is_before_too(city: City) -> None:
    """It was told at nine that the plate was given back, and the next car failed under it at ten."""
    city.enter()
    replated_since(city, "2026-03-02 09:00", date(2026, 3, 2), NEW_PLATE)
    run(city, "2026-03-02 10:00", vehicle=car(vin=""), **FAIL)
    city.enter("2026-03-02 11:00", vin=OTHER_VIN)
    assert Case.objects.get().vehicle.vin == OTHER_VIN
    assert not permitted(city, NEAR, "2026-03-02 12:00")


def test_a_case_that_is_nobody_elses_still_goes_to_the_vin_that_the_list_says(city: City) -> None:
    run(city, FAILED, vehicle=car(vin=""), **FAIL)
    city.enter("2026-03-03 08:00")
    assert Case.objects.get().vehicle.vin == VIN and Vehicle.objects.count() == 1


def test_a_plate_of_years_before_concerns_nobody_who_bears_it_now(city: City) -> None:
    """The police know a car by its plate alone, and it got another one before it failed."""
    city.enter(vin="", plate=OTHER_PLATE)
    change = ReportedChange(kind="sold", on=date(2025, 6, 1), plate=OTHER_PLATE, new_plate=PLATE)
    change_vehicle(city.callers[POLICE], change, at("2025-06-01 09:00"))
    run(city, FAILED, vehicle=car(vin=""), **FAIL)
    city.enter("2026-03-03 08:00", vin=OTHER_VIN, plate=OTHER_PLATE)
    assert run(city, RETEST, vehicle=car(vin=OTHER_VIN, plate=OTHER_PLATE))["counts"] == "cycle"
    assert mark(city, "2026-03-05 10:00", vin=OTHER_VIN)


def test_two_that_bear_the_plate_are_asked_for_by_their_vin(city: City) -> None:
    known_late(city)
    with pytest.raises(Refusal, match="plate-ambiguous"):
        mark(city, "2026-03-03 09:00", plate=PLATE)
