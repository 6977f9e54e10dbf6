"""What a retest has to measure, so that it answers what had failed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from imloop.facts.codes import Method, Outcome, Purpose
from imloop.facts.records.inspection import TestRecord, Trace, Vehicle
from imloop.gates.inspections.retest import Measured, not_retested, open_faults

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def run(method: Method, exhaust: str, **items: bool) -> Measured:
    record = TestRecord("", "", "", method, Purpose.PERIODIC, Outcome.COMPLETED, NOW, NOW, Vehicle(), Trace())
    return Measured(record, {"exhaust": exhaust}, items)


@pytest.mark.parametrize(
    ("method", "items", "answers"),
    [
        (Method.VMAS, {"co_g_km": True, "hc_nox_g_km": True}, True),
        (Method.VMAS, {"co_g_km": True, "hc_g_km": True, "nox_g_km": True}, True),
        (Method.VMAS, {"co_g_km": True, "hc_g_km": True}, False),
        (Method.TSI, {"co_high_pct": True, "hc_high_ppm": True}, False),
    ],
)
def test_hydrocarbons_and_nox_together_are_two_substances(
    method: Method, items: dict[str, bool], answers: bool
) -> None:
    faults = open_faults([run(Method.VMAS, "fail", co_g_km=True, hc_nox_g_km=False)])
    assert (not_retested(run(method, "pass", **items), faults) is None) is answers


def test_what_a_later_failed_run_passed_of_a_part_is_asked_no_more() -> None:
    first = run(Method.ASM, "fail", no_5025_ppm=False, co_5025_pct=True)
    second = run(Method.TSI, "fail", co_high_pct=False)
    idle = run(Method.TSI, "pass", co_high_pct=True)
    whole = run(Method.ASM, "pass", no_5025_ppm=True, co_5025_pct=True)
    assert not_retested(idle, open_faults([second])) is None
    assert not_retested(idle, open_faults([first, second])) is not None
    assert not_retested(whole, open_faults([first, second])) is None
