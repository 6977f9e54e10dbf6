"""The form of the names in a message: what is wrong is said, with what to do; what is right says nothing."""

from __future__ import annotations

import pytest

from imloop.facts.records.inspection import Vehicle
from imloop.gates.vehicles.well_formed import about_the_names
from imloop.steps.ground.findings import ROUTINE


def codes(vin: str = "", plate: str = "") -> list[str]:
    return [reason.code for reason in about_the_names(Vehicle(vin=vin, plate=plate))]


@pytest.mark.parametrize(
    ("vin", "plate", "expected"),
    [
        ("LSVAU218XN2183294", "桂B12345", []),
        ("", "桂B12345", []),
        ("LSVAU218XN2183294", "", []),
        ("", "", []),
        ("LSVAU218XN2183294", "浙苏H6F681", ["plate-malformed"]),
        ("LSVAU218XN218329", "桂B12345", ["vin-malformed"]),
        ("LSVAU218XN218329O", "桂B1", ["plate-malformed", "vin-malformed"]),
        ("LSVAU2180N2183294", "桂BD12345", ["vin-check-digit"]),
    ],
)
def test_each_name_by_itself(vin: str, plate: str, expected: list[str]) -> None:
    assert codes(vin, plate) == expected


def test_every_finding_says_what_to_do_next() -> None:
    for vin in ("L1", "LSVAU2180N2183294"):
        (reason,) = about_the_names(Vehicle(vin=vin))
        assert reason.next and reason.next.zh and reason.next.en
        assert vin in reason.text.zh and vin in reason.text.en


def test_a_wrong_check_digit_is_no_work_for_a_desk() -> None:
    assert "vin-check-digit" in ROUTINE
    assert not {"vin-malformed", "plate-malformed"} & set(ROUTINE)
