"""VMAS and IM195: the worked examples, what keeps a run from counting, and where another claim comes from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from imloop.facts.codes import Method
from imloop.verdict import judge
from imloop.verdict.answer import Verdict
from imloop.verdict.formulas.gas import moisture, moisture_factor
from imloop.verdict.methods.cycle import distance_km, prescribed
from imloop.verdict.methods.vmas import masses
from support.messages.runs import DRY_AIR, im195_columns, law_of, record, urban_cycle, vmas_columns
from support.messages.verdict_cases import assert_judged, cases

LAW = law_of()
CLEAN = {"co": 1.0, "hc": 0.2, "nox": 0.2}


def judged(method: Method, columns: dict[str, Any], limit_set: str = "a", **more: Any) -> Verdict:
    return judge(record(method, columns, **{"ambient": DRY_AIR, **more}), LAW, limit_set=limit_set)


def codes(found: Verdict) -> set[str]:
    return {reason.code for reason in found.reasons}


@pytest.mark.parametrize(
    ("limit_set", "gases", "verdict", "exceeded"),
    [
        ("a", (8.00, 1.60, 1.30), "pass", set()),
        ("a", (8.00, 1.60, 1.31), "fail", {"nox_g_km"}),
        ("a", (8.01, 1.60, 1.30), "fail", {"co_g_km"}),
        ("a", (8.00, 1.61, 1.30), "fail", {"hc_g_km"}),
        ("b", (5.0, 1.0, 0.7), "pass", set()),
        ("b", (5.0, 1.0, 0.71), "fail", {"nox_g_km"}),
    ],
)
def test_b3_vmas_at_its_limits(
    limit_set: str, gases: tuple[float, float, float], verdict: str, exceeded: set[str]
) -> None:
    found = judged(Method.VMAS, vmas_columns(LAW, *gases), limit_set)
    assert (str(found.result), {r.item for r in found.reasons}) == (verdict, exceeded)
    assert [item.value / 1e9 for item in found.items] == [pytest.approx(gas, abs=1e-9) for gas in gases]


@pytest.mark.parametrize(
    ("gases", "verdict", "exceeded"),
    [
        ((3.5, 0.8, 0.7), "pass", set()),
        ((3.51, 0.8, 0.7), "fail", {"co_g_km"}),
        ((3.5, 0.8, 0.71), "fail", {"hc_nox_g_km"}),
    ],
)
def test_im195_limits_hc_and_nox_together(
    gases: tuple[float, float, float], verdict: str, exceeded: set[str]
) -> None:
    found = judged(Method.IM195, im195_columns(LAW, *gases))
    assert (str(found.result), {r.item for r in found.reasons}) == (verdict, exceeded)
    values = {item.item: item.value / 1e9 for item in found.items}
    assert values["hc_nox_g_km"] == pytest.approx(gases[1] + gases[2], abs=1e-9)


def test_m1_one_second() -> None:
    second = vmas_columns(LAW, co_pct=[0.5] * 195)
    found = masses(record(Method.VMAS, second, ambient=DRY_AIR), LAW, density="0", diluted=False)
    assert found is not None
    assert found.ratio[0] == pytest.approx(0.14141, abs=5e-6)
    assert found.flow[0] == pytest.approx(13.434, abs=5e-4)
    assert found.grams["co"][0] == pytest.approx(0.08396, abs=5e-6)


def test_m2_the_cycle_is_1014_6_metres() -> None:
    assert distance_km(prescribed(LAW)[:195]) == pytest.approx(1.0146, abs=5e-5)


@pytest.mark.parametrize(
    ("km", "counts"), [(0.812, False), (0.8131, True), (1.0146, True), (1.2129, True), (1.214, False)]
)
def test_m2_the_accepted_distance(km: float, counts: bool) -> None:
    plan = urban_cycle(LAW)
    found = judged(Method.VMAS, vmas_columns(LAW, speed_kmh=[v * km * 3600.0 / sum(plan) for v in plan]))
    assert ("distance-off" not in codes(found)) is counts


def test_moisture_gives_the_same_factor_as_grains() -> None:
    air = np.array([25.0]), np.array([50.0]), np.array([101.3])
    assert moisture_factor(moisture(*air))[0] == pytest.approx(0.9730, abs=2e-4)


@pytest.mark.parametrize("method", [Method.VMAS, Method.IM195])
@pytest.mark.parametrize(
    ("seconds", "code"), [(194, "phase-incomplete"), (195, ""), (196, ""), (197, "cycle-too-long")]
)
def test_the_whole_cycle_once(method: Method, seconds: int, code: str) -> None:
    speed = (urban_cycle(LAW, 196) + [0.0])[:seconds]
    columns = (vmas_columns if method is Method.VMAS else im195_columns)(LAW, **CLEAN, speed_kmh=speed)
    assert codes(judged(method, columns)) == ({code} if code else set())


def test_a_cycle_named_by_its_phase_may_stand_inside_a_longer_record() -> None:
    plain = vmas_columns(LAW, **CLEAN)
    columns = {name: [values[0]] * 20 + values + [values[-1]] * 5 for name, values in plain.items()}
    columns |= {"t_s": list(range(220)), "phase": ["other"] * 20 + ["cycle"] * 195 + ["other"] * 5}
    found = judged(Method.VMAS, columns)
    assert str(found.result) == "pass"
    assert found.window == {"mode": "VMAS", "rows": [20, 214]}


@pytest.mark.parametrize("row", [0, 100, 194])
@pytest.mark.parametrize("channel", ["co_pct", "o2_dilute_pct", "flow_std_ls", "speed_kmh"])
def test_a_hole_in_the_readings(channel: str, row: int) -> None:
    columns = vmas_columns(LAW, **CLEAN)
    columns[channel][row] = None
    assert codes(judged(Method.VMAS, columns)) == {"missing-reading"}


@pytest.mark.parametrize("channel", ["co2_pct", "o2_ambient_pct", "no_ppm"])
def test_a_missing_channel(channel: str) -> None:
    columns = vmas_columns(LAW, **CLEAN)
    del columns[channel]
    assert "missing-channel" in codes(judged(Method.VMAS, columns))


def test_dilution_counts_where_the_engine_surely_fires() -> None:
    low = [14.0] * 195
    low[180:195] = [0.1] * 15  # over-run without fuel
    assert str(judged(Method.VMAS, vmas_columns(LAW, **CLEAN, co2_pct=low)).result) == "pass"
    low[146:149] = [2.0] * 3
    assert codes(judged(Method.VMAS, vmas_columns(LAW, **CLEAN, co2_pct=low))) == {"diluted"}
    low[147] = 14.0
    assert str(judged(Method.VMAS, vmas_columns(LAW, **CLEAN, co2_pct=low)).result) == "pass"


def test_no_oxygen_left_in_the_air_is_no_flow() -> None:
    found = judged(Method.VMAS, vmas_columns(LAW, **CLEAN, o2_ambient_pct=[0.5] * 195))
    assert {item.value for item in found.items} == {0}
    assert "ambient-oxygen-off" in {finding.code for finding in found.findings}


def driven(case: dict[str, Any]) -> dict[str, Any]:
    """The columns of a case of ``cases/transient.yaml``."""
    make = im195_columns if case.get("method") == "IM195" else vmas_columns
    plan, late = urban_cycle(LAW), case.get("late", 0)
    speed = [0.0] * late + [case.get("fast", 1.0) * v for v in plan[: len(plan) - late]]
    for first, seconds, off in case.get("stray", []):
        speed[first : first + seconds] = [v + off for v in speed[first : first + seconds]]
    columns = make(LAW, **{**CLEAN, **case.get("gases", {})}, speed_kmh=speed)
    for name, times in case.get("scale", {}).items():
        columns[name] = [value * times for value in columns[name]]
    for name, changes in case.get("set", {}).items():
        for first, seconds, value in changes:
            columns[name][first : first + seconds] = [value] * seconds
    return columns


@pytest.mark.parametrize("case", cases("transient"))
def test_the_urban_cycle(case: dict[str, Any]) -> None:
    assumed = {key: replace(LAW.value(key), value=value) for key, value in case.get("assumed", {}).items()}
    run = record(Method(case.get("method", "VMAS")), driven(case), ambient=DRY_AIR)
    law = LAW.with_values(assumed) if assumed else LAW
    assert_judged(case, judge(run, law, limit_set="a"))


def test_a_claim_made_without_dilution_correction_is_recognised() -> None:
    columns = driven({"scale": {"co2_pct": 0.7}})
    claim = {"verdict": "pass", "values": {"co_g_km": 1.0, "hc_g_km": 0.2, "nox_g_km": 0.2}}
    found = judged(Method.VMAS, columns, claimed=claim).claim
    assert found.agrees is False and found.reproduced_by is not None
    assert found.reproduced_by["factors"] == "0 °C"
    ours = {item.item: round(item.value / 1e9, 2) for item in judged(Method.VMAS, columns).items}
    again = judged(Method.VMAS, columns, claimed={"verdict": "pass", "values": ours}).claim
    assert again.agrees is True and again.reproduced_by is not None
    assert again.reproduced_by["factors"] == "0 °C, DF"


def test_a_claim_made_at_20_degrees_is_recognised() -> None:
    gases = {"co_g_km": 1.164 / 1.25 * 4.0, "hc_g_km": 3.575 / 3.839 * 1.0, "nox_g_km": 1.912 / 2.053 * 0.8}
    claim = {"verdict": "pass", "values": {item: round(value, 2) for item, value in gases.items()}}
    found = judged(Method.VMAS, vmas_columns(LAW, 4.0, 1.0, 0.8), claimed=claim).claim
    assert found.agrees is True
    assert found.reproduced_by is not None
    assert found.reproduced_by["factors"] == "20 °C"


def test_a_claim_far_from_every_reading_differs() -> None:
    claim = {"verdict": "pass", "values": {"co_g_km": 2.0}}
    found = judged(Method.VMAS, vmas_columns(LAW, 4.0, 1.0, 0.8), claimed=claim)
    assert found.claim.agrees is False
    assert "claim-differs" in {finding.code for finding in found.findings}


def test_natural_gas_passes_with_any_hc() -> None:
    found = judged(Method.VMAS, vmas_columns(LAW, 1.0, 9.0, 0.5), vehicle={"fuel": "cng"})
    assert str(found.result) == "pass"
    assert [item.item for item in found.items if item.advisory] == ["hc_g_km"]


def test_background_lowers_the_result_and_its_absence_is_told() -> None:
    plain = im195_columns(LAW, **CLEAN)
    without = {name: column for name, column in plain.items() if "background" not in name}
    found, dirty = (
        judged(Method.IM195, columns) for columns in (without, {**plain, "co_background_ppm": [5.0] * 195})
    )
    assert "background-missing" in {finding.code for finding in found.findings}
    assert dirty.items[0].value < found.items[0].value


def test_every_step_can_be_followed() -> None:
    shown = judged(Method.VMAS, vmas_columns(LAW, **CLEAN)).explain()
    text = "\n".join(how for _, how in shown)
    assert "(20.8 − 18)/(20.8 − 1)" in text and "95 · 0.141414" in text and "Σ v / 3600" in text
