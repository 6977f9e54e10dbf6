"""A row of an imported file that was refused."""

from __future__ import annotations

from typing import NamedTuple


class Rejected(NamedTuple):
    number: int
    reason: str
