"""When the platform knew of a failed run: does a declared outage truly explain that it came late?"""

from __future__ import annotations

import pytest

from imloop.gates.inspections.known_at import known_at
from support.stories.loop_stories import at, law_of

LAW = law_of(at("2026-03-03 09:00"))
DAY = "2026-03-03"


def known(ended: str, arrived: str, *outages: tuple[str, str]) -> bool:
    """At its own hour?"""
    spans = [(at(since), at(until)) for since, until in outages]
    found = known_at(at(ended), at(arrived), spans, LAW)
    assert found in (None, at(arrived))
    return found is None


@pytest.mark.parametrize(
    ("since", "until", "explains"),
    [
        ("09:00", "12:00", True),
        ("10:05", "12:00", True),
        ("10:06", "12:00", False),
        ("09:00", "11:45", True),
        ("09:00", "11:44", False),
        ("09:00", "10:00", False),
        ("11:00", "11:05", False),
    ],
)
def test_it_reaches_from_the_end_of_the_run_to_shortly_before_it_came(
    since: str, until: str, explains: bool
) -> None:
    assert known(f"{DAY} 10:00", f"{DAY} 12:15", (f"{DAY} {since}", f"{DAY} {until}")) is explains


def test_without_an_outage_it_is_known_when_it_comes() -> None:
    assert not known(f"{DAY} 10:00", f"{DAY} 10:01")


def test_two_outages_may_follow_each_other() -> None:
    first, then = (f"{DAY} 09:00", f"{DAY} 11:00"), (f"{DAY} 11:10", f"{DAY} 14:00")
    assert known(f"{DAY} 10:00", f"{DAY} 14:10", first, then)
    assert not known(f"{DAY} 10:00", f"{DAY} 14:10", first)


@pytest.mark.parametrize(("arrived", "explains"), [("09:30", True), ("09:31", False)])
def test_what_was_over_in_the_evening_is_sent_in_the_morning(arrived: str, explains: bool) -> None:
    evening = (f"{DAY} 09:00", f"{DAY} 20:00")
    assert known(f"{DAY} 10:00", f"2026-03-04 {arrived}", evening) is explains


def test_no_night_explains_by_itself() -> None:
    assert not known(f"{DAY} 19:00", "2026-03-04 08:00", ("2026-03-03 23:00", "2026-03-03 23:05"))
