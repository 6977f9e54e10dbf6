"""Words for yes, no and nothing: what real lines write is read as what it means, and what was to decide and cannot be
read is never guessed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.exchange.dialects import named, write
from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.facts.answers import QUESTIONS, flag_of, word
from imloop.facts.codes import Fuel, Method, Result
from imloop.facts.records.inspection import DECIDING
from imloop.store.verdict_inputs import pack, record_of
from support.messages.one_value import OBD, WHOLE, decoded, message, verdict


def test_the_message_itself_passes() -> None:
    assert verdict(decoded("fee_yuan", "90.00")) == (
        "pass",
        {"exterior": "pass", "obd": "pass", "exhaust": "pass", "evaporative": "not_required"},
    )


@pytest.mark.parametrize(
    ("field", "value", "answer"),
    [
        *(
            ("mil_on", value, True)
            for value in (1, 1.0, "1", "亮", "点亮", "是", "T", "yes", "Y", "on", " True ")
        ),
        *(
            ("mil_on", value, False)
            for value in (0, "0", "灭", "未点亮", "否", "F", "no", "off", "Ｎ", "FALSE\x00")
        ),
        *(("communication", value, True) for value in ("正常", "√", "成功", "合格", "pass", "是")),
        *(("communication", value, False) for value in ("×", "不合格", "异常", "失败", "fail", "NG")),
        *(
            ("devices_present", value, answer)
            for value, answer in (("有", True), ("齐全", True), ("无", False))
        ),
        *(
            ("visible_smoke", value, answer)
            for value, answer in (("有", True), ("无", False), ("没有", False))
        ),
        *(("dashboard_matches", value, answer) for value, answer in (("一致", True), ("不一致", False))),
    ],
)
def test_words_of_real_lines(field: str, value: object, answer: bool) -> None:
    assert flag_of(field, value) is answer


@pytest.mark.parametrize(
    "value", ["√", "×", "合格", "不合格", "正常", 2, -1, "01", "亮灭", "?", [], {}, "未检"]
)
def test_what_could_mean_two_things_is_not_understood(value: object) -> None:
    assert flag_of("mil_on", value) is None and flag_of("visible_smoke", value) is None


@given(st.sampled_from(sorted(QUESTIONS)), st.text(max_size=6) | st.integers() | st.floats())
def test_no_word_says_both_and_no_word_outside_the_table_says_anything(field: str, value: object) -> None:
    known = {word(each) for pair in QUESTIONS[field] for words in pair for each in words.split()}
    if flag_of(field, value) is not None:
        assert word(str(value)) in known or value in (0, 1)
    for yes, no in QUESTIONS[field]:
        assert not set(yes.split()) & set(no.split())


BAD = {
    "mil_on": 1,
    "communication": "失败",
    "mil_lamp_ok": "×",
    "dashboard_matches": "不一致",
    "tampered": "是",
}


@pytest.mark.parametrize("field", sorted(BAD))
def test_a_bad_answer_in_a_lines_own_word_fails(field: str) -> None:
    record = decoded(f"obd.{field}", BAD[field])
    assert record.notes == () and verdict(record)[1]["obd"] == "fail"


@pytest.mark.parametrize("path", sorted(DECIDING))
@pytest.mark.parametrize("value", ["?", "不清楚", 7, ["yes", 5], {"a": {}}], ids=repr)
def test_what_decides_and_cannot_be_read_is_no_pass(path: str, value: object) -> None:
    if path in ("obd", "exterior", "evaporative", "exterior.items") and isinstance(value, dict):
        pytest.skip("an object without answers answers nothing; whether it must is the law's question")
    if path == "evaporative.seconds" and value == 7:
        pytest.skip("a number, and read as one")
    record = decoded(path, value)
    assert record.unread == (path,) and record.notes[0].startswith(f"$.{path}")
    if path.startswith("evaporative"):  # not asked for in this place
        return
    result, parts = verdict(record)
    part = "exhaust" if path.startswith("vehicle") else path.partition(".")[0]
    assert result == "invalid" and parts[part] == "invalid", parts


@pytest.mark.parametrize("path", sorted(DECIDING - {"exterior", "obd"}))
@pytest.mark.parametrize("value", [None, "", " ", "-", "——", "N/A", "null", "\x00\x00\x00", "ÿÿ"], ids=repr)
def test_no_value_is_no_value(path: str, value: object) -> None:
    if path in ("evaporative", "exterior.items") and value is not None:
        pytest.skip("not an object")
    record = decoded(path, value)
    assert record.unread == record.notes == ()


def test_what_failed_anyway_fails_whatever_else_cannot_be_read() -> None:
    record = decoded("obd", {**OBD, "mil_on": "亮", "tampered": "?"})
    assert record.unread == ("obd.tampered",) and verdict(record)[0] == "fail"
    record = decoded("exterior", {"verdict": "一般", "items": {"visible_smoke": "有"}})
    assert record.unread == ("exterior.verdict",) and verdict(record)[0] == "fail"


def test_what_is_out_of_scope_decides_nothing() -> None:
    old = message("obd.mil_on", "?")
    old["vehicle"]["produced_on"] = "2005-03-01"
    record = decode_test(json.dumps(old).encode())
    assert record.unread and verdict(record)[0] == "pass"


def test_the_verdict_kept_for_replays_rests_on_the_same() -> None:
    record = decoded("vehicle.fuel", "柴汽油")
    again = record_of(pack(record), Method.ASM, record.trace)
    assert again.unread == record.unread == ("vehicle.fuel",)
    assert verdict(decoded("obd.mil_on", "?"))[0] == "invalid"


@pytest.mark.parametrize(
    ("given", "fuel"),
    [("A", Fuel.GASOLINE), ("汽油", Fuel.GASOLINE), ("Gasoline ", Fuel.GASOLINE), ("b", Fuel.DIESEL)],
)
def test_a_fuel_by_letter_word_or_code(given: str, fuel: Fuel) -> None:
    record = decoded("vehicle.fuel", given)
    assert record.vehicle.fuel is fuel and record.notes == ()


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("合格", Result.PASS),
        ("PASS", Result.PASS),
        (True, Result.PASS),
        ("不合格", Result.FAIL),
        ("×", Result.FAIL),
    ],
)
def test_a_verdict_by_word(given: object, found: Result) -> None:
    record = decoded("exterior.verdict", given)
    assert record.exterior is not None and record.exterior.verdict is found and record.notes == ()


@pytest.mark.parametrize("given", [1, 0, "1", "0", "2", "无法判断"])
def test_a_digit_is_no_verdict(given: object) -> None:
    """1 is a pass in one software and a fail in another."""
    assert verdict(decoded("exterior.verdict", given))[1]["exterior"] == "invalid"


@pytest.mark.parametrize("container", ["json", "xml"])
@pytest.mark.parametrize("code", ["7", "合格?", "W"])
def test_a_code_outside_of_a_dialects_table_is_no_pass(container: str, code: str) -> None:
    text = write(named("hj1238"), WHOLE, container)
    for ours, theirs, path in (
        ("1", "Exterior.Pass", "exterior.verdict"),
        ("A", "Vehicle.FuelType", "vehicle.fuel"),
        ("0", "Obd.MilOn", "obd.mil_on"),
    ):
        name = theirs.rpartition(".")[2]
        old = f"<{name}>{ours}</{name}>" if container == "xml" else f'"{name}": "{ours}"'
        new = old.replace(f">{ours}<", f">{code}<") if container == "xml" else f'"{name}": "{code}"'
        if old not in text:
            old = f'"{name}": {json.dumps({"0": False}.get(ours, ours))}'
        assert old in text, (theirs, text[:2000])
        record = decode_test(text.replace(old, new).encode())
        assert path in record.unread and verdict(record)[0] == "invalid"


@pytest.mark.parametrize("value", ["亮", "T", "on", "1", "true"])
def test_dialects_read_by_the_same_table(value: str) -> None:
    text = write(named("line-csv"), WHOLE).replace("故障指示器点亮,0", f"故障指示器点亮,{value}")
    record = decode_test(text.encode())
    assert record.obd is not None and record.obd.mil_on is True and record.notes == ()


@pytest.mark.parametrize(
    ("given", "count"),
    [
        (["", " ", "-", "N/A", "\x00\x00", None, "无"], 0),
        (["EGR", "egr ", "ＥＧＲ", "EGR\x00"], 1),
        (["催化器", "氧传感器", "EGR"], 3),
        (["EGR,O2S；催化器"], 3),
        (["1", "2", "3"], 3),
    ],
)
def test_readiness_items_are_counted_by_name(given: list[object], count: int) -> None:
    record = decoded("obd.readiness_incomplete", given)
    assert record.obd is not None and len(record.obd.readiness_incomplete) == count
    assert record.notes == ()
    assert verdict(record)[1]["obd"] == ("not_ready" if count > 2 else "pass")


def test_a_dialects_readiness_with_another_separator_is_no_single_item() -> None:
    text = write(named("line-csv"), WHOLE).replace("未就绪项目,", "未就绪项目,EGR，催化器、氧传感器")
    assert verdict(decode_test(text.encode()))[1]["obd"] == "not_ready"
