"""A station is compared with what its own cars would do elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.watch.expectation import UNKNOWN, Alike, age_class, expected_failures


def test_a_station_of_old_cars_is_asked_about_old_cars() -> None:
    """Worked by hand. Old cars: 40 of 120 fail anywhere; new cars: 6 of 300."""
    groups = [
        Alike("old", "15+", 100, 30),
        Alike("old", "0–4", 50, 1),
        Alike("new", "15+", 20, 10),
        Alike("new", "0–4", 250, 5),
    ]
    found = expected_failures(groups)
    assert found["old"] == pytest.approx(100 * 40 / 120 + 50 * 6 / 300)
    assert found["new"] == pytest.approx(20 * 40 / 120 + 250 * 6 / 300)


def test_a_kind_that_one_station_alone_tests_says_nothing_about_it() -> None:
    assert expected_failures([Alike("a", "x", 10, 9), Alike("b", "y", 10, 0)]) == {"a": 9.0, "b": 0.0}


def test_nothing_tested_expects_nothing() -> None:
    assert expected_failures([]) == {}
    assert expected_failures([Alike("a", "x", 0, 0)]) == {"a": 0.0}


COUNTS = st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(0, 500), st.integers(0, 500))


@given(st.lists(COUNTS, max_size=20))
def test_what_is_expected_of_all_is_what_there_was(counts: list[tuple[str, str, int, int]]) -> None:
    groups = [Alike(station, kind, n, min(n, failed)) for station, kind, n, failed in counts]
    found = expected_failures(groups)
    assert sum(found.values()) == pytest.approx(sum(group.failed for group in groups))
    assert all(
        0 <= expected <= sum(group.tests for group in groups if group.station == station) + 1e-9
        for station, expected in found.items()
    )


@pytest.mark.parametrize(
    ("years", "name"),
    [
        (0, "0–4"),
        (4, "0–4"),
        (5, "5–9"),
        (14, "10–14"),
        (15, "15+"),
        (200, UNKNOWN),
        (-1, UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_classes_of_age(years: int | None, name: str) -> None:
    assert age_class(years) == name
