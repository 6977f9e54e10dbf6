"""What holds for every run: dirtier never passes more, order of seconds does not decide, nothing raises."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imloop.facts.codes import Fuel, Method, Result
from imloop.facts.records.inspection import Ambient, TestRecord, Trace
from imloop.facts.refusal import Unknown
from imloop.verdict import judge
from support.examples import examples
from support.messages.runs import columns, law_of, record

LAW = law_of()
POLLUTANTS = {
    Method.TSI: ("co_pct", "hc_ppm"),
    Method.ASM: ("hc_ppm", "no_ppm"),
    Method.FREEACC: ("k_per_m",),
    Method.LUGDOWN: ("k_per_m", "nox_ppm"),
}
METHODS = sorted(POLLUTANTS)


def noisy(seed: int, level: float, rows: int, spread: float = 0.2) -> list[float]:
    rng = np.random.default_rng(seed)
    return np.round(level * (1 + spread * rng.standard_normal(rows)).clip(0), 3).tolist()


def run_of(method: Method, seed: int, dirt: float) -> TestRecord:
    """A run whose pollutants lie around ``dirt`` times the limit a."""
    if method is Method.TSI:
        blocks = [
            {
                "phase": f"{name}.sample",
                "seconds": 35,
                "co_pct": noisy(seed, dirt * co, 35),
                "hc_ppm": noisy(seed + 1, dirt * hc, 35),
                "co2_pct": 14.5,
                "lambda": 1.0,
            }
            for name, co, hc in (("high", 0.3, 50), ("idle", 0.6, 80))
        ]
    elif method is Method.ASM:
        blocks = [
            {
                "phase": f"{name}.sample",
                "seconds": 70,
                "co_pct": noisy(seed, dirt * co, 70),
                "hc_ppm": noisy(seed + 1, dirt * hc, 70),
                "no_ppm": noisy(seed + 2, dirt * no, 70),
                "co2_pct": 14.4,
            }
            for name, co, hc, no in (("5025", 0.5, 90, 700), ("2540", 0.4, 80, 650))
        ]
    elif method is Method.FREEACC:
        blocks = [
            {"seconds": 5, "blip": number, "k_per_m": noisy(seed + number, dirt * 1.2, 5)}
            for number in range(1, 5)
        ]
    else:
        blocks = [
            {
                "phase": phase,
                "seconds": 12,
                "k_per_m": noisy(seed, dirt * 1.2, 12),
                "nox_ppm": noisy(seed + 1, dirt * 1500, 12),
                "power_kw": 60,
            }
            for phase in ("scan", "100.sample", "80.sample")
        ]
    return record(method, columns(blocks), vehicle={"rated_power_kw": 100})


def with_column(run: TestRecord, name: str, column: Any) -> TestRecord:
    changed = MappingProxyType({**run.trace.columns, name: column})
    return replace(run, trace=Trace(changed, run.trace.phase))


@given(st.sampled_from(METHODS), st.integers(0, 10**6), st.floats(0.2, 1.4), st.data())
def test_a_dirtier_run_never_passes_where_a_cleaner_one_does_not(
    method: Method, seed: int, dirt: float, data: st.DataObject
) -> None:
    run = run_of(method, seed, dirt)
    name = data.draw(st.sampled_from(POLLUTANTS[method]))
    factor = data.draw(st.floats(1.0, 3.0))
    worse = with_column(run, name, run.trace.columns[name] * factor)
    if judge(run, LAW).result is not Result.PASS:
        assert judge(worse, LAW).result is not Result.PASS


@given(st.integers(0, 10**6), st.floats(0.5, 1.3), st.randoms(use_true_random=False))
def test_the_order_of_seconds_does_not_decide_a_mean(seed: int, dirt: float, order: Any) -> None:
    """λ and gases of a double-idle averaging phase, shuffled together: the same verdict, to the last digit."""
    raw = columns(
        [
            {
                "phase": f"{name}.sample",
                "seconds": 30,
                "co_pct": noisy(seed, dirt * co, 30),
                "hc_ppm": noisy(seed + 1, dirt * hc, 30),
                "co2_pct": 14.5,
                "lambda": noisy(seed + 2, 1.0, 30, 0.02),
            }
            for name, co, hc in (("high", 0.3, 50), ("idle", 0.6, 80))
        ]
    )
    first, second = list(range(30)), list(range(30, 60))
    order.shuffle(first)
    order.shuffle(second)
    shuffled = {
        name: [values[row] for row in first + second] if name not in ("t_s", "phase") else values
        for name, values in raw.items()
    }
    ours, theirs = (judge(record(Method.TSI, each), LAW) for each in (raw, shuffled))
    assert (ours.result, ours.items) == (theirs.result, theirs.items)


@given(st.sampled_from(METHODS), st.integers(0, 10**6), st.floats(0.2, 1.6))
def test_full_and_rounded_values_differ_only_where_it_is_said(method: Method, seed: int, dirt: float) -> None:
    found = judge(run_of(method, seed, dirt), LAW)
    for item in found.items:
        ends = [
            (item.low is None or value >= item.low) and (item.high is None or value <= item.high)
            for value in (item.value, item.rounded)
        ]
        assert item.passed is ends[0]
        assert item.boundary is (ends[0] is not ends[1])


@given(st.sampled_from(METHODS), st.integers(0, 10**6), st.floats(0.2, 1.6))
def test_the_same_record_gives_the_same_answer(method: Method, seed: int, dirt: float) -> None:
    assert (
        judge(run_of(method, seed, dirt), LAW).to_json() == judge(run_of(method, seed, dirt), LAW).to_json()
    )


wild = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -1.0, 1e9, 1e308, 0.5, 25.0])
NAMES = [
    "t_s",
    "co_pct",
    "hc_ppm",
    "no_ppm",
    "co2_pct",
    "o2_pct",
    "lambda",
    "speed_kmh",
    "power_kw",
    "power_factor",
]
NAMES += [
    "rpm",
    "obd_rpm",
    "k_per_m",
    "opacity_pct",
    "nox_ppm",
    "blip",
    "ambient_temperature_c",
    "ambient_humidity_pct",
]
PHASES = [
    "",
    "other",
    "5025.sample",
    "2540.sample",
    "high.sample",
    "idle.sample",
    "scan",
    "100.sample",
    "80.sample",
]


@st.composite
def any_record(draw: st.DrawFn) -> TestRecord:
    method = draw(st.sampled_from(METHODS))
    rows = draw(st.integers(0, 40))
    names = draw(st.sets(st.sampled_from(NAMES)))
    raw: dict[str, list[Any]] = {}
    for name in sorted(names):
        length = rows if draw(st.integers(0, 30)) else rows + 1
        few = draw(st.lists(wild, min_size=1, max_size=4))
        raw[name] = [few[row * len(few) // max(length, 1)] for row in range(length)]
    if draw(st.booleans()):
        few_phases = draw(st.lists(st.sampled_from(PHASES), min_size=1, max_size=4))
        raw["phase"] = [few_phases[row * len(few_phases) // max(rows, 1)] for row in range(rows)]
    some = st.none() | wild
    return record(
        method,
        raw,
        vehicle={
            "fuel": draw(st.sampled_from([None, *Fuel])),
            "rated_power_kw": draw(some),
            "rated_speed_rpm": draw(some),
            "max_mass_kg": draw(some),
        },
        ambient=Ambient(draw(some), draw(some), draw(some)),
        claimed={
            "verdict": "pass",
            "values": draw(
                st.dictionaries(
                    st.sampled_from(["co_5025_pct", "k_mean_per_m", "lambda_high", "nox_80_ppm", "x"]),
                    wild,
                    max_size=3,
                )
            ),
        },
    )


@settings(max_examples=examples(300))
@given(any_record())
def test_any_record_gets_an_answer(run: TestRecord) -> None:
    found = judge(run, LAW)
    answer = found.to_json()
    assert answer["verdict"] in ("pass", "fail", "invalid", "not_ready")
    assert found.result is Result.PASS or found.reasons, "what is no pass says why"
    assert found.explain() is not None


def test_a_limit_set_the_law_does_not_know_is_refused() -> None:
    with pytest.raises(Unknown, match="limit-set-unknown"):
        judge(run_of(Method.TSI, 1, 0.5), LAW, limit_set="c")
