"""Go through rows and say what is wrong with each: one that cannot be read, or compared, is a fault like the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from django.db import models

from imloop.store.sound_rows import BadRow, in_words, raise_if_away, sound_rows

M = TypeVar("M", bound=models.Model)


def faults_of(rows: models.QuerySet[M], compare: Callable[[M], Iterable[str]]) -> Iterator[str]:
    """What ``compare`` says of every row, in the order of ``rows``; unreadable rows are named after the others."""
    unreadable: list[BadRow] = []
    for row in sound_rows(rows, unreadable.append):
        try:
            yield from compare(row)
        except Exception as error:
            raise_if_away(error)
            yield f"{row._meta.db_table} {row.pk} cannot be compared: {in_words(error)}"
    yield from (f"{bad.table} {bad.key} cannot be read: {bad.why}" for bad in unreadable)
