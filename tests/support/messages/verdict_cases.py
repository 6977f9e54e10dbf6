"""Worked cases of verdicts, written down as data in ``tests/verdict/cases``: read, and held against a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from imloop.facts.records.inspection import Ambient
from imloop.verdict.answer import Verdict

CASES = Path(__file__).parents[2] / "verdict" / "cases"
_MORE = ("outcome", "exterior", "obd", "vehicle")


def more_of(case: dict[str, Any]) -> dict[str, Any]:
    """What a case says of a run beside its trace, as ``runs.record`` takes it."""
    more = {key: case[key] for key in _MORE if key in case}
    vehicle = {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in more.get("vehicle", {}).items()
    }
    if "fuel" in case:
        vehicle["fuel"] = case["fuel"]
    if "ambient" in case:
        more["ambient"] = Ambient(**case["ambient"])
    return {**more, "vehicle": vehicle}


def cases(name: str) -> list[Any]:
    found = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["id"].replace(" ", "-")) for case in found]


def assert_judged(case: dict[str, Any], found: Verdict) -> None:
    """The verdict is as the case says, with its reasons, items, parts, findings and rows."""
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
    assert not set(case.get("silent", [])) & {finding.code for finding in found.findings}
    window = found.window or {}
    for key, name in (("window", "rows"), ("mode", "mode"), ("quick", "quick")):
        if key in case:
            assert window[name] == case[key]
    where = {reason.code: list(reason.rows or ()) for reason in found.reasons}
    for code, rows in case.get("rows_of", {}).items():
        assert where[code] == rows
    assert all(reason.cite for reason in found.reasons), "every reason names its clause"
    assert all(item.cite for item in found.items if item.low is not None or item.high is not None)
