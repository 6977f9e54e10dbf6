"""The rules of booking, each in both directions, with its clause."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from imloop.facts.codes import Method
from imloop.facts.days import CHINA
from imloop.gates.appointments.visit import Wish, may_book, may_cancel, may_miss
from imloop.law import load

NOW = datetime(2026, 3, 2, 9, tzinfo=CHINA)
LAW = load().at(NOW.date(), "450200")


def codes(now: datetime = NOW, **change: object) -> list[str]:
    asked: dict[str, object] = {
        "method": Method.ASM,
        "starts_at": NOW + timedelta(days=1),
        "retest": False,
        "free": True,
        "fuel": "gasoline",
    }
    answer = may_book(Wish(**{**asked, **change}), now, LAW)  # type: ignore[arg-type]
    assert all(reason.cite and reason.next for reason in answer.reasons)
    assert answer.allowed == (not answer.reasons)
    return [reason.code for reason in answer.reasons]


def days_ago(*days: float) -> list[datetime]:
    return [NOW - timedelta(days=each) for each in days]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"open_bookings": 1}, ["booked-already"]),
        ({"phone_bookings": 2}, []),
        ({"phone_bookings": 3}, ["too-many-for-phone"]),
        ({"no_shows": days_ago(1)}, []),
        ({"no_shows": days_ago(1, 29)}, ["walk-in-only"]),
        ({"no_shows": days_ago(1, 30)}, []),
        ({"free": False}, ["slot-not-free"]),
        ({"starts_at": NOW + timedelta(days=14)}, []),
        ({"starts_at": NOW + timedelta(days=15)}, ["too-far-ahead"]),
        ({"fuel": "diesel"}, ["method-not-for-fuel"]),
        ({"fuel": ""}, []),
        ({"case_open": True}, ["open-case"]),
        ({"case_open": True, "retest": True}, []),
    ],
)
def test_booking(change: dict[str, object], expected: list[str]) -> None:
    assert codes(**change) == expected


def test_the_owner_cancels_until_two_hours_before() -> None:
    starts = NOW + timedelta(hours=2)
    assert may_cancel(starts, NOW, LAW) is None
    refused = may_cancel(starts, NOW + timedelta(seconds=1), LAW)
    assert refused is not None
    assert (refused.code, refused.cite) == ("too-late-to-cancel", LAW.cite("appointment.cancel_hours"))


def test_a_no_show_only_after_a_quarter_of_an_hour() -> None:
    assert may_miss(NOW, NOW + timedelta(minutes=15), LAW) is None
    refused = may_miss(NOW, NOW + timedelta(minutes=14), LAW)
    assert refused is not None and refused.code == "too-early-for-no-show"
