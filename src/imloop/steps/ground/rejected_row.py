"""A row of an imported file, and one that was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from imloop.facts.refusal import Malformed


class ListedRow(dict[str, str]):
    """Text by column. ``number``: of the row in its file, the first being 1; ``fault``: why it cannot be read whole."""

    __slots__ = ("fault", "number")

    def __init__(self, cells: Mapping[str, str], number: int, fault: Malformed | None = None) -> None:
        super().__init__(cells)
        self.number, self.fault = number, fault


class Rejected(NamedTuple):
    number: int
    reason: str


def require_whole(row: Mapping[str, str]) -> None:
    """Raises ``Malformed`` for a row of a file that cannot be read whole: nothing of it is entered."""
    if isinstance(row, ListedRow) and row.fault is not None:
        raise row.fault
