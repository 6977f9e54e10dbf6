"""The line's own clock: jitter is told, a pause between phases is none, a hole in judged seconds voids the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord, Trace
from imloop.law import load
from imloop.verdict import judge
from imloop.verdict.batch import judge_many, outcome_of, runs_of
from reference.second_opinion import second_opinion
from support.messages.clean_runs import clean
from support.messages.runs import law_of
from support.messages.verdict_cases import assert_judged, cases

LAW = law_of()
RECORDED = Path(__file__).parents[3] / "shared" / "data" / "real"


def record_of(case: dict[str, Any]) -> TestRecord:
    plain = clean(Method(case.get("method", "ASM")))
    if case.get("none"):
        return plain
    clock = np.arange(plain.trace.rows) * case.get("pace", 1.0)
    for row, seconds in case.get("jump", {}).items():
        clock[row:] += seconds
    blank = case.get("blank", [])
    clock[slice(None) if blank == "all" else blank] = np.nan
    return replace(plain, trace=with_clock(plain.trace, clock))


def with_clock(trace: Trace, clock: np.ndarray) -> Trace:
    return Trace(MappingProxyType({**trace.columns, "clock_s": clock}), trace.phase)


@pytest.mark.parametrize("case", cases("clock"))
def test_the_lines_own_clock(case: dict[str, Any]) -> None:
    record = record_of(case)
    found = judge(record, LAW)
    assert_judged(case, found)
    outcome, many = outcome_of(found), judge_many(runs_of([record] * 2), LAW)
    assert many.result.tolist() == outcome.result.tolist() * 2
    assert second_opinion(record, LAW).result == found.parts["exhaust"]


def test_a_regular_clock_needs_no_reference() -> None:
    regular = record_of({"id": "regular"})
    assert not judge_many(runs_of([regular, clean(Method.ASM)]), LAW).by_reference.any()


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded uploads are not on this machine")
@pytest.mark.parametrize("path", sorted(RECORDED.glob("*-*.json")), ids=lambda path: path.stem)
def test_recorded_runs_stay_what_they_are_with_the_stamps_of_a_real_line(path: Path) -> None:
    """Stamped in whole seconds, one jittered; with a minute's pause wherever another phase begins."""
    if path.stem == "equipment-checks" or path.stem.startswith("station-day"):
        return
    record = decode_test(path.read_bytes())
    phases = record.trace.phase or ("",) * record.trace.rows
    begins = [row and phases[row] != phases[row - 1] for row in range(len(phases))]
    clock = np.arange(record.trace.rows) + 58.0 * np.cumsum(begins)
    clock[len(clock) // 2] += 1.0
    law = load().at(record.started_at.date(), "000000")
    stamped = judge(replace(record, trace=with_clock(record.trace, clock)), law)
    plain = judge(record, law)
    assert (stamped.result, stamped.items, stamped.reasons) == (plain.result, plain.items, plain.reasons)
    assert {each.code for each in stamped.findings} - {each.code for each in plain.findings} <= {
        "clock-jitter"
    }
