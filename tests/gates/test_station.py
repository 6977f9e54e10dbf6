"""Whether a station may work on a day: standing and certificates, in both directions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.gates.stations.station import CertificateFact, StandingFact, station_standing, warnings_due
from imloop.law import load

DAY = date(2026, 5, 6)
LAW = load().at(DAY, "450200")
NETWORKED = StandingFact("networked", date(2020, 1, 1))
CMA = CertificateFact("cma", "C1", date(2020, 6, 1), date(2026, 6, 1))


def codes(
    standings: list[StandingFact], papers: list[CertificateFact], day: date = DAY, kind: str = "istation"
) -> list[str]:
    found = station_standing(kind, standings, papers, day, LAW)
    assert all(reason.cite for reason in found)
    return [f"{reason.code}{'?' if reason.warning else ''}" for reason in found]


@pytest.mark.parametrize(
    ("more", "day", "expected"),
    [
        (StandingFact("suspended", DAY, DAY + timedelta(days=9)), DAY - timedelta(days=1), []),
        (StandingFact("suspended", DAY, DAY + timedelta(days=9)), DAY, ["station-not-active"]),
        (StandingFact("suspended", DAY, DAY + timedelta(days=9)), DAY + timedelta(days=9), []),
        (StandingFact("struck_off", DAY), DAY, ["station-not-active"]),
        (StandingFact("withdrawn", DAY), DAY - timedelta(days=1), []),
    ],
)
def test_a_measure_closes_from_its_first_day_until_its_last(
    more: StandingFact, day: date, expected: list[str]
) -> None:
    assert codes([NETWORKED, more], [CMA], day) == expected


def test_the_latest_measure_is_named_with_its_decision() -> None:
    measures = [
        StandingFact("suspended", date(2026, 1, 1)),
        StandingFact("struck_off", DAY, None, "柳环〔2026〕1号", "甲"),
    ]
    found = station_standing("istation", [NETWORKED, *measures], [CMA], DAY, LAW)
    assert "柳环〔2026〕1号" in found[0].text.zh and found[0].cite == "甲"


def test_one_that_was_never_opened_is_closed() -> None:
    assert codes([], [CMA]) == ["station-not-active"]
    assert codes([StandingFact("listed", date(2020, 1, 1))], [CMA]) == ["station-not-active"]
    assert codes([StandingFact("listed", date(2020, 1, 1))], [], kind="mstation") == []


def test_a_certificate_closes_only_when_one_was_on_file() -> None:
    assert codes([NETWORKED], []) == ["certificate-missing?"]
    assert codes([NETWORKED], [CMA], date(2026, 5, 31)) == []
    assert codes([NETWORKED], [CMA], date(2026, 6, 1)) == ["certificate-lapsed"]
    renewed = CertificateFact("cma", "C2", date(2026, 6, 1), date(2032, 6, 1))
    assert codes([NETWORKED], [CMA, renewed], date(2026, 6, 1)) == []
    gap = CertificateFact("cma", "C2", date(2026, 6, 10), date(2032, 6, 1))
    assert codes([NETWORKED], [CMA, gap], date(2026, 6, 5)) == ["certificate-lapsed"]


@given(st.lists(st.integers(-5, 90), min_size=1, max_size=40))
def test_each_warning_is_given_once_and_in_order(days: list[int]) -> None:
    """Whatever days the clock happens to look: at most one warning per step, never a smaller one twice."""
    warned, given_ = None, []
    for left in sorted(days, reverse=True):
        due = warnings_due(CMA, warned, False, CMA.until - timedelta(days=left), LAW)
        if due is not None:
            warned = due
            given_.append(due)
    assert given_ == sorted(set(given_), reverse=True)
    assert set(given_) <= {60, 30, 7}
    if any(0 <= left <= 7 for left in days):
        assert given_[-1] == 7


def test_a_renewed_or_lapsed_certificate_is_not_warned_of() -> None:
    assert warnings_due(CMA, None, True, CMA.until - timedelta(days=3), LAW) is None
    assert warnings_due(CMA, None, False, CMA.until + timedelta(days=1), LAW) is None
