"""The second opinion against the numbers worked out by hand, before it is held against anything else."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from imloop.facts.codes import Fuel, Method
from imloop.facts.records.inspection import Ambient
from reference.formulas import (
    absorption_from_opacity,
    cycle_speed,
    dilution_factor,
    excess_air,
    exhaust_share,
    grains_per_pound,
    humidity_factor,
    opacity_from_absorption,
    saturation_kpa,
    transient_humidity_factor,
)
from reference.opinion import Opinion
from reference.readings import printed
from reference.second_opinion import second_opinion
from support.messages.runs import columns, law_of, record, vmas_columns

LAW = law_of()
D = Decimal


def near(value: Decimal, wanted: str) -> bool:
    """Does ``value`` print as ``wanted``?"""
    decimals = len(wanted.partition(".")[2])
    return abs(value - D(wanted)) <= D("0.5001").scaleb(-decimals)


def opinion_of(method: Method, blocks: list[dict[str, Any]], limit_set: str = "a", **more: Any) -> Opinion:
    return second_opinion(record(method, columns(blocks), **more), LAW, limit_set)


@pytest.mark.parametrize(
    ("co2", "co", "fuel", "factor"),
    [
        ("14.0", "0.5", Fuel.GASOLINE, "1.0677"),
        ("15.0", "0.1", Fuel.GASOLINE, "1.0170"),
        ("12.0", "0.2", Fuel.GASOLINE, "1.2624"),
        ("7.0", "0.1", Fuel.GASOLINE, "2.1677"),
        ("4.0", "2.0", Fuel.GASOLINE, "2.8261"),
        ("10.0", "0.1", Fuel.GASOLINE, "1.5220"),
        ("10.0", "0.1", Fuel.CNG, "1.1646"),
        ("10.0", "0.1", Fuel.LPG, "1.3654"),
        ("4.0", "0.1", Fuel.GASOLINE, "3.0"),
    ],
)
def test_dilution(co2: str, co: str, fuel: Fuel, factor: str) -> None:
    assert near(dilution_factor(LAW, fuel, D(co), D(co2)), factor)


@pytest.mark.parametrize(
    ("air", "grains", "factor"),
    [
        (("25", "50", "101.3"), "69.087", "0.9730"),
        (("20", "60", "101.325"), "61.060", "0.9385"),
        (("30", "80", "100.0"), "152.860", "1.5771"),
        (("36", "80", "100.0"), "152.860", "1.5771"),
        (("10", "40", "102.0"), None, "0.7977"),
        (("0", "30", "101.0"), None, "0.7603"),
        (("25", "54.21", "101.3"), "75.0", "1.000"),
    ],
)
def test_humidity(air: tuple[str, str, str], grains: str | None, factor: str) -> None:
    celsius, humidity, pressure = map(D, air)
    read = (celsius, humidity, pressure)
    assert grains is None or near(grains_per_pound(read), grains)
    steady, transient = humidity_factor(read), transient_humidity_factor(read)
    assert steady is not None
    assert transient is not None
    assert near(steady, factor)
    # The two forms of the formula are the same but for their printed constants.
    assert abs(transient - steady) < D("0.0005")


def test_saturation_pressure_between_and_beyond_whole_degrees() -> None:
    assert saturation_kpa(D("24.5")) == (D("2.9850") + D("3.1690")) / 2
    assert (saturation_kpa(D("-7")), saturation_kpa(D("41"))) == (D("0.61129"), D("4.2455"))


@pytest.mark.parametrize(
    ("gases", "fuel", "ratio"),
    [
        (("14.7", "0.10", "50", "0.5", "0"), Fuel.GASOLINE, "1.0187"),
        (("14.7", "0.10", "50", "0.5", "0.02"), Fuel.GASOLINE, "1.0192"),
        (("14.5", "0.3", "100", "0.3", "0"), Fuel.GASOLINE, "1.0013"),
        (("13.5", "0.1", "50", "2.0", "0"), Fuel.GASOLINE, "1.0977"),
        (("13.0", "2.0", "300", "0.3", "0"), Fuel.GASOLINE, "0.9431"),
        (("14.9", "0.02", "10", "0.7", "0"), Fuel.GASOLINE, "1.0320"),
        (("12.8", "0.1", "50", "0.5", "0"), Fuel.LPG, "1.0182"),
        (("11.0", "0.05", "50", "0.5", "0"), Fuel.CNG, "1.0181"),
        (("15.2", "0", "0", "0", "0"), Fuel.GASOLINE, "1.0000"),
    ],
)
def test_lambda(gases: tuple[str, ...], fuel: Fuel, ratio: str) -> None:
    co2, co, hc, o2, no = map(D, gases)
    assert near(excess_air(LAW, fuel, co2, co, hc, o2, no), ratio)


@pytest.mark.parametrize(
    ("opacity", "k"),
    [("10", "0.2450"), ("20", "0.5189"), ("26", "0.7002"), ("40", "1.1880"), ("80", "3.7429")],
)
def test_smoke_there_and_back(opacity: str, k: str) -> None:
    found = absorption_from_opacity(LAW, D(opacity))
    assert near(found, k)
    assert abs(opacity_from_absorption(LAW, found) - D(opacity)) < D("1e-20")


@pytest.mark.parametrize(
    ("k", "opacity"), [("0.5", "19.35"), ("1.2", "40.31"), ("2.0", "57.68"), ("3.0", "72.47")]
)
def test_opacity_of_k(k: str, opacity: str) -> None:
    assert near(opacity_from_absorption(LAW, D(k)), opacity)


def test_one_second_of_the_short_transient() -> None:
    share = exhaust_share(D("20.8"), D("18.0"), D("1.0"))
    assert near(share, "0.14141")
    assert near(95 * share, "13.434")
    assert near(95 * share * D("0.005") * D("1.2500") * 1000, "83.96")
    assert exhaust_share(D("18.0"), D("18.0"), D("1.0")) == 0


def test_length_of_the_cycle() -> None:
    trapezes = sum((cycle_speed(LAW, t) + cycle_speed(LAW, t + 1)) / 2 for t in range(195))
    assert near(trapezes / D("3.6"), "1014.6")


@pytest.mark.parametrize(
    ("value", "decimals", "wanted"),
    [
        ("0.485", 2, "0.48"),
        ("0.475", 2, "0.48"),
        ("1.2050000000004", 2, "1.20"),
        ("80.5", 0, "80"),
        ("81.5", 0, "82"),
    ],
)
def test_half_goes_to_even(value: str, decimals: int, wanted: str) -> None:
    assert printed(D(value), decimals) == D(wanted)


def loaded(seconds: int, mode: str = "5025", **change: Any) -> dict[str, Any]:
    clean = {"co_pct": 0.1, "hc_ppm": 10, "no_ppm": 100, "df": 1.0}
    return {"phase": f"{mode}.sample", "seconds": seconds, **clean, **change}


def test_the_first_window_that_passes() -> None:
    found = opinion_of(Method.ASM, [loaded(20, co_pct=0.60, df=1.1), loaded(20, co_pct=0.40, df=1.1)])
    assert (found.result, found.window) == ("pass", ("5025", 18, 27))
    assert near(found.values["co_5025_pct"], "0.484")


def test_half_of_every_limit_is_a_quick_pass() -> None:
    half = {"co_pct": 0.25, "no_ppm": 350}
    assert opinion_of(Method.ASM, [loaded(10, hc_ppm=45, **half)]).window == ("5025", 0, 9)
    assert opinion_of(Method.ASM, [loaded(10, hc_ppm=46, **half)]).result == "invalid"
    assert opinion_of(Method.ASM, [loaded(11, hc_ppm=46, **half)]).window == ("5025", 1, 10)


def test_ten_seconds_far_above_the_limit() -> None:
    rising = [round(2.51 + 0.01 * second, 2) for second in range(10)]
    found = opinion_of(Method.ASM, [loaded(10, co_pct=rising)])
    assert (found.result, found.exceeded) == ("fail", {"co_5025_pct"})
    assert opinion_of(Method.ASM, [loaded(10, co_pct=[2.5, *rising[1:]])]).result == "invalid"


def test_two_modes_to_the_end_make_a_fail() -> None:
    dirty = [loaded(80, co_pct=0.6), loaded(80, "2540", co_pct=0.5)]
    found = opinion_of(Method.ASM, dirty)
    assert (found.result, found.window) == ("fail", ("2540", 150, 159))
    assert found.exceeded == {"co_5025_pct", "co_2540_pct"}
    assert opinion_of(Method.ASM, [dirty[0], loaded(10, "2540")]).result == "pass"
    assert opinion_of(Method.ASM, [loaded(79, co_pct=0.6), dirty[1]]).result == "invalid"


def test_a_blip_of_speed_spoils_the_ten_seconds_around_it() -> None:
    fast = [26.0 if second == 4 else 25.0 for second in range(20)]
    assert opinion_of(Method.ASM, [loaded(20, speed_kmh=fast)]).window == ("5025", 5, 14)
    near_it = [25.99 if second == 4 else 25.0 for second in range(20)]
    assert opinion_of(Method.ASM, [loaded(20, speed_kmh=near_it)]).window == ("5025", 0, 9)
    ends = replace(LAW.value("asm.window_each_second"), value=False)
    run = record(Method.ASM, columns([loaded(20, speed_kmh=fast)]))
    found = second_opinion(run, LAW.with_values({ends.key: ends}))
    assert found.window == ("5025", 0, 9)


def test_a_mode_that_takes_too_long_is_over() -> None:
    late = [loaded(144, co_pct=0.6), loaded(20, co_pct=0.1), loaded(80, "2540", co_pct=0.5)]
    assert opinion_of(Method.ASM, late).result == "fail"
    assert opinion_of(Method.ASM, [loaded(143, co_pct=0.6), *late[1:]]).result == "pass"


def idling(high: dict[str, Any], idle: dict[str, Any]) -> list[dict[str, Any]]:
    common = {"seconds": 30, "co2_pct": 14.0, "rpm": 900.0}
    return [{"phase": "high.sample", **common, **high}, {"phase": "idle.sample", **common, **idle}]


@pytest.mark.parametrize(
    ("change", "exceeded"),
    [
        ({}, set()),
        ({"co_idle": 0.61}, {"co_idle_pct"}),
        ({"hc_idle": 81}, {"hc_idle_ppm"}),
        ({"lambda": 1.06}, {"lambda_high"}),
        ({"lambda": 0.95}, set()),
    ],
)
def test_double_idle(change: dict[str, float], exceeded: set[str]) -> None:
    high = {"co_pct": 0.30, "hc_ppm": 50, "lambda": change.get("lambda", 1.05)}
    idle = {"co_pct": change.get("co_idle", 0.60), "hc_ppm": change.get("hc_idle", 80)}
    found = opinion_of(Method.TSI, idling(high, idle))
    assert (found.result, found.exceeded) == ("fail" if exceeded else "pass", exceeded)
    assert "co_idle_pct" in opinion_of(Method.TSI, idling(high, idle), "b").exceeded


def test_natural_gas_is_only_advised_on_hc() -> None:
    clean = {"co_pct": 0.1, "hc_ppm": 200, "co2_pct": 10.5}
    assert (
        opinion_of(Method.TSI, idling({**clean, "lambda": 1.0}, clean), vehicle={"fuel": "cng"}).result
        == "pass"
    )
    assert opinion_of(Method.TSI, idling({**clean, "lambda": 1.0}, clean)).result == "fail"


def dry(pressure: float = 101.3) -> Ambient:
    """Air at which the moisture term of the transient methods vanishes."""
    vapour = 3.169
    return Ambient(25.0, 10.71 * pressure / (6.2111 * vapour + 10.71 * vapour / 100), pressure)


@pytest.mark.parametrize(
    ("limit_set", "grams", "exceeded"),
    [
        ("a", (8.0, 1.6, 1.3), set()),
        ("a", (8.0, 1.6, 1.31), {"nox_g_km"}),
        ("b", (5.0, 1.0, 0.7), set()),
        ("b", (5.01, 1.0, 0.7), {"co_g_km"}),
    ],
)
def test_short_transient(limit_set: str, grams: tuple[float, ...], exceeded: set[str]) -> None:
    run = record(Method.VMAS, vmas_columns(LAW, *grams), ambient=dry())
    assert second_opinion(run, LAW, limit_set).exceeded == exceeded


@pytest.mark.parametrize(
    ("power", "nox", "limit_set", "exceeded"),
    [
        (54.4, 1500, "a", set()),
        (54.3, 1500, "a", {"power_ratio"}),
        (54.4, 1501, "a", {"nox_80_ppm"}),
        (54.4, 1500, "b", {"k_100_per_m", "k_80_per_m", "nox_80_ppm"}),
    ],
)
def test_lug_down(power: float, nox: float, limit_set: str, exceeded: set[str]) -> None:
    points = [
        {
            "phase": phase,
            "seconds": 9,
            "k_per_m": k,
            "nox_ppm": nox,
            "power_kw": shown,
            "rpm": 2000.0,
        }
        for phase, k, shown in (
            ("scan", 0.4, power),
            ("other", 0.4, 120.0),
            ("100.sample", 1.20, 120.0),
            ("80.sample", 1.10, 40.0),
        )
    ]
    found = opinion_of(Method.LUGDOWN, points, limit_set, vehicle={"rated_power_kw": 136.0})
    assert (found.result, found.exceeded) == ("fail" if exceeded else "pass", exceeded)
    unscanned = opinion_of(Method.LUGDOWN, points[1:], limit_set, vehicle={"rated_power_kw": 136.0})
    assert unscanned.result == "invalid"


def test_free_acceleration_on_the_boundary() -> None:
    found = opinion_of(
        Method.FREEACC,
        [{"blip": float(n), "seconds": 3, "k_per_m": k} for n, k in enumerate((1.15, 1.22, 1.24), 1)],
    )
    assert near(found.values["k_mean_per_m"], "1.2033")
    assert (found.result, found.boundary) == ("fail", {"k_mean_per_m"})
