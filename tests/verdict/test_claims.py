"""The station's claim: what agrees, what differs and by how much, and which rows a number was taken from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from imloop.facts.codes import Method, Result
from imloop.facts.records.inspection import TestRecord, Trace
from imloop.verdict import judge
from imloop.verdict.answer import ClaimCheck
from support.messages.runs import columns, law_of, record

LAW = law_of()


def claim_of(run: TestRecord) -> ClaimCheck:
    return judge(run, LAW).claim


def tsi(**claimed: Any) -> TestRecord:
    """High idle CO 0.10 then 0.20 (the last 30 s decide), idle CO 0.05; HC 20."""
    base = {"hc_ppm": 20, "co2_pct": 14.5, "lambda": 1.0, "rpm": 900}
    blocks = [
        {"phase": "high.sample", "seconds": 10, "co_pct": 0.10, **base},
        {"phase": "high.sample", "seconds": 30, "co_pct": 0.20, **base},
        {"phase": "idle.sample", "seconds": 30, "co_pct": 0.05, **base},
    ]
    return record(Method.TSI, columns(blocks), claimed=claimed)


def test_nothing_claimed_is_neither() -> None:
    assert claim_of(tsi()).agrees is None
    assert claim_of(tsi()).reproduced_by is None


def test_a_verdict_alone() -> None:
    assert claim_of(tsi(verdict="pass")).agrees is True
    found = claim_of(tsi(verdict="fail"))
    assert found.agrees is False
    assert found.differences == ({"item": "verdict", "claimed": "fail", "ours": "pass"},)


def test_values_alone() -> None:
    assert claim_of(tsi(values={"co_high_pct": 0.2})).agrees is True
    found = claim_of(tsi(values={"co_high_pct": 0.5}))
    assert found.differences == ({"item": "co_high_pct", "claimed": 0.5, "ours": 0.2},)


@pytest.mark.parametrize(
    ("value", "agrees"), [(0.21, True), (0.19, True), (0.2101, False), (0.1899, False), (1e300, False)]
)
def test_one_unit_of_the_last_decimal_is_allowed(value: float, agrees: bool) -> None:
    assert claim_of(tsi(values={"co_high_pct": value})).agrees is agrees


def test_another_window_shows_where_a_wrong_number_came_from() -> None:
    found = claim_of(tsi(values={"co_high_pct": 0.167, "hc_high_ppm": 20.0}))
    assert found.agrees is False
    assert found.reproduced_by is not None
    assert found.reproduced_by["by_item"] == {"co_high_pct": [0, 29], "hc_high_ppm": [10, 39]} or (
        found.reproduced_by["by_item"]["hc_high_ppm"] == [10, 39]
    )
    assert [each["item"] for each in found.differences] == ["co_high_pct"]


def test_an_item_of_another_method_differs() -> None:
    found = claim_of(tsi(values={"k_mean_per_m": 1.0}))
    assert found.differences == ({"item": "k_mean_per_m", "claimed": 1.0, "ours": None},)


def asm(claimed: dict[str, float], **columns_too: Any) -> TestRecord:
    block = {
        "phase": "5025.sample",
        "seconds": 30,
        "co_pct": [0.30 + 0.002 * i for i in range(30)],
        "hc_ppm": [40.0 + i for i in range(30)],
        "no_ppm": [400.0 + 2 * i for i in range(30)],
        "df": 1.0,
        "rpm": 2000,
    }
    run = record(Method.ASM, columns([block]), claimed={"verdict": "pass", "values": claimed})
    more = {name: np.array(values, dtype=float) for name, values in columns_too.items()}
    return replace(run, trace=Trace({**run.trace.columns, **more}, run.trace.phase))


def test_one_window_gives_all_three_values() -> None:
    found = claim_of(asm({"co_5025_pct": 0.33, "hc_5025_ppm": 54.5, "no_5025_ppm": 429.0}))
    assert found.agrees is True
    assert found.reproduced_by is not None
    assert found.reproduced_by["rows"] == [10, 19]
    assert found.reproduced_by["factors"] == "recomputed"
    assert found.reproduced_by["values"]["hc_5025_ppm"] == pytest.approx(54.5)


def test_values_of_different_windows_do_not_agree() -> None:
    found = claim_of(asm({"co_5025_pct": 0.33, "hc_5025_ppm": 64.5, "no_5025_ppm": 409.0}))
    assert found.agrees is False


@pytest.mark.parametrize("missing", ["", "station_df", "station_kh"])
def test_the_line_s_own_factors_explain_its_numbers(missing: str) -> None:
    factors = {"station_df": [1.2] * 30, "station_kh": [0.9] * 30}
    factors.pop(missing, None)
    claimed = {"co_5025_pct": 0.33 * 1.2, "hc_5025_ppm": 54.5 * 1.2, "no_5025_ppm": 429.0 * 1.2 * 0.9}
    found = claim_of(asm({item: round(value, 2) for item, value in claimed.items()}, **factors))
    if missing:
        assert found.agrees is False
    else:
        assert found.agrees is True and found.reproduced_by is not None
        assert (found.reproduced_by["factors"], found.reproduced_by["rows"]) == ("station", [10, 19])


def lug_down(**values: float) -> TestRecord:
    """k rises through the 100 % point; the last nine of its 20 s decide."""
    base = {"nox_ppm": 500, "power_kw": 60.0, "rpm": 2000}
    blocks = [
        {"phase": "scan", "seconds": 20, "k_per_m": 0.9, **base},
        {"phase": "100.sample", "seconds": 20, "k_per_m": [0.1 + 0.02 * i for i in range(20)], **base},
        {"phase": "80.sample", "seconds": 9, "k_per_m": 0.3, **base},
    ]
    return record(
        Method.LUGDOWN, columns(blocks), vehicle={"rated_power_kw": 100.0}, claimed={"values": values}
    )


@pytest.mark.parametrize(
    ("k", "agrees", "rows"),
    [
        (0.40, True, [31, 39]),  # ours
        (0.18, True, [20, 28]),  # the phase's first nine seconds: a window the method may have taken
        (0.90, False, [0, 8]),  # the scan: shows where the number came from, and is no answer
        (0.05, False, None),
    ],
)
def test_lug_down_windows(k: float, agrees: bool, rows: list[int] | None) -> None:
    found = claim_of(lug_down(k_100_per_m=k))
    assert found.agrees is agrees
    assert (found.reproduced_by["rows"] if found.reproduced_by else None) == rows


@pytest.mark.parametrize(
    ("power", "agrees", "rows"),
    [(60.0, True, [0, 0]), (75.0, False, [25, 25]), (90.0, False, None)],
)
def test_power_of_the_braking_explains_a_claim(power: float, agrees: bool, rows: list[int] | None) -> None:
    run = lug_down(max_power_kw=power)
    run.trace.columns["power_kw"][25] = 75.0
    found = claim_of(run)
    assert found.agrees is agrees
    assert (found.reproduced_by["rows"] if found.reproduced_by else None) == rows


@pytest.mark.parametrize(
    ("day", "claimed", "agrees"),
    [
        ("2019-10-31", "pass", True),
        ("2019-10-31", "fail", True),
        ("2019-10-31", "invalid", False),
        ("2019-11-01", "fail", True),
        ("2019-11-01", "pass", False),
    ],
)
def test_while_the_law_is_read_in_two_ways_both_claims_agree(day: str, claimed: str, agrees: bool) -> None:
    run = lug_down()
    run.trace.columns["nox_ppm"][:] = 1600.0
    run = replace(run, claimed=replace(run.claimed, verdict=Result(claimed)))
    assert judge(run, law_of(day)).claim.agrees is agrees


def blips(**values: float) -> TestRecord:
    blocks = [
        {"blip": n, "seconds": 5, "k_per_m": [0.1, top, 0.2, 0.1, 0.1], "rpm": 2600}
        for n, top in enumerate((0.9, 0.5, 0.6, 0.4), start=1)
    ]
    return record(Method.FREEACC, columns(blocks), claimed={"values": values})


@pytest.mark.parametrize(
    ("k", "agrees", "rows"),
    [
        (0.50, True, [5, 19]),  # the last three
        (0.67, False, [0, 14]),  # the first three
        (0.60, False, [0, 19]),  # all four
        (0.90, False, [0, 4]),  # one alone
    ],
)
def test_free_acceleration_groups(k: float, agrees: bool, rows: list[int]) -> None:
    found = claim_of(blips(k_mean_per_m=k))
    assert found.agrees is agrees
    assert found.reproduced_by is not None and found.reproduced_by["rows"] == rows


def test_the_finding_prints_both_numbers() -> None:
    found = judge(tsi(verdict="fail", values={"co_high_pct": 0.5, "hc_idle_ppm": 90.0}), LAW)
    text = next(each.text for each in found.findings if each.code == "claim-differs")
    assert "verdict 机构 fail，复算 pass" in text.zh and "co_high_pct claimed 0.5, ours 0.2" in text.en
    assert "hc_idle_ppm 机构 90.0，复算 20" in text.zh
