"""Self-checks recomputed: physics, tolerances from the law, and the records of two real stations."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.records.check import CheckKind
from imloop.gates.lines import FIELDS, recompute
from imloop.gates.lines.dynamometer import coast_time_ms, loss_kw
from imloop.law import load
from imloop.sim.city.checks import GOOD

LAW = load().at(date(2026, 3, 5), "450200")
STORED = Path(__file__).resolve().parents[3] / "shared" / "data" / "real" / "equipment-checks.json"

MORE: dict[CheckKind, dict[str, float]] = {
    CheckKind.DYNO_PARASITIC: {
        "diw_kg": 911, "high_1_kmh": 48, "low_1_kmh": 32, "time_1_ms": 36085, "power_1_kw": 1.25,
    },
    CheckKind.DYNO_FORCE: {"standard_1_n": 600, "measured_1_n": 599.3},
    CheckKind.ANALYSER_ZERO: {"hc_residual_ppm": 3, "co_pct": 0.0, "no_ppm": 2},
    CheckKind.WEATHER_STATION: {
        "temperature_standard_c": 25, "temperature_c": 25.4, "humidity_standard_pct": 50, "humidity_pct": 52,
        "pressure_standard_kpa": 101.3, "pressure_kpa": 101.2,
    },
    CheckKind.TACHOMETER: {"standard_1_rpm": 800, "measured_1_rpm": 803},
    CheckKind.OBD_READER: {"connected": 1, "sent": 1},
}  # fmt: skip
ALL = GOOD | MORE
_NAMES = sorted({name for names in FIELDS.values() for name in names})
WORSE = {
    CheckKind.DYNO_COAST_DOWN: {"actual_1_ms": 6500},
    CheckKind.DYNO_PARASITIC: {"power_1_kw": 1.5},
    CheckKind.DYNO_FORCE: {"measured_1_n": 590},
    CheckKind.ANALYSER_ZERO: {"hc_residual_ppm": 9},
    CheckKind.ANALYSER_LEAK: {"end_kpa": 82.0},
    CheckKind.ANALYSER_GAS: {"co_pct": 0.6},
    CheckKind.OPACIMETER: {"measured_2_pct": 51.0},
    CheckKind.NOX_ANALYSER: {"no_ppm": 1100},
    CheckKind.FLOW_METER: {"flow_ls": 90},
    CheckKind.WEATHER_STATION: {"temperature_c": 27},
    CheckKind.TACHOMETER: {"measured_1_rpm": 850},
    CheckKind.OBD_READER: {"sent": 0},
}


@pytest.mark.parametrize("kind", sorted(CheckKind))
def test_good_values_pass_and_drifted_ones_fail_with_the_clause(kind: CheckKind) -> None:
    assert recompute(kind, ALL[kind], LAW).result == "pass"
    drifted = recompute(kind, ALL[kind] | WORSE[kind], LAW)
    assert drifted.result == "fail"
    assert all(reason.cite and reason.next for reason in drifted.reasons)
    assert sum(not error.passed for error in drifted.errors) == len(drifted.reasons) == 1


@pytest.mark.parametrize("kind", sorted(CheckKind))
def test_a_check_without_its_values_is_invalid_never_a_pass(kind: CheckKind) -> None:
    nothing = recompute(kind, {}, LAW)
    assert (nothing.result, [r.code for r in nothing.reasons]) == ("invalid", ["check-incomplete"])
    assert nothing.reasons[0].item in FIELDS[kind]


@given(st.sampled_from(sorted(CheckKind)), st.dictionaries(st.sampled_from(_NAMES), st.floats(-1e6, 1e6)))
def test_any_values_get_an_answer(kind: CheckKind, values: dict[str, float]) -> None:
    assert recompute(kind, values, LAW).result in ("pass", "fail", "invalid")


@given(st.floats(200, 3000), st.floats(20, 90), st.floats(5, 15), st.floats(0.5, 60))
def test_coast_time_and_loss_are_one_law(diw: float, high: float, gap: float, power: float) -> None:
    time = coast_time_ms(diw, high, high - gap, power)
    assert loss_kw(diw, high, high - gap, time) == pytest.approx(power)


def test_one_of_absolute_and_relative_error_is_enough() -> None:
    low = GOOD[CheckKind.ANALYSER_GAS] | {"c3h8_standard_ppm": 52, "hc_ppm": 23}
    found = {error.quantity: error for error in recompute(CheckKind.ANALYSER_GAS, low, LAW).errors}
    assert found["hc"].passed
    assert abs(found["hc"].error_pct or 0) > 3


def stored(station: str) -> dict[str, dict[str, str]]:
    if not STORED.exists():
        pytest.skip("the stored checks are not here")
    return json.loads(STORED.read_text(encoding="utf-8"))["stations"][station]


def test_stored_checks_of_a_real_station_come_out_the_same() -> None:
    tables = stored("shihezi")
    gas = {key: float(value) for key, value in tables["ResultOfAnaGasChk"].items() if value}
    ours = recompute(
        CheckKind.ANALYSER_GAS,
        {
            "pef": gas["PEFMeasuredValue"], "c3h8_standard_ppm": gas["C3H8StandardValue"],
            "hc_ppm": gas["HCMeasuredValue"], "co_standard_pct": gas["COStandardValue"],
            "co_pct": gas["COMeasuredValue"], "co2_standard_pct": gas["CO2StandardValue"],
            "co2_pct": gas["CO2MeasuredValue"], "no_standard_ppm": gas["NOStandardValue"],
            "no_ppm": gas["NOMeasuredValue"],
        },
        LAW,
    )  # fmt: skip
    assert ours.result == "pass"
    assert {e.quantity: round(e.error, 3) for e in ours.errors if e.quantity != "hc"} == {
        "co": gas["COAE"], "co2": gas["CO2AE"], "no": gas["NOAE"],
    }  # fmt: skip

    coast = {key: float(value) for key, value in tables["ResultOfDynConstLoad"].items() if value[:3] != "202"}
    theory = coast_time_ms(
        coast["DIW"], coast["UpperVelocity"], coast["LowerVelocity"], coast["PowerStandardValue"]
    )
    assert round(theory) == coast["CCDT"]

    filters = {key: float(value) for key, value in tables["ResultOfOpaCalChk"].items()}
    values = {"zero_pct": 0.0}
    for n in (1, 2):
        values |= {
            f"filter_{n}_pct": filters[f"StandardValue{n}"],
            f"measured_{n}_pct": filters[f"MeasuredValue{n}"],
        }
    assert recompute(CheckKind.OPACIMETER, values, LAW).result == "pass"


def test_stored_parasitic_losses_follow_from_their_times() -> None:
    loss = stored("shihezi")["ResultOfDynPLHP"]
    for n in range(5):
        ours = loss_kw(
            float(loss["DIW"]), float(loss[f"UpperVelocity{n}"]), float(loss[f"LowerVelocity{n}"]),
            float(loss[f"PLHPTime{n}"]),
        )  # fmt: skip
        assert ours == pytest.approx(float(loss[f"PLHP{n}"]), abs=0.01)
