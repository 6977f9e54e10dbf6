"""The worked cases: written down as data, judged through the one door, each with its verdict and its reasons."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from imloop.verdict import judge
from support.messages.runs import columns, law_of, record
from support.messages.verdict_cases import assert_judged, cases, more_of

CLEAN_IDLE = ({"co_pct": 0.05, "hc_ppm": 20, "lambda": 1.0}, {"co_pct": 0.05, "hc_ppm": 20})


def tsi_record(case: dict[str, Any], high: dict[str, Any], idle: dict[str, Any]) -> TestRecord:
    blocks = []
    for phase, block in (
        ("high.sample", {**high, **case.get("warm", {})} if "warm" in case else None),
        ("high.sample", high),
        ("idle.sample", idle),
    ):
        if block is not None:
            blocks.append({"co2_pct": 14.5, "rpm": 900, "seconds": 30, **block, "phase": phase})
    return record(Method.TSI, columns(blocks), **more_of(case))


def blips(case: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "seconds": 6,
            "blip": number,
            "k_per_m": [0.05, 0.3, top, 0.6, 0.2, 0.1],
            "rpm": case.get("rpm", 2600),
        }
        for number, top in enumerate(case["maxima"], start=1)
    ]


def record_of(case: dict[str, Any], method: Method) -> TestRecord:
    if method is Method.TSI:
        high, idle = (case["high"], case["idle"]) if "high" in case else CLEAN_IDLE
        return tsi_record(case, high, idle)
    if method is Method.FREEACC:
        return record(method, columns(blips({"maxima": [1.0, 1.0, 1.0], **case})), **more_of(case))
    return record(method, columns(case["rows"]), **more_of(case))


def assert_as_written(case: dict[str, Any], method: Method) -> None:
    law = law_of(str(case.get("law_on", "2026-03-05")), case.get("place", "450200"))
    assert_judged(case, judge(record_of(case, method), law, limit_set=case.get("set")))


@pytest.mark.parametrize("case", cases("tsi"))
def test_double_idle(case: dict[str, Any]) -> None:
    assert_as_written(case, Method.TSI)


@pytest.mark.parametrize("case", cases("asm"))
def test_steady_state(case: dict[str, Any]) -> None:
    assert_as_written(case, Method.ASM)


@pytest.mark.parametrize("case", cases("diesel"))
def test_diesel(case: dict[str, Any]) -> None:
    assert_as_written(case, Method(case["method"]))


@pytest.mark.parametrize("case", cases("parts"))
def test_obd_and_exterior(case: dict[str, Any]) -> None:
    assert_as_written(case, Method(case.get("method", "TSI")))
