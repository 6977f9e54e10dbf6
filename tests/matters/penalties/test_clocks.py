"""The days of a penalty case, as the departments' calendar counts them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.refusal import Unlawful
from imloop.law import load
from imloop.matters.penalties import clocks
from imloop.matters.penalties.clocks import Span

LAW = load().at(date(2026, 9, 1), "000000")
GUANGXI = load().at(date(2026, 9, 1), "450200")


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("served", "last"),
    [
        ("2026-09-18", "2026-09-24"),
        ("2026-09-29", "2026-10-12"),
        ("2026-02-12", "2026-02-26"),
        ("2026-06-17", "2026-06-25"),
    ],
)
def test_five_working_days_to_answer(served: str, last: str) -> None:
    assert clocks.answer_by(day(served), LAW) == clocks.answer_by(day(served), GUANGXI) == day(last)


@pytest.mark.parametrize(("start", "last"), [("2026-09-18", "2026-09-29"), ("2026-09-29", "2026-10-14")])
def test_seven_working_days(start: str, last: str) -> None:
    assert clocks.hearing_from(day(start), LAW) == day(last)
    for key in ("procedure.serve_days", "procedure.evidence_kept_days", "procedure.publish_days"):
        assert LAW.term(key, day(start)).deadline == day(last)


@pytest.mark.parametrize(("extended", "last"), [(0, "2026-11-30"), (1, "2026-12-30"), (2, "2027-01-29")])
def test_ninety_days_to_decide_and_twice_thirty(extended: int, last: str) -> None:
    assert clocks.decide_by(day("2026-09-01"), LAW, extended=extended) == day(last)


@pytest.mark.parametrize("extended", [-1, 3])
def test_no_third_extension(extended: int) -> None:
    with pytest.raises(Unlawful) as refused:
        clocks.decide_by(day("2026-09-01"), LAW, extended=extended)
    assert refused.value.code == "extended-too-often" and refused.value.cite


@pytest.mark.parametrize(
    ("spans", "last"),
    [
        ([("2026-10-01", "2026-10-10")], "2026-12-10"),
        ([("2026-10-01", "2026-10-10"), ("2026-10-05", "2026-10-12")], "2026-12-12"),
        ([("2026-11-30", "2026-11-30")], "2026-12-01"),
        ([("2026-08-20", "2026-09-01")], "2026-11-30"),
        ([("2027-03-01", "2027-03-09")], "2026-11-30"),
        ([("2026-11-30", "2026-12-02"), ("2026-12-03", "2026-12-03")], "2026-12-04"),
    ],
)
def test_a_hearing_a_service_by_publication_and_a_test_do_not_count(
    spans: list[tuple[str, str]], last: str
) -> None:
    uncounted = [Span(day(first), day(end)) for first, end in spans]
    assert clocks.decide_by(day("2026-09-01"), LAW, uncounted=uncounted) == day(last)


def test_a_span_that_ends_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Span(day("2026-09-02"), day("2026-09-01"))


def test_a_lead_is_filed_within_fifteen_days_and_fifteen_more() -> None:
    first = LAW.term("procedure.file_days", day("2026-09-01")).deadline
    assert first == day("2026-09-16")
    assert LAW.term("procedure.file_extended_days", first).deadline == day("2026-10-01")


@pytest.mark.parametrize(
    ("paid", "fine", "more"),
    [
        ("2026-09-16", 5_000, 0),
        ("2026-09-17", 5_000, 150),
        ("2026-09-26", 5_000, 1_500),
        ("2026-10-19", 5_000, 4_950),
        ("2026-10-20", 5_000, 5_000),
        ("2027-10-20", 5_000, 5_000),
        ("2026-10-06", 500_000, 300_000),
    ],
)
def test_who_was_served_on_the_first_of_september(paid: str, fine: int, more: int) -> None:
    due = clocks.pay_by(day("2026-09-01"), LAW)
    assert due == day("2026-09-16")
    assert clocks.surcharge(fine, due, day(paid), LAW) == more


def test_days_of_a_review_add_nothing() -> None:
    due, paid = day("2026-09-16"), day("2026-10-16")
    assert clocks.days_late(due, paid) == 30
    stays = [Span(day("2026-09-20"), day("2026-09-29")), Span(day("2026-09-25"), day("2026-10-01"))]
    assert clocks.days_late(due, paid, stays) == 18
    assert clocks.surcharge(5_000, due, paid, LAW, stays) == 2_700
    assert clocks.days_late(due, due - timedelta(days=3)) == 0


@given(st.integers(1, 10**6), st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_a_surcharge_grows_and_never_passes_the_fine(fine: int, late: int, first: int, length: int) -> None:
    due = day("2026-09-16")
    stay = Span(due + timedelta(days=first), due + timedelta(days=first + length))
    plain = clocks.surcharge(fine, due, due + timedelta(days=late), LAW)
    stayed = clocks.surcharge(fine, due, due + timedelta(days=late), LAW, [stay])
    assert 0 <= stayed <= plain <= fine
    assert plain <= clocks.surcharge(fine, due, due + timedelta(days=late + 1), LAW)


def test_what_follows_when_nobody_pays() -> None:
    assert clocks.court_from(day("2026-11-01"), LAW) == day("2026-11-12")
    assert clocks.sue_by(day("2026-09-01"), LAW) == day("2027-03-01")
    assert clocks.court_by(day("2027-03-01"), LAW) == day("2027-06-01")
    assert clocks.published_service(day("2026-09-01"), LAW) == day("2026-10-01")
    assert LAW.term("procedure.withdrawal_days", day("2026-09-18")).deadline == day("2026-09-22")


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2023-11-30", 3, "2024-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-31", 3, "2026-04-30"),
    ],
)
def test_months_end_on_the_same_day_or_the_last(start: str, months: int, end: str) -> None:
    assert clocks.months_after(day(start), months) == day(end)
