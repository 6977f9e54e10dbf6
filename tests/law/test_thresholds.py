"""The thresholds of doubts: dated, sourced and refused like the law, and in none of its hashes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from imloop.facts.channels import CHANNELS
from imloop.law import LawError, LawMissing, load, overlay
from imloop.law.report import check, threshold_rows
from imloop.law.watch import KEYS
from imloop.verdict import verdict_hash
from support.law_files import book_with, one, write

DAY = date(2026, 3, 5)
BODY = """\
sources:
  trial: {zh: 本地试验, en: a local trial}
  guess: {zh: 经验, en: experience}
thresholds:
  df_low.df:
    says: {zh: 一句话, en: a sentence}
    unit: "1"
    dated:
      - {from: 2026-01-01, value: 0.8, source: trial, confidence: high}
      - {from: 2027-01-01, value: 0.7, source: guess, confidence: low, note: {zh: 待定, en: open}}
"""


def test_the_most_local_threshold_of_the_day(tmp_path: Path) -> None:
    book = book_with(write(tmp_path, BODY))
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [book.at(day, "450203").watch.df_low.df for day in days] == [0.9, 0.8, 0.8, 0.7]
    assert {book.at(day, "330100").watch.df_low.df for day in days} == {0.9}


def test_an_end_gives_the_country_s_value_back(tmp_path: Path) -> None:
    book = book_with(write(tmp_path, BODY.replace("value: 0.8", "until: 2026-06-01, value: 0.8")))
    assert book.at(date(2026, 5, 31), "450200").watch.df_low.df == 0.8
    assert book.at(date(2026, 6, 1), "450200").watch.df_low.df == 0.9


FAULTS = {
    "no unit": ('    unit: "1"\n', "", "unit is missing"),
    "empty unit": ('unit: "1"', 'unit: ""', "unit is missing"),
    "no source": ("source: trial, ", "", "source is missing"),
    "a source nobody named": ("source: trial", "source: rumour", "rumour is not among"),
    "a source nobody uses": ("source: guess", "source: trial", "guess is used by no threshold"),
    "a source in one language": ("{zh: 本地试验, en: a local trial}", "{zh: 本地试验}", "en is missing"),
    "no words": ("    says: {zh: 一句话, en: a sentence}\n", "", "says"),
    "words in one language": ("{zh: 一句话, en: a sentence}", "{en: a sentence}", "zh is missing"),
    "words in a third": ("zh: 一句话", "zh: 一句话, fr: phrase", "fr is not one of"),
    "a key no doubt uses": ("df_low.df", "df_low.fd", "no doubt uses it; near it: df_low.df"),
    "a misspelt field": ("from: 2027-01-01", "form: 2027-01-01", "from must be a date"),
    "a field too many": ("value: 0.8", "value: 0.8, clause: 第一条", "clause is not one of"),
    "a law's confidence": ("confidence: high", "confidence: verified", "confidence must be one of"),
    "unsure without saying why": (", note: {zh: 待定, en: open}", "", "needs a note"),
    "no value": ("value: 0.8, ", "", "must be a number"),
    "true is no number": ("value: 0.8", "value: true", "must be a number"),
    "a word is no number": ("value: 0.8", 'value: "0.8"', "must be a number"),
    "not a number": ("value: 0.8", "value: .nan", "must be a number"),
    "no day": ("from: 2026-01-01, ", "", "from"),
    "days fall": ("2027-01-01", "2025-01-01", "rise"),
    "overlaps its successor": ("value: 0.8", "until: 2028-01-01, value: 0.8", "overlaps"),
    "given twice": ("thresholds:\n", 'thresholds:\n  df_low.df: {unit: "1"}\n', "twice"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_doubtful_threshold_refuses_to_load_and_says_where(tmp_path: Path, name: str) -> None:
    old, new, words = FAULTS[name]
    assert BODY.count(old) >= 1
    file = write(tmp_path, BODY.replace(old, new, 1))
    faults = check([file])
    assert len(faults) == 1 and "city.yaml" in str(faults[0]) and words in str(faults[0])


@pytest.mark.parametrize("value", ["0", "4.5", "-3"])
def test_seconds_are_whole(tmp_path: Path, value: str) -> None:
    body = one("gas_impossible.seconds", "s", DAY, 7)
    assert check([write(tmp_path, body)]) == []
    other = write(tmp_path, body.replace("value: 7", f"value: {value}"), name="other")
    assert "whole number" in str(check([other])[0])


def test_two_files_may_not_both_set_a_threshold(tmp_path: Path) -> None:
    files = [write(tmp_path, BODY, name=name) for name in ("one", "two")]
    with pytest.raises(LawError, match=r"one\.yaml and two\.yaml df_low\.df: both in force on 2026-01-01"):
        load(files)


def test_a_unit_is_the_same_everywhere(tmp_path: Path) -> None:
    with pytest.raises(LawError, match=r"df_low\.df: unit % is not 1|df_low\.df: unit 1 is not %"):
        book_with(write(tmp_path, BODY.replace('unit: "1"', 'unit: "%"')))


def test_a_hole_in_the_country_s_thresholds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LawError, match=r"below_zero\.opacity_pct: there is no threshold on 2026-01-01"):
        load([write(tmp_path, BODY, place="000000")])
    with pytest.raises(LawError, match=r"there is no threshold on 1999-01-01 in 450200"):
        book_with(write(tmp_path, BODY.replace("2026-01-01", "1999-01-01")))


def test_ends_of_a_span_stand_in_order(tmp_path: Path) -> None:
    file = write(tmp_path, one("duration_unusual.ASM.high", "s", DAY, 30))
    with pytest.raises(LawError, match=r"ASM\.high: is not above its low end on 2026-03-05 in 450200"):
        book_with(file)


def test_no_hash_of_the_law_knows_thresholds(tmp_path: Path) -> None:
    """Stored verdicts, receipts and journal entries name the law's hashes: tuning a threshold leaves them valid."""
    plain, tuned = load().at(DAY, "450200"), book_with(write(tmp_path, BODY)).at(DAY, "450200")
    assert plain.watch_hash != tuned.watch_hash
    assert (plain.hash, verdict_hash(plain)) == (tuned.hash, verdict_hash(tuned))
    before = book_with(write(tmp_path, BODY)).at(date(2025, 12, 31), "450200")
    assert before.watch_hash == load().at(date(2025, 12, 31), "450200").watch_hash


def test_without_thresholds_the_first_one_is_missed(tmp_path: Path) -> None:
    law = load([write(tmp_path, BODY)]).at(DAY, "450200")
    with pytest.raises(LawMissing):
        _ = law.watch


def test_they_are_read_once_a_day_and_kept_under_assumptions() -> None:
    law = load().at(DAY, "450200")
    assert law.watch is load().at(DAY, "450200").watch
    assumed = overlay(load(), "values: {limit_set.ASM: {value: b}}").at(DAY, "450200")
    assert assumed is not law and assumed.watch == law.watch


def test_what_if_says_that_doubts_change_no_result() -> None:
    with pytest.raises(LawError, match="change no result"):
        overlay(load(), "values: {df_low.df: {value: 0.8}}")


def test_the_shipped_thresholds_are_whole_and_honest() -> None:
    book = load()
    assert set(book.thresholds) == set(KEYS)
    for key, dated in book.thresholds.items():
        table, _, rest = key.partition(".")
        if table in ("below_zero", "above_ceiling", "ambient_implausible"):
            assert dated[0].unit == CHANNELS[rest.split(".")[0]][1], key
        assert all(each.confidence != "high" or each.source == "definition" for each in dated), key


def test_the_rows_for_people_say_everything(tmp_path: Path) -> None:
    rows = {row["key"]: row for row in threshold_rows(book_with(write(tmp_path, BODY)).at(DAY, "450203"))}
    assert list(rows) == sorted(KEYS)
    assert rows["df_low.df"] == {
        "key": "df_low.df",
        "value": 0.8,
        "unit": "1",
        "says": "一句话",
        "says_en": "a sentence",
        "source": "trial",
        "source_says": "本地试验",
        "source_says_en": "a local trial",
        "place": "450200",
        "since": "2026-01-01",
        "until": "2027-01-01",
        "confidence": "high",
        "confidence_says": "确定",
        "confidence_says_en": "certain",
        "note": "",
        "note_en": "",
    }
    assert rows["channel_frozen.seconds"]["until"] is None and rows["channel_frozen.seconds"]["note_en"]


def test_a_place_s_file_beside_the_shipped_data_loads(tmp_path: Path) -> None:
    """As an installation lays it there: in the folder of the data."""
    from imloop.law.book import DATA

    law = load([DATA, write(tmp_path, BODY)]).at(DAY + timedelta(400), "450200")
    assert law.watch.df_low.df == 0.7
