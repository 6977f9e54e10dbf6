"""Plates that a car bore, marks without a test, moments before the fail, a VIN that a station lends: nobody frees a car
that failed by the name it failed under."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.appointments.ask_reception import ask_reception
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.cases.grant_exit import annul_case
from imloop.steps.vehicles.register.change_vehicle import ReportedChange, change_vehicle
from imloop.store.models import Case, HeldRun, Vehicle
from stories.inspections.test_sixth_try import by_two, failed, run
from support.city import FAR, NEAR, City, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN
from support.stories import outages
from support.stories.one_car import ENV, FAIL, OTHER_PLATE, OTHER_VIN, POLICE, car, mark, permitted
from support.stories.settled import Settlement, settle_run

FAILED, REPAIRED, RETEST = "2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00"
NEW_PLATE, THIRD_VIN, CORRECTED = "桂B98765", "LSVAM4187C2184999", VIN[:-1] + "9"
ALONE = {"plate": car(vin=""), "vin": car(plate="")}
"""The car, stated by one of its names."""
YOUNG = {"first_registered_on": "2022-04-01", "produced_on": "2022-02-01"}
NO_TEST_DUE = {**YOUNG, "vehicle_type": "K33", "usage": "A"}
"""In its fourth year a private car gets its mark without a test."""
DARK = {"communication": True, "mil_on": False, "mil_lamp_ok": True}


def replated(city: City, when: str, plate: str = NEW_PLATE, vin: str = VIN) -> None:
    """Its owner came to the police for another plate."""
    change = ReportedChange(kind="sold", on=at(when).date(), vin=vin, new_plate=plate)
    change_vehicle(city.callers[POLICE], change, at(when))
    by_two(city, when)


def settled(
    city: City, station: str, said: dict[str, Any], how: str, vehicle: Vehicle | None, when: str
) -> None:
    which = str(vehicle.pk) if vehicle is not None else ""
    settle_run(city.callers[ENV], station, said["test_no"], Settlement(how, "看过车", which), at(when))


# Plates that it bore


def _failed_by_its_plate_then_replated(city: City) -> str:
    """Before it came to the register; there its VIN and its plate come together, and then it gets another plate."""
    case = str(run(city, FAILED, vehicle=ALONE["plate"], **FAIL)["case"])
    run(city, "2026-03-02 12:00", station=FAR, vehicle=ALONE["vin"])
    city.enter("2026-03-03 08:00")
    assert not mark(city, "2026-03-03 09:00")
    replated(city, "2026-03-03 10:00")
    return case


@pytest.mark.parametrize("names", [{"plate": NEW_PLATE}, {"plate": ""}])
def test_a_new_plate_frees_no_car_that_failed_under_the_old_one(city: City, names: dict[str, str]) -> None:
    case = _failed_by_its_plate_then_replated(city)
    assert not mark(city, "2026-03-03 11:00")
    said = run(city, "2026-03-04 09:00", station=FAR, vehicle=car(**names))
    assert said["counts_why"] == "identity-doubtful" and not mark(city, "2026-03-04 10:00")
    annul_case(city.callers[ENV], case, reason="另一辆车", evidence="照片", now=at("2026-03-04 11:00"))
    assert mark(city, "2026-03-04 12:00")


def test_nor_does_it_when_another_of_the_owner_s_cars_gets_that_plate(city: City) -> None:
    city.enter(vin=THIRD_VIN, plate=OTHER_PLATE)
    _failed_by_its_plate_then_replated(city)
    replated(city, "2026-03-03 12:00", PLATE, THIRD_VIN)
    assert not mark(city, "2026-03-04 09:00")
    assert run(city, "2026-03-04 10:00", vehicle=car(plate=""))["counts"] == "nothing"


def test_it_is_retested_as_what_it_failed_as(city: City) -> None:
    case = _failed_by_its_plate_then_replated(city)
    city.repair(REPAIRED, vin="", case_no=case)
    said = run(city, RETEST, vehicle=car(plate=NEW_PLATE), purpose="retest")
    settled(city, NEAR, said, "vehicle", Vehicle.objects.get(vin=""), "2026-03-05 10:00")
    assert Case.objects.get().state == "closed" and mark(city, "2026-03-05 11:00")


def test_an_old_plate_alone_does_not_hide_a_failed_run(city: City) -> None:
    city.enter()
    replated(city, "2026-03-01 09:00")
    assert run(city, FAILED, vehicle=ALONE["plate"], **FAIL)["counts"] == "case"
    said = run(city, "2026-03-03 09:00", station=FAR, vehicle=car(plate=NEW_PLATE))
    assert said["counts_why"] == "identity-doubtful" and not mark(city, "2026-03-03 10:00")


@pytest.mark.parametrize("entered", ["2025-01-01 08:00", "2026-03-02 12:00"])
def test_nor_one_that_waits(city: City, entered: str) -> None:
    """With a VIN that is none; the car is known before, or comes to be known after."""
    before = entered < FAILED
    if before:
        city.enter(entered)
        replated(city, "2026-03-01 09:00")
    held = run(city, FAILED, vehicle=car(vin=VIN[-8:]), **FAIL)
    if not before:
        city.enter(entered)
        replated(city, "2026-03-02 13:00")
    said = run(city, "2026-03-03 09:00", station=FAR, vehicle=car(plate=NEW_PLATE))
    assert said["counts_why"] == "failed-run-waits" and not mark(city, "2026-03-03 10:00")
    settled(city, NEAR, held, "rejected", None, "2026-03-03 11:00")
    assert mark(city, "2026-03-03 12:00")


@pytest.mark.parametrize("registered", [True, False])
def test_who_bears_the_plate_next_fails_for_itself_alone(city: City, registered: bool) -> None:
    """The honest neighbour: the register knows the next bearer, or has not heard of it yet."""
    city.enter()
    replated(city, "2026-03-01 09:00")
    city.enter("2026-03-01 10:00", vin=OTHER_VIN) if registered else None
    assert run(city, FAILED, vehicle=car(vin=OTHER_VIN), **FAIL)["counts"] == "case"
    said = run(city, "2026-03-03 09:00", station=FAR, vehicle=car(plate=NEW_PLATE))
    assert said["counts"] == "cycle" and mark(city, "2026-03-03 10:00")


@pytest.mark.parametrize(("entered", "written"), [("桂B1234临", "临桂B·1234"), ("123456使", "使 123456")])
def test_a_plate_is_one_name_wherever_its_mark_is_written(city: City, entered: str, written: str) -> None:
    city.enter(plate=entered)
    run(city, FAILED, vehicle=car(vin="", plate=written), **FAIL)
    said = run(city, "2026-03-03 09:00", station=FAR, vehicle=car(plate=entered))
    assert said["refused"] == "not-this-station" and not mark(city, "2026-03-03 10:00")


# Marks without a test


def test_no_mark_without_a_test_where_a_control_unit_named_the_car(city: City) -> None:
    """It failed under invented names, and came to the register later, in a year in which nothing is tested."""
    told = {**DARK, "ecus": [{"ecu": "ECM", "vin": VIN}]}
    invented = car(vin=OTHER_VIN, plate=OTHER_PLATE, **YOUNG)
    assert run(city, FAILED, vehicle=invented, obd=told, **FAIL)["counts"] == "case"
    city.enter("2026-03-03 08:00", **NO_TEST_DUE)
    assert not mark(city, "2026-03-03 09:00")
    said = run(city, "2026-03-03 10:00", station=FAR, vehicle=car(**YOUNG), obd=DARK)
    settled(city, FAR, said, "vehicle", Vehicle.objects.get(vin=VIN), "2026-03-03 11:00")
    assert mark(city, "2026-03-03 12:00")


def _vin_corrected(city: City) -> None:
    city.enter(**NO_TEST_DUE)
    run(city, FAILED, vehicle=car(**YOUNG), obd=DARK, **FAIL)
    city.enter("2026-03-03 09:00", vin=CORRECTED, **NO_TEST_DUE)


def test_no_mark_without_a_test_under_a_corrected_vin(city: City) -> None:
    _vin_corrected(city)
    assert not mark(city, "2026-03-03 09:30", vin=CORRECTED), "its plate still waits for a second person"
    by_two(city, "2026-03-03 10:00")
    assert not mark(city, "2026-03-03 11:00", vin=CORRECTED)
    replated(city, "2026-03-03 12:00", vin=CORRECTED)
    assert not mark(city, "2026-03-03 13:00", vin=CORRECTED)


def test_a_sister_of_it_that_took_over_the_plate_gets_its_mark_by_one_decision(city: City) -> None:
    """The honest neighbour: two cars of a fleet, one sign apart."""
    _vin_corrected(city)
    by_two(city, "2026-03-03 10:00")
    said = run(city, "2026-03-04 09:00", vehicle=car(vin=CORRECTED, **YOUNG), obd=DARK)
    settled(city, NEAR, said, "vehicle", Vehicle.objects.get(vin=CORRECTED), "2026-03-04 10:00")
    assert mark(city, "2026-03-04 11:00", vin=CORRECTED) and not mark(city, "2026-03-04 11:00", vin=VIN)


def test_a_pass_under_the_coming_vin_and_an_invented_plate_is_none(city: City) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    run(city, "2026-03-02 12:00", station=FAR, vehicle=car(vin=CORRECTED, plate="桂B77777"))
    city.enter("2026-03-03 09:00", vin=CORRECTED)
    assert not mark(city, "2026-03-03 10:00", vin=CORRECTED)
    by_two(city, "2026-03-03 11:00")
    assert Vehicle.objects.get(plate=PLATE).vin == CORRECTED
    assert not mark(city, "2026-03-03 12:00", vin=CORRECTED)


# Moments before the fail, and a VIN that is lent


@pytest.mark.parametrize("when", ["2017-01-01 09:00", "2019-01-01 09:00", "2025-01-01 09:00"])
def test_the_law_of_before_the_fail_permits_nothing(city: City, when: str) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    for station in (NEAR, FAR):
        assert not ask_permit(city.callers[station], station=station, vin=VIN, at=at(when))["allowed"]
        where: dict[str, Any] = {"station": station, "line": "01", "method": "ASM", "vin": VIN}
        assert not ask_reception(city.callers[station], at=at(when), **where)["allowed"]
    city.repair(REPAIRED)
    assert permitted(city, NEAR, RETEST)


def test_a_car_that_failed_is_lent_no_vin(city: City) -> None:
    """A true repair of the car whose VIN it is would be its own; its register row would find another car."""
    case = run(city, FAILED, vehicle=ALONE["plate"], **FAIL)["case"]
    run(city, "2026-03-02 08:50", vehicle=car(vin=OTHER_VIN), now=at("2026-03-02 11:00"), **FAIL)
    with pytest.raises(Refusal):
        city.repair(REPAIRED, vin=OTHER_VIN, plate="")
    city.enter("2026-03-04 17:00")
    assert Vehicle.objects.get().vin == VIN and not mark(city, "2026-03-04 18:00")
    city.repair("2026-03-05 16:00", case_no=case)
    assert run(city, "2026-03-06 09:00", purpose="retest")["case_state"] == "closed"


# What held


def test_a_late_pass_before_a_failed_retest_closes_the_case_before_it_alone(city: City) -> None:
    failed(city)
    run(city, RETEST, purpose="retest", **FAIL)
    assert run(city, "2026-03-05 08:40", now=at("2026-03-05 09:40"))["counts"] == "case"
    assert Case.objects.filter(closed_at=None, state="awaiting_repair").count() == 1
    assert run(city, "2026-03-05 10:40")["refused"] == "no-repair-record" and not mark(
        city, "2026-03-05 11:00"
    )


def test_a_pass_that_is_unanswered_after_all_gives_its_repair_to_no_later_fail(city: City) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    city.repair("2026-03-02 14:00", received_at=at("2026-03-02 10:00").isoformat())
    run(city, "2026-03-02 15:00", purpose="retest")
    run(city, "2026-03-02 18:00", **FAIL)
    broken = {"exterior": {"verdict": "fail", "items": {"tailpipe": False}}}
    run(city, "2026-03-02 09:30", now=at("2026-03-02 19:00"), **broken)
    assert Case.objects.filter(closed_at=None).exists()
    assert not permitted(city, NEAR, "2026-03-02 20:00") and not permitted(city, FAR, "2026-03-02 20:00")


def test_a_failed_retest_that_waits_lets_the_next_one_run_and_prove_nothing(city: City) -> None:
    failed(city)
    run(city, "2026-03-05 08:00", vehicle=car(vin=OTHER_VIN), **FAIL)
    assert run(city, RETEST, purpose="retest")["counts_why"] == "failed-run-waits"
    held = HeldRun.objects.get(settled_at=None)
    said = Settlement("vehicle", "录入错误", str(Vehicle.objects.get(vin=VIN).pk))
    settle_run(city.callers[ENV], NEAR, held.test.test_no, said, at("2026-03-05 10:00"))
    assert Case.objects.get(closed_at=None).round == 2 and not permitted(city, NEAR, "2026-03-05 11:00")


def test_papers_of_the_repair_before_it_open_nothing_in_an_outage(doors: Doors) -> None:
    doors.city.enter()
    doors.at("2026-03-05 08:00")
    voucher = outages.of_day(outages.stock(doors), "2026-03-05")
    doors.at("2026-03-02 09:10")
    outages.upload(doors, FAILED, vehicle=car(), **FAIL)
    doors.at("2026-03-03 16:10")
    outages.repair(doors)
    doors.at("2026-03-05 09:10")
    outages.upload(doors, RETEST, vehicle=car(), purpose="retest", **FAIL)
    doors.at("2026-03-05 09:31")
    outages.declare(doors, "2026-03-05 09:30")
    doors.at("2026-03-05 10:00")
    said = outages.redeem(doors, voucher, used="2026-03-05 10:00")
    assert (said["unlocked"], [each["code"] for each in said["findings"]]) == (False, ["paper-used"])


def test_a_paper_of_this_morning_answers_no_fail_of_the_afternoon(doors: Doors) -> None:
    """The outage was over; a fail that is said to be of the morning comes late, with a paper and a pass. The paper
    answers neither: the last fail came after it."""
    doors.city.enter()
    doors.at("2026-03-02 07:00")
    voucher = outages.of_day(outages.stock(doors), "2026-03-02")
    doors.at("2026-03-02 12:00")
    hours = {"ends_at": at("2026-03-02 12:00").isoformat(), "late_reason": "恢复后宣布"}
    outages.declare(doors, "2026-03-02 08:00", **hours)
    doors.at("2026-03-02 15:10")
    outages.upload(doors, "2026-03-02 15:00", vehicle=car(), **FAIL)
    doors.at("2026-03-02 16:00")
    outages.upload(doors, "2026-03-02 08:30", vehicle=car(), **FAIL)
    assert outages.redeem(doors, voucher, used="2026-03-02 09:00")["permitted"] is False
    outages.upload(doors, "2026-03-02 10:00", vehicle=car(), purpose="retest")
    assert Case.objects.get(closed_at=None).opened_at == at("2026-03-02 08:30")
    assert not mark(doors.city, "2026-03-02 17:00")
