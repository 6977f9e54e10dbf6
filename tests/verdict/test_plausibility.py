"""Doubts about a recording: each at its threshold, on both sides, and no doubt about an ordinary run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from imloop.facts.codes import Method, Outcome
from imloop.facts.records.inspection import Ambient, Trace
from imloop.verdict import judge
from imloop.verdict.formulas.gas import corrected
from support.messages.lively_runs import LAW, SECONDS, Change, loaded, run_of, spread, told


@pytest.mark.parametrize("method", [Method.ASM, Method.LUGDOWN])
def test_an_ordinary_run_is_not_doubted(method: Method) -> None:
    assert told(judge(run_of(method, {}), LAW)) == set()


RICH = {"co2_pct": 14.01, "o2_pct": 3.01}


@pytest.mark.parametrize(
    ("change", "code", "expected"),
    [
        # more CO2 than the oxygen beside it allows, for five seconds
        ({"co2_pct": spread(5, 5, 14.01), "o2_pct": spread(5, 5, 3.01)}, "gas-impossible", True),
        ({"co2_pct": spread(5, 4, 14.01), "o2_pct": spread(5, 4, 3.01)}, "gas-impossible", False),
        ({"co2_pct": spread(5, 5, 14.0), "o2_pct": spread(5, 5, 3.01)}, "gas-impossible", False),
        ({"co2_pct": spread(5, 5, 14.01), "o2_pct": spread(5, 5, 3.0)}, "gas-impossible", False),
        # no revolutions at speed
        ({"rpm": {12: 0.0}}, "rpm-zero-at-speed", True),
        ({"rpm": {12: 1.0}}, "rpm-zero-at-speed", False),
        ({"rpm": {12: 0.0}, "speed_kmh": {12: 10.0}}, "rpm-zero-at-speed", False),
        ({"rpm": {12: 0.0}, "speed_kmh": {12: 10.1}}, "rpm-zero-at-speed", True),
        # a live channel that stands still: more than ten seconds
        ({"rpm": spread(3, 11, 1950.0)}, "channel-frozen", True),
        ({"rpm": spread(3, 10, 1950.0)}, "channel-frozen", False),
        ({"co2_pct": spread(3, 11, 14.33)}, "channel-frozen", True),
        ({"rpm": {**spread(3, 11, 1950.0), 70: None}}, "channel-frozen", False),
        # another engine answers: over a tenth apart for more than five seconds
        ({"rpm": spread(3, 6, 2000.0), "obd_rpm": spread(3, 6, 2201.0)}, "obd-rpm-differs", True),
        ({"rpm": spread(3, 6, 2000.0), "obd_rpm": spread(3, 6, 2200.0)}, "obd-rpm-differs", False),
        ({"rpm": spread(3, 5, 2000.0), "obd_rpm": spread(3, 5, 2201.0)}, "obd-rpm-differs", False),
        ({"obd_rpm": spread(3, 30, 0.0)}, "obd-rpm-differs", False),
        # revolutions never seen
        ({"rpm": None}, "rpm-missing", True),
        ({"rpm": spread(0, SECONDS, None)}, "rpm-missing", True),
        ({"rpm": spread(0, SECONDS - 1, None)}, "rpm-missing", False),
        # beyond any instrument
        ({"hc_ppm": {3: -1.0}}, "below-zero", False),
        ({"o2_pct": {3: -0.5}}, "below-zero", False),
        ({"o2_pct": {3: -0.51}}, "below-zero", True),
        ({"hc_ppm": {3: 9999.0}}, "above-ceiling", False),
        ({"hc_ppm": {3: 9999.1}}, "above-ceiling", True),
        ({"rpm": {3: 7000.1}}, "above-ceiling", True),
        # the air of the row
        ({"ambient_temperature_c": [50.0] * SECONDS}, "ambient-implausible", False),
        ({"ambient_temperature_c": {3: 50.1}}, "ambient-implausible", True),
        ({"ambient_pressure_kpa": [106.0] * SECONDS}, "ambient-implausible", False),
        ({"ambient_pressure_kpa": [106.1] * SECONDS}, "ambient-implausible", True),
    ],
)
def test_gas_doubts(change: Change, code: str, expected: bool) -> None:
    assert (code in told(judge(run_of(Method.ASM, change), LAW))) is expected


@pytest.mark.parametrize(
    ("seconds", "gap", "expected"), [(5, 0.03, True), (4, 0.03, False), (9, 0.019, False)]
)
def test_lambda_recomputed_a03(seconds: int, gap: float, expected: bool) -> None:
    shown = loaded()["lambda"]
    change = {"lambda": {second: shown[second] + gap for second in range(10, 10 + seconds)}}
    found = judge(run_of(Method.ASM, change), LAW)
    assert ("lambda-differs" in told(found)) is expected
    if expected:
        assert next(f for f in found.findings if f.code == "lambda-differs").rows == (10, 14)


@pytest.mark.parametrize("missing", ["lambda", "co_pct", "co2_pct", "hc_ppm", "o2_pct"])
def test_lambda_without_its_gases_is_not_doubted(missing: str) -> None:
    change: Change = {"lambda": [2.0] * SECONDS, missing: None}
    assert "lambda-differs" not in told(judge(run_of(Method.ASM, change), LAW))


def opacity(k: float) -> float:
    return float(100.0 * (1.0 - np.exp(-0.430 * k)))


@pytest.mark.parametrize(
    ("change", "code", "expected"),
    [
        # k and N of more than half of the seconds apart by more than 0.1 or 15 %
        ({"opacity_pct": spread(0, 30, opacity(0.8))}, "k-opacity-mismatch", True),
        ({"opacity_pct": spread(0, 29, opacity(0.8))}, "k-opacity-mismatch", False),
        ({"k_per_m": [0.5] * 60, "opacity_pct": [opacity(0.599)] * 60}, "k-opacity-mismatch", False),
        ({"k_per_m": [0.5] * 60, "opacity_pct": [opacity(0.601)] * 60}, "k-opacity-mismatch", True),
        ({"k_per_m": [2.0] * 60, "opacity_pct": [opacity(2.29)] * 60}, "k-opacity-mismatch", False),
        ({"k_per_m": [2.0] * 60, "opacity_pct": [opacity(2.31)] * 60}, "k-opacity-mismatch", True),
        ({"opacity_pct": None}, "k-opacity-mismatch", False),
        ({"opacity_pct": [100.0] * 60}, "k-opacity-mismatch", False),  # no finite k belongs to it
        # power that stands still while the drum slows down
        ({"power_kw": [60.0] * 60}, "power-frozen", True),
        ({"power_kw": [0.0] * 60}, "power-frozen", False),
        ({"power_kw": dict.fromkeys(range(60), 60.0) | {59: 60.1}}, "power-frozen", False),
        ({"power_kw": [60.0] * 60, "speed_kmh": [75.0] * 50 + [70.01] * 10}, "power-frozen", False),
        ({"power_kw": [60.0] * 60, "speed_kmh": [75.0] * 50 + [70.0] * 10}, "power-frozen", True),
        # the probe hangs in the air
        ({"k_per_m": spread(40, 20, 0.0), "opacity_pct": spread(40, 20, 0.0)}, "probe-out", True),
        ({"k_per_m": spread(50, 10, 0.0), "opacity_pct": spread(50, 10, 0.0)}, "probe-out", True),
        ({"k_per_m": [0.0] * 9 + [0.0] * 31 + [0.0] * 9 + [0.01] + [0.0] * 9 + [0.01]}, "probe-out", False),
        # smoke that was there ends for seconds
        ({"k_per_m": spread(57, 3, 0.0), "opacity_pct": spread(57, 3, 0.0)}, "probe-out", True),
        ({"k_per_m": spread(57, 2, 0.0), "opacity_pct": spread(57, 2, 0.0)}, "probe-out", False),
        ({"co2_pct": spread(40, 20, 1.99)}, "probe-out", True),
        ({"co2_pct": spread(40, 20, 2.0)}, "probe-out", False),
        ({"co2_pct": spread(40, 10, 1.99)}, "probe-out", True),
        ({"co2_pct": spread(41, 9, 7.0) | {40: 8.0}}, "probe-out", False),
        # CO2 falls away, or air comes, while the engine pulls on
        ({"co2_pct": spread(45, 5, 3.9)}, "probe-out", True),
        ({"o2_pct": {44: 15.0}}, "probe-out", True),
        ({"o2_pct": {44: 14.9}}, "probe-out", False),
        ({"k_per_m": {3: -0.06}, "opacity_pct": {3: 0.0}}, "below-zero", True),
        ({"k_per_m": {3: -0.05}, "opacity_pct": {3: 0.0}}, "below-zero", False),
    ],
)
def test_diesel_doubts(change: Change, code: str, expected: bool) -> None:
    assert (code in told(judge(run_of(Method.LUGDOWN, change), LAW))) is expected


def test_two_independent_signs_make_a_run_implausible() -> None:
    sign: Change = {"opacity_pct": [90.0] * 60}
    assert "implausible-run" not in told(judge(run_of(Method.LUGDOWN, sign), LAW))
    found = judge(run_of(Method.LUGDOWN, {**sign, "power_kw": [60.0] * 60}), LAW)
    assert "implausible-run" in told(found)
    last = found.findings[-1].text
    assert "k-opacity-mismatch" in last.zh and "、" in last.zh and "power-frozen" in last.en


@pytest.mark.parametrize(
    ("method", "seconds", "unusual"),
    [
        (Method.ASM, 29, True),
        (Method.ASM, 30, False),
        (Method.ASM, 330, False),
        (Method.ASM, 331, True),
        (Method.LUGDOWN, 39, True),
        (Method.LUGDOWN, 300, False),
        (Method.LUGDOWN, 301, True),
    ],
)
def test_a_run_that_is_too_short_or_too_long(method: Method, seconds: int, unusual: bool) -> None:
    run = run_of(method, {})
    run = replace(run, ended_at=run.started_at + timedelta(seconds=seconds))
    assert ("duration-unusual" in told(judge(run, LAW))) is unusual
    assert "duration-unusual" not in told(judge(replace(run, outcome=Outcome.ABORTED), LAW))


@pytest.mark.parametrize(
    ("air", "odd"),
    [
        (Ambient(-40.0, 100.0, 50.0), False),
        (Ambient(-40.1, 50.0, 100.0), True),
        (Ambient(20.0, 100.1, 100.0), True),
        (Ambient(20.0, 50.0, 49.9), True),
        (Ambient(20.0, -0.1, 100.0), True),
    ],
)
def test_the_air_of_the_test(air: Ambient, odd: bool) -> None:
    assert ("ambient-implausible" in told(judge(run_of(Method.LUGDOWN, {}, ambient=air), LAW))) is odd


@pytest.mark.parametrize(("off", "told_of"), [(0.02, False), (0.2, True)])
def test_the_station_s_factors_against_ours(off: float, told_of: bool) -> None:
    run = run_of(Method.ASM, {})
    ours = corrected(run, LAW)
    for name, code, factor in (("station_df", "df-differs", ours.df), ("station_kh", "kh-differs", ours.kh)):
        columns = {**run.trace.columns, name: factor + off}
        found = judge(replace(run, trace=Trace(columns, run.trace.phase)), LAW)
        assert (code in told(found)) is told_of


@pytest.mark.parametrize(("co2", "low"), [(17.1, True), (17.0, False)])
def test_more_co2_than_the_fuel_can_give(co2: float, low: bool) -> None:
    change = {"co2_pct": dict.fromkeys((4, 5), co2), "co_pct": {4: 0.0, 5: 0.0}}
    found = judge(run_of(Method.ASM, change), LAW)
    assert ("df-low" in told(found)) is low
    if low:
        assert next(f for f in found.findings if f.code == "df-low").rows == (4, 5)


def test_the_rows_own_air_counts_before_the_test_s() -> None:
    """Humid rows correct NO otherwise than the dry air of the whole test; a hole falls back to it."""
    damp = {"ambient_temperature_c": [30.0] * SECONDS, "ambient_humidity_pct": [80.0] * SECONDS}
    run = run_of(Method.ASM, {**damp, "ambient_pressure_kpa": [100.0] * SECONDS})
    assert corrected(run, LAW).kh == pytest.approx(1.5771, abs=5e-5)
    holes = run_of(Method.ASM, {**damp, "ambient_pressure_kpa": [100.0] * 79 + [None]})
    factors = corrected(holes, LAW).kh
    assert np.isfinite(factors).all() and factors[79] != factors[78]
    plain = corrected(run_of(Method.ASM, {}), LAW).kh
    assert plain == pytest.approx(1.0, abs=1e-9)


def test_both_modes_are_judged_rows() -> None:
    """Air in the sample of 2540 spoils the run even where 5025 is clean but does not pass."""
    change = {"co_pct": spread(0, 40, 0.9), "co2_pct": spread(60, 1, 3.0)}
    reasons = {reason.code: reason.rows for reason in judge(run_of(Method.ASM, change), LAW).reasons}
    assert reasons["diluted"] == (60, 60)
