"""Uncertain shares and distances."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.places import distance_km
from imloop.facts.share import Share


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_as_published(part: int, whole: int, low: float, high: float) -> None:
    """Newcombe (1998), table I, gives 81/263 and others."""
    found = Share(part, whole).interval
    assert found == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_nothing_is_known() -> None:
    assert Share(0, 0).value is None and Share(0, 0).interval == (0.0, 1.0)


@given(st.integers(1, 5000), st.data())
def test_the_share_lies_in_its_interval(whole: int, data: st.DataObject) -> None:
    share = Share(data.draw(st.integers(0, whole)), whole)
    low, high = share.interval
    assert share.value is not None and 0 <= low <= share.value + 1e-12 and share.value - 1e-12 <= high <= 1


def test_a_degree_of_latitude_and_none() -> None:
    assert distance_km((24.0, 109.0), (25.0, 109.0)) == pytest.approx(111.195, abs=0.001)
    assert distance_km((24.0, 109.0), (24.0, 109.0)) == 0
    assert distance_km((0, 0), (0, 180)) == pytest.approx(20015.1, abs=0.1)
