"""Rows one after another, whatever is wrong with one of them: it is named, and the others follow.

A row can be damaged (by the disk, by another program), or hold what an older version took and none can read: a number
beyond its column, text that is no JSON. Nothing that goes through all rows may end there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import InterfaceError, OperationalError, models

M = TypeVar("M", bound=models.Model)
_BLOCK = 500


@dataclass(frozen=True, slots=True)
class BadRow:
    """``table`` and ``key`` (primary) say which one; ``why``: the error, and the column where it is known."""

    table: str
    key: object
    why: str

    def __str__(self) -> str:
        return f"{self.table} {self.key}: {self.why}"


Tell = Callable[[BadRow], None]


def sound_rows(found: models.QuerySet[M], tell: Tell, block: int = _BLOCK) -> Iterator[M]:
    """The rows that there are when it begins, in the order of ``found``; ``tell`` is told of those left out."""
    for keys in key_blocks(found, block):
        yield from _block(found, keys, tell)


def key_blocks(found: models.QuerySet[M], block: int = _BLOCK) -> Iterator[list[object]]:
    """Primary keys, block by block, of one moment."""
    keys: list[object] = []
    for key in found.values_list("pk", flat=True).iterator(chunk_size=block):
        keys.append(key)
        if len(keys) == block:
            yield keys
            keys = []
    if keys:
        yield keys


def _block(found: models.QuerySet[M], keys: Sequence[object], tell: Tell) -> Iterator[M]:
    try:
        rows = {row.pk: row for row in found.filter(pk__in=keys)}
    except Exception as error:
        raise_if_away(error)
        rows = {}
        for key in keys:
            try:
                rows |= {row.pk: row for row in found.filter(pk=key)}
            except Exception as fault:
                raise_if_away(fault)
                tell(BadRow(found.model._meta.db_table, key, in_words(fault)))
    yield from (rows[key] for key in keys if key in rows)


def raise_if_away(error: Exception) -> None:
    """A database that does not answer is no fault of a row. Text that is no UTF-8 is, though SQLite calls it alike."""
    if isinstance(error, InterfaceError) or (
        isinstance(error, OperationalError) and "decode" not in str(error)
    ):
        raise error


def in_words(error: Exception) -> str:
    """An error in one short line."""
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}"[:200]
