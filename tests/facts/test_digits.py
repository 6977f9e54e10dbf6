"""Digits are 0 to 9, and a number has as many as fit."""

from __future__ import annotations

import pytest

from imloop.facts.digits import amount, are_digits, whole


@pytest.mark.parametrize("text", ["", "²", "１", "٣", "1.0", "-1", "+1", " 1", "1_0", "0x1", "1e3", "①"])
def test_no_other_sign_is_a_digit(text: str) -> None:
    assert not are_digits(text) and whole(text) is None


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("9" * 18, 10**18 - 1), ("9" * 19, None)])
def test_a_number_is_what_fits(text: str, number: int | None) -> None:
    assert are_digits(text) and whole(text) == number


@pytest.mark.parametrize(
    ("text", "number"), [("1580", 1580), ("1580.50", 1580.5), (" 3 ", 3), ("-0.5", -0.5), ("0", 0)]
)
def test_an_amount_is_digits_with_a_point(text: str, number: float) -> None:
    assert amount(text) == number


@pytest.mark.parametrize(
    "text", ["1_580", "１５８０", "1e3", "nan", "inf", "-Infinity", "+1", "0x10", ".5", "5.", "", "1,5"]
)
def test_what_python_takes_for_a_number_is_none(text: str) -> None:
    assert amount(text) is None
