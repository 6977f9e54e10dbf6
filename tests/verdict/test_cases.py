"""The worked cases: written down as data, judged through the one door, each with its verdict and its reasons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from imloop.facts.codes import Method
from imloop.facts.records.inspection import Ambient, TestRecord
from imloop.verdict import judge
from support.messages.runs import columns, law_of, record

CASES = Path(__file__).parent / "cases"
CLEAN_IDLE = ({"co_pct": 0.05, "hc_ppm": 20, "lambda": 1.0}, {"co_pct": 0.05, "hc_ppm": 20})
MORE = ("outcome", "exterior", "obd", "vehicle")


def cases(name: str) -> list[Any]:
    found = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["id"].replace(" ", "-")) for case in found]


def more_of(case: dict[str, Any]) -> dict[str, Any]:
    more = {key: case[key] for key in MORE if key in case}
    vehicle = {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in more.get("vehicle", {}).items()
    }
    if "fuel" in case:
        vehicle["fuel"] = case["fuel"]
    if "ambient" in case:
        more["ambient"] = Ambient(**case["ambient"])
    return {**more, "vehicle": vehicle}


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
    law = law_of(str(case.get("law_on", "2026-03-05")))
    found = judge(record_of(case, method), law, limit_set=case.get("set"))
    codes = {reason.code for reason in found.reasons if reason.code != "limit-exceeded"}
    assert (str(found.result), codes) == (case["verdict"], set(case.get("codes", [])))
    assert {reason.item for reason in found.reasons if reason.item} == set(case.get("exceeded", []))
    values = {item.item: item.value / 1e9 for item in found.items}
    for item, value in case.get("items", {}).items():
        assert values[item] == pytest.approx(value, abs=5e-5 if item == "lambda_high" else 1e-9), item
    assert {item.item for item in found.items if item.advisory} == set(case.get("advisory", []))
    assert {item.item for item in found.items if item.boundary} == set(case.get("boundary", []))
    for part, result in case.get("parts", {}).items():
        assert found.parts[part] == result
    assert set(case.get("findings", [])) <= {finding.code for finding in found.findings}
    window = found.window or {}
    for key, name in (("window", "rows"), ("mode", "mode"), ("quick", "quick")):
        if key in case:
            assert window[name] == case[key]
    where = {reason.code: list(reason.rows or ()) for reason in found.reasons}
    for code, rows in case.get("rows_of", {}).items():
        assert where[code] == rows
    assert all(reason.cite for reason in found.reasons), "every reason names its clause"
    assert all(item.cite for item in found.items if item.low is not None or item.high is not None)


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
