"""Every threshold decides about a doubt: a place's own dated file moves it from its day on, there and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from imloop.facts.codes import Method
from imloop.facts.records.inspection import Ambient, TestRecord
from imloop.law.watch import KEYS
from imloop.verdict import judge
from support.law_files import book_with, one, write
from support.messages.lively_runs import SECONDS, Change, run_of, spread, told

ASM, LUGDOWN = Method.ASM, Method.LUGDOWN
FIRST_DAY = date(2026, 3, 5)


@dataclass(frozen=True)
class Case:
    """A run on which the shipped threshold and ``other`` disagree; ``doubted``: what the shipped one says."""

    other: float
    method: Method
    change: Change = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    doubted: bool = False

    @property
    def run(self) -> TestRecord:
        return run_of(self.method, self.change, **self.more)


def air(temperature: float = 20.0, humidity: float = 50.0, pressure: float = 100.0) -> dict[str, Any]:
    return {"ambient": Ambient(temperature, humidity, pressure)}


def lasting(seconds: int) -> dict[str, Any]:
    return {"lasted": seconds}


def fallen(**more: Any) -> Change:
    """CO2 falls by more than 4 % from one second to the next and stays there to the end of the mode."""
    return {"co2_pct": spread(10, 30, 10.0), **more}


OPAQUE_0_599, OPAQUE_0_8, OPAQUE_2_29 = 22.7082, 29.1078, 62.6446
"""Opacity in % that belongs to k of 0.599, 0.8 and 2.29 over 0.430 m."""

CASES = {
    "below_zero.opacity_pct": Case(-0.5, LUGDOWN, {"opacity_pct": {3: -0.8}}),
    "below_zero.co2_pct": Case(-0.01, LUGDOWN, {"co2_pct": {3: -0.05}}),
    "below_zero.k_per_m": Case(-0.01, LUGDOWN, {"k_per_m": {3: -0.04}}),
    "below_zero.nox_ppm": Case(-5.0, LUGDOWN, {"nox_ppm": {3: -10.0}}),
    "below_zero.o2_pct": Case(-0.1, ASM, {"o2_pct": {3: -0.4}}),
    "above_ceiling.co_pct": Case(12.0, ASM, {"co_pct": {3: 13.0}}),
    "above_ceiling.hc_ppm": Case(8000, ASM, {"hc_ppm": {3: 9000.0}}),
    "above_ceiling.co2_pct": Case(16.0, ASM, {"co2_pct": {3: 17.0}}),
    "above_ceiling.o2_pct": Case(21.0, ASM, {"o2_pct": {3: 22.0}}),
    "above_ceiling.no_ppm": Case(3000, ASM, {"no_ppm": {3: 4000.0}}),
    "above_ceiling.nox_ppm": Case(3000, LUGDOWN, {"nox_ppm": {3: 4000.0}}),
    "above_ceiling.rpm": Case(5000, ASM, {"rpm": {3: 6000.0}}),
    "above_ceiling.k_per_m": Case(12.0, LUGDOWN, {"k_per_m": {3: 14.0}}),
    "above_ceiling.opacity_pct": Case(99.0, LUGDOWN, {"opacity_pct": {3: 99.5}}),
    "above_ceiling.speed_kmh": Case(110, LUGDOWN, {"speed_kmh": {3: 120.0}}),
    "above_ceiling.power_kw": Case(300, LUGDOWN, {"power_kw": {3: 400.0}}),
    "ambient_implausible.ambient_temperature_c.low": Case(-20, LUGDOWN, more=air(temperature=-30.0)),
    "ambient_implausible.ambient_temperature_c.high": Case(40, LUGDOWN, more=air(temperature=45.0)),
    "ambient_implausible.ambient_humidity_pct.low": Case(5, LUGDOWN, more=air(humidity=3.0)),
    "ambient_implausible.ambient_humidity_pct.high": Case(95, LUGDOWN, more=air(humidity=98.0)),
    "ambient_implausible.ambient_pressure_kpa.low": Case(70, LUGDOWN, more=air(pressure=60.0)),
    "ambient_implausible.ambient_pressure_kpa.high": Case(103, LUGDOWN, more=air(pressure=104.0)),
    "duration_unusual.TSI.low": Case(120, Method.TSI, more=lasting(115)),
    "duration_unusual.TSI.high": Case(600, Method.TSI, more=lasting(700)),
    "duration_unusual.ASM.low": Case(60, ASM, more=lasting(40)),
    "duration_unusual.ASM.high": Case(290, ASM, more=lasting(300)),
    "duration_unusual.VMAS.low": Case(200, Method.VMAS, more=lasting(195)),
    "duration_unusual.VMAS.high": Case(300, Method.VMAS, more=lasting(400)),
    "duration_unusual.IM195.low": Case(200, Method.IM195, more=lasting(195)),
    "duration_unusual.IM195.high": Case(300, Method.IM195, more=lasting(400)),
    "duration_unusual.LUGDOWN.low": Case(60, LUGDOWN, more=lasting(50)),
    "duration_unusual.LUGDOWN.high": Case(200, LUGDOWN, more=lasting(250)),
    "duration_unusual.FREEACC.low": Case(80, Method.FREEACC, more=lasting(70)),
    "duration_unusual.FREEACC.high": Case(600, Method.FREEACC, more=lasting(700)),
    "channel_frozen.seconds": Case(8, ASM, {"rpm": spread(3, 9, 1950.0)}),
    "df_low.df": Case(0.95, ASM, {"co2_pct": {4: 16.5}, "co_pct": {4: 0.0}}),
    "gas_impossible.co2_pct": Case(13.0, ASM, {"co2_pct": spread(5, 5, 13.5), "o2_pct": spread(5, 5, 3.5)}),
    "gas_impossible.o2_pct": Case(2.0, ASM, {"co2_pct": spread(5, 5, 14.5), "o2_pct": spread(5, 5, 2.5)}),
    "gas_impossible.seconds": Case(4, ASM, {"co2_pct": spread(5, 4, 14.5), "o2_pct": spread(5, 4, 3.5)}),
    "k_opacity_mismatch.per_m": Case(
        0.08, LUGDOWN, {"k_per_m": [0.5] * 60, "opacity_pct": [OPAQUE_0_599] * 60}
    ),
    "k_opacity_mismatch.ratio": Case(
        0.1, LUGDOWN, {"k_per_m": [2.0] * 60, "opacity_pct": [OPAQUE_2_29] * 60}
    ),
    "k_opacity_mismatch.share": Case(0.4, LUGDOWN, {"opacity_pct": spread(0, 29, OPAQUE_0_8)}),
    "obd_rpm_differs.ratio": Case(0.05, ASM, {"rpm": spread(3, 6, 2000.0), "obd_rpm": spread(3, 6, 2150.0)}),
    "obd_rpm_differs.seconds": Case(4, ASM, {"rpm": spread(3, 5, 2000.0), "obd_rpm": spread(3, 5, 2250.0)}),
    "power_frozen.seconds": Case(61, LUGDOWN, {"power_kw": [60.0] * 60}, doubted=True),
    "power_frozen.speed_kmh": Case(
        4.0, LUGDOWN, {"power_kw": [60.0] * 60, "speed_kmh": [75.0] * 50 + [70.5] * 10}
    ),
    "probe_out.full_load_co2_pct": Case(3.0, LUGDOWN, {"co2_pct": spread(40, 20, 2.5)}),
    "probe_out.within_s": Case(
        2, ASM, {"co2_pct": {10: 14.4, 11: 13.0, 12: 11.5, **spread(13, 27, 10.0)}}, doubted=True
    ),
    "probe_out.steady_speed_ratio": Case(0.2, ASM, fallen(speed_kmh=[25.0] * 10 + [28.5] * 30 + [40.0] * 40)),
    "probe_out.steady_speed_kmh": Case(3.0, ASM, fallen(speed_kmh=[5.0] * 10 + [7.0] * 70)),
    "probe_out.steady_rpm_ratio": Case(0.25, ASM, fallen(rpm=[2000.0] * 10 + [2400.0] * 70)),
    "probe_out.steady_rpm": Case(80.0, ASM, fallen(rpm=[200.0] * 10 + [260.0] * 70)),
    "rpm_zero_at_speed.speed_kmh": Case(5.0, ASM, {"rpm": {12: 0.0}, "speed_kmh": {12: 9.0}}),
}


def test_every_threshold_has_a_case() -> None:
    """Those of what stations state of a vehicle have theirs in ``tests/gates/test_compare_statement.py``."""
    assert set(CASES) == {key for key in KEYS if "_differs." not in key or key.startswith("obd_")}


@pytest.mark.parametrize("key", CASES)
def test_a_place_moves_a_threshold_from_its_day_on(tmp_path: Path, key: str) -> None:
    case, code = CASES[key], key.split(".")[0].replace("_", "-")
    unit = book_with().thresholds[key][0].unit
    book = book_with(write(tmp_path, one(key, unit, FIRST_DAY, case.other)))

    def doubted(day: date, place: str) -> bool:
        return code in told(judge(case.run, book.at(day, place)))

    assert doubted(FIRST_DAY - timedelta(1), "450203") is case.doubted
    assert doubted(FIRST_DAY, "450203") is not case.doubted
    assert doubted(FIRST_DAY, "450300") is case.doubted


def test_the_words_say_the_number_of_the_day(tmp_path: Path) -> None:
    book = book_with(write(tmp_path, one("gas_impossible.co2_pct", "%", FIRST_DAY, 13.2)))
    run = run_of(ASM, {"co2_pct": [13.5] * SECONDS, "o2_pct": [3.5] * SECONDS})
    found = judge(run, book.at(FIRST_DAY, "450200")).findings
    words = next(each.text for each in found if each.code == "gas-impossible")
    assert words.zh.startswith("CO₂ 高于 13.2 % 的同时 O₂ 高于 3 %")
    assert words.en == "CO2 above 13.2 % beside O2 above 3 %: impossible."
