"""Which method is this vehicle tested by, where nobody says?"""

from __future__ import annotations

import pytest

from imloop.facts.codes import Method
from imloop.gates.appointments.choose_method import choose_method

ALL = tuple(Method)
TWO = (Method.TSI, Method.FREEACC)


@pytest.mark.parametrize(
    ("failed", "fuel", "drive", "offered", "method"),
    [
        (Method.TSI, "gasoline", "2wd", ALL, Method.TSI),
        (None, "gasoline", "2wd", ALL, Method.ASM),
        (None, "gasoline", "4wd", ALL, Method.TSI),
        (None, "gasoline", "", TWO, Method.TSI),
        (None, "diesel", "", ALL, Method.LUGDOWN),
        (None, "diesel", "4wd", ALL, Method.FREEACC),
        (None, "hybrid_diesel", "2wd", TWO, Method.FREEACC),
    ],
)
def test_the_fault_first_then_the_strictest_that_fits(
    failed: Method | None, fuel: str, drive: str, offered: tuple[Method, ...], method: Method
) -> None:
    found = choose_method(failed, fuel, drive, offered)
    assert found is not None and found.method is method


def test_nothing_is_guessed() -> None:
    assert choose_method(None, "", "2wd", ALL) is None
    assert choose_method(None, "diesel", "2wd", (Method.ASM, Method.RINGELMANN)) is None
