"""The police's own letters for fuels: entered as they are, and nothing guessed."""

from __future__ import annotations

import pytest

from imloop.facts.codes import FUEL_LETTERS, Fuel, fuels_of


@pytest.mark.parametrize(
    ("letters", "fuels"),
    [
        ("A", (Fuel.GASOLINE, None)),
        ("b", (Fuel.DIESEL, None)),
        ("C", (Fuel.ELECTRIC, None)),
        ("AC", (Fuel.HYBRID_GASOLINE, None)),
        ("A,C", (Fuel.HYBRID_GASOLINE, None)),
        ("CA", (Fuel.HYBRID_GASOLINE, None)),
        ("BO", (Fuel.HYBRID_DIESEL, None)),
        ("AE", (Fuel.GASOLINE, Fuel.CNG)),
        ("A/F", (Fuel.GASOLINE, Fuel.LPG)),
        ("ACE", (Fuel.HYBRID_GASOLINE, Fuel.CNG)),
        ("BE", (Fuel.DIESEL, None)),
        ("CE", (Fuel.CNG, None)),
        ("CP", (Fuel.HYDROGEN, None)),
        *((letter, (None, None)) for letter in "DNOQYZ"),
        *((letters, (None, None)) for letters in ("CO", "EF", "AZ", "DC", "AL", "AEF")),
    ],
)
def test_letters_say_what_they_say(letters: str, fuels: tuple[Fuel | None, Fuel | None]) -> None:
    assert fuels_of(letters) == fuels


@pytest.mark.parametrize(
    "text", ["", " ", "X", "AX", "AB", "AY", "AA", "ABCD", "coal", "diesel", "汽油", "A1"]
)
def test_other_words_are_none(text: str) -> None:
    assert fuels_of(text) is None


def test_no_letter_frees_a_car_that_burns_something() -> None:
    """Only electricity and hydrogen alone need no exhaust test."""
    free = {
        letters
        for letters in _combinations()
        if (fuels_of(letters) or (None,))[0] in (Fuel.ELECTRIC, Fuel.HYDROGEN)
    }
    assert free == {"C", "P", "CP", "OP", "COP"}


def _combinations() -> list[str]:
    known = sorted(FUEL_LETTERS)
    pairs = [a + b for a in known for b in known if a < b]
    return [*known, *pairs, *(pair + c for pair in pairs for c in known if pair[1] < c)]
