"""A retest answers for the fault that was found: the same vehicle, and the part that failed."""

from __future__ import annotations

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.steps.inspections.replay import replay_test
from imloop.store.models import Case, Test
from support.city import NEAR, City, at
from support.messages.uploads import VIN, test_message

FAIL = {"co": 0.9}
BROKEN = {"exterior": {"verdict": "fail", "items": {"devices_present": False, "visible_smoke": False}}}


def car(**change: object) -> dict[str, object]:
    return {
        "vin": VIN,
        "plate": "桂B12345",
        "fuel": "gasoline",
        "produced_on": "2010-03-01",
        "first_registered_on": "2010-05-01",
        "max_mass_kg": 1800,
        **change,
    }


def codes(receipt: dict[str, object]) -> set[str]:
    findings = receipt["findings"]
    assert isinstance(findings, list)
    return {finding["code"] for finding in findings}


def test_an_exterior_fault_is_not_answered_by_a_clean_exhaust(city: City) -> None:
    failed = city.test("2026-03-02 09:00", vehicle=car(), **BROKEN).body
    assert failed["parts"]["exterior"] == "fail"
    city.repair("2026-03-04 16:00")
    left_out = city.test("2026-03-05 09:00", vehicle=car(), exterior={"verdict": "pass", "items": {}}).body
    assert (left_out["counts"], left_out["counts_why"]) == ("nothing", "fault-not-retested")
    assert Case.objects.get().state == "awaiting_retest"
    whole = city.test("2026-03-05 10:00", vehicle=car()).body
    assert (whole["counts"], whole["case_state"]) == ("case", "closed")


def test_electric_all_of_a_sudden_is_judged_as_it_failed(city: City) -> None:
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-04 16:00")
    run = city.test("2026-03-05 09:00", vehicle=car(fuel="electric"), **FAIL).body
    assert run["verdict"] == "fail" and "restated" in codes(run)
    assert Case.objects.get().round == 2
    assert replay_test(Test.objects.get(test_no=run["test_no"]), decode_test)["same"] is True


def test_a_bifuel_car_that_failed_is_not_passed_on_one_fuel(city: City) -> None:
    clean = test_message(at("2026-03-02 09:00"), station=NEAR)
    second = {"trace": clean["trace"], "ambient": clean["ambient"]}
    both = {"vehicle": car(second_fuel="cng"), "second": second}
    city.test("2026-03-02 09:00", **both, **FAIL)
    city.repair("2026-03-04 16:00")
    one = city.test("2026-03-05 09:00", vehicle=car()).body
    assert one["verdict"] == "invalid" and "restated" in codes(one)
    assert Case.objects.get().state == "awaiting_retest"
    assert replay_test(Test.objects.get(test_no=one["test_no"]), decode_test)["same"] is True
    again = city.test("2026-03-05 10:00", **both).body
    assert (again["counts"], again["counts_why"], again["case_state"]) == ("case", None, "closed")


def test_a_run_broken_off_after_it_had_failed_is_named(city: City) -> None:
    broken = city.test("2026-03-02 09:00", vehicle=car(), outcome="aborted", **FAIL).body
    assert "aborted-after-fail" in codes(broken) and broken["counts_why"] == "aborted"
    clean = city.test("2026-03-02 10:00", vehicle=car(), outcome="aborted").body
    assert "aborted-after-fail" not in codes(clean)


def test_a_pass_after_many_aborts_is_named(city: City) -> None:
    for minute in (0, 10):
        city.test(f"2026-03-02 09:{minute:02d}", vehicle=car(), outcome="aborted")
    assert "aborts-then-pass" not in codes(city.test("2026-03-02 09:30", vehicle=car()).body)
    city.test("2026-03-02 09:40", vehicle=car(), outcome="aborted")
    assert "aborts-then-pass" in codes(city.test("2026-03-02 09:50", vehicle=car()).body)
