"""Texts that end, texts nobody has seen, and how sure a reading is: each rule in both directions."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.refusal import Refusal
from imloop.law import Law, LawError, LawMissing, LawUnseen, load, overlay
from imloop.law.report import show_rows, title_rows
from support.law_files import alone, book, law_file, row, unseen

ENDS = "ends: 2026-08-14"
FIRST, LAST = date(2017, 11, 30), date(2020, 11, 26)
GAP = ", ".join([row("2014-03-01", 500), unseen("2017-11-30", "2020-11-27"), row("2020-11-27", 5000)])


@pytest.mark.parametrize("until", ["2026-08-15", "2026-08-14", "2020-01-01"])
def test_a_value_within_the_time_of_its_text_loads(tmp_path: Path, until: str) -> None:
    found = book(law_file(tmp_path, "air", {"k": row("2016-01-01", 1, until)}, text=ENDS))
    last = date.fromisoformat(until) - timedelta(days=1)
    assert found.at(last, "450200").integer("k") == 1
    with pytest.raises(LawMissing):
        found.at(date(2026, 8, 15), "450200").value("k")


@pytest.mark.parametrize("until", ["2026-08-16", "2030-01-01", ""])
def test_a_value_that_cites_a_law_after_its_end_does_not_load(tmp_path: Path, until: str) -> None:
    file = law_file(tmp_path, "air", {"k": row("2016-01-01", 1, until)}, text=ENDS)
    with pytest.raises(
        LawError, match=r"air\.yaml k: cites 《air》 after its end 2026-08-14: until is 2026-08-15"
    ):
        alone([file])


def test_the_next_text_goes_on_from_the_day_after(tmp_path: Path) -> None:
    law_file(tmp_path, "air", {"k": row("2016-01-01", 1, "2026-08-15")}, text=ENDS)
    law_file(tmp_path, "code", {"k": row("2026-08-15", 2)})
    found = alone([tmp_path])
    cites = [found.at(date(2026, 8, day), "450200").cite("k") for day in (14, 15)]
    assert cites == ["《air》 第一条", "《code》 第一条"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ends: 1999-12-31", "before in_force"),
        ("ends: soon", "ends"),
        ("end: 2026-08-14", "end is not one of"),
        ("status: passed", "status"),
        ("confidence: verified", "title_only"),
    ],
)
def test_a_text_with_a_wrong_field_does_not_load(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(LawError, match=named) as error:
        alone([law_file(tmp_path, "air", {}, text=text)])
    assert "air.yaml text" in str(error.value)


def test_a_stray_word_behind_how_does_not_load(tmp_path: Path) -> None:
    """An unquoted comma in a flow mapping makes the rest of the sentence a key of its own."""
    file = law_file(tmp_path, "air", {})
    file.write_text(file.read_text().replace("by hand", "by hand, twice"), encoding="utf-8")
    with pytest.raises(LawError, match="twice is not one of"):
        alone([file])


def test_a_draft_says_so(tmp_path: Path) -> None:
    law_file(tmp_path, "plan", {}, text="status: draft")
    law_file(tmp_path, "air", {})
    assert {text.id: text.status for text in alone([tmp_path]).texts.values()} == {
        "plan": "draft",
        "air": "in_force",
    }


def test_a_citation_of_a_draft_says_so(tmp_path: Path) -> None:
    rows = {"k": row("2016-01-01", 1), "u": unseen("2016-01-01")}
    law_file(tmp_path, "plan", rows, "450200", text="status: draft")
    law_file(tmp_path, "air", {"n": row("2016-01-01", 1)})
    law = alone([tmp_path]).at(date(2026, 1, 1), "450200")
    assert law.cite("k") == "《plan》（征求意见稿） 第一条"
    assert law.cite("u") == "《plan》（征求意见稿）（2016-01-01 起文本未见）"
    assert law.cite("n") == "《air》 第一条"


@pytest.mark.parametrize(("confidence", "loads"), [("chosen", True), ("derived", False), ("verified", False)])
def test_only_what_the_platform_chose_may_be_without_a_clause(
    tmp_path: Path, confidence: str, loads: bool
) -> None:
    file = law_file(tmp_path, "plan", {"k": row("2016-01-01", 1).replace("chosen", confidence)})
    file.write_text(file.read_text().replace("    clause: 第一条\n", ""), encoding="utf-8")
    if loads:
        assert book(file).at(date(2026, 1, 1), "450200").cite("k") == "《plan》 未规定，由平台取值"
        return
    with pytest.raises(LawError, match="clause is missing"):
        book(file)


@pytest.fixture(scope="module")
def gap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A nation that says 1 always, and a province whose text is not seen for three years."""
    folder = tmp_path_factory.mktemp("gap")
    law_file(folder, "nation", {"fleet.share": row("2000-01-01", 1), "fleet.other": row("2000-01-01", 3)})
    law_file(folder, "province", {"fleet.share": GAP}, "330000")
    return folder


@given(st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.sampled_from(["330000", "330100", "450200"]))
def test_an_unseen_row_answers_nothing_and_never_falls_to_the_nation(
    gap: Path, day: date, place: str
) -> None:
    law = alone([gap]).at(day, place)
    if place == "450200" or day < date(2014, 3, 1):
        assert law.integer("fleet.share") == 1
    elif FIRST <= day <= LAST:
        asked = [law.value, law.get, law.number, law.integer, lambda key: law.under("fleet")]
        for ask in asked:
            with pytest.raises(LawUnseen):
                ask("fleet.share")
        assert law.integer("fleet.other") == 3
    else:
        assert law.integer("fleet.share") == (500 if day < FIRST else 5000)


def test_the_refusal_names_text_days_and_what_to_do(gap: Path) -> None:
    law = alone([gap]).at(date(2019, 1, 1), "330100")
    with pytest.raises(Refusal) as refused:
        law.value("fleet.share")
    found = refused.value
    assert found.code == "law-text-not-seen" and isinstance(found, LawMissing)
    assert found.cite == law.cite("fleet.share") == "《province》（2017-11-30 至 2020-11-26 文本未见）"
    for words in (found.text.zh, found.text.en):
        assert all(
            name in words for name in ("《province》", "2017-11-30", "2020-11-26", "fleet.share", "330100")
        )
    assert "索取" in found.text.zh and "Ask the department that keeps the text" in found.text.en


def test_an_unseen_row_is_shown_and_hashed(gap: Path) -> None:
    law = alone([gap]).at(date(2019, 1, 1), "330100")
    shown = {each["key"]: each for each in show_rows(law)}["fleet.share"]
    assert (shown["value"], shown["confidence"], shown["since"]) == (None, "unseen", "2017-11-30")
    assert shown["confidence_says"] == "文本未见，不作推断" and shown["note"] and shown["cite"]
    without = Law(law.on, law.place, {v.key: v for v in law.rows if not v.unseen}, {})
    assert law.hash != without.hash
    assert law.hash_of(frozenset(["fleet"])) == law.hash


def test_a_word_is_not_the_same_law_as_no_text(tmp_path: Path) -> None:
    hashes = set()
    for name, value in {"a": "unseen", "b": '""'}.items():
        (tmp_path / name).mkdir()
        law_file(tmp_path / name, "p", {"k": row("2000-01-01", value)})
        hashes.add(alone([tmp_path / name]).at(date(2020, 1, 1), "450200").hash)
    seen = book(law_file(tmp_path, "p", {"k": unseen("2000-01-01")})).at(date(2020, 1, 1), "450200")
    assert len({*hashes, seen.hash}) == 3 and "2000-01-01 起文本未见" in seen.cite("k")


def test_a_what_if_may_assume_what_was_not_seen(gap: Path) -> None:
    assumed = overlay(alone([gap]), 'values: {fleet.share: {value: 7, place: "330000"}}')
    assert assumed.at(date(2019, 1, 1), "330100").integer("fleet.share") == 7


@pytest.mark.parametrize(
    ("dated", "named"),
    [
        ("{from: 2020-01-01, unseen: true}", "note"),
        ("{from: 2020-01-01, unseen: false, note: x}", "only be true"),
        ("{from: 2020-01-01, unseen: true, value: 1, note: x}", "value is not one of"),
        ("{from: 2020-01-01, unseen: true, confidence: chosen, note: x}", "confidence is not one of"),
        (row("2020-01-01", 1, more="unsen: true"), "unsen is not one of"),
        (row("2020-01-01", 1, more="adds: true"), "adds"),
        ("{from: 2020-01-01, value: 1, confidence: seen}", "source is missing"),
        ("{from: 2020-01-01, value: 1, confidence: unseen}", "confidence"),
    ],
)
def test_a_row_with_a_wrong_field_does_not_load(tmp_path: Path, dated: str, named: str) -> None:
    with pytest.raises(LawError, match=named) as error:
        alone([law_file(tmp_path, "air", {"k": dated}, "330000")])
    assert "air.yaml k" in str(error.value)


def test_what_was_seen_in_files_names_them(tmp_path: Path) -> None:
    dated = "{from: 2020-01-01, value: 1, confidence: seen, source: LimitOfASM of a line}"
    law = book(law_file(tmp_path, "gb", {"k": dated})).at(date(2020, 1, 1), "450200")
    shown = show_rows(law)[0]
    assert (shown["confidence"], shown["source"]) == ("seen", "LimitOfASM of a line")
    assert (shown["confidence_says"], shown["confidence_says_en"]) == (
        "见于检测线数据、规范或网页",
        "seen in line files, specifications or pages",
    )


def test_a_text_known_by_its_title_is_listed_and_has_no_values(tmp_path: Path) -> None:
    text = "ends: 2026-01-01\n  confidence: title_only"
    file = law_file(tmp_path, "guangxi", {"k": unseen("2019-01-01", "2020-01-01")}, "450000", text)
    found = book(file)

    def titles(day: date, place: str) -> list[object]:
        return [each["says"] for each in title_rows(found, found.at(day, place))]

    assert titles(date(2026, 1, 1), "450200") == ["标题"]
    assert titles(date(2026, 1, 2), "450200") == titles(date(2020, 1, 1), "330100") == []
    assert title_rows(found, found.at(date(2020, 1, 1), "450200"))[0]["confidence_says_en"] == (
        "known by its title alone"
    )
    with pytest.raises(LawError, match="known by its title alone"):
        book(law_file(tmp_path, "other", {"k": row("2019-01-01", 1)}, "450000", "confidence: title_only"))


def test_the_example_of_the_documentation_loads(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "law.md").read_text(encoding="utf-8")
    file = tmp_path / "air-law.yaml"
    file.write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    found = load([file])
    assert found.at(date(2026, 8, 14), "450200").integer("penalty.forged_report.max_yuan") == 500_000
    with pytest.raises(LawMissing):
        found.at(date(2026, 8, 15), "450200").value("penalty.forged_report.max_yuan")
