"""Where the vehicle was, how fast it came, how long its record waited: at their edges."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from imloop.facts.records.repair import RepairRecord
from imloop.gates.repairs.whereabouts import (
    FailedRun,
    Stay,
    elsewhere,
    hours_outside,
    time_held,
    too_soon_there,
)
from support.stories.loop_stories import at, law_of

LAW = law_of(at("2026-03-03 09:00"))
CAME, DONE = at("2026-03-03 10:00"), at("2026-03-03 16:00")
RECORD = RepairRecord(repair_no="W1", shop="M1", received_at=CAME, finished_at=DONE)
FAILED = FailedRun(at("2026-03-02 09:03"))


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (CAME - minutes(30), CAME + minutes(5), 0),
        (CAME - minutes(30), CAME + minutes(6), 1),
        (DONE - minutes(5), DONE + minutes(30), 0),
        (DONE - minutes(6), DONE + minutes(30), 1),
        (CAME + minutes(60), CAME + minutes(63), 1),
    ],
)
def test_two_clocks_may_differ_and_no_more(since: datetime, until: datetime, found: int) -> None:
    assert len(elsewhere(RECORD, [Stay("A", since, until)], LAW)) == found


def test_a_day_without_hours_is_not_held_to_midnight() -> None:
    day = RepairRecord(repair_no="W1", shop="M1", received_at=at("2026-03-03 00:00"), finished_at=DONE)
    assert elsewhere(day, [Stay("A", at("2026-03-03 09:00"), at("2026-03-03 09:03"))], LAW) == []
    assert too_soon_there(day, FailedRun(at("2026-03-03 09:03")), None, LAW) is None
    two_days = RepairRecord(
        repair_no="W1", shop="M1", received_at=at("2026-03-02 00:00"), finished_at=at("2026-03-04 18:00")
    )
    assert len(elsewhere(two_days, [Stay("A", at("2026-03-03 09:00"), at("2026-03-03 09:20"))], LAW)) == 1


@pytest.mark.parametrize(("after", "soon"), [(-600, True), (2.9, True), (3, False)])
def test_without_coordinates(after: float, soon: bool) -> None:
    record = RepairRecord(
        repair_no="W1", shop="M1", received_at=FAILED.ended_at + minutes(after), finished_at=DONE
    )
    assert (too_soon_there(record, FAILED, (24.3, 109.4), LAW) is not None) is soon


def test_a_repair_of_an_earlier_round_says_nothing_of_the_way() -> None:
    assert too_soon_there(RECORD, FailedRun(DONE), None, LAW) is None


@pytest.mark.parametrize(("late", "held"), [(24 * 60, False), (24 * 60 + 1, True)])
def test_the_hours_for_uploading(late: float, held: bool) -> None:
    assert (time_held(DONE, DONE + minutes(late), [], LAW) is not None) is held


def test_hours_of_outages_that_overlap_are_counted_once() -> None:
    span = lambda a, b: (CAME + timedelta(hours=a), CAME + timedelta(hours=b))  # noqa: E731
    end = CAME + timedelta(hours=10)
    assert hours_outside(CAME, end, []) == 10
    assert hours_outside(CAME, end, [span(-5, 1), span(2, 4), span(3, 5), span(2, 3), span(9, 20)]) == 5
    assert hours_outside(CAME, end, [span(-5, 20)]) == 0
