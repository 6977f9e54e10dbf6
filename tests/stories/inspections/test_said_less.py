"""Who says less, or says that a run counts for nothing, hides no fail."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.exchange.dialects import named
from imloop.exchange.dialects import write as write_dialect
from imloop.exchange.uploads.intake import take_test
from support.city import FAR, NEAR, City, at
from support.messages.uploads import test_message as message_of
from support.stories.one_car import BROKEN, FAIL, LEFT_OUT, car

INVENTED = ("channel-frozen", "df-low")
"""Findings that the invented seconds of these runs earn."""


def _codes(receipt: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in receipt["findings"] if finding["code"] not in INVENTED]


def _second_run(co: float = 0.12) -> dict[str, Any]:
    message = message_of(at("2026-03-02 09:00"), station=NEAR, co=co)
    return {"trace": message["trace"], "ambient": message["ambient"]}


@pytest.mark.parametrize(
    "fuels", [{"fuel": "gasoline"}, {"fuel": "cng"}, {"fuel": "gasoline", "second_fuel": None}]
)
def test_the_second_fuel_of_the_register_is_not_left_out(city: City, fuels: dict[str, Any]) -> None:
    city.enter(second_fuel="cng")
    run = city.test("2026-03-02 09:00", vehicle=car(**fuels)).body
    assert (run["verdict"], run["counts"]) == ("invalid", "nothing")
    assert "second-fuel-missing" in [reason["code"] for reason in run["reasons"]]


@pytest.mark.parametrize(
    ("fuels", "codes"),
    [
        ({"fuel": "gasoline", "second_fuel": "cng"}, []),
        ({"fuel": "cng", "second_fuel": "gasoline"}, []),
        ({"fuel": "gasoline", "second_fuel": "lpg"}, ["fuel-differs"]),
    ],
)
def test_both_fuels_run_in_either_order_pass(city: City, fuels: dict[str, Any], codes: list[str]) -> None:
    city.enter(second_fuel="cng")
    run = city.test("2026-03-02 09:00", vehicle=car(**fuels), second=_second_run()).body
    assert (run["counts"], _codes(run)) == ("cycle", codes)


def _broken_clock() -> dict[str, Any]:
    trace: dict[str, Any] = _second_run(0.9)["trace"]
    trace["columns"]["t_s"][5] = 4
    return {"trace": trace, "co": 0.9}


UNCOUNTED: dict[str, dict[str, Any]] = {
    "comparison": {"purpose": "comparison", **FAIL},
    "clock": _broken_clock(),
    "answer": {"trace": {"columns": {}}, "claimed": {"verdict": "fail"}},
}


@pytest.mark.parametrize("how", UNCOUNTED)
def test_a_fail_that_its_sender_makes_count_for_nothing_is_seen(city: City, how: str) -> None:
    city.enter()
    for hour in range(9, 12):
        run = city.test(f"2026-03-02 {hour:02}:00", vehicle=car(), **UNCOUNTED[how]).body
        assert run["counts"] == "nothing" and "fail-not-counted" in _codes(run)
    passed = city.test("2026-03-02 13:00", station=FAR, vehicle=car()).body
    assert "aborts-then-pass" in _codes(passed)


def test_a_comparison_that_passes_and_a_run_without_data_are_no_fails(city: City) -> None:
    city.enter()
    good = city.test("2026-03-02 09:00", vehicle=car(), purpose="comparison").body
    empty = city.test("2026-03-02 10:00", vehicle=car(), trace={"columns": {}}).body
    assert not {"fail-not-counted", "aborts-then-pass"} & {*_codes(good), *_codes(empty)}
    assert _codes(city.test("2026-03-02 11:00", vehicle=car()).body) == []


@pytest.mark.parametrize("registered", [True, False])
def test_the_exhaust_of_a_car_that_has_none_is_seen(city: City, registered: bool) -> None:
    if registered:
        city.enter(fuel="electric")
    run = city.test("2026-03-02 09:00", vehicle=car(fuel="electric"), **FAIL).body
    assert "exhaust-of-exempt" in _codes(run)


@pytest.mark.parametrize(
    ("registered", "stated", "verdict", "told"),
    [
        ("", "M21", "invalid", ["exhaust-of-exempt"]),  # by the sender's word alone
        ("M21", "", "invalid", []),
        ("M21", "M21", "invalid", []),
        ("K33", "M21", "fail", ["type-differs"]),
        ("M21", "K33", "invalid", ["type-differs"]),
        ("", "K33", "fail", []),
    ],
)
def test_a_type_that_takes_a_car_out_of_the_standards_hides_no_fail(
    city: City, registered: str, stated: str, verdict: str, told: list[str]
) -> None:
    city.enter(vehicle_type=registered)
    run = city.test("2026-03-02 09:00", vehicle=car(vehicle_type=stated), **FAIL).body
    assert run["verdict"] == verdict
    assert [code for code in _codes(run) if code in ("exhaust-of-exempt", "type-differs")] == told
    assert ("vehicle-out-of-scope" in [reason["code"] for reason in run["reasons"]]) is (verdict == "invalid")


@pytest.mark.parametrize("fuel", [None, "O", "Z"])
@pytest.mark.parametrize("known", [True, False])
def test_a_fuel_that_nobody_names_is_not_petrol(city: City, fuel: str | None, known: bool) -> None:
    city.enter(fuel="gasoline" if known else "")
    run = city.test("2026-03-02 09:00", vehicle=car(fuel=fuel), **FAIL).body
    assert run["verdict"] == ("fail" if known else "invalid")
    assert ("fuel-unknown" in [reason["code"] for reason in run["reasons"]]) is not known


def _in_ini(message: dict[str, Any]) -> bytes:
    return write_dialect(named("line-ini"), message, "ini").encode("gb18030")


def test_a_retest_in_the_words_of_a_line_leaves_nothing_out(city: City) -> None:
    """Its map has names for everything that failed: less said than then is not passed."""
    city.enter()
    failed = message_of(at("2026-03-02 09:00"), station=NEAR, **BROKEN)
    assert take_test(_in_ini(failed), city.callers[NEAR], at("2026-03-02 09:10")).body["verdict"] == "fail"
    city.repair("2026-03-03 16:00")
    quick = message_of(at("2026-03-04 09:00"), station=NEAR, purpose="retest", **LEFT_OUT)
    run = take_test(_in_ini(quick), city.callers[NEAR], at("2026-03-04 09:10")).body
    assert run["counts_why"] == "fault-not-retested"
    whole = message_of(at("2026-03-04 10:00"), station=NEAR, purpose="retest")
    assert take_test(_in_ini(whole), city.callers[NEAR], at("2026-03-04 10:10")).body["counts"] == "case"
