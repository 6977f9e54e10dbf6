"""VIN, plates and credit codes: the worked examples, and real and third-party lists where at hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imloop.facts.identifiers import (
    Vin,
    calibration,
    is_number,
    mistyped,
    parse_plate,
    parse_uscc,
    parse_vin,
    plain,
    plate_fault,
    signs,
    vin_check_digit,
    vin_fault,
)
from imloop.facts.refusal import Malformed

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="needs ../shared/data")

VINS = {
    "1M8GDM9AXKP042788": True,
    "11111111111111111": True,
    "1HGCM82633A004352": True,
    "LGXC16DF4A0169664": True,
    "LDC613P23A1305189": True,
    "LSVAU2180N2183294": False,
    "LFV2A21K7J3123456": False,
    "LFV2A21K6J3123456": True,
    "LZZ5ELND0JN123456": False,
    "LZZ5ELND8JN123456": True,
}


@pytest.mark.parametrize(
    "filled",
    ["{}\xff\xff\xff", "\xff\xff{}", "\0\xff {}\xff\0", "{}\ufffd\ufffd", "\u3000{}\xff", "\xff\x1a{}"],
)
@pytest.mark.parametrize("text", ["LFV2A21K6J3123456", "桂B12345", "粤B12345临"])
def test_what_fills_a_fixed_field_up_is_no_part_of_the_name(filled: str, text: str) -> None:
    """0xFF reads as a letter that has a capital: a VIN with it behind was another VIN."""
    assert plain(filled.format(text)) == text
    assert not plain(filled.format(""))


def test_such_a_sign_within_stays_a_difference() -> None:
    assert plain("LFV2A21\xffK6J3123456") != "LFV2A21K6J3123456"


@pytest.mark.parametrize("text", VINS)
def test_vin_check_digit_warns_only(text: str) -> None:
    assert Vin(text).check_digit_ok is VINS[text]


def test_the_digit_that_should_stand_there() -> None:
    assert vin_check_digit("LSVAU2180N2183294") == "X"
    assert parse_vin("lfv2a21k6j3123456").tail == "123456"


@pytest.mark.parametrize(
    "text", ["LFV2O21K6J3123456", "LFV2A21K6J312345", "", "LFV2A21K6J31234567", "LFV2A21K6J312345！"]
)
def test_a_malformed_vin_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_vin(text)


PLATES = {
    "桂B12345": ("ordinary", False),
    "桂B·12345": ("ordinary", False),
    "桂BD12345": ("new_energy_small", True),
    "桂BF12345": ("new_energy_small", False),
    "桂B12345D": ("new_energy_large", True),
    "桂B12345F": ("new_energy_large", False),
    "浙A1234学": ("trainer", False),
    "桂B1234挂": ("trailer", False),
    "桂B1234警": ("police", False),
    "粤Z1234港": ("hong_kong_macau", False),
    "粤A1234领": ("consulate", False),
    "123456使": ("embassy", False),
    "桂X1234应急": ("emergency", False),
    "京A12345": ("ordinary", False),
    "沪AD12345": ("new_energy_small", True),
}


@pytest.mark.parametrize("text", PLATES)
def test_plates_of_every_kind(text: str) -> None:
    plate = parse_plate(text)
    assert (plate.kind, plate.electric) == PLATES[text]


@pytest.mark.parametrize(
    "text", ["桂B1I345", "桂I12345", "桂B1234", "新G63263气", "TEST试验车", "", "桂B1234567"]
)
def test_what_is_no_plate(text: str) -> None:
    with pytest.raises(Malformed):
        parse_plate(text)


CODES = [
    "914403001922038216",
    "9144030071526726XG",
    "91110000802100433B",
    "91350100M000100Y43",
    "91110108MA01KPGK0L",
]


@pytest.mark.parametrize("code", CODES)
def test_credit_codes(code: str) -> None:
    assert parse_uscc(code.lower()) == code
    wrong = code[:-1] + ("1" if code[-1] != "1" else "2")
    with pytest.raises(Malformed):
        parse_uscc(wrong)


@needs_data
def test_third_party_lists_of_codes_and_plates() -> None:
    vectors = json.loads((DATA / "vectors" / "uscc_plate.json").read_text())
    for code, *_ in vectors["uscc"]["valid"]:
        parse_uscc(code)
    for code, *_ in vectors["uscc"]["invalid"]:
        with pytest.raises(Malformed):
            parse_uscc(code)
    for plate in vectors["plate"]["valid_in_third_party_tests"]:
        parse_plate(plate)


@needs_data
def test_nine_of_the_really_tested_vins_have_a_wrong_digit() -> None:
    with (DATA / "real" / "vins.csv").open() as file:
        rows = list(csv.DictReader(file))
    found = [parse_vin(row["vin"]).check_digit_ok for row in rows]
    assert found == [row["check_digit_valid_in_source"] == "True" for row in rows]
    assert found.count(False) == 9


@pytest.mark.parametrize(
    "written",
    [
        "桂B F8443",
        "桂B-F8443",
        "桂ＢF8443",
        "桂BF8443\u200b",
        "桂B·F8443",
        " 桂b f 8443\t",
        "桂B・F8443",
        "桂B•F8443",
    ],
)
def test_every_way_of_writing_a_plate_is_one(written: str) -> None:
    assert plain(written) == "桂BF8443"


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("临桂B·1234", "桂B1234临"),
        ("桂B1234临", "桂B1234临"),
        ("使 123456", "123456使"),
        ("临0000123", "临0000123"),
    ],
)
def test_its_mark_stands_behind_it_wherever_it_was_written(written: str, one: str) -> None:
    """Of a plate alone: a paper's number keeps its order."""
    assert plain(written) == one


@pytest.mark.parametrize(
    "written", ["", " ", "-", "无", "无号牌", "未知", "0000", "N/A", "null", "——", "\x00\x00", "１１１"]
)
def test_a_placeholder_names_nothing(written: str) -> None:
    assert plain(written) == ""


@pytest.mark.parametrize(
    "written", ["LFV 2A-21K·6J３123456\x00", "lfv2a21k6j3123456", "ＬＦＶ２Ａ２１Ｋ６Ｊ３１２３４５６"]
)
def test_however_a_vin_is_written_it_is_one(written: str) -> None:
    assert plain(written) == "LFV2A21K6J3123456"


def test_a_part_of_an_identifier_is_no_placeholder() -> None:
    assert (signs(" 0000-00"), plain("000000")) == ("000000", "")
    assert (signs("ｊ3 1234"), signs("\u200b")) == ("J31234", "")


def test_long_text_is_read_and_not_remembered() -> None:
    assert plain(" " * 5000 + "桂B 12345") == "桂B12345"


@pytest.mark.parametrize(
    ("reported", "kept"),
    [
        ("237616425S\x00\x00\x00\x00", "237616425S"),
        ("LQ7150A-E100\xff\xff", "LQ7150A-E100"),
        (" 0033FFAC ", "0033FFAC"),
        ("A1 B2\x00\x00C3", "A1 B2C3"),
        ("A1", "A1"),
        ("FFFFFFFF", ""),
        ("00000000", ""),
        ("\x00" * 16, ""),
        ("-", ""),
        ("N/A", ""),
    ],
)
def test_what_a_control_unit_reports_loses_its_padding_only(reported: str, kept: str) -> None:
    assert calibration(reported) == kept


def test_what_is_not_well_formed_is_said() -> None:
    assert vin_fault("LFV2A21K6J3123456") is None
    for vin in ("LFV2A21K6J312345", "LFV2A21K6J312345O", "LFV2A21K6J31234567"):
        fault = vin_fault(vin)
        assert fault is not None and fault.code == "vin-malformed" and fault.next
    assert plate_fault("桂BF8443") is None
    fault = plate_fault("浙苏H6F681")
    assert fault is not None and fault.code == "plate-malformed" and fault.next


def test_one_sign_wrong_or_two_neighbours_in_each_others_place() -> None:
    assert mistyped("LFV2A21K6J3123456", "LFV2A21K6J3123457")
    assert not mistyped("LFV2A21K6J3123456", "LFV2A21K6J3123456")
    assert mistyped("LFV2A21K6J3123456", "LFV2A21K6J3123465")
    assert not mistyped("LFV2A21K6J3123456", "LFV2A21K6J3123654")
    assert not mistyped("LFV2A21K6J3123456", "LFV2A21K6J3123478")
    assert not mistyped("LFV2A21K6J312345", "LFV2A21K6J3123456")


@pytest.mark.parametrize(
    ("number", "sound"),
    [
        ("450203001-01-20261127-0007", True),
        ("检2026.11:7_a", True),
        ("", False),
        ("A/B", False),
        ('A"B', False),
        ("A\nB", False),
        ("A B", False),
        ("x" * 65, False),
        ("..", False),
        ("-", False),
    ],
)
def test_numbers_of_others_can_stand_in_an_address(number: str, sound: bool) -> None:
    assert is_number(number) is sound


@given(st.text(max_size=30))
def test_the_normal_form_is_its_own_normal_form(text: str) -> None:
    assert plain(plain(text)) == plain(text)
