"""The law as rows, for people who read or check it. A row that nobody has seen has no value (None)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from imloop.law.acts import is_penalty
from imloop.law.book import Book, Law, from_local_to_national, load
from imloop.law.values import COMPARED, CONFIDENCE, CONFIDENCE_NAMES, TITLE_ONLY, UNSEEN, LawError
from imloop.law.words import decided_by


def show_rows(law: Law) -> list[dict[str, object]]:
    """Every value in force, by key."""
    return [
        {
            "key": value.key,
            "value": value.plain,
            "unit": value.unit,
            "cite": value.cite,
            "says": value.says,
            "place": value.place,
            "since": value.since.isoformat(),
            "until": value.until.isoformat() if value.until else None,
            **_confidence(value.confidence),
            "source": value.source,
            "note": value.note,
            "decided_by": decided_by(value.key),
        }
        for value in law.rows
    ]


def title_rows(book: Book, law: Law) -> list[dict[str, object]]:
    """The texts of the place and day that are known by title alone, as rows without key and value."""
    places = from_local_to_national(law.place)
    return [
        {
            "key": "",
            "value": None,
            "unit": "",
            "cite": text.short,
            "says": text.title,
            "place": text.place,
            "since": text.in_force.isoformat(),
            "until": (text.ends + timedelta(days=1)).isoformat() if text.ends else None,
            **_confidence(TITLE_ONLY),
            "source": text.source,
            "note": "",
            "decided_by": "",
        }
        for text in book.texts.values()
        if text.title_only and text.place in places and text.rules(law.on)
    ]


def _confidence(code: str) -> dict[str, object]:
    return {
        "confidence": code,
        "confidence_says": CONFIDENCE_NAMES[code].zh,
        "confidence_says_en": CONFIDENCE_NAMES[code].en,
    }


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
            **_confidence(each.confidence),
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


def uncompared_rows(book: Book) -> list[dict[str, object]]:
    """By text, the values that nobody has compared with the printed text: how many, by how sure they are, and the
    penalties among them, which no paper prints until somebody has. Texts without values, known by title, as well."""
    rows = [(value, book.texts[value.text_id]) for values in book.values.values() for value in values]
    found: list[dict[str, object]] = []
    for text in sorted(book.texts.values(), key=lambda text: (text.place, text.id)):
        open_ones = [value for value, of in rows if of is text and value.confidence != COMPARED]
        if not open_ones and not text.title_only:
            continue
        counts = Counter(value.confidence for value in open_ones)
        found.append(
            {
                "text": text.id,
                "title": text.title,
                "place": text.place,
                "file": text.file,
                "values": len(open_ones),
                **{name: counts[name] for name in (*CONFIDENCE, UNSEEN) if name != COMPARED},
                "title_only": text.title_only,
                "penalties": sorted({value.key for value in open_ones if is_penalty(value.key)}),
            }
        )
    return found
