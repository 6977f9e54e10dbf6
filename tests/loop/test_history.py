"""A vehicle's history told anew says of each run what was said when it came in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop import loop
from imloop.law import Law, LawUnseen
from imloop.law.values import UNSEEN
from imloop.loop.case import Lack
from imloop.loop.events import Event, RepairReleased, TestPassed
from imloop.loop.history import WITHOUT_PERMIT, LawOf, Run, Said, tell
from support.stories.loop_stories import PLACE, at, failed, law_of, repaired, story

FAIL = failed("2026-03-02 09:00")
RELEASED = at("2026-03-05 10:00")
MINUTES = st.integers(-90, 90)


def of_day(day: date, place: str) -> Law:
    return law_of(at(f"{day} 09:00"), place)


def told(run: TestPassed, *events: Event, law_of: LawOf = of_day) -> Said:
    runs = [Run(key=1, place=PLACE, event=FAIL), Run(key=2, place=PLACE, event=run)]
    return tell(
        runs,
        events,
        law_of,
        RELEASED + timedelta(days=1),
        cycle=0,
        numbers=["C1"],
        unanswered=lambda key, failed: "",
    ).runs[2]


def held(finished: str, reported: str) -> Event:
    return repaired(finished, found=[Lack("time-held", "数据联网")], reported_at=at(reported))


@given(MINUTES, st.sampled_from(["2026-03-05 09:57", "2026-03-04 16:00"]))
def test_a_run_beside_a_release_is_told_as_it_was_taken(minutes: int, finished: str) -> None:
    """Up to the minutes by which two clocks may differ a run may begin before the release it rests on."""
    repair = held(finished, "2026-03-05 09:59")
    release = RepairReleased(
        at=RELEASED, shop="M1", repair_no=repair.repair.repair_no, approver="局", reason="看过"
    )  # type: ignore[union-attr]
    run = TestPassed(at=RELEASED + timedelta(minutes=minutes), station="A", test_no="T2")
    arrived = loop.permit(story(FAIL, repair, release), station="A", at=run.at, law=law_of(run.at)).allowed
    assert arrived is (minutes >= -5 and run.at >= at(finished))
    assert told(run, repair, release) == (
        Said("case", case=0) if arrived else Said("nothing", WITHOUT_PERMIT, 0)
    )
    assert told(run, release, repair) == told(run, repair, release)


@given(MINUTES)
def test_a_run_beside_a_late_record_is_told_as_it_was_taken(minutes: int) -> None:
    repair = repaired("2026-03-04 16:00", reported_at=RELEASED)
    run = TestPassed(at=RELEASED + timedelta(minutes=minutes), station="A", test_no="T2")
    arrived = loop.permit(story(FAIL, repair), station="A", at=run.at, law=law_of(run.at)).allowed
    assert arrived is (minutes >= -5)
    assert (told(run, repair).counts == "case") is arrived


def test_without_its_release_a_held_repair_opens_nothing() -> None:
    run = TestPassed(at=RELEASED + timedelta(days=1), station="A", test_no="T2")
    assert told(run, held("2026-03-04 16:00", "2026-03-05 09:59")).why == WITHOUT_PERMIT


def test_what_an_unseen_law_would_say_of_is_not_left_out() -> None:
    """The day of the repair has a law that nobody has seen: the history is not told as if there were no repair."""

    def law(day: date, place: str) -> Law:
        known = of_day(day, place)
        unseen = {each.key: replace(each, confidence=UNSEEN) for each in known.rows}
        return known.with_values(unseen) if day == date(2026, 3, 4) else known

    run = TestPassed(at=RELEASED + timedelta(days=1), station="A", test_no="T2")
    with pytest.raises(LawUnseen):
        told(run, repaired("2026-03-04 16:00"), law_of=law)
