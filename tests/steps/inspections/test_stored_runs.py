"""Tests read from their stored blobs come out as the records that were stored."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from imloop.facts.codes import Method
from imloop.facts.records.inspection import TestRecord
from imloop.steps.inspections.stored_runs import stored_runs
from imloop.store import traces, verdict_inputs
from imloop.verdict.batch import Outcomes, judge_many, runs_of
from support.messages.generated import usual
from verdict_batch.odd_runs import COMPARED, laws, runs, same


def stored(records: list[TestRecord]) -> tuple[list[bytes], list[bytes]]:
    return [traces.encode(record.trace) for record in records], [
        verdict_inputs.pack(record) for record in records
    ]


def differing(one: Outcomes, other: Outcomes) -> list[tuple[int, str]]:
    return [(at, name) for at in range(one.tests) for name in COMPARED if not same(one, at, other, at, name)]


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("seed", [1, 2])
def test_stored_tests_of_every_kind(method: Method, seed: int) -> None:
    records = [record for record, _ in runs(method, 60, seed)]
    from_store = stored_runs(method, *stored(records), records.__getitem__)
    for law in laws():
        assert differing(judge_many(from_store, law), judge_many(runs_of(records), law)) == []


def test_usual_tests_are_not_read_in_full() -> None:
    records = [usual(Method.ASM, Random(seed)) for seed in range(30)]

    def refuse(at: int) -> TestRecord:
        raise AssertionError(f"test {at} was read in full")

    laid_out = stored_runs(Method.ASM, *stored(records), refuse)
    wanted = runs_of(records)
    assert np.array_equal(laid_out.bounds, wanted.bounds) and np.array_equal(laid_out.phase, wanted.phase)
    for name, column in wanted.columns.items():
        assert np.array_equal(laid_out.columns[name], column, equal_nan=True)
    assert laid_out.record(7).vehicle.rated_power_kw == records[7].vehicle.rated_power_kw
