"""What was answered to a step's questions: a nought is an answer, a control is none."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.matters.fields import Field, Offered, Shape, read_fields

NONE: Any = None
OFFERED: Offered = NONE
"""No field here is a choice."""


def field(shape: Shape, *, required: bool = True) -> Field:
    return Field("answer", Text("回答", "answer"), shape, required)


@pytest.mark.parametrize("given", [0, "0", " 0 "])
def test_a_nought_is_a_count(given: object) -> None:
    assert read_fields((field(Shape.COUNT),), {"answer": given}, OFFERED) == {"answer": 0}


@pytest.mark.parametrize("given", [None, "", " "])
def test_nothing_is_missing(given: object) -> None:
    with pytest.raises(Malformed) as refused:
        read_fields((field(Shape.COUNT),), {"answer": given}, OFFERED)
    assert [(each.path, each.code) for each in refused.value.problems] == [("$.answer", "missing")]
    assert read_fields((field(Shape.WORDS, required=False),), {"answer": given}, OFFERED) == {}


@pytest.mark.parametrize("given", ["红\0色", "红\x1b[31m色", "红\x7f色", "红\x85色"])
def test_a_control_within_words_is_refused(given: str) -> None:
    with pytest.raises(Malformed) as refused:
        read_fields((field(Shape.WORDS),), {"answer": given}, OFFERED)
    assert refused.value.problems[0].code == "wrong-value"
    assert read_fields((field(Shape.WORDS),), {"answer": "一行\n二行\t三"}, OFFERED)


@pytest.mark.parametrize("given", ["2015112", "1764547200", 0, "9999-12-31", "0001-01-01"])
def test_digits_are_no_day(given: object) -> None:
    with pytest.raises(Malformed):
        read_fields((field(Shape.DAY),), {"answer": given}, OFFERED)
