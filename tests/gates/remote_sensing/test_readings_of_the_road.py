"""Legal cases of readings (tests/law/cases/gate-remote-*.yaml), and what holds for every reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts import days
from imloop.facts.days import CHINA
from imloop.facts.records.reading import Pollutant, measured, moment_in, vsp_kw_t, why_no_moment
from imloop.gates.remote_sensing.evidence import InstrumentFact, ReadingFact, SiteFact, may_be_evidence
from imloop.gates.remote_sensing.screening import Measured, hits, limits, over, passages, screen
from imloop.law import Law, load
from imloop.law.reading import Loader

CASES = Path(__file__).resolve().parents[2] / "law" / "cases"
LAW = load().at(date(2026, 6, 10), "450200")


def cases(gate: str) -> list[Any]:
    page = yaml.load((CASES / f"gate-{gate}.yaml").read_text(encoding="utf-8"), Loader=Loader)
    common = {key: value for key, value in page.items() if key != "cases"}
    return [pytest.param({"common": common, **case}, id=case["name"]) for case in page["cases"]]


def reading(number: int, at: str, site: str, values: dict[str, float], law: Law) -> Measured:
    moment = datetime.fromisoformat(at).replace(tzinfo=CHINA)
    known = {Pollutant(name) for name in values}
    return Measured(str(number), site, moment, frozenset(known), over(values, limits(law)))


def counting(law: Law, way: str) -> Law:
    row = law.value("remote_sensing.months_counted")
    return law.with_values({row.key: replace(row, value=way)})


@pytest.mark.parametrize("case", cases("remote-screening"))
def test_successive_readings(case: dict[str, Any]) -> None:
    law = counting(LAW, case.get("counted", "calendar"))
    readings = [reading(number, *each, law) for number, each in enumerate(case["readings"], 1)]
    answer = screen(readings, case.get("fuel", case["common"]["fuel"]), law)
    found = {hit["pollutant"]: hit for hit in answer.facts["hits"]}  # type: ignore[attr-defined]
    assert {name: list(map(int, hit["records"])) for name, hit in found.items()} == case["hits"]
    assert [name for name, hit in found.items() if not hit["sure"]] == case.get("unsure", [])
    assert [reason.code for reason in answer.refusals] == case.get("refused", [])
    assert [reason.code for reason in answer.reasons if reason.warning] == case.get("warned", [])
    assert all(reason.cite and reason.text.en for reason in answer.reasons)


def part(case: dict[str, Any], name: str) -> dict[str, Any] | None:
    if name in case and case[name] is None:
        return None
    return {**case["common"][name], **case.get(name, {})}


@pytest.mark.parametrize("case", cases("remote-evidence"))
def test_a_reading_is_a_lead_until_every_point_holds(case: dict[str, Any]) -> None:
    site, instrument, said = (part(case, name) for name in ("site", "instrument", "reading"))
    assert said is not None
    said |= {name: frozenset(map(Pollutant, said[name])) for name in ("over", "measured")}
    fact = ReadingFact(
        day=case["common"]["day"],
        site=SiteFact(**site) if site else None,
        instruments=(InstrumentFact(**instrument),) if instrument else (),
        **{**said, "reviewers": tuple(said["reviewers"])},
    )
    answer = may_be_evidence(fact, LAW)
    assert [reason.code for reason in answer.refusals] == case["refused"]
    assert answer.allowed is (not case["refused"])
    for reason in answer.refusals:
        assert reason.cite and reason.next is not None and reason.text.en
        assert case.get("cite", "") in reason.cite


def test_nothing_known_says_everything_that_is_missing_at_once() -> None:
    codes = [r.code for r in may_be_evidence(ReadingFact(day=date(2026, 6, 10), site=None), LAW).refusals]
    assert codes == [
        *("site-unknown", "instrument-unknown", "value-not-valid", "plate-not-sure", "plate-not-checked"),
        *("review-missing", "owner-not-told", "look-up-not-open"),
    ]


def test_the_numbers_of_the_standard_are_recalled_and_say_so() -> None:
    for name in ("opacity_pct", "ringelmann_grade", "no_screening_ppm", "successive", "months"):
        assert LAW.value(f"remote_sensing.{name}").confidence == "recalled"


def test_before_the_standard_there_is_no_limit() -> None:
    assert limits(load().at(date(2017, 7, 26), "450200")) == {}


@pytest.mark.parametrize("wrong", [100.0, 5.5, -1.0, float("nan"), float("inf")])
def test_a_grade_that_cannot_be_is_named_and_counts_as_not_measured(wrong: float) -> None:
    values, doubts = measured({"ringelmann_grade": wrong, "opacity_pct": 40.0})
    assert values == {"opacity_pct": 40.0}
    assert [(doubt.code, doubt.item) for doubt in doubts] == [("reading-out-of-range", "ringelmann_grade")]


def test_a_value_whose_flag_is_off_never_counts_and_is_no_doubt() -> None:
    assert measured({"no_ppm": 90000.0, "opacity_pct": 12.0}, off=("no_ppm",)) == ({"opacity_pct": 12.0}, ())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-03-05 10:00:00", "2026-03-05T10:00:00+08:00"),
        ("2026-03-05T10:00:00", "2026-03-05T10:00:00+08:00"),
        ("2026-03-05T02:00:00Z", "2026-03-05T02:00:00+00:00"),
    ],
)
def test_a_moment_without_a_zone_is_of_china(text: str, wanted: str) -> None:
    found = moment_in(text)
    assert found is not None and found.isoformat() == wanted


@pytest.mark.parametrize(
    "text",
    [
        *("2019-04-98 10:00:00", "2019-02-30 10:00:00", "2026-03-05", "", "1999-12-31 10:00"),
        *("2026-12-01110:00:00", "2026-12-01x10:00:00", "2026-12-01-10:00:00", "2026-W49-2T10:00:00"),
    ],
)
def test_no_moment_is_made_of_what_is_none(text: str) -> None:
    assert moment_in(text) is None


@pytest.mark.parametrize(
    "text", ["2026-12-01110:00:00", "2026-12-01x10:00", "2026-W49-2T10:00:00", "2026W49"]
)
def test_nor_by_any_other_door(text: str) -> None:
    assert days.moment_in(text) is None


def test_a_day_of_the_year_is_called_one() -> None:
    assert "98" in why_no_moment("2019-04-98 10:00:00").zh
    assert "day of the year" in why_no_moment("2019-04-98 10:00:00").en
    assert "day of the year" not in why_no_moment("2019-02-30 10:00:00").en


def test_specific_power_of_the_worked_example() -> None:
    assert vsp_kw_t(36.0, 0.5) == pytest.approx(7.122, abs=0.0005)
    assert vsp_kw_t(36.0, 0.5, 5.0) > vsp_kw_t(36.0, 0.5) > vsp_kw_t(36.0, 0.5, -5.0)


START = datetime(2026, 1, 1, tzinfo=CHINA)
LISTS = st.lists(
    st.builds(
        lambda number, site, minutes, known, share: Measured(
            str(number),
            site,
            START + timedelta(minutes=minutes),
            known,
            frozenset(sorted(known)[: round(share * len(known))]),
        ),
        st.integers(0, 99),
        st.sampled_from(["S1", "S2"]),
        st.integers(0, 400000),
        st.frozensets(st.sampled_from(Pollutant)),
        st.floats(0, 1),
    ),
    max_size=12,
)


@given(LISTS, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_what_is_found(found: list[Measured], dice: Any) -> None:
    """One passage sent fifty times is one reading."""
    again = [*found, *found, *found]
    dice.shuffle(again)
    assert [(h.pollutant, [p.at for p in h.passages]) for h in hits(again, LAW)] == [
        (h.pollutant, [p.at for p in h.passages]) for h in hits(found, LAW)
    ]


@given(LISTS)
def test_every_hit_is_successive_over_and_within_the_months(found: list[Measured]) -> None:
    together = passages(found, LAW)
    for hit in hits(found, LAW):
        known = [each for each in together if hit.pollutant in each.measured]
        at = known.index(hit.passages[0])
        assert known[at : at + len(hit.passages)] == list(hit.passages) and len(hit.passages) == 2
        assert all(hit.pollutant in each.over for each in hit.passages)
        first, last = hit.passages[0].at, hit.passages[-1].at
        assert (last.year - first.year) * 12 + last.month - first.month < 6


@given(LISTS)
def test_what_is_over_stays_a_lead_where_no_diesel_is_registered(found: list[Measured]) -> None:
    for fuel in ("", "gasoline", "electric"):
        assert screen(found, fuel, LAW).allowed
