"""Digits: 0 to 9 alone. Python's own ``isdigit`` is true of ² and ４ as well, of which one is no number at all, and the
other makes a second way to write each code."""

from __future__ import annotations

import re

_AMOUNT = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_MOST = 18
"""A number of more digits fits no column."""


def are_digits(text: str) -> bool:
    """Whether there are digits, and nothing else."""
    return text.isascii() and text.isdigit()


def whole(text: str) -> int | None:
    """The number that a text of digits is; None for any other, and for one of more than eighteen."""
    return int(text) if are_digits(text) and len(text) <= _MOST else None


def amount(text: str) -> float | None:
    """The number that digits with a point are; None for all else that Python takes for one: ``1_580``, ``１５８０``,
    ``1e3``, ``nan``."""
    return float(text) if _AMOUNT.fullmatch(text.strip()) else None
