"""The arithmetic of the batch path against the plain one: thresholds, exact means, stretches."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from imloop.verdict.arithmetic import nano, round_nano
from imloop.verdict.batch.exact import (
    band,
    exact_means,
    largest_below,
    largest_total,
    largest_where,
    throughout,
)

READINGS = st.one_of(
    st.floats(-1e9, 1e9),
    st.integers(0, 99999).map(lambda whole: whole / 100),
    st.sampled_from([0.0, 5e-324, 2.0**18]),
)
LIMITS = st.sampled_from([0.5, 0.35, 47.0, 90.0, 1.2, 0.7, 1500.0, 0.0, 0.005])


@given(st.lists(st.lists(READINGS, min_size=3, max_size=3), min_size=1, max_size=6))
@example([[0.1, 0.2, 0.3], [1e9, -1e9, 1e-9], [2.0**18, 0.1, 0.1]])
def test_means_are_those_of_the_correctly_rounded_sum(rows: list[list[float]]) -> None:
    assert exact_means(np.array(rows)).tolist() == [math.fsum(row) / 3 for row in rows]


@given(st.lists(READINGS, min_size=33, max_size=40))
def test_means_of_many_terms_too(row: list[float]) -> None:
    assert exact_means(np.array([row])).tolist() == [math.fsum(row) / len(row)]


@settings(deadline=None)
@given(LIMITS, st.sampled_from([1, 3, 9, 10, 30]), st.sampled_from([None, 0, 1, 2]), st.integers(-3, 3))
def test_the_largest_passing_sum_passes_and_the_next_does_not(
    limit: float, terms: int, decimals: int | None, steps: int
) -> None:
    total = largest_total(float(nano(limit)), terms, decimals)
    for _ in range(abs(steps)):
        total = math.nextafter(total, math.inf if steps > 0 else -math.inf)
    level = nano(total / terms)
    judged = level if decimals is None else round_nano(level, decimals)
    assert (judged <= nano(limit)) is (steps <= 0)


def test_no_limit_lets_every_number_pass_and_a_limit_that_is_no_number_none() -> None:
    assert largest_total(math.inf, 10, None) == math.inf
    assert math.isnan(largest_total(math.nan, 10, None))
    assert math.isnan(largest_where(lambda value: False))


@settings(deadline=None)
@given(st.sampled_from([25.0, 40.0, 33.3]), st.sampled_from([0, 500_000_000, 2 * 10**9]))
def test_the_speed_band_ends_where_the_tolerance_does(centre: float, tolerance: int) -> None:
    low, high = band(centre, tolerance)
    for edge, outwards in ((low, -math.inf), (high, math.inf)):
        assert abs(nano(edge - centre)) <= tolerance < abs(nano(math.nextafter(edge, outwards) - centre))


@pytest.mark.parametrize("level", [0, 1, 6 * 10**9, -(10**9)])
def test_the_largest_value_below_a_level(level: int) -> None:
    most = largest_below(level)
    assert nano(most) < level <= nano(math.nextafter(most, math.inf))


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 12))
def test_throughout_marks_where_all_of_a_stretch_hold(marks: list[bool], width: int) -> None:
    held = throughout(np.array(marks, dtype=np.bool_), width)
    wanted = [all(marks[at : at + width]) for at in range(len(marks) - width + 1)]
    assert held.tolist()[: len(wanted)] == wanted
