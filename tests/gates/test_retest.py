"""What a retest has to measure, so that it answers what had failed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from imloop.facts.codes import Fuel, Method, Outcome, Purpose
from imloop.facts.records.inspection import TestRecord, Trace, Vehicle
from imloop.gates.inspections.retest import Measured, not_retested

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def run(method: Method, exhaust: str, vehicle: Vehicle | None = None, **items: bool) -> Measured:
    purpose, outcome = Purpose.PERIODIC, Outcome.COMPLETED
    record = TestRecord("", "", "", method, purpose, outcome, NOW, NOW, vehicle or Vehicle(), Trace())
    return Measured(record, {"exhaust": exhaust}, items)


def answers(now: Measured, *failed: Measured, **entered: object) -> bool:
    return not_retested(now, failed, entered) is None


@pytest.mark.parametrize(
    ("method", "items", "answered"),
    [
        (Method.VMAS, {"co_g_km": True, "hc_nox_g_km": True}, True),
        (Method.VMAS, {"co_g_km": True, "hc_g_km": True, "nox_g_km": True}, True),
        (Method.VMAS, {"co_g_km": True, "hc_g_km": True}, False),
        (Method.TSI, {"co_high_pct": True, "hc_high_ppm": True}, False),
    ],
)
def test_hydrocarbons_and_nox_together_are_two_substances(
    method: Method, items: dict[str, bool], answered: bool
) -> None:
    failed = run(Method.VMAS, "fail", co_g_km=True, hc_nox_g_km=False)
    assert answers(run(method, "pass", **items), failed) is answered


def test_what_a_later_failed_run_passed_of_a_part_is_asked_no_more() -> None:
    first = run(Method.ASM, "fail", no_5025_ppm=False, co_5025_pct=True)
    second = run(Method.TSI, "fail", co_high_pct=False)
    idle = run(Method.TSI, "pass", co_high_pct=True)
    whole = run(Method.ASM, "pass", no_5025_ppm=True, co_5025_pct=True)
    assert answers(idle, second)
    assert not answers(idle, first, second)
    assert answers(whole, first, second)


STRONG, WEAK = Vehicle(rated_power_kw=200.0), Vehicle(rated_power_kw=100.0)


@pytest.mark.parametrize(
    ("stated", "entered", "answered"),
    [
        (STRONG, {}, True),
        (WEAK, {}, False),
        (Vehicle(), {}, False),
        (WEAK, {"rated_power_kw": 200.0}, True),
    ],
)
def test_a_failed_retest_answers_what_failed_of_the_vehicle_as_it_was_stated_then(
    stated: Vehicle, entered: dict[str, object], answered: bool
) -> None:
    """Its exhaust passed, by the power that it stated itself; the register's word stands before either."""
    first = run(Method.LUGDOWN, "fail", STRONG, power_ratio=False)
    second = Measured(
        run(Method.LUGDOWN, "pass", stated, power_ratio=True).record,
        {"exhaust": "pass", "exterior": "fail"},
        {"power_ratio": True},
    )
    last = Measured(
        run(Method.FREEACC, "pass", STRONG).record,
        {"exhaust": "pass", "exterior": "pass"},
        {"k_mean_per_m": True},
    )
    assert answers(last, first, second, **entered) is answered


@pytest.mark.parametrize(
    ("then", "now", "entered", "answered"),
    [
        ("cng", "cng", {}, True),
        ("cng", "gasoline", {}, False),
        ("cng", None, {}, True),
        (None, "gasoline", {}, True),
        ("gasoline", "hybrid_gasoline", {}, True),
        ("cng", "gasoline", {"fuel": "gasoline"}, True),
    ],
)
def test_what_failed_on_one_fuel_is_driven_on_it_again(
    then: str | None, now: str | None, entered: dict[str, object], answered: bool
) -> None:
    """Of the register's fuel alone, where it knows one."""
    fuels = [Fuel(name) if name else None for name in (then, now)]
    failed, passed = (
        run(Method.ASM, result, Vehicle(fuel=fuel), co_5025_pct=result == "pass")
        for result, fuel in zip(("fail", "pass"), fuels, strict=True)
    )
    assert answers(passed, failed, **entered) is answered
