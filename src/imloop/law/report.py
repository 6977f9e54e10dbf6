"""The law as rows, for people who read or check it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from imloop.law.book import Book, Law, load
from imloop.law.values import LawError


def show_rows(law: Law) -> list[dict[str, object]]:
    """Every value in force, by key."""
    return [
        {
            "key": value.key,
            "value": list(value.value)
            if isinstance(value.value, tuple)
            else value.value.isoformat()
            if isinstance(value.value, date)
            else value.value,
            "unit": value.unit,
            "cite": value.cite,
            "says": value.says,
            "place": value.place,
            "since": value.since.isoformat(),
            "until": value.until.isoformat() if value.until else None,
            "confidence": value.confidence,
            "note": value.note,
        }
        for value in sorted(law.under("").values(), key=lambda value: value.key)
    ]


def threshold_rows(law: Law) -> list[dict[str, object]]:
    """Every threshold of doubts in force, by key, words in Chinese and English."""
    return [
        {
            "key": each.key,
            "value": each.value,
            "unit": each.unit,
            "says": each.says.zh,
            "says_en": each.says.en,
            "source": each.source,
            "source_says": each.source_says.zh,
            "source_says_en": each.source_says.en,
            "place": each.place,
            "since": each.since.isoformat(),
            "until": each.until.isoformat() if each.until else None,
            "confidence": each.confidence,
            "note": each.note.zh if each.note else "",
            "note_en": each.note.en if each.note else "",
        }
        for each in sorted(law.thresholds.values(), key=lambda each: each.key)
    ]


def check(paths: Sequence[Path] | None) -> list[LawError]:
    """What is wrong with the data files; empty if they load."""
    try:
        load(paths)
    except LawError as error:
        return [error]
    return []


def stale_rows(book: Book, on: date, months: int) -> list[dict[str, object]]:
    """Texts that nobody has confirmed for ``months`` months before ``on``, oldest first."""
    return [
        {
            "text": text.id,
            "title": text.title,
            "confirmed_on": text.confirmed_on.isoformat(),
            "how": text.confirmed_how,
            "file": text.file,
        }
        for text in book.stale(on, months)
    ]
