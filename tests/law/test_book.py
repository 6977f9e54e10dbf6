"""The book: what was in force there, that day; and data that is doubtful refuses to load."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.law import Law, LawError, LawMissing, load
from imloop.law.report import check, show_rows, stale_rows, uncompared_rows
from support.law_files import alone, law_file, row, unseen

HEAD = """\
text:
  id: {id}
  short: {id}
  title: 标题
  title_en: title
  place: "{place}"
  in_force: 2020-01-01
  source: a test
  confirmed: {{on: 2026-01-01, how: by hand}}
"""
VALUES = """\
values:
  speed:
    clause: 第一条
    says: 一句话
    dated:
      - {from: 2020-01-01, value: 1, confidence: verified}
      - {from: 2025-01-01, value: 2, confidence: recalled}
"""


def write(folder: Path, name: str, body: str = VALUES, place: str = "000000") -> Path:
    file = folder / f"{name}.yaml"
    file.write_text(HEAD.format(id=name, place=place) + body, encoding="utf-8")
    return file


def test_the_value_of_the_day(tmp_path: Path) -> None:
    book = alone([write(tmp_path, "nation")])
    assert book.at(date(2024, 12, 31), "450200").integer("speed") == 1
    assert book.at(date(2025, 1, 1), "450200").integer("speed") == 2
    with pytest.raises(LawMissing):
        book.at(date(2019, 12, 31), "450200").value("speed")


def test_the_most_local_value_wins(tmp_path: Path) -> None:
    write(tmp_path, "nation")
    write(
        tmp_path,
        "province",
        VALUES.replace("value: 1", "value: 10").replace("value: 2", "value: 20"),
        "450000",
    )
    write(
        tmp_path, "city", VALUES.replace("value: 1", "value: 100").replace("value: 2", "value: 200"), "450200"
    )
    book = alone([tmp_path])
    day = date(2024, 6, 1)
    found = {
        place: book.at(day, place).integer("speed") for place in ("330100", "450100", "450200", "450203")
    }
    assert found == {"330100": 1, "450100": 10, "450200": 100, "450203": 100}
    assert book.at(day, "450203").cite("speed") == "city 第一条"


FAULTS = {
    "no clause": (VALUES.replace("    clause: 第一条\n", ""), "clause"),
    "no paraphrase": (VALUES.replace("    says: 一句话\n", ""), "says"),
    "unknown confidence": (VALUES.replace("verified", "sure"), "confidence"),
    "no date": (VALUES.replace("from: 2020-01-01, ", ""), "from"),
    "dates fall": (VALUES.replace("2025-01-01", "2019-01-01"), "rise"),
    "the same date twice": (VALUES.replace("2025-01-01", "2020-01-01"), "rise"),
    "ends before it starts": (VALUES.replace("value: 2,", "until: 2024-01-01, value: 2,"), "until"),
    "overlaps its successor": (VALUES.replace("value: 1,", "until: 2026-01-01, value: 1,"), "overlaps"),
    "a key given twice": (VALUES + VALUES.split("\n", 1)[1], "twice"),
    "no value": (VALUES.replace("value: 1, ", ""), "value"),
    "unknown section": (VALUES + "extra: 1\n", "extra"),
    "a day of another year": ("calendar: {year: 2026, off: [2025-01-01], work: []}\n", "2026"),
    "a day listed twice": ("calendar: {year: 2026, off: [2026-01-01, 2026-01-01], work: []}\n", "twice"),
    "off and work": ("calendar: {year: 2026, off: [2026-01-01], work: [2026-01-01]}\n", "both"),
    "broken yaml": ("values: [\n", "yaml"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_doubtful_data_refuses_to_load_and_says_where(tmp_path: Path, name: str) -> None:
    body, words = FAULTS[name]
    file = write(tmp_path, "text", body)
    with pytest.raises(LawError) as error:
        alone([file])
    assert "text.yaml" in str(error.value) and words in str(error.value)
    assert check([file]) and words in str(check([file])[0])


def test_two_texts_may_not_both_rule_the_same_place(tmp_path: Path) -> None:
    write(tmp_path, "one")
    write(tmp_path, "two")
    with pytest.raises(LawError, match=r"one\.yaml and two\.yaml speed: both in force"):
        alone([tmp_path])


def test_the_hash_is_the_law_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write(tmp_path / "a", "nation")
    write(tmp_path / "b", "nation", VALUES.replace("value: 2", "value: 3"))
    first, second = alone([tmp_path / "a"]), alone([tmp_path / "b"])
    before, after = date(2024, 1, 1), date(2026, 1, 1)
    assert (
        first.at(before, "450200").hash
        == second.at(before, "450200").hash
        == first.at(date(2024, 9, 9), "110000").hash
    )
    assert first.at(after, "450200").hash != second.at(after, "450200").hash


@given(
    st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.sampled_from(["000000", "330100", "450200", "659001"])
)
def test_every_shipped_value_is_cited_dated_and_readable(day: date, place: str) -> None:
    rows = show_rows(load().at(day, place))
    assert all(row["cite"] and row["says"] and row["confidence"] for row in rows)
    assert all(str(row["since"]) <= day.isoformat() for row in rows)


def test_a_text_is_stale_after_a_year_to_the_day() -> None:
    text = load().texts["penalty-law"]
    confirmed = text.confirmed_on
    assert text not in load().stale(confirmed + timedelta(days=365))
    assert text in load().stale(confirmed + timedelta(days=366))
    assert text not in load().stale(confirmed + timedelta(days=366), 13)
    assert text in load().stale(confirmed + timedelta(days=32), 1)


def test_what_is_missing_is_named_with_day_and_place() -> None:
    with pytest.raises(LawMissing) as told:
        load().at(date(2026, 12, 1), "450200").value("no.such")
    assert told.value.key == "no.such"
    assert str(told.value) == "no value for no.such on 2026-12-01 in 450200"


def test_stale_texts_are_listed() -> None:
    assert stale_rows(load(), date(2026, 12, 1), 12) == []
    assert len(stale_rows(load(), date(2029, 1, 1), 12)) == len(load().texts)


def test_what_nobody_compared_with_the_print_is_listed(tmp_path: Path) -> None:
    rows = {
        "a": row("2016-01-01", 1).replace("chosen", "verified"),
        "b": f"{row('2016-01-01', 1)}, {unseen('2020-01-01')}",
        "penalty.odour.max_yuan": row("2016-01-01", 5).replace("chosen", "recalled"),
    }
    law_file(tmp_path, "air", rows)
    law_file(tmp_path, "compared", {"c": row("2016-01-01", 1).replace("chosen", "verified")})
    law_file(tmp_path, "heard-of", {}, "450000", text="confidence: title_only")
    air, heard = uncompared_rows(alone([tmp_path]))
    assert (air["text"], air["values"], air["chosen"], air["unseen"], air["recalled"]) == ("air", 3, 1, 1, 1)
    assert air["penalties"] == ["penalty.odour.max_yuan"]
    assert (heard["text"], heard["values"], heard["title_only"]) == ("heard-of", 0, True)


@pytest.fixture(scope="module")
def law() -> Law:
    return load().at(date(2026, 3, 5), "450200")


DEADLINES = {
    "2025-01-20": "2025-02-14",
    "2025-09-19": "2025-10-16",
    "2025-09-28": "2025-10-24",
    "2025-09-30": "2025-10-28",
    "2026-01-23": "2026-02-13",
    "2026-01-30": "2026-02-27",
    "2026-02-05": "2026-03-04",
    "2026-02-13": "2026-03-12",
    "2026-02-14": "2026-03-13",
    "2026-02-28": "2026-03-20",
    "2026-03-02": "2026-03-23",
    "2026-04-20": "2026-05-13",
    "2026-09-15": "2026-10-12",
    "2026-09-20": "2026-10-16",
    "2026-09-24": "2026-10-22",
    "2026-09-30": "2026-10-27",
    "2026-12-10": "2026-12-31",
}


@pytest.mark.parametrize("start", DEADLINES)
def test_fifteen_working_days(law: Law, start: str) -> None:
    counted = law.working_days(date.fromisoformat(start), 15)
    assert counted.deadline.isoformat() == DEADLINES[start]
    assert not counted.provisional
    assert len(counted.days) == 15 and counted.days[-1] == counted.deadline


@pytest.mark.parametrize(
    ("place", "year", "count"), [("000000", 2025, 248), ("450200", 2025, 246), ("450200", 2026, 248)]
)
def test_how_many_working_days_a_year_has(place: str, year: int, count: int) -> None:
    """Guangxi was off for two days more in 2025; its days of 2026 were not seen."""
    law = load().at(date(2026, 3, 5), place)
    days = (date(year, 1, 1) + timedelta(n) for n in range(365))
    assert sum(law.is_working_day(day) for day in days) == count


@pytest.mark.parametrize(
    ("start", "here", "elsewhere"),
    [
        ("2023-04-20", "2023-04-24", "2023-04-21"),
        ("2024-04-10", "2024-04-15", "2024-04-11"),
        ("2025-03-28", "2025-04-02", "2025-03-31"),
    ],
)
def test_the_third_of_the_third_month_is_off_in_guangxi(start: str, here: str, elsewhere: str) -> None:
    for place, wanted in (("450200", here), ("330100", elsewhere)):
        counted = load().at(date(2026, 3, 5), place).working_days(date.fromisoformat(start), 1)
        assert counted.deadline.isoformat() == wanted


def test_an_unpublished_year_is_provisional(law: Law) -> None:
    counted = law.working_days(date(2026, 12, 15), 15)
    assert counted.provisional and counted.deadline == date(2027, 1, 5)


@given(st.dates(date(2023, 1, 1), date(2026, 11, 1)), st.integers(1, 30))
def test_counting_never_lands_on_a_day_off_and_never_goes_back(start: date, count: int) -> None:
    law = load().at(date(2026, 3, 5), "450200")
    days = law.working_days(start, count).days
    assert len(days) == count and start < days[0]
    assert all(law.is_working_day(day) for day in days) and list(days) == sorted(set(days))
    assert law.working_days(start, count + 1).deadline > days[-1]
