"""Does each run count? Seconds, aborted runs, dilution and stall of many tests at once; rules as in ``validity``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from imloop.facts.codes import Outcome
from imloop.law import Law
from imloop.verdict.arithmetic import MEASURABLE, nano
from imloop.verdict.batch.exact import largest_below, throughout
from imloop.verdict.batch.runs import Runs
from imloop.verdict.methods.clock import CHANNEL

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]

_HALF_SECOND = 0.5
_SURELY_ALLOWED = 0.5


def of_the_runs(runs: Runs) -> Mask:
    """Shape (tests,): aborted, without rows, or with seconds that do not follow one another."""
    aborted = np.array([facts.outcome is Outcome.ABORTED for facts in runs.facts], dtype=np.bool_)
    bad: Mask = aborted[runs.fact] | (runs.lengths == 0)
    seconds = runs.columns["t_s"]
    if not len(seconds):
        return bad
    step = np.diff(seconds)
    odd = ~((step > _HALF_SECOND) & (step < 1.0 + _HALF_SECOND))
    # The step from one test to the next is none.
    borders = runs.bounds[1:-1]
    odd[borders[(borders > 0) & (borders < len(seconds))] - 1] = False
    if odd.any():
        bad[owners_of(runs, np.flatnonzero(odd))] = True
    filled = np.flatnonzero(runs.lengths)
    first, last = runs.bounds[filled], runs.bounds[filled + 1] - 1
    drift = np.abs(seconds[last] - seconds[first] - (last - first))
    bad[filled] |= np.where(last > first, ~(drift < 1.0 + _HALF_SECOND), ~np.isfinite(seconds[first]))
    return bad


def clock_to_be_read(runs: Runs) -> Mask:
    """Shape (tests,): the line's own clock leaves the row counter somewhere; the reference knows whether it may."""
    clock = runs.column(CHANNEL)
    if clock is None:
        return np.zeros(runs.tests, dtype=np.bool_)
    ahead = clock - np.arange(len(clock))
    apart = highest(ahead, runs.bounds) + highest(-ahead, runs.bounds)
    return np.asarray(runs.present[CHANNEL] & (runs.lengths > 0) & ~(apart < _SURELY_ALLOWED))


def owners_of(runs: Runs, rows: Indices) -> Indices:
    """Which test each row (ascending, in the flat layout) belongs to."""
    return np.asarray(np.searchsorted(runs.bounds, rows, side="right") - 1)


def highest(values: Floats, bounds: Indices) -> Floats:
    """Largest value of every stretch ``bounds[i]:bounds[i + 1]``, −∞ of an empty one; NaN wins."""
    most = np.full(len(bounds) - 1, -np.inf)
    filled = np.flatnonzero(np.diff(bounds))
    if len(filled):
        most[filled] = np.maximum.reduceat(values, bounds[filled])
    return most


def unusable(column: Floats) -> Mask | None:
    """Where a column has no usable reading; None when it has one everywhere."""
    if not len(column) or (column.max() < MEASURABLE and column.min() > -MEASURABLE):
        return None
    return ~(np.abs(column) < MEASURABLE)


def diluted(
    total: Floats, place: Indices, owner: Indices, tests: int, law: Law, kind: str, method: str = "gas"
) -> Mask:
    """CO + CO2 (``total``, % of judged rows) below the minimum for as many seconds as the law says; shape (tests,).

    ``place``: row numbers that skip one between tests, so that neighbours differ by exactly 1.
    ``method``: whose minimum and seconds in the law.
    """
    found = np.zeros(tests, dtype=np.bool_)
    low = total <= least_carbon(law, kind, method)
    if not low.any():
        return found
    # One second is the least that can be low.
    seconds = max(law.integer(f"{method}.co_co2_min_seconds"), 1)
    if seconds <= len(low):
        unbroken = place[seconds - 1 :] - place[: len(place) - seconds + 1] == seconds - 1
        found[owner[: len(unbroken)][unbroken & throughout(low, seconds)]] = True
    return found


def least_carbon(law: Law, kind: str, method: str = "gas") -> float:
    """Largest CO + CO2 (%) that is below the minimum."""
    return largest_below(nano(law.number(f"{method}.co_co2_min_pct.{kind}")))
