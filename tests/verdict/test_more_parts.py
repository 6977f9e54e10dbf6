"""Blackness, the evaporative check, bi-fuel vehicles, altitude, and findings on how a run was driven."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from imloop.facts.codes import Method, Result
from imloop.facts.records.inspection import Claim, Evaporative, SecondRun, TestRecord
from imloop.law import Law, load
from imloop.law.book import DATA
from imloop.law.words import WORDS
from imloop.verdict import judge
from imloop.verdict.doubts import load_kw
from imloop.verdict.limits import altitude_allowance
from support.messages.runs import STEADY_AIR, columns, law_of, record, trace

LAW = law_of()
GOOD = {"co_pct": 0.1, "hc_ppm": 10, "no_ppm": 100, "df": 1.0, "rpm": 2000}


def local(tmp_path: Path, **values: Any) -> Law:
    """The law of 2026-03-05 in a city that decided otherwise."""
    file = tmp_path / "local.yaml"
    head = {"id": "local", "short": "地方", "title": "地方规定", "title_en": "local", "place": "450200"}
    text = {
        **head,
        "in_force": "2026-01-01",
        "source": "test",
        "confirmed": {"on": "2026-01-01", "how": "test"},
    }
    entries = {
        key: {
            "clause": "一",
            "says": "试",
            "unit": "".join(WORDS[key].units),
            "dated": [{"from": "2026-01-01", "value": value, "confidence": "chosen"}],
        }
        for key, value in values.items()
    }
    dumped = yaml.safe_dump({"text": text, "values": entries}, allow_unicode=True)
    file.write_text(dumped.replace("'2026-01-01'", "2026-01-01"))
    return load([DATA, file]).at(LAW.on, "450200")


def codes(reasons: Any) -> set[str]:
    return {reason.code for reason in reasons}


# -- Ringelmann ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grades", "verdict", "code"),
    [
        ([0, 1, 1, 0], "pass", set()),
        ([0, 1, 1.5, 0], "fail", {"limit-exceeded"}),
        ([0, None, 1], "invalid", {"missing-reading"}),
        ([0, 6, 1], "invalid", {"grade-impossible"}),
        ([0, -1], "invalid", {"grade-impossible"}),
        ([5], "fail", {"limit-exceeded"}),
    ],
)
def test_ringelmann(grades: list[float], verdict: str, code: set[str]) -> None:
    run = record(Method.RINGELMANN, {"t_s": list(range(len(grades))), "ringelmann_grade": grades})
    found = judge(run, LAW)
    assert (str(found.result), codes(found.reasons)) == (verdict, code)


def lug_down(**more: Any) -> dict[str, Any]:
    base = {"k_per_m": 0.5, "nox_ppm": 800, "power_factor": 1.0, "rpm": 2000, "power_kw": 70.0}
    blocks = [("scan", 30, 80.0), ("100.sample", 9, 75.0), ("80.sample", 9, 60.0)]
    return columns([{"phase": p, "seconds": s, "speed_kmh": v, **base, **more} for p, s, v in blocks])


@pytest.mark.parametrize(("grade", "verdict"), [(1, "pass"), (2, "fail")])
def test_black_smoke_during_lug_down(grade: int, verdict: str) -> None:
    run = record(Method.LUGDOWN, lug_down(ringelmann_grade=grade), vehicle={"rated_power_kw": 100.0})
    assert str(judge(run, LAW).result) == verdict


# -- altitude ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metres", "allowed"),
    [(1500, 0.0), (1800, 0.075), (2500, 0.25), (3500, 0.50), (4500, 0.75), (5200, 0.75), (200, 0.0)],
)
def test_g3_altitude_allowance(tmp_path: Path, metres: int, allowed: float) -> None:
    law = local(tmp_path, **{"altitude.m": metres, "altitude.lugdown": True})
    assert altitude_allowance(law) == pytest.approx(allowed, abs=1e-12)
    for k, verdict in ((1.2 + allowed, "pass"), (1.2 + allowed + 0.001, "fail")):
        run = record(Method.LUGDOWN, lug_down(k_per_m=k), vehicle={"rated_power_kw": 100.0})
        assert str(judge(run, law).result) == verdict


def test_altitude_changes_nothing_where_it_is_not_adopted(tmp_path: Path) -> None:
    law = local(tmp_path, **{"altitude.m": 3000})
    run = record(Method.LUGDOWN, lug_down(k_per_m=1.21), vehicle={"rated_power_kw": 100.0})
    assert str(judge(run, law).result) == "fail"


# -- evaporative ---------------------------------------------------------------------------------------------


def idle_run(**more: Any) -> TestRecord:
    blocks = [
        {
            "phase": phase,
            "seconds": 30,
            "co_pct": 0.05,
            "hc_ppm": 20,
            "co2_pct": 14.5,
            "lambda": 1.0,
            "rpm": 900,
        }
        for phase in ("high.sample", "idle.sample")
    ]
    return record(Method.TSI, columns(blocks), **more)


@pytest.mark.parametrize(
    ("check", "verdict", "code"),
    [
        (None, "invalid", {"evaporative-missing"}),
        (Evaporative(), "invalid", {"evaporative-missing"}),
        (Evaporative(start_kpa=3.5, loss_kpa=1.5, seconds=120), "pass", set()),
        (Evaporative(start_kpa=3.49, loss_kpa=0.1), "invalid", {"evaporative-low-pressure"}),
        (Evaporative(start_kpa=3.6, loss_kpa=1.51), "fail", {"evaporative-leak"}),
        (Evaporative(start_kpa=3.6, loss_kpa=1.0, seconds=119), "invalid", {"evaporative-too-short"}),
        (Evaporative(start_kpa=3.6, loss_kpa=1.0, cap_ok=False), "fail", {"filler-cap-leak"}),
        (Evaporative(start_kpa=3.6, loss_kpa=float("nan")), "invalid", {"evaporative-missing"}),
        (Evaporative(start_kpa=3.6, loss_kpa=1.0, seconds=1e300), "invalid", {"evaporative-too-short"}),
    ],
)
def test_evaporative_where_required(
    tmp_path: Path, check: Evaporative | None, verdict: str, code: set[str]
) -> None:
    law = local(tmp_path, **{"evaporative.required": True})
    found = judge(replace(idle_run(), evaporative=check), law)
    assert (str(found.result), codes(found.reasons)) == (verdict, code)
    assert all(reason.cite for reason in found.reasons)


def test_evaporative_is_no_matter_elsewhere_or_for_diesel(tmp_path: Path) -> None:
    leaking = Evaporative(verdict=Result.PASS, start_kpa=3.6, loss_kpa=3.0)
    found = judge(replace(idle_run(), evaporative=leaking), LAW)
    assert (str(found.result), found.parts["evaporative"]) == ("pass", "not_required")
    assert "evaporative-leak" in codes(found.findings)
    law = local(tmp_path, **{"evaporative.required": True})
    run = record(Method.RINGELMANN, {"t_s": [0], "ringelmann_grade": [0]})
    assert str(judge(run, law).result) == "pass"
    assert "evaporative-contradicts-itself" in codes(
        judge(replace(idle_run(), evaporative=leaking), law).findings
    )


# -- bi-fuel -------------------------------------------------------------------------------------------------


def second(hc: float = 20, co: float = 0.05) -> SecondRun:
    blocks = [
        {
            "phase": phase,
            "seconds": 30,
            "co_pct": co,
            "hc_ppm": hc,
            "co2_pct": 11.4,
            "lambda": 1.0,
            "rpm": 900,
        }
        for phase in ("high.sample", "idle.sample")
    ]
    return SecondRun(trace(columns(blocks)), STEADY_AIR)


@pytest.mark.parametrize(
    ("run", "verdict", "code"),
    [
        (None, "invalid", {"second-fuel-missing"}),
        (second(), "pass", set()),
        (second(hc=300), "pass", set()),  # natural gas: HC is recorded only
        (second(co=0.7), "fail", {"limit-exceeded"}),
    ],
)
def test_a_bi_fuel_vehicle_passes_on_both(run: SecondRun | None, verdict: str, code: set[str]) -> None:
    bifuel = {"fuel": "gasoline", "second_fuel": "cng"}
    found = judge(replace(idle_run(vehicle=bifuel), second=run), LAW)
    assert (str(found.result), codes(found.reasons)) == (verdict, code)
    if run is not None:
        assert {item.fuel for item in found.items} == {"gasoline", "cng"}
        assert any("压缩天然气" in step.label.zh for step in found.steps)


def test_a_fail_on_the_first_fuel_needs_no_second() -> None:
    dirty = replace(idle_run(vehicle={"fuel": "gasoline", "second_fuel": "lpg"}), trace=second(co=0.9).trace)
    assert str(judge(dirty, LAW).result) == "fail"


# -- findings on the run -------------------------------------------------------------------------------------


def loaded(mass: float | None = None, seconds: int = 10, **block: Any) -> TestRecord:
    more = {"vehicle": {"reference_mass_kg": mass}} if mass else {}
    full = {"phase": "5025.sample", "seconds": seconds, **GOOD, **block}
    if "co2_pct" in block:
        del full["df"]
    return record(Method.ASM, columns([full]), **more)


def settled(settle: int, sample: int) -> TestRecord:
    blocks = [
        {"phase": "5025.settle", "seconds": settle, **GOOD},
        {"phase": "5025.sample", "seconds": sample, **GOOD},
    ]
    return record(Method.ASM, columns(blocks))


def long_lug_down(seconds: int) -> dict[str, Any]:
    base = {"k_per_m": 0.5, "nox_ppm": 800, "power_factor": 1.0, "rpm": 2000, "power_kw": 70.0}
    blocks = [("scan", seconds - 18, 80.0), ("100.sample", 9, 75.0), ("80.sample", 9, 60.0)]
    return columns([{"phase": p, "seconds": s, "speed_kmh": v, **base} for p, s, v in blocks])


@pytest.mark.parametrize(
    ("run", "code"),
    [
        (loaded(speed_kmh=[25.0] * 8 + [27.1] * 2), "speed-off-band"),
        (loaded(mass=1250, power_kw=4.0), "load-off"),
        (loaded(seconds=146), "mode-too-long"),
        (settled(81, 65), "mode-too-long"),
        (loaded(speed_kmh=[25.0, 27.1] * 6, seconds=12), "speed-off-band"),
        (loaded(mass=1250, power_kw=9.8), "load-off"),
        (loaded(co2_pct=[14.0] * 9 + [9.9]), "probe-out"),
        (loaded(co2_pct=[14.0, 14.0, 12.6, 11.2, 9.9] + [9.9] * 5), "probe-out"),
        (loaded(o2_pct=[0.5] * 9 + [15.0]), "probe-out"),
        (record(Method.LUGDOWN, long_lug_down(301)), "run-too-long"),
        (loaded(co2_pct=[14.0] * 7 + [9.9] * 3), "probe-out"),
        (record(Method.LUGDOWN, lug_down(speed_kmh=70.0)), "speed-ratio-off"),
    ],
)
def test_how_a_run_was_driven_is_told(run: TestRecord, code: str) -> None:
    assert code in codes(judge(run, LAW).findings)


@pytest.mark.parametrize(
    "run",
    [
        loaded(speed_kmh=[25.0] * 9 + [27.1]),
        loaded(mass=1250, power_kw=8.4),
        loaded(seconds=145),
        loaded(o2_pct=[14.9] * 10),
        loaded(speed_kmh=[25.0, 27.1] * 5),
        loaded(co2_pct=[14.0] * 9 + [10.0]),
        loaded(co2_pct=[14.0, 13.0, 12.0, 11.0, 10.0, 9.4] + [9.3] * 4),
        loaded(co2_pct=[14.0] * 5 + [9.0] * 5, speed_kmh=[23.0] * 5 + [26.9] * 5),
        loaded(co2_pct=[14.0] * 5 + [9.0] * 5, rpm=[2000.0] * 5 + [1690.0] * 5),
        loaded(mass=1250, power_kw=9.7),
        settled(80, 65),
        record(Method.LUGDOWN, long_lug_down(300)),
        record(Method.LUGDOWN, lug_down()),
    ],
)
def test_a_run_as_prescribed_is_not_told(run: TestRecord) -> None:
    told = {"speed-off-band", "load-off", "mode-too-long", "probe-out", "speed-ratio-off", "run-too-long"}
    assert not codes(judge(run, LAW).findings) & told


def test_a4_load() -> None:
    assert load_kw(1250, "5025", LAW) == pytest.approx(8.446, abs=5e-4)
    assert load_kw(1250, "2540", LAW) == pytest.approx(6.757, abs=5e-4)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"co_high_pct": 0.3, "lambda_high_min": 0.95}, False),
        ({"co_high_pct": 0.5}, True),
        ({"lambda_high_min": 0.97}, True),
        ({"no_such_item": 1.0}, False),
    ],
)
def test_limits_of_the_station_that_are_not_the_law_s(limits: dict[str, float], told: bool) -> None:
    run = replace(idle_run(), claimed=Claim(Result.PASS, {}, limits))
    assert ("limit-differs" in codes(judge(run, LAW).findings)) is told


def test_an_engine_speed_beyond_any_instrument_is_no_reading() -> None:
    blips = [
        {"blip": n, "seconds": 4, "k_per_m": 0.5, "rpm": [800.0, 1e305, 2600.0, 900.0]} for n in (1, 2, 3)
    ]
    run = record(Method.FREEACC, columns(blips), vehicle={"rated_speed_rpm": 3000.0})
    assert str(judge(run, LAW).result) == "pass"
