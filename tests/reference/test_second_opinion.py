"""The engine and the second opinion give every generated run the same answer.

``IMLOOP_REFERENCE_TESTS`` sets how many runs of each method are compared.
"""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.codes import Method
from imloop.law import Law
from imloop.verdict import Verdict, judge
from reference.opinion import Opinion
from reference.second_opinion import second_opinion
from support.messages.dice import LAW, Case
from support.messages.generated import cases, generate

RUNS = int(os.environ.get("IMLOOP_REFERENCE_TESTS", "300"))
WITHIN = Decimal("1e-9")
OF_LARGE_VALUES = Decimal("1e-12")  # of a value: where kH has its pole, binary floating point keeps no more


def under(**values: Any) -> Law:
    """The law with other choices, ``a__b`` for the key ``a.b``."""
    keys = {name.replace("__", "."): value for name, value in values.items()}
    return LAW.with_values({key: replace(LAW.value(key), value=value) for key, value in keys.items()})


LAWS = (
    LAW,
    LAW,
    under(rounding__official="rounded", transient__off_cycle_voids=False),
    under(
        tsi__lambda_inclusive=False,
        asm__early_fail=False,
        asm__speed_tolerance_kmh=1.5,
        asm__window_each_second=False,
        vmas__dilution_applied=False,
        vmas__density_at="20",
        gas__co_co2_min_seconds=3,
        lugdown__nox_decisive=False,
        lugdown__power_phases=("scan", "100.sample", "80.sample"),
    ),
)


def differences(engine: Verdict, ours: Opinion) -> list[str]:
    """What the two do not agree on; the values of a run that does not count are nobody's result."""
    result = engine.parts["exhaust"]
    if result != ours.result:
        return [f"result {result} {[reason.code for reason in engine.reasons]}, not {ours.result} {ours.why}"]
    if result == "invalid":
        return []
    found = []
    values = {item.item: Decimal(item.value).scaleb(-9) for item in engine.items}
    if values.keys() != ours.values.keys():
        found.append(f"items {sorted(values)}, not {sorted(ours.values)}")
    found += [
        f"{item} {values[item]}, not {ours.values[item]}"
        for item in values.keys() & ours.values.keys()
        if abs(values[item] - ours.values[item]) > max(WITHIN, abs(values[item]) * OF_LARGE_VALUES)
    ]
    deciding = [item for item in engine.items if not item.advisory]
    exceeded = {item.item for item in deciding if not item.passed}
    boundary = {item.item for item in deciding if item.boundary}
    if (exceeded, boundary) != (ours.exceeded, ours.boundary):
        found.append(f"exceeded {exceeded} boundary {boundary}, not {ours.exceeded} {ours.boundary}")
    if ours.window is not None:
        window = engine.window or {}
        if (window.get("mode"), *window.get("rows", ())) != ours.window:
            found.append(f"window {dict(window)}, not {ours.window}")
    return found


def compared(case: Case, law: Law) -> list[str]:
    engine = judge(case.record, law, limit_set=case.limit_set)
    return differences(engine, second_opinion(case.record, law, case.limit_set))


@pytest.mark.parametrize("method", sorted(Method))
def test_generated_runs(method: Method) -> None:
    found = [
        f"run {number}: {text}"
        for number, case in enumerate(cases(method, RUNS))
        for text in compared(case, LAWS[number % len(LAWS)])
    ]
    assert found == []


@pytest.mark.parametrize("method", sorted(Method))
def test_generated_runs_are_of_every_kind(method: Method) -> None:
    """A comparison in which everything passes, or nothing does, would prove little."""
    results = [second_opinion(case.record, LAW, case.limit_set).result for case in cases(method, 120, seed=2)]
    assert min(results.count(result) for result in ("pass", "fail", "invalid")) >= 4


@given(
    method=st.sampled_from(sorted(Method)), dice=st.randoms(use_true_random=False), law=st.sampled_from(LAWS)
)
def test_drawn_runs(method: Method, dice: Random, law: Law) -> None:
    assert compared(generate(method, dice), law) == []
