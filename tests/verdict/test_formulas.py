"""Formulas against numbers worked by hand, and what must hold for any numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.codes import Fuel
from imloop.verdict.arithmetic import NANO, from_nano, nano, nano_levels, printed, round_levels, round_nano
from imloop.verdict.formulas.gas import (
    brettschneider,
    dilution_factor,
    humidity,
    humidity_factor,
    moisture,
    moisture_factor,
)
from imloop.verdict.formulas.smoke import k_from_opacity, opacity_from_k
from support.messages.runs import STEADY_AIR, law_of

WORKED = yaml.safe_load((Path(__file__).parent / "cases" / "formulas.yaml").read_text(encoding="utf-8"))
LAW = law_of()
PATH_M = 0.430


def one(value: float) -> Any:
    return np.array([float(value)])


def df(co: float, co2: float, fuel: Fuel = Fuel.GASOLINE) -> float:
    return float(dilution_factor(one(co), one(co2), fuel, LAW)[0])


def lambda_of(
    co: float, co2: float, hc: float, o2: float, no: float = 0.0, fuel: Fuel = Fuel.GASOLINE
) -> float:
    return float(brettschneider(one(co), one(co2), one(hc), one(o2), one(no), fuel, LAW)[0])


@pytest.mark.parametrize("case", WORKED["dilution"], ids=lambda case: case["id"])
def test_dilution_factor(case: dict[str, Any]) -> None:
    assert df(case["co"], case["co2"], Fuel(case["fuel"])) == pytest.approx(case["df"], abs=5e-5)


@pytest.mark.parametrize("case", WORKED["humidity"], ids=lambda case: case["id"])
def test_humidity_factor(case: dict[str, Any]) -> None:
    grains = humidity(one(case["t"]), one(case["rh"]), one(case["pb"]))
    if "h" in case:
        assert grains[0] == pytest.approx(case["h"], abs=5e-4)
    assert humidity_factor(grains)[0] == pytest.approx(case["kh"], abs=5e-5)


def test_at_75_grains_nothing_is_corrected() -> None:
    """H7."""
    assert humidity_factor(one(75.0))[0] == 1.0
    air = STEADY_AIR
    assert air.humidity_pct == pytest.approx(54.21, abs=5e-3)
    assert air.temperature_c is not None and air.humidity_pct is not None and air.pressure_kpa is not None
    grains = humidity(one(air.temperature_c), one(air.humidity_pct), one(air.pressure_kpa))
    assert grains[0] == pytest.approx(75.0, abs=1e-9)


SIGN_CHANGES = 287.7659574468085
"""Grains per pound at which 1 − 0.0047·(H − 75) is exactly zero."""


def test_readings_that_no_formula_divides_by_are_quiet() -> None:
    """A dead analyser shows zeros; a division by them gives no number, and no warning either."""
    cap = LAW.number("dilution.cap")
    assert df(0.0, 0.0) == df(5.0, 0.0) == cap
    assert np.isnan(df(0.0, float("nan")))
    assert np.isnan(lambda_of(0.0, 0.0, 0.0, 0.0))
    # CO without CO2 is no exhaust, but the share of hydrogen in it is bounded: a number follows.
    assert lambda_of(8.0, 0.0, 0.0, 0.0) == pytest.approx(0.34525295)
    for water in (humidity, moisture):
        assert np.isnan(water(one(25.0), one(0.0), one(0.0)))[0]
        assert np.isinf(water(one(0.0), one(100.0), one(0.61129)))[0]
        assert np.isnan(water(one(float("nan")), one(50.0), one(101.3)))[0]
    assert np.isnan(humidity_factor(one(SIGN_CHANGES)))[0]
    assert np.isnan(moisture_factor(one(10.71 + 1 / 0.0329 + 1.0)))[0]


@pytest.mark.parametrize("case", WORKED["smoke"], ids=lambda case: f"N {case['n']}")
def test_k_from_opacity(case: dict[str, Any]) -> None:
    assert k_from_opacity(one(case["n"]), PATH_M)[0] == pytest.approx(case["k"], abs=5e-5)


@pytest.mark.parametrize("case", WORKED["opacity"], ids=lambda case: f"k {case['k']}")
def test_opacity_from_k(case: dict[str, Any]) -> None:
    assert opacity_from_k(one(case["k"]), PATH_M)[0] == pytest.approx(case["n"], abs=5e-3)


@pytest.mark.parametrize("case", WORKED["lambda"], ids=lambda case: case["id"])
def test_lambda(case: dict[str, Any]) -> None:
    found = lambda_of(case["co"], case["co2"], case["hc"], case["o2"], case["nitric"], Fuel(case["fuel"]))
    assert found == pytest.approx(case["value"], abs=5e-5)


@pytest.mark.parametrize(
    "case", WORKED["rounding"], ids=lambda case: f"{case['value']} to {case['decimals']}"
)
def test_rounding_half_to_even(case: dict[str, Any]) -> None:
    assert printed(case["value"], case["decimals"]) == case["printed"]


per_cent = st.floats(0.01, 14.0)
step = st.floats(0.01, 3.0)


@given(per_cent, per_cent, step)
def test_more_co2_never_raises_the_dilution_factor(co: float, co2: float, more: float) -> None:
    assert df(co, co2 + more) <= df(co, co2) + 1e-12


@given(st.floats(0.0, 250.0), st.floats(0.1, 30.0))
def test_more_humidity_raises_its_factor(grains: float, more: float) -> None:
    assert humidity_factor(one(grains + more))[0] > humidity_factor(one(grains))[0]


@given(per_cent, st.floats(8.0, 15.0), st.floats(0, 500), st.floats(0, 10), step)
def test_lambda_rises_with_oxygen_and_falls_with_co(
    co: float, co2: float, hc: float, o2: float, more: float
) -> None:
    here = lambda_of(co, co2, hc, o2)
    assert lambda_of(co, co2, hc, o2 + more) > here
    assert lambda_of(co + more, co2, hc, o2) < here


@given(st.floats(0.0, 99.0), st.floats(0.01, 0.9))
def test_k_rises_with_opacity_and_comes_back(n: float, more: float) -> None:
    k, higher = k_from_opacity(one(n), PATH_M)[0], k_from_opacity(one(n + more), PATH_M)[0]
    assert higher > k
    assert opacity_from_k(one(k), PATH_M)[0] == pytest.approx(n, abs=1e-9)


@given(st.integers(-(10**6), 10**6), st.integers(0, 4))
def test_a_printed_decimal_is_exact_in_nano_units(units: int, decimals: int) -> None:
    """What an instrument prints with a few decimals meets a limit with the same decimals as a whole number."""
    value = units / 10**decimals
    assert nano(value) * 10**decimals == units * NANO
    assert round_nano(nano(value), decimals) == nano(value)
    assert from_nano(nano(value)) == value


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.integers(0, 4))
def test_arrays_round_as_single_numbers(values: list[float], decimals: int) -> None:
    levels = nano_levels(np.array(values))
    assert levels.tolist() == [float(nano(value)) for value in values]
    assert round_levels(levels, decimals).tolist() == [
        float(round_nano(int(level), decimals)) for level in levels
    ]
