"""Engine and hall: impossible air gives no verdict and says what it looks like; a cold engine is told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imloop.facts.codes import Method
from imloop.facts.records.inspection import Ambient, TestRecord
from imloop.verdict import judge
from imloop.verdict.batch import judge_many, outcome_of, runs_of
from imloop.verdict.units import likely
from reference.second_opinion import second_opinion
from support.messages.clean_runs import clean
from support.messages.runs import law_of
from support.messages.verdict_cases import assert_judged, cases

LAW = law_of()


def record_of(case: dict[str, Any]) -> TestRecord:
    method = Method(case.get("method", "ASM"))
    rows = clean(method).trace.rows
    air = {"ambient": Ambient(*case["ambient"])} if "ambient" in case else {}
    columns = {name: [value] * rows for name, value in case.get("columns", {}).items()}
    return clean(method, columns=columns, **air)


@pytest.mark.parametrize("case", cases("surroundings"))
def test_engine_and_hall(case: dict[str, Any]) -> None:
    record = record_of(case)
    found = judge(record, LAW)
    assert_judged(case, found)
    said = [each.text for each in (*found.reasons, *found.findings) if each.code.startswith("ambient")]
    for words in case.get("looks", ()):
        assert any(words in text.zh or words in text.en for text in said), words
    if case.get("kh"):
        assert "kH" in said[0].zh and "kH" in said[0].en
    outcome, many = outcome_of(found), judge_many(runs_of([record] * 2), LAW)
    assert not many.by_reference.any()
    assert many.result.tolist() == outcome.result.tolist() * 2
    assert np.array_equal(many.values[1], outcome.values[0])
    assert second_opinion(record, LAW).result == found.parts["exhaust"]


def test_the_rows_of_an_impossible_figure_are_named() -> None:
    rows = clean(Method.ASM).trace.rows
    column = [101.3] * rows
    column[7] = 1013.0
    found = judge(clean(Method.ASM, columns={"ambient_pressure_kpa": column}), LAW)
    assert [(reason.code, reason.rows) for reason in found.reasons] == [("ambient-impossible", (7, 7))]


@pytest.mark.parametrize(
    ("unit", "value", "low", "high", "name"),
    [
        ("kpa", 1013.0, 50.0, 106.0, "hPa (mbar)"),
        ("kpa", 760.0, 50.0, 106.0, "hPa (mbar) or mmHg"),
        ("kpa", 14.7, 50.0, 106.0, "psi"),
        ("c", 194.0, 60.0, 150.0, "degrees Fahrenheit (°F)"),
        ("kmh", 15.53, 23.0, 27.0, "miles per hour (mph)"),
        ("kmh", 25.0, 60.0, 61.0, None),
        ("rpm", 0.0, 500.0, 3000.0, None),
        ("grade", 40.0, 0.0, 5.0, "per cent (20 % a grade)"),
    ],
)
def test_what_a_number_looks_like(unit: str, value: float, low: float, high: float, name: str | None) -> None:
    found = likely(unit, value, low, high)
    assert (found.en if found else None) == name
