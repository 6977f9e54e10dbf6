"""A retest answers for each fault that was found: the part that failed, on the vehicle as it was stated then, on each
fuel, each substance, by a method that measures it."""

from __future__ import annotations

from typing import Any

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.steps.inspections.replay import replay_test
from imloop.store.models import Case, Test, Vehicle
from support.city import FAR, NEAR, City, at
from support.messages.uploads import VIN, test_message
from support.stories.one_car import BROKEN, ENV, FAIL, WRONG, car
from support.stories.settled import Settlement, settle_run


def test_the_stricter_of_all_that_was_stated_holds(city: City) -> None:
    city.enter(fuel="")
    city.test("2026-03-02 09:00", vehicle=car(), co=0.6)
    city.repair("2026-03-03 16:00")
    city.test("2026-03-04 09:00", vehicle=car(fuel="cng"), purpose="retest", co=5.0)
    city.repair("2026-03-05 16:00")
    city.test("2026-03-06 09:00", vehicle=car(fuel="cng"), purpose="retest", co=0.6)
    assert Case.objects.get().state != "closed"


def _no_fail(when: str) -> dict[str, Any]:
    trace = test_message(at(when), station=NEAR)["trace"]
    trace["columns"]["no_ppm"] = [5000.0] * 180
    return trace


def idle(co: float = 0.1) -> dict[str, Any]:
    """A two-speed idle run, which measures no NO."""
    high = ["warm"] * 30 + ["high.settle"] * 15 + ["high.sample"] * 30
    phase = [*high, *["idle.settle"] * 15, *["idle.sample"] * 30]
    n = len(phase)
    columns = {
        "t_s": list(range(n)),
        "phase": phase,
        "co_pct": [co] * n,
        "hc_ppm": [30.0 + i % 3 for i in range(n)],
        "co2_pct": [14.6] * n,
        "o2_pct": [0.4] * n,
        "lambda": [1.0] * n,
        "rpm": [2500.0 + i % 7 for i in range(75)] + [800.0 + i % 5 for i in range(45)],
    }
    return {"columns": columns}


def test_a_swallowed_fail_leaves_its_fault(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **BROKEN)
    city.repair("2026-03-04 16:00")
    city.test("2026-03-05 09:00", vehicle=car(), purpose="retest", trace=_no_fail("2026-03-05 09:00"))
    # The station changes its mind: said to be before it, the exterior had failed again.
    city.test("2026-03-05 08:50", vehicle=car(), now=at("2026-03-05 11:00"), purpose="retest", **BROKEN)
    city.repair("2026-03-06 16:00")
    run = city.test("2026-03-07 09:00", vehicle=car(), method="TSI", purpose="retest", trace=idle()).body
    assert run["counts_why"] == "fault-not-retested"


def test_a_bi_fuel_car_keeps_its_pass_when_told_again(city: City) -> None:
    city.enter(fuel="gasoline", second_fuel="cng")
    both = {"fuel": "gasoline", "second_fuel": "cng"}
    first = test_message(at("2026-03-02 09:00"), station=NEAR)
    second = {"trace": first["trace"], "ambient": first["ambient"]}
    city.test("2026-03-02 09:00", vehicle=car(**both, rated_power_kw=90), second=second, **FAIL)
    city.repair("2026-03-04 16:00")
    run = city.test("2026-03-05 09:00", vehicle=car(**both), purpose="retest", second=second).body
    assert run["verdict"] == "pass" and run["counts"] == "case", run
    city.test("2026-03-05 08:00", station=FAR, vehicle=car(), now=at("2026-03-05 11:00"))
    assert Case.objects.get().state == "closed"


def test_a_bi_fuel_car_with_a_typing_error_is_settled(city: City) -> None:
    city.enter(fuel="gasoline", second_fuel="cng")
    both = {"fuel": "gasoline", "second_fuel": "cng", "max_mass_kg": 1810}
    first = test_message(at("2026-03-02 09:00"), station=NEAR)
    second = {"trace": first["trace"], "ambient": first["ambient"]}
    run = city.test("2026-03-02 09:00", vehicle=car(**both, vin=WRONG), second=second).body
    assert run["verdict"] == "pass"
    that = str(Vehicle.objects.get(vin=VIN).pk)
    settle_run(
        city.callers[ENV],
        NEAR,
        run["test_no"],
        Settlement("vehicle", "录入错误", that),
        at("2026-03-02 12:00"),
    )
    assert Test.objects.get(test_no=run["test_no"]).counts == "cycle"


def test_a_second_fault_of_the_exhaust_does_not_hide_the_first(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), trace=_no_fail("2026-03-02 09:00"))
    city.repair("2026-03-03 16:00")
    again = city.test(
        "2026-03-04 09:00", vehicle=car(), method="TSI", purpose="retest", trace=idle(co=5.0)
    ).body
    assert again["verdict"] == "fail" and again["counts"] == "case"
    city.repair("2026-03-05 16:00")
    run = city.test("2026-03-06 09:00", vehicle=car(), method="TSI", purpose="retest", trace=idle()).body
    assert run["verdict"] == "pass" and run["counts_why"] == "fault-not-retested"
    whole = city.test("2026-03-06 10:00", vehicle=car(), purpose="retest").body
    assert whole["case_state"] == "closed"


def test_what_failed_on_one_fuel_is_not_passed_on_the_other(city: City) -> None:
    city.enter(fuel="gasoline", second_fuel="cng")
    both = {"fuel": "gasoline", "second_fuel": "cng"}
    clean = test_message(at("2026-03-02 09:00"), station=NEAR)
    second = {"trace": clean["trace"], "ambient": clean["ambient"]}
    other = {"trace": idle(), "ambient": clean["ambient"]}
    city.test("2026-03-02 08:00", vehicle=car(**both), method="TSI", trace=idle(co=5.0), second=other)
    assert Case.objects.get().snapshot["failed_items"]
    city.repair("2026-03-02 16:00", received_at=at("2026-03-02 10:00").isoformat())
    city.test("2026-03-02 17:00", vehicle=car(**both), second=second, trace=_no_fail("2026-03-02 09:00"))
    city.repair("2026-03-03 16:00")
    run = city.test(
        "2026-03-04 09:00", vehicle=car(**both), method="TSI", purpose="retest", trace=idle(), second=other
    ).body
    assert run["verdict"] == "pass" and run["counts_why"] == "fault-not-retested"


def test_idling_answers_no_fault_found_under_load(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-03 16:00")
    run = city.test("2026-03-04 09:00", vehicle=car(), method="TSI", purpose="retest", trace=idle()).body
    assert run["counts_why"] == "fault-not-retested"
    assert city.test("2026-03-04 10:00", vehicle=car(), purpose="retest").body["case_state"] == "closed"


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
