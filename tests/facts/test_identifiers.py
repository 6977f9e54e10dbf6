"""VIN, plates and credit codes: the worked examples, and real and third-party lists where at hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from imloop.facts.identifiers import parse_plate, parse_uscc, parse_vin, vin_check_digit
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


@pytest.mark.parametrize("text", VINS)
def test_vin_check_digit_warns_only(text: str) -> None:
    assert parse_vin(text).check_digit_ok is VINS[text]


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
