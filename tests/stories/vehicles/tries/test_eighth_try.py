"""What is told again, what an authority says by a plate alone, names that only a control unit gives: nobody frees a car
that failed by a fail that moved nothing, or by a VIN that no authority ever said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from imloop.steps.cases.release_repair import release_repair
from imloop.steps.vehicles.enrol_guest_vehicle import NewEnrolment, enrol
from imloop.steps.vehicles.register.change_vehicle import ReportedChange, change_vehicle
from imloop.store.models import Case, Finding, HeldRun, Test, Vehicle
from stories.inspections.test_sixth_try import by_two, run
from support.city import FAR, NEAR, City, at
from support.messages.uploads import PLATE, VIN
from support.stories.one_car import ENV, FAIL, OTHER_PLATE, OTHER_VIN, POLICE, WRONG, car, mark, permitted
from support.stories.settled import Settlement, settle_run

FAILED = "2026-03-02 09:00"
DARK = {"communication": True, "mil_on": False, "mil_lamp_ok": True}
YOUNGER = {"first_registered_on": "2018-01-01", "produced_on": "2018-01-01"}
BY_PLATE = ["a row of a list", "a guest's enrolment", "a sale"]


def told(city: City, of: str, vin: str = OTHER_VIN) -> dict[str, Any]:
    return run(city, of, vehicle=car(vin=vin), **FAIL)


def repaired(city: City, when: str, now: str = "") -> None:
    """Between ten o'clock and then; reported at once, or at ``now``."""
    came = at(f"{when[:10]} 10:00").isoformat()
    city.repair(when, received_at=came, **({"now": at(now)} if now else {}))


# Failed runs that moved nothing


def _repaired_and_failed_again(city: City, again: str = "2026-03-02 16:00") -> dict[str, Any]:
    """Its repair had ended, and was reported only in the evening; the failed run between came later still."""
    city.enter()
    run(city, FAILED, **FAIL)
    run(city, "2026-03-02 17:00", outcome="aborted")
    repaired(city, "2026-03-02 14:00", "2026-03-02 18:00")
    return run(city, again, now=at("2026-03-02 18:30"), **FAIL)


def test_a_repair_before_the_last_failed_run_answers_it_no_more_than_one_with_a_permit(city: City) -> None:
    assert _repaired_and_failed_again(city)["counts_why"] == "retest-without-permit"
    assert Case.objects.get().state == "awaiting_repair" and not permitted(city, NEAR, "2026-03-02 19:00")
    assert run(city, "2026-03-02 19:00", purpose="retest")["refused"] == "repair-before-fail"
    repaired(city, "2026-03-03 16:00")
    assert run(city, "2026-03-04 09:00", purpose="retest")["case_state"] == "closed"
    assert mark(city, "2026-03-04 10:00")


def test_one_that_ended_after_it_does(city: City) -> None:
    """The honest neighbour: it was tested again by mistake before it was repaired. As that was told only after the
    repair, a department looks."""
    _repaired_and_failed_again(city, "2026-03-02 09:30")
    assert run(city, "2026-03-02 19:00", purpose="retest")["refused"] == "fail-told-late"
    case, held = Case.objects.get().case_no, Finding.objects.get(code="fail-told-late", subject_kind="repair")
    who, now = city.callers[ENV], at("2026-03-02 19:20")
    release_repair(
        who, case, held.station_code, held.subject, reason="看过检测线日志", now=now, fail_hour_holds=True
    )
    assert run(city, "2026-03-02 19:30", purpose="retest")["case_state"] == "closed"


def test_a_pass_that_the_register_takes_back_swallows_no_later_fail_of_another_station(city: City) -> None:
    """Stated in two ways, it passed; by what the register says since, that answered nothing. So its case is open
    again, and the failed run elsewhere was no retest there."""
    run(city, FAILED, vehicle=car(max_mass_kg=2400), **FAIL)
    repaired(city, "2026-03-02 11:00")
    assert run(city, "2026-03-02 13:00", purpose="retest", vehicle=car(max_mass_kg=2500))["counts"] == "case"
    fresh = run(city, "2026-03-02 15:00", station=FAR, **FAIL)
    city.enter("2026-03-03 16:00", **YOUNGER)
    by_two(city, "2026-03-03 16:10")
    doubtful = run(city, "2026-03-02 12:30", vehicle=car(vin=WRONG), now=at("2026-03-04 09:00"), **FAIL)
    rejected = Settlement("rejected", "另一辆车")
    settle_run(city.callers[ENV], NEAR, doubtful["test_no"], rejected, at("2026-03-04 10:00"))
    assert Test.objects.get(test_no=fresh["test_no"]).counts_why == "retest-without-permit"
    for station in (NEAR, FAR):
        assert not permitted(city, station, "2026-03-04 11:00")
        assert "refused" in run(city, "2026-03-04 11:00", station=station, obd=DARK)
    repaired(city, "2026-03-04 16:00")
    assert run(city, "2026-03-05 09:00", purpose="retest", obd=DARK)["case_state"] == "closed"
    assert mark(city, "2026-03-05 10:00")


def test_what_the_other_station_found_is_answered_too(city: City) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    run(city, "2026-03-02 11:00", outcome="aborted")
    broken = {"exterior": {"verdict": "fail", "items": {"tailpipe": False}}}
    late = run(city, "2026-03-02 10:00", station=FAR, now=at("2026-03-02 12:00"), **broken)
    assert late["counts_why"] == "retest-without-permit"
    repaired(city, "2026-03-03 16:00")
    assert run(city, "2026-03-04 09:00", purpose="retest")["counts_why"] == "fault-not-retested"
    whole = {"exterior": {"verdict": "pass", "items": {"tailpipe": True, "devices_present": True}}}
    assert run(city, "2026-03-04 10:00", purpose="retest", **whole)["case_state"] == "closed"


def test_a_case_that_is_open_again_and_a_later_one_of_its_cycle_are_one(city: City) -> None:
    """A doubtful pass had ended the first; while that waited, the vehicle failed again."""
    city.enter()
    run(city, FAILED, **FAIL)
    repaired(city, "2026-03-02 12:00")
    doubtful = run(city, "2026-03-02 13:00", vehicle=car(vin=WRONG), **FAIL)
    assert run(city, "2026-03-02 14:00", purpose="retest")["counts_why"] == "failed-run-waits"
    assert run(city, "2026-03-02 15:00", **FAIL)["counts"] == "case"
    its_own = Settlement("vehicle", "录入错误", str(Vehicle.objects.get(vin=VIN).pk))
    settle_run(city.callers[ENV], NEAR, doubtful["test_no"], its_own, at("2026-03-02 16:00"))
    case = Case.objects.get(closed_at=None)
    assert case.state == "awaiting_repair" and not permitted(city, NEAR, "2026-03-02 17:00")


# What an authority says by a plate alone


def _entered_by_its_plate(city: City, how: str) -> None:
    if how == "a row of a list":
        city.enter("2026-03-03 09:00", vin="")
    elif how == "a sale":
        sold = ReportedChange(kind="sold", on=date(2026, 3, 3), plate=PLATE, owner_name="韦小明")
        change_vehicle(city.callers[POLICE], sold, at("2026-03-03 09:00"))
    else:
        guest = NewEnrolment(ground="resident", evidence="居住证", since=date(2026, 3, 3), plate=PLATE)
        enrol(city.callers[ENV], guest, at("2026-03-03 09:00"))


@pytest.mark.parametrize("how", BY_PLATE)
@pytest.mark.parametrize("names", [{}, {"plate": ""}])
def test_a_plate_makes_no_authority_s_word_of_the_vin_that_a_station_stated(
    city: City, how: str, names: dict[str, str]
) -> None:
    """It failed under an invented VIN; then its plate was entered, and later its VIN."""
    assert told(city, FAILED)["counts"] == "case"
    _entered_by_its_plate(city, how)
    assert "vin" not in Vehicle.objects.get().sources
    city.enter("2026-03-04 09:00")
    by_two(city, "2026-03-04 10:00")
    said = run(city, "2026-03-05 09:00", station=FAR, vehicle=car(**names))
    assert said["counts_why"] == "identity-doubtful" and not mark(city, "2026-03-05 10:00")
    was = Settlement("vehicle", "看过车", str(Vehicle.objects.get(vin=OTHER_VIN).pk))
    settle_run(city.callers[ENV], FAR, said["test_no"], was, at("2026-03-05 11:00"))
    assert Test.objects.get(test_no=said["test_no"]).counts == "nothing"


@pytest.mark.parametrize("how", BY_PLATE)
def test_an_honest_car_whose_vin_comes_later_is_one_car(city: City, how: str) -> None:
    run(city, FAILED, **FAIL)
    _entered_by_its_plate(city, how)
    city.enter("2026-03-04 09:00")
    by_two(city, "2026-03-04 10:00")
    assert "vin" in Vehicle.objects.get().sources and not mark(city, "2026-03-04 11:00")
    repaired(city, "2026-03-04 16:00")
    assert run(city, "2026-03-05 09:00", purpose="retest")["case_state"] == "closed"
    assert mark(city, "2026-03-05 10:00")


@pytest.mark.parametrize("how", BY_PLATE)
def test_who_is_given_the_plate_of_a_car_that_passed_waits_for_nobody(city: City, how: str) -> None:
    run(city, FAILED, vehicle=car(vin=OTHER_VIN))
    _entered_by_its_plate(city, how)
    city.enter("2026-03-04 09:00")
    by_two(city, "2026-03-04 10:00")
    assert run(city, "2026-03-05 09:00", station=FAR)["counts"] == "cycle" and mark(city, "2026-03-05 10:00")


# Names that only a control unit gives


@pytest.mark.parametrize("names", [("", ""), ("1" * 17, "无牌"), ("", "N/A")])
@pytest.mark.parametrize("known", [True, False])
def test_a_fail_that_a_control_unit_alone_names_waits(
    city: City, names: tuple[str, str], known: bool
) -> None:
    if known:
        city.enter()
    nameless = car(vin=names[0], plate=names[1])
    told_vin = {**DARK, "ecus": [{"ecu": "ECM", "vin": VIN}]}
    held = run(city, FAILED, vehicle=nameless, obd=told_vin, **FAIL)
    assert held["counts_why"] == "identity-doubtful"
    if not known:
        city.enter("2026-03-02 12:00")
    said = run(city, "2026-03-03 09:00", station=FAR)
    assert said["counts_why"] == "failed-run-waits" and not mark(city, "2026-03-03 10:00")
    its_own = Settlement("vehicle", "车架号核对一致", "named", vin=VIN)
    settle_run(city.callers[ENV], NEAR, held["test_no"], its_own, at("2026-03-03 11:00"))
    assert Case.objects.get().vehicle.vin == VIN and not mark(city, "2026-03-03 12:00")


@pytest.mark.parametrize("ecus", [[], [{"ecu": "ECM", "vin": "0" * 17}], [{"ecu": "ECM", "vin": "ABC"}]])
def test_one_that_nothing_names_waits_for_nobody(city: City, ecus: list[dict[str, str]]) -> None:
    nameless = car(vin="", plate="")
    said = run(city, FAILED, vehicle=nameless, obd={**DARK, "ecus": ecus}, **FAIL)
    assert said["counts_why"] == "vehicle-unidentified" and not HeldRun.objects.exists()


@pytest.mark.parametrize("plate", ["", OTHER_PLATE])
def test_a_car_known_by_its_plate_is_not_freed_by_a_row_of_the_vin_that_it_failed_under(
    city: City, plate: str
) -> None:
    """The register knew no VIN of it, so its run went by the plate; the row of its VIN would make another car of it."""
    city.enter(vin="")
    case = run(city, FAILED, **FAIL)["case"]
    city.enter("2026-03-03 09:00", plate=plate)
    by_two(city, "2026-03-03 10:00")
    said = run(city, "2026-03-04 09:00", station=FAR, vehicle=car(plate=plate))
    assert said["counts_why"] == "identity-doubtful" and not mark(city, "2026-03-04 10:00")
    was = Settlement("vehicle", "看过车", str(Vehicle.objects.get(vin="").pk))
    settle_run(city.callers[ENV], FAR, said["test_no"], was, at("2026-03-04 11:00"))
    assert Case.objects.get(case_no=case).state == "awaiting_repair" and not mark(city, "2026-03-04 12:00")


def test_the_row_of_both_its_names_makes_one_car_of_it(city: City) -> None:
    city.enter(vin="")
    run(city, FAILED, **FAIL)
    city.enter("2026-03-03 09:00")
    repaired(city, "2026-03-03 16:00")
    assert run(city, "2026-03-04 09:00", purpose="retest")["case_state"] == "closed"
    assert mark(city, "2026-03-04 10:00")
