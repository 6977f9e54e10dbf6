"""How many examples hypothesis makes of a test for which the usual hundred are too few or too many."""

from __future__ import annotations

from hypothesis import settings

USUAL = 100
"""Examples of a test that names no number, in the whole suite; the profile of the run says how many it is there."""


def examples(number: int) -> int:
    """``number`` in the whole suite, in proportion in a run of another profile (``tests/conftest.py``); never none."""
    return max(1, number * settings.default.max_examples // USUAL)
