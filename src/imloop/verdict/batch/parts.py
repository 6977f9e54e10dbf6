"""Exterior, OBD and evaporative check of many tests: judged once per combination of facts by the reference's rules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imloop.facts.codes import Result
from imloop.law import Law
from imloop.verdict.batch.outcomes import FAIL, INVALID, NOT_READY, PASS, Codes
from imloop.verdict.batch.runs import Runs
from imloop.verdict.evaporative import judge_evaporative
from imloop.verdict.exterior import judge_exterior
from imloop.verdict.obd import judge_obd, scope_key

_CODE = {Result.FAIL: FAIL, Result.INVALID: INVALID, Result.NOT_READY: NOT_READY}
_WEIGHT = np.array([0, 3, 2, 1], dtype=np.int8)
"""How a part's result weighs, by its code: fail outweighs invalid, invalid outweighs not ready."""

_HEAVIEST = np.array([PASS, NOT_READY, INVALID, FAIL], dtype=np.int8)
_NOT_DUE, _DUE, _OPEN = range(3)


def worst(one: Codes, other: Codes) -> Codes:
    """Any failed part fails the test, then any invalid part, then not ready; result codes of shape (tests,)."""
    return np.asarray(_HEAVIEST[np.maximum(_WEIGHT[one], _WEIGHT[other])])


def judge_parts(runs: Runs, law: Law) -> Codes:
    """Result code of everything but the exhaust, shape (tests,)."""
    kind = _kinds(runs, law)
    used = np.flatnonzero(np.bincount(kind))
    some = np.empty(kind.max(initial=-1) + 1, dtype=np.int64)
    some[kind] = np.arange(len(kind))
    codes = np.zeros(len(some), dtype=np.int8)
    for each in used.tolist():
        codes[each] = _judge_one(runs, int(some[each]), law)
    return np.asarray(codes[kind])


def _judge_one(runs: Runs, test: int, law: Law) -> int:
    record = runs.record_of(test)
    results = {judge(record, law)[0] for judge in (judge_exterior, judge_obd, judge_evaporative)}
    return next((code for result, code in _CODE.items() if result in results), PASS)


def _kinds(runs: Runs, law: Law) -> NDArray[np.int64]:
    """A number per test, equal where facts, mass class and whether OBD is due are equal."""
    produced, registered = runs.built
    heavy = runs.stated[2] > law.number("obd.heavy_above_kg")
    group = runs.fact * 2 + heavy
    due = np.full(runs.tests, _OPEN)
    stock = law.integer("obd.stock_days")
    for each in np.flatnonzero(np.bincount(group)).tolist():
        tests = np.flatnonzero(group == each)
        vehicle = runs.record_of(int(tests[0])).vehicle
        scope = law.day(scope_key(vehicle, runs.method, law)).toordinal()
        open_or_not = np.where(registered[tests] < scope, _NOT_DUE, _OPEN)
        open_or_not[registered[tests] >= scope + stock] = _DUE
        known = np.where(produced[tests] >= scope, _DUE, _NOT_DUE)
        due[tests] = np.where(np.isnan(produced[tests]), open_or_not, known)
    return np.asarray(group * 3 + due)
