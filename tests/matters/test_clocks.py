"""Clocks of a matter: what a pause and an extension do to the last day, in working and in natural days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.refusal import Conflict, Malformed, Unlawful
from imloop.facts.text import Text
from imloop.law import load
from imloop.matters import By, Decision, Kind, Matter, Role, State, Step, is_late, take
from imloop.matters.clocks import STATE, Clock, Timer, ended, extended, paused, resumed, started

LAW = load().at(date(2026, 9, 1), "450200")
ANSWER = Timer("answer", "matter.notified_days", Text("陈述申辩", "answer"))
"""Five working days (Penalty Law art. 64, 85)."""
DECIDE = Timer("decide", "matter.appealed_days", Text("复议", "review"))
"""Sixty natural days."""
DAYS = st.dates(date(2026, 1, 5), date(2026, 10, 30))


def clock(timer: Timer, day: date) -> Clock:
    return started(timer, day, LAW)


def test_working_days_are_counted_by_the_calendar() -> None:
    # 2026-09-20 is a working Sunday.
    assert clock(ANSWER, date(2026, 9, 18)).due_on == date(2026, 9, 24)
    assert clock(ANSWER, date(2026, 9, 29)).due_on == date(2026, 10, 12)


def test_a_pause_over_the_national_day_keeps_the_days_that_were_left() -> None:
    """Three of five working days were left on 2026-09-22; they run from the day the hearing is over."""
    stands = paused(clock(ANSWER, date(2026, 9, 18)), date(2026, 9, 21))
    assert resumed(stands, date(2026, 10, 8), LAW).due_on == date(2026, 10, 12)


@given(day=DAYS, at=st.integers(0, 5), timer=st.sampled_from([ANSWER, DECIDE]))
def test_a_pause_of_no_day_changes_nothing(day: date, at: int, timer: Timer) -> None:
    before = clock(timer, day)
    when = min(day + timedelta(days=at), before.due_on)
    after = resumed(paused(before, when), when, LAW)
    # A pause on a day off goes on from that day off: the next working day counts in both.
    assert after.due_on == before.due_on or not LAW.is_working_day(before.due_on)


@given(day=DAYS, first=st.integers(0, 20), pause=st.integers(0, 40))
def test_natural_days_are_only_moved(day: date, first: int, pause: int) -> None:
    before = clock(DECIDE, day)
    at = day + timedelta(days=first)
    after = resumed(paused(before, at), at + timedelta(days=pause), LAW)
    assert after.due_on == before.due_on + timedelta(days=pause)


@given(day=DAYS, first=st.integers(0, 4), pause=st.integers(0, 40))
def test_a_pause_never_makes_a_time_shorter(day: date, first: int, pause: int) -> None:
    before = clock(ANSWER, day)
    at = min(day + timedelta(days=first), before.due_on)
    assert resumed(paused(before, at), at + timedelta(days=pause), LAW).due_on >= before.due_on


def test_a_clock_says_whose_it_is_and_leaves_no_pause_behind() -> None:
    of_party = Timer("answer", "matter.notified_days", Text("陈述申辩", "answer"), of_party=True)
    one = started(of_party, date(2026, 9, 18), LAW)
    assert (
        one.of_party and one.started_on == date(2026, 9, 18) and not clock(ANSWER, date(2026, 9, 18)).of_party
    )
    assert not one.is_late(one.due_on) and one.is_late(one.due_on + timedelta(days=1))
    stands = paused(one, date(2026, 9, 21), date(2026, 12, 20))
    assert resumed(stands, date(2026, 9, 22), LAW).look_again_on is None
    over = ended(stands, date(2026, 9, 23))
    assert over.paused_on is None and over.look_again_on is None and not over.is_late(date(2027, 1, 1))


def test_an_extension_counts_from_the_last_day() -> None:
    longer = Timer("x", "matter.appealed_days", Text("", ""), ("matter.opened_days", "matter.opened_days"))
    once = extended(started(longer, date(2026, 9, 1), LAW), LAW)
    assert (once.due_on, once.extended) == (date(2026, 11, 30), 1)


def suspension(*clocks: Clock) -> Matter:
    return Matter(Kind.SUSPENSION, "istation", State.OPENED, clocks)


def step(matter: Matter, name: Step, day: date, **given: str) -> Decision:
    by = By("wei", (("wei", Text("韦", "Wei")),))
    return take(matter, name, given, frozenset({Role.AUTHORITY}), day, LAW, by)


OPENED = Clock(STATE, "matter.opened_days", date(2026, 9, 1), date(2026, 10, 1))


def test_who_is_paused_is_not_late_until_it_is_forgotten_and_goes_on_with_a_reason() -> None:
    stands = step(
        suspension(OPENED),
        Step.PAUSE,
        date(2026, 9, 11),
        clock=STATE,
        pause_ground="expertise",
        reason="送检仪器",
    ).matter
    assert stands.due_on == date(2026, 12, 10), "90 days, then somebody looks again"
    assert not is_late(stands, date(2026, 12, 10)) and is_late(stands, date(2026, 12, 11))
    on = step(stands, Step.CONTINUE, date(2026, 10, 20), clock=STATE, reason="检测报告已出具").matter
    assert on.due_on == date(2026, 11, 9)
    assert is_late(on, date(2026, 11, 10))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"clock": STATE, "pause_ground": "hearing", "reason": ""}, "missing"),
        ({"clock": "decide", "pause_ground": "hearing", "reason": "听证"}, "wrong-value"),
        ({"clock": STATE, "pause_ground": "holiday", "reason": "放假"}, "wrong-value"),
    ],
)
def test_a_pause_names_a_running_clock_a_ground_and_a_reason(given: dict[str, str], code: str) -> None:
    with pytest.raises(Malformed) as caught:
        step(suspension(OPENED), Step.PAUSE, date(2026, 9, 11), **given)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_what_is_over_is_neither_paused_nor_extended_and_another_ground_is_said() -> None:
    day = date(2026, 10, 2)
    with pytest.raises(Unlawful) as caught:
        step(suspension(OPENED), Step.PAUSE, day, clock=STATE, pause_ground="other", reason="其他")
    assert [reason.code for reason in caught.value.reasons] == ["clock-over", "reason-too-short"]
    with pytest.raises(Conflict):
        step(suspension(OPENED), Step.EXTEND, date(2026, 9, 11), clock=STATE, reason="疑难")


def test_what_must_be_put_right_is_due_until_it_is_accepted() -> None:
    said = {"required": "更换采样管", "clause": "HJ 1237-2021 5.3", "required_by": "2026-09-10"}
    matter = step(suspension(OPENED), Step.REQUIRE, date(2026, 9, 1), **said).matter
    assert matter.due_on == date(2026, 9, 10)
    done = step(matter, Step.ACCEPT_AS_MET, date(2026, 9, 9), requirement="1", proof="照片两张").matter
    assert done.due_on == OPENED.due_on
    with pytest.raises(Conflict):
        step(done, Step.ACCEPT_AS_MET, date(2026, 9, 9), requirement="1", proof="照片两张")
    with pytest.raises(Unlawful, match="2026-09-01"):
        step(matter, Step.REQUIRE, date(2026, 9, 1), **{**said, "required_by": "2026-09-01"})
