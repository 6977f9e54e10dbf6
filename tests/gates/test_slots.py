"""Slots from hours, methods and the law: nothing outside the hours, nothing twice, the green lane kept."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.days import CHINA
from imloop.gates.appointments.slots import (
    LineFact,
    OpeningFact,
    Slot,
    Taken,
    Waiting,
    free_slots,
    hours_on,
    waits,
)
from imloop.law import load

SINCE = date(2020, 1, 1)
MONDAY = date(2026, 3, 2)
LAW = load().at(MONDAY, "450200")
EARLY = datetime(2026, 3, 1, 8, tzinfo=CHINA)
LINE = LineFact("01", ("ASM", "TSI"))


def opening(weekday: int | None, opens: str, closes: str, until: date | None = None) -> OpeningFact:
    return OpeningFact(weekday, time.fromisoformat(opens), time.fromisoformat(closes), SINCE, until)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def offered(*openings: OpeningFact, retest: bool = True, **change: object) -> list[Slot]:
    asked = {"method": "ASM", "day": MONDAY, "now": EARLY, **change}
    taken = asked.pop("taken", [])
    return free_slots([LINE], openings, taken, retest=retest, law=LAW, **asked)  # type: ignore[arg-type]


def test_a_line_keeps_the_time_of_its_longest_method() -> None:
    slots = offered(opening(0, "08:00", "10:00"), method="TSI")
    assert [slot.starts_at.strftime("%H:%M") for slot in slots] == [
        "08:00", "08:20", "08:40", "09:00", "09:20", "09:40",
    ]  # fmt: skip


def test_a_slot_that_would_end_after_closing_is_left_out() -> None:
    assert [s.ends_at for s in offered(opening(0, "08:00", "08:39"))] == [at("2026-03-02 08:20")]
    assert offered(opening(0, "08:00", "08:19")) == []


def test_a_quarter_of_the_slots_is_for_retests_and_offered_to_nobody_else() -> None:
    hours = opening(0, "08:00", "12:00")
    everything, ordinary = offered(hours), offered(hours, retest=False)
    assert sum(slot.for_retests for slot in everything) == len(everything) // 4 == 3
    assert set(everything) - set(ordinary) == {slot for slot in everything if slot.for_retests}


def test_what_is_taken_or_over_is_not_offered() -> None:
    hours = opening(0, "08:00", "09:00")
    taken = [Taken("01", at("2026-03-02 08:30"), at("2026-03-02 08:50"))]
    assert [s.starts_at for s in offered(hours, taken=taken)] == [at("2026-03-02 08:00")]
    other = [Taken("02", at("2026-03-02 08:30"), at("2026-03-02 08:50"))]
    assert len(offered(hours, taken=other)) == 3
    assert [s.starts_at for s in offered(hours, now=at("2026-03-02 08:20"))] == [at("2026-03-02 08:40")]


def test_a_line_without_the_method_offers_nothing() -> None:
    assert offered(opening(0, "08:00", "12:00"), method="LUGDOWN") == []


def test_working_days_follow_the_calendar() -> None:
    working = [opening(None, "08:00", "17:00")]
    assert hours_on(working, date(2026, 2, 14), LAW), "a Saturday to be worked before the Spring Festival"
    assert not hours_on(working, date(2026, 2, 17), LAW), "a Tuesday in the Spring Festival"
    assert not hours_on(working, date(2026, 3, 7), LAW), "an ordinary Saturday"
    assert hours_on([opening(1, "08:00", "17:00")], date(2026, 2, 17), LAW), (
        "a station that opens on Tuesdays"
    )


def test_hours_that_touch_are_one_and_those_that_ended_are_none() -> None:
    both = [opening(0, "08:00", "12:00"), opening(None, "12:00", "17:00")]
    assert hours_on(both, MONDAY, LAW) == [(time(8), time(17))]
    assert hours_on([opening(0, "08:00", "12:00", until=MONDAY)], MONDAY, LAW) == []


@given(
    st.lists(st.tuples(st.integers(0, 22 * 60), st.integers(1, 119)), min_size=1, max_size=4),
    st.lists(st.integers(0, 23 * 60), max_size=6),
)
def test_slots_never_overlap_each_other_or_what_is_taken(
    spans: list[tuple[int, int]], starts: list[int]
) -> None:
    openings = [
        OpeningFact(0, time(begin // 60, begin % 60), time((begin + n) // 60, (begin + n) % 60), SINCE)
        for begin, n in spans
    ]
    midnight = at("2026-03-02 00:00")
    taken = [
        Taken("01", midnight + timedelta(minutes=m), midnight + timedelta(minutes=m + 20)) for m in starts
    ]
    slots = offered(*openings, taken=taken)
    for one, following in zip(slots, slots[1:], strict=False):
        assert one.ends_at <= following.starts_at
    assert not any(slot.overlaps(each) for slot in slots for each in taken)
    hours = hours_on(openings, MONDAY, LAW)
    for slot in slots:
        assert any(a <= slot.starts_at.time() and slot.ends_at.time() <= b for a, b in hours)


def test_the_queue_goes_by_time_retests_first_and_lines_apart() -> None:
    nine, half = at("2026-03-02 09:00"), at("2026-03-02 09:30")
    yard = [
        Waiting("3", "01", half, False, 20),
        Waiting("1", "01", nine, False, 20),
        Waiting("2", "01", nine, True, 20),
        Waiting("4", "02", half, False, 15),
    ]
    assert [(w.waiting.number, w.place, w.minutes) for w in waits(yard)] == [
        ("2", 1, 0), ("1", 2, 20), ("3", 3, 40), ("4", 1, 0),
    ]  # fmt: skip
    assert waits([]) == []
