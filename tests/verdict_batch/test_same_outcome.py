"""Many tests at once come out as one by one. ``prove.py`` beside this file shows it on 100,000 tests of each method."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imloop.facts.codes import Method
from imloop.facts.records.inspection import SecondRun, TestRecord, Trace
from imloop.facts.refusal import Unknown
from imloop.law import Law
from imloop.verdict import judge
from imloop.verdict.batch import NOT_MEASURED, judge_many, many, outcome_of, runs_of
from imloop.verdict.batch.outcomes import PASS
from support.messages.generated import generate, usual
from verdict_batch.odd_runs import COMPARED, differences, laws, runs, same

LAWS = laws()


def by_limit_set(method: Method, count: int, seed: int) -> dict[str, list[TestRecord]]:
    found: dict[str, list[TestRecord]] = {"a": [], "b": []}
    for record, limit_set in runs(method, count, seed):
        found[limit_set].append(record)
    return {limit_set: records for limit_set, records in found.items() if records}


@pytest.mark.parametrize("method", list(Method))
def test_generated_tests_of_every_kind_under_every_law(method: Method) -> None:
    for number, law in enumerate(LAWS):
        for limit_set, records in by_limit_set(method, 100, number).items():
            assert differences(records, law, limit_set) == []


@pytest.mark.parametrize("method", list(Method))
def test_hundreds_of_usual_tests(method: Method) -> None:
    dice = Random(f"usual {method}")
    for limit_set in ("a", "b"):
        made = [case for case in (generate(method, dice) for _ in range(500)) if case.limit_set == limit_set]
        if made:
            assert differences([case.record for case in made], LAWS[0], limit_set) == []


@settings(deadline=None)
@given(st.sampled_from(list(Method)), st.integers(0, 10**9), st.sampled_from(LAWS))
def test_any_seed(method: Method, seed: int, law: Law) -> None:
    for limit_set, records in by_limit_set(method, 4, seed).items():
        assert differences(records, law, limit_set) == []


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("rows", [1, 150, 700])
def test_where_a_block_ends_changes_nothing(
    method: Method, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out = runs_of(by_limit_set(method, 60, 7)["a"])
    whole = judge_many(laid_out, LAWS[0], "a")
    monkeypatch.setattr(many, "BLOCK_ROWS", rows)
    parts = judge_many(laid_out, LAWS[0], "a")
    assert all(np.array_equal(getattr(whole, name), getattr(parts, name)) for name in COMPARED)


def test_neighbours_do_not_flow_into_one_another() -> None:
    records = by_limit_set(Method.ASM, 40, 11)["a"]
    alone = [judge_many(runs_of([record]), LAWS[0], "a") for record in records]
    together = judge_many(runs_of(records), LAWS[0], "a")
    assert all(same(one, 0, together, at, name) for at, one in enumerate(alone) for name in COMPARED)


def test_usual_tests_need_no_reference() -> None:
    for method in list(Method):
        dice = Random(5)
        records = [usual(method, dice) for _ in range(50)]
        assert not judge_many(runs_of(records), LAWS[0]).by_reference.any()


def test_the_limit_set_is_the_laws_unless_given() -> None:
    records = [generate(Method.TSI, Random(seed)).record for seed in range(40)]
    assert differences(records, LAWS[0], None) == []
    chosen = {name: judge_many(runs_of(records), LAWS[0], name).exceeded.sum() for name in "ab"}
    assert chosen["a"] < chosen["b"]


def _changed(record: TestRecord, change: dict[str, float]) -> TestRecord:
    """With another reading, the same in every second, of some channels."""
    rows = {name: np.full(record.trace.rows, value) for name, value in change.items()}
    columns = MappingProxyType({**record.trace.columns, **rows})
    return replace(record, trace=Trace(columns, record.trace.phase))


@pytest.mark.parametrize(
    ("method", "change"),
    [
        (Method.VMAS, {"flow_std_ls": 0.0}),
        (Method.VMAS, {"flow_std_ls": -50.0}),
        (Method.VMAS, {"co_pct": -3.0}),
        (Method.IM195, {"co2_dilute_pct": 0.04}),
        (Method.IM195, {"co_background_ppm": 1e5}),
        (Method.ASM, {"co2_pct": 40.0}),
        (Method.ASM, {"co_pct": -4.0}),
        (Method.TSI, {"co_pct": -3.0}),
        (Method.LUGDOWN, {"k_per_m": -3.0}),
        (Method.FREEACC, {"k_per_m": -3.0}),
    ],
)
def test_what_no_exhaust_gives_is_no_pass(method: Method, change: dict[str, float]) -> None:
    odd = [_changed(generate(method, Random(seed)).record, change) for seed in range(40)]
    for law in LAWS:
        assert differences(odd, law, "a") == []
    assert not (judge_many(runs_of(odd), LAWS[0], "a").exhaust == PASS).any()


def test_what_is_not_measured_says_so() -> None:
    record = generate(Method.FREEACC, Random(5)).record
    outcome = judge_many(runs_of([replace(record, trace=type(record.trace)())]), LAWS[0])
    assert outcome.values.tolist() == [[NOT_MEASURED]]
    assert outcome.window.tolist() == [-1]
    assert same(
        outcome, 0, outcome_of(judge(replace(record, trace=type(record.trace)()), LAWS[0])), 0, "result"
    )


def test_a_bi_fuel_record_stands_for_no_other() -> None:
    plain = generate(Method.TSI, Random(5)).record
    both = replace(plain, second=SecondRun(plain.trace))
    assert runs_of([both, plain]).record(1).second is None
    nonsense = LAWS[-1]
    assert differences([both, plain], nonsense, "a") == []


def test_a_layout_is_of_one_method() -> None:
    records = [generate(method, Random(5)).record for method in (Method.TSI, Method.ASM)]
    with pytest.raises(ValueError, match="one method"):
        runs_of(records)


@pytest.mark.parametrize("method", list(Method))
def test_without_limits_there_is_nothing_to_answer_by(method: Method) -> None:
    with pytest.raises(Unknown) as caught:
        judge_many(runs_of([generate(method, Random(5)).record]), LAWS[0], "z")
    assert caught.value.code == "limit-set-unknown"


def test_a_rule_the_law_lacks_is_missed_by_the_tests_that_need_it() -> None:
    whole = LAWS[0]
    values = {key: value for key, value in whole.under("").items() if not key.startswith("dilution.a.lpg")}
    law = Law(whole.on, whole.place, values, {}, whole.thresholds)
    records = {fuel: [] for fuel in ("gasoline", "lpg")}
    for record in by_limit_set(Method.ASM, 60, 3)["a"]:
        records.get(str(record.vehicle.fuel), []).append(record)
    assert differences(records["gasoline"], law, "a") == []
    with pytest.raises(Unknown) as caught:
        judge_many(runs_of(records["gasoline"] + records["lpg"]), law, "a")
    assert caught.value.code == "law-missing"
