"""Stored tests come out again as they were stored; under an assumed law it is told who would fail."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from imloop.exchange.tables.write_tables import write_sheets
from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.facts.refusal import Malformed
from imloop.law import load, overlay
from imloop.steps.desk.law_at_hand import place_without_text, verdicts_without_text
from imloop.steps.findings.lookups import findings
from imloop.steps.inspections import replay
from imloop.steps.inspections.replay import Selection, blocks, replay_block
from imloop.steps.inspections.what_if import judge_block, run_latest
from imloop.steps.inspections.what_if_report import report_sheets
from imloop.steps.journal.law_in_use import keep_law
from imloop.store.models import Finding, JournalEntry, RawUpload, Test
from support.city import FAR, NEAR, City, at
from support.law_files import book_with, one, write

RAW = ("received_at", "party_id", "kind", "sha256", "size", "body")
STRICTER = "values: {limits.ASM.a.co_5025_pct: {value: 0.2}, limits.ASM.a.co_2540_pct: {value: 0.2}}"


@pytest.fixture
def tests(city: City) -> City:
    """Four tests: two pass clearly, one narrowly at a fifth of a per cent, one fails."""
    city.test("2026-03-02 09:00", co=0.05, test_no="clean")
    city.test("2026-03-03 09:00", co=0.24, test_no="narrow", vehicle=vehicle("桂B20001", "LFV2A21K6J3100001"))
    city.test("2026-03-04 09:00", co=0.9, test_no="dirty", vehicle=vehicle("桂B20002", "LFV2A21K6J3100002"))
    far = vehicle("桂B20003", "LFV2A21K6J3100003")
    city.test("2026-03-05 09:00", co=0.05, test_no="far", station=FAR, vehicle=far)
    return city


def vehicle(plate: str, vin: str) -> dict[str, object]:
    return {
        "vin": vin,
        "plate": plate,
        "plate_colour": "blue",
        "fuel": "gasoline",
        "emission_stage": "4",
        "first_registered_on": "2012-03-01",
        "produced_on": "2010-03-01",
        "max_mass_kg": 1800,
        "reference_mass_kg": 1350,
    }


def all_blocks(chosen: Selection) -> list[int]:
    return [key for keys in blocks(chosen.tests()) for key in keys]


def test_every_stored_verdict_comes_out_again(tests: City) -> None:
    found = replay_block(all_blocks(Selection()), decode_test)
    assert [each.test_no for each in found] == ["clean", "narrow", "dirty", "far"]
    assert all(each.same and not each.law_corrected for each in found)


def test_a_changed_engine_is_noticed(tests: City, monkeypatch: pytest.MonkeyPatch) -> None:
    from imloop.verdict import judge

    assumed = overlay(load(), STRICTER)
    monkeypatch.setattr(replay, "judge", lambda record, law: judge(record, assumed.at(law.on, law.place)))
    found = {each.test_no: each for each in replay_block(all_blocks(Selection()), decode_test)}
    assert found["narrow"].recomputed == "fail"
    assert {"verdict", "items", "reasons"} <= set(found["narrow"].differs)
    assert not found["narrow"].law_corrected


def test_corrected_law_data_is_told_apart(tests: City, monkeypatch: pytest.MonkeyPatch) -> None:
    assumed = overlay(load(), STRICTER)
    monkeypatch.setattr(replay, "law_at", assumed.at)
    assert all(each.law_corrected for each in replay_block(all_blocks(Selection()), decode_test))


def test_the_change_that_moved_a_verdict_is_named(tests: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what moves it: the narrow one is moved by the limits, no run by what none of them meets."""
    assert keep_law(at("2026-03-01 08:00")) and not keep_law(at("2026-03-02 08:00"))
    unmet = "limits.TSI.a.hc_idle_ppm: {value: 1}, asm.mode_max_s: {value: 999}"
    assumed = overlay(load(), f"{STRICTER[:-1]}, {unmet}}}")
    monkeypatch.setattr(replay, "law_at", assumed.at)
    found = {each.test_no: each for each in replay_block(all_blocks(Selection()), decode_test)}
    assert (found["narrow"].stored, found["narrow"].recomputed) == ("pass", "fail")
    assert found["narrow"].moved_by == (
        "limits.ASM.a.co_2540_pct 0.4 → 0.2 % 假设 · what-if",
        "limits.ASM.a.co_5025_pct 0.5 → 0.2 % 假设 · what-if",
    )
    assert found["narrow"].law_corrected and found["clean"].recomputed == "pass"


def test_what_the_law_was_is_not_guessed_where_it_was_not_kept(
    tests: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "law_at", overlay(load(), STRICTER).at)
    found = {each.test_no: each for each in replay_block(all_blocks(Selection()), decode_test)}
    assert found["narrow"].moved_by == (replay.NOT_KEPT,)


def test_the_department_hears_once_whose_result_would_be_another(
    tests: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_law(at("2026-03-01 08:00"))
    monkeypatch.setattr(replay, "law_at", overlay(load(), STRICTER).at)
    found = replay_block(all_blocks(Selection()), decode_test)
    assert replay.list_for_the_department(found, at("2026-03-09 09:00")) == 1
    assert replay.list_for_the_department(found, at("2026-03-10 09:00")) == 0
    row = Finding.objects.get(code="verdict-moved")
    assert (row.subject, row.station_code) == ("narrow", NEAR)
    assert "合格 → 不合格" in row.data["text"] and "limits.ASM.a.co_5025_pct 0.5 → 0.2" in row.data["text"]
    assert row in findings(tests.callers["450200-environment"])
    assert Test.objects.get(test_no="narrow").result == "pass"


def test_a_text_that_is_gone_is_named_with_what_rests_on_it(
    tests: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_law(at("2026-03-01 08:00"))
    assert list(verdicts_without_text()) == []
    book = load()
    plan, other = book.texts["liuzhou-im-plan"], book.texts["zhejiang-exhaust-regulation-2020"]
    left = {name: text for name, text in book.texts.items() if text not in (plan, other)}
    monkeypatch.setattr(book, "texts", left)
    assert list(verdicts_without_text()) == [
        f"{plan.short} (liuzhou-im-plan) is gone; 4 stored tests were judged while it was in force"
    ]


def test_a_place_without_a_text_of_its_own_is_named() -> None:
    assert list(place_without_text("450200")) == list(place_without_text("000000")) == []
    assert "330100 has no text of its own" in next(place_without_text("330100"))


def test_a_threshold_tuned_from_a_day_on_leaves_what_came_before(
    tests: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests of before come out again; those it reaches back to differ in their doubts, and no law was corrected."""
    city_file = write(tmp_path, one("above_ceiling.speed_kmh", "km/h", date(2026, 3, 4), 10))
    monkeypatch.setattr(replay, "law_at", book_with(city_file).at)
    found = {each.test_no: each for each in replay_block(all_blocks(Selection()), decode_test)}
    assert found["clean"].same and found["narrow"].same
    assert found["dirty"].differs == found["far"].differs == ("findings",)
    assert not any(each.law_corrected for each in found.values())


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        (Selection(since=date(2026, 3, 3)), ["narrow", "dirty", "far"]),
        (Selection(until=date(2026, 3, 3)), ["clean", "narrow"]),
        (Selection(station=FAR), ["far"]),
        (Selection(method="ASM", place="450200"), ["clean", "narrow", "dirty", "far"]),
        (Selection(method="TSI"), []),
        (Selection(place="330000"), []),
    ],
)
def test_a_selection_takes_what_it_names(tests: City, chosen: Selection, wanted: list[str]) -> None:
    assert list(chosen.tests().values_list("test_no", flat=True)) == wanted


@pytest.mark.parametrize("chosen", [Selection(place="x"), Selection(method="ASN")])
def test_a_wrong_selection_is_refused(city: City, chosen: Selection) -> None:
    with pytest.raises(Malformed):
        chosen.tests()


def test_blocks_hold_every_test_once(tests: City) -> None:
    assert [len(keys) for keys in blocks(Selection().tests(), size=3)] == [3, 1]
    assert sorted(all_blocks(Selection())) == sorted(Test.objects.values_list("pk", flat=True))


def test_who_would_fail(tests: City) -> None:
    report = judge_block(all_blocks(Selection()), decode_test, overlay(load(), STRICTER))
    assert report.changes == {"newly_fail": 1}
    assert (report.tests, report.before["fail"], report.after["fail"]) == (4, 1, 2)
    assert [(each.test_no, each.kind.age, each.kind.stage) for each in report.changed] == [
        ("narrow", "10–14", "4")
    ]
    assert report.changed[0].items == ("co_2540_pct", "co_5025_pct")
    by_station = {row["station"]: row["newly_fail"] for row in report.rows("station")}
    assert by_station == {NEAR: 1, FAR: 0}
    assert {row["item"] for row in report.rows("item")} == {"co_2540_pct", "co_5025_pct"}


def test_tests_taken_in_before_their_facts_were_kept(tests: City) -> None:
    narrow = Test.objects.select_related("raw").get(test_no="narrow")
    raw = RawUpload.objects.create(**{name: getattr(narrow.raw, name) for name in RAW})
    fields = {field.attname: getattr(narrow, field.attname) for field in Test._meta.fields}
    older = Test.objects.create(
        **{**fields, "id": None, "raw_id": raw.pk, "test_no": "older", "stated": None}
    )
    found = judge_block([narrow.pk, older.pk], decode_test, overlay(load(), STRICTER)).changed
    assert [each.test_no for each in found] == ["narrow", "older"]
    assert found[0].kind == found[1].kind and found[0].items == found[1].items


def test_who_would_pass(tests: City) -> None:
    looser = "values: {limits.ASM.a.co_5025_pct: {value: 1.0, from: 2026-03-04, until: 2026-03-05}}"
    report = judge_block(all_blocks(Selection()), decode_test, overlay(load(), looser))
    assert report.changes == {"newly_pass": 1}
    assert report.changed[0].test_no == "dirty"


def test_a_run_that_ended_when_it_passed_is_no_fail(city: City) -> None:
    from support.messages.uploads import test_message

    message = test_message(at("2026-03-02 09:00"), station=NEAR, co=0.24)
    columns = message["trace"]["columns"]  # type: ignore[index]
    short = {name: values[:20] for name, values in columns.items()}
    city.test("2026-03-02 09:00", co=0.24, trace={"columns": short})
    report = judge_block(all_blocks(Selection()), decode_test, overlay(load(), STRICTER))
    assert report.changes == {"newly_invalid": 1}


def test_a_report_is_a_workbook(tests: City) -> None:
    report = judge_block(all_blocks(Selection()), decode_test, overlay(load(), STRICTER))
    out = io.BytesIO()
    write_sheets(out, report_sheets(report, "stricter"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(out.getvalue()))
    assert book.sheet_names[0] == "summary" and book.sheet_names[-1] == "tests"
    rows = book.get_sheet_by_name("tests").to_python()
    assert rows[1][:2] == ["narrow", NEAR]


def test_who_asked_what_is_journalled(tests: City) -> None:
    caller = tests.callers["450200-environment"]
    report, total = run_latest(
        caller,
        Selection(place="450200"),
        decode_test,
        overlay(load(), STRICTER),
        STRICTER,
        at("2026-04-01 09:00"),
    )
    assert (report.tests, total) == (4, 4)
    entry = JournalEntry.objects.get(kind="what-if")
    assert "co_5025_pct" in entry.body and entry.actor.startswith("450200-environment")
