"""What the second opinion once saw and the engine did not: each is settled in the words of the standards."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.facts.codes import Method
from imloop.verdict import judge
from support.messages.runs import columns, im195_columns, law_of, record

LAW = law_of()


def result_of(method: Method, raw: dict[str, Any], **more: Any) -> str:
    return str(judge(record(method, raw, **more), LAW).result)


def loaded(mode: str, co: float, speed: list[float]) -> dict[str, Any]:
    gases = {"co_pct": co, "hc_ppm": 10, "no_ppm": 100, "df": 1.0}
    return {"phase": f"{mode}.sample", "seconds": 65, "speed_kmh": speed, **gases}


@pytest.mark.parametrize("gas", ["co", "hc", "nox"])
def test_an_empty_background_cell_is_a_missing_reading(gas: str) -> None:
    background = [0.0] * 194 + [None]
    raw = im195_columns(LAW, co=9.0, hc=9.0, nox=9.0, **{f"{gas}_background_ppm": background})
    assert result_of(Method.IM195, raw) == "invalid"


def test_a_quick_window_between_half_and_the_limit_passes_nothing() -> None:
    first, second = ([nominal] * 10 + [nominal + 3.0] * 55 for nominal in (25.0, 40.0))
    raw = columns([loaded("5025", 0.4, first), loaded("2540", 0.35, second)])
    assert result_of(Method.ASM, raw) == "invalid"


def test_accelerations_of_unknown_speed_do_not_count() -> None:
    raw = columns([{"blip": float(number), "seconds": 4, "k_per_m": 0.5} for number in (1, 2, 3)])
    assert result_of(Method.FREEACC, raw, vehicle={"rated_speed_rpm": 3000.0}) == "invalid"


def test_a_second_without_a_grade_hides_no_black_smoke() -> None:
    point = {"seconds": 9, "k_per_m": 0.5, "nox_ppm": 100, "power_kw": 80.0, "rpm": 2000.0}
    raw = columns([{"phase": phase, **point} for phase in ("scan", "100.sample", "80.sample")])
    raw["ringelmann_grade"] = [3.0] * 26 + [None]
    assert result_of(Method.LUGDOWN, raw, vehicle={"rated_power_kw": 90.0}) == "fail"
