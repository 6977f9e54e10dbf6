"""Whose run was it? A wrong sign, another plate, another car's control unit: nobody escapes an open case by it, and
whoever is honest gets through."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.facts.refusal import Conflict, NotAllowed, Unlawful
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.inspections.replay import replay_test
from imloop.steps.inspections.tasks import held as waiting
from imloop.steps.vehicles.ask_mark import ask_mark
from imloop.store.models import Case, Finding, HeldRun, Notice, Test, Vehicle
from support.city import FAR, NEAR, City, at
from support.messages.uploads import PLATE, VIN
from support.stories.one_car import car
from support.stories.settled import Settlement, settle_run

ENVIRONMENT, POLICE = "450200-environment", "450200-police"
FAIL = {"co": 0.9}
WRONG = VIN[:-1] + ("2" if VIN[-1] == "1" else "1")


@pytest.fixture(autouse=True)
def known_car(city: City) -> None:
    """The police have entered it: what a gate refuses here, it refuses for what was tested."""
    city.enter()


def found(receipt: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in receipt["findings"]}


def mark_allowed(city: City, when: str, **of: str) -> bool:
    return ask_mark(city.callers[POLICE], at=at(when), **of).allowed


@pytest.mark.parametrize(
    "names",
    [
        {"vin": WRONG},
        {"vin": VIN[:-1]},
        {"vin": "LSVAM4187C2184841"},
        {"vin": WRONG, "plate": ""},
    ],
    ids=["one sign of the VIN", "a sign missing", "another VIN", "one sign, no plate"],
)
@pytest.mark.parametrize("station", [NEAR, FAR])
def test_a_pass_under_another_name_frees_nobody(city: City, names: dict[str, str], station: str) -> None:
    failed = city.test("2026-03-02 09:00", vehicle=car(), **FAIL).body
    passed = city.test("2026-03-02 15:00", station=station, vehicle=car(**names)).body
    assert (passed["verdict"], passed["counts"], passed["counts_why"]) == (
        "pass",
        "nothing",
        "identity-doubtful",
    )
    assert "identity-doubtful" in found(passed) and passed["next"]["action"] == "wait"
    assert passed["case"] is None
    assert Case.objects.get().case_no == failed["case"] and Case.objects.get().state == "awaiting_repair"
    assert Vehicle.objects.count() == 1
    assert not mark_allowed(city, "2026-03-02 16:00", vin=VIN)
    assert not mark_allowed(city, "2026-03-02 16:00", plate=PLATE)
    assert [task.kind for task in waiting(city.callers[ENVIRONMENT], at("2026-03-03 09:00"))] == ["held-run"]


@pytest.mark.parametrize("written", ["桂B 12345", "桂B·12345", "桂Ｂ12345", "桂b-12345", "桂B12345\u200b"])
def test_another_way_of_writing_is_the_same_vehicle(city: City, written: str) -> None:
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    with pytest.raises(Unlawful) as refused:
        city.test("2026-03-02 15:00", vehicle=car(vin="", plate=written))
    assert refused.value.code == "no-repair-record"


def test_a_control_unit_of_another_known_vehicle_holds_the_run(city: City) -> None:
    other = "LSVAM4187C2184841"
    city.test("2026-03-02 08:00", vehicle=car(vin=other, plate="桂B54321"), **FAIL)
    ecus = {"obd": {"communication": True, "ecus": [{"ecu": "engine", "vin": other}]}}
    passed = city.test("2026-03-02 10:00", vehicle=car(), **ecus).body
    assert passed["counts_why"] == "identity-doubtful"
    held = HeldRun.objects.get()
    assert {each.vin for each in held.candidates.all()} == {other, VIN}


def test_a_replaced_control_unit_is_only_a_finding(city: City) -> None:
    ecus = {"obd": {"communication": True, "ecus": [{"ecu": "engine", "vin": "LSVAM4187C2184841"}]}}
    city.test("2026-03-02 09:00", vehicle=car(), **ecus)
    passed = city.test("2026-03-03 09:00", vehicle=car(), **ecus).body
    assert passed["counts"] == "cycle"


def test_a_new_plate_of_a_known_vin_gets_through(city: City) -> None:
    """Re-registered, and the police list is not here yet: the VIN says which vehicle it is."""
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-04 16:00")
    passed = city.test("2026-03-05 09:00", vehicle=car(plate="桂B67890"), purpose="retest").body
    assert (passed["case_state"], passed["counts"]) == ("closed", "case")
    assert "plate-differs" in found(passed)
    assert Vehicle.objects.get().plate == PLATE


def test_a_typing_error_is_settled_with_one_decision(city: City) -> None:
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-04 16:00")
    typed = city.test("2026-03-05 09:00", vehicle=car(vin=WRONG), purpose="retest").body
    assert typed["counts"] == "nothing"
    said = Settlement("vehicle", "行驶证与车架号核对一致，录入错误", str(Vehicle.objects.get().pk))
    settle_run(city.callers[ENVIRONMENT], NEAR, str(typed["test_no"]), said, at("2026-03-05 11:00"))
    assert Case.objects.get().state == "closed"
    assert Test.objects.get(test_no=typed["test_no"]).counts == "case"
    assert mark_allowed(city, "2026-03-05 12:00", vin=VIN)


def test_a_doubtful_fail_holds_its_candidates_until_it_is_settled(city: City) -> None:
    """Sent under a wrong VIN, a fail opens no case; the car it may be of does not pass beside it either."""
    city.test("2025-03-02 09:00", vehicle=car())
    failed = city.test("2026-03-02 09:00", vehicle=car(vin=WRONG), **FAIL).body
    assert (failed["case"], failed["counts_why"]) == (None, "identity-doubtful")
    passed = city.test("2026-03-02 11:00", station=FAR, vehicle=car()).body
    assert (passed["counts"], passed["counts_why"]) == ("nothing", "failed-run-waits")
    assert not mark_allowed(city, "2026-03-02 12:00", vin=VIN)
    road = city.client(ENVIRONMENT).get("/api/v1/gates/road", {"vin": VIN}).json()
    assert [each["code"] for each in road["reasons"] if each.get("warning")] == ["failed-run-waits"]
    said = Settlement("vehicle", "就是该车", str(Vehicle.objects.get().pk))
    settle_run(city.callers[ENVIRONMENT], NEAR, str(failed["test_no"]), said, at("2026-03-02 15:00"))
    case = Case.objects.get()
    assert (case.state, case.snapshot["failed_test"]) == ("awaiting_repair", failed["test_no"])
    assert Notice.objects.get().case == case
    assert Test.objects.get(test_no=passed["test_no"]).counts_why == "retest-without-permit"
    assert Finding.objects.filter(code="retest-without-permit", subject=passed["test_no"]).exists()


def test_a_doubtful_fail_of_another_car_lets_the_honest_pass_count(city: City) -> None:
    city.test("2025-03-02 09:00", vehicle=car())
    failed = city.test("2026-03-02 09:00", vehicle=car(vin=WRONG), **FAIL).body
    passed = city.test("2026-03-02 11:00", station=FAR, vehicle=car()).body
    settle_run(
        city.callers[ENVIRONMENT],
        NEAR,
        str(failed["test_no"]),
        Settlement("vehicle", "另一辆车，套用号牌", "another"),
        at("2026-03-02 15:00"),
    )
    assert Test.objects.get(test_no=passed["test_no"]).counts == "cycle"
    assert Case.objects.get().vehicle.vin == WRONG
    assert mark_allowed(city, "2026-03-02 16:00", vin=VIN)


def test_only_the_department_settles_and_only_once(city: City) -> None:
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    held = city.test("2026-03-02 15:00", vehicle=car(vin=WRONG)).body
    said = Settlement("rejected", "现场核查不是该车")
    for caller in (NEAR, POLICE, "450200-transport"):
        with pytest.raises(NotAllowed):
            settle_run(city.callers[caller], NEAR, str(held["test_no"]), said, at("2026-03-02 16:00"))
    settle_run(city.callers[ENVIRONMENT], NEAR, str(held["test_no"]), said, at("2026-03-02 16:00"))
    assert Test.objects.get(test_no=held["test_no"]).counts_why == "rejected"
    with pytest.raises(Conflict):
        settle_run(city.callers[ENVIRONMENT], NEAR, str(held["test_no"]), said, at("2026-03-02 17:00"))


def test_a_plate_and_a_vin_of_two_vehicles_are_not_one_question(city: City) -> None:
    other = "LSVAM4187C2184841"
    city.test("2026-03-02 08:00", vehicle=car(vin=other, plate="桂B54321"))
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    with pytest.raises(Conflict) as refused:
        ask_mark(city.callers[POLICE], vin=other, plate=PLATE, at=at("2026-03-02 16:00"))
    assert refused.value.code == "plate-ambiguous"


def permit_codes(city: City, **names: str) -> list[str]:
    answer = ask_permit(city.callers[NEAR], station=NEAR, at=at("2026-03-02 16:00"), **names)
    assert not answer["allowed"]
    return [reason["code"] for reason in answer["reasons"]]  # type: ignore[attr-defined]


def test_the_gate_of_the_retest_never_calls_a_stranger_an_ordinary_test(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    assert permit_codes(city, vin=VIN, plate=PLATE) == ["no-repair-record"]
    assert permit_codes(city, plate="桂B99999") == ["unknown-vehicle"]
    assert permit_codes(city, plate="hello") == ["plate-malformed"]
    assert permit_codes(city, plate=VIN) == ["vin-as-plate"]
    assert permit_codes(city, vin=VIN, plate="桂B99999") == ["plate-not-of-vin"]
    with pytest.raises(Conflict, match="该 VIN 没有登记"):
        permit_codes(city, vin="LSVAM4187C2184848", plate=PLATE)


def test_a_failed_run_that_waits_is_no_ordinary_test_either(city: City) -> None:
    city.enter()
    city.enter(vin=WRONG, plate="桂B54321")
    city.test("2026-03-02 09:00", vehicle=car(vin=WRONG), **FAIL)
    assert permit_codes(city, vin=VIN) == ["failed-run-waits", "no-open-case"]


def test_aborted_and_comparison_runs_say_nothing_of_the_vehicle(city: City) -> None:
    city.test("2026-03-02 08:00", vehicle=car())
    before = Vehicle.objects.values().get()
    for when, change in (("09:00", {"outcome": "aborted"}), ("10:00", {"purpose": "comparison"})):
        stated = car(fuel="electric", owner={"name": "某甲"}, first_registered_on="2025-01-01")
        run = city.test(f"2026-03-02 {when}", vehicle=stated, **change).body
        assert run["counts"] == "nothing"
    assert Vehicle.objects.values().get() == before


def test_a_comparison_is_no_proof_of_passing(city: City) -> None:
    run = city.test("2026-03-02 08:00", vehicle=car(), purpose="comparison").body
    assert (run["verdict"], run["counts"], run["counts_why"]) == ("pass", "nothing", "comparison")
    assert not mark_allowed(city, "2026-03-02 16:00", vin=VIN)
    assert (
        ask_permit(city.callers[NEAR], station=NEAR, vin=VIN, at=at("2026-03-02 16:00"))["allowed"] is False
    )


def test_an_electric_car_of_the_stations_making_fails_as_what_the_register_says(city: City) -> None:
    failed = city.test("2026-03-02 09:00", vehicle=car(fuel="electric"), **FAIL).body
    assert (failed["verdict"], failed["counts"]) == ("fail", "case") and "fuel-differs" in found(failed)
    assert not mark_allowed(city, "2026-03-02 12:00", vin=VIN)
    stored = Test.objects.get(test_no=failed["test_no"])
    assert replay_test(stored, decode_test)["same"] is True


@pytest.mark.parametrize(
    "stated",
    [{"fuel": "electric"}, {"first_registered_on": "2026-01-01"}, {"plate": "桂B99999"}],
    ids=lambda stated: next(iter(stated)),
)
def test_what_a_station_states_feeds_no_gate(city: City, stated: dict[str, str]) -> None:
    city.test("2026-03-02 09:00", vehicle=car(**stated), outcome="aborted")
    city.test("2026-03-02 10:00", vehicle=car(**stated), **FAIL)
    assert not mark_allowed(city, "2026-03-02 12:00", vin=VIN)
    assert Vehicle.objects.get().plate == PLATE
    assert Case.objects.get().state == "awaiting_repair"


def test_a_day_that_cannot_be_poisons_nothing(city: City) -> None:
    run = city.test("2026-03-02 09:00", vehicle=car(first_registered_on="9999-12-01")).body
    assert "day-implausible" in found(run) and run["counts"] == "cycle"
    assert mark_allowed(city, "2026-03-02 12:00", vin=VIN)
