"""The number of an identity card, as people type it."""

from __future__ import annotations

import pytest

from imloop.facts.identifiers import identity_card
from imloop.facts.refusal import Malformed


def test_the_standards_own_examples_are_sound() -> None:
    """GB 11643-1999, annex A."""
    assert identity_card("11010519491231002X") == "11010519491231002X"
    assert identity_card(" 440524 18800101 0014 ") == "440524188001010014"
    assert identity_card("１１０１０５１９４９１２３１００２x") == "11010519491231002X"


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "1101051949123100",
        "110105194912310021",
        "11010519491331002X",
        "1101051949123l002X",
        "无",
        "1" * 18,
    ],
)
def test_what_no_card_bears_is_refused_at_its_field(wrong: str) -> None:
    with pytest.raises(Malformed) as refusal:
        identity_card(wrong)
    assert refusal.value.problems[0].path == "$.identity"


@pytest.mark.parametrize("place", range(18))
def test_one_wrong_digit_is_always_noticed(place: int) -> None:
    right = "440524188001010014"
    for digit in set("0123456789") - {right[place]}:
        with pytest.raises(Malformed):
            identity_card(right[:place] + digit + right[place + 1 :])
