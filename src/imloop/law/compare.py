"""Two states of the law's data side by side: what is kept of the one in use, what differs, and what moves an answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from imloop.law.book import Book, Law, from_local_to_national, most_local
from imloop.law.values import UNSEEN, Content, Value

T = TypeVar("T")


def kept(book: Book, subjects: Collection[str]) -> dict[str, Any]:
    """What is kept of a book as plain values: its texts, and the rows of some subjects, the first parts of keys."""
    spoken = (
        row for key in sorted(book.values) if key.partition(".")[0] in subjects for row in book.values[key]
    )
    texts = sorted(book.texts.values(), key=lambda text: text.id)
    return {
        "texts": [
            {
                "id": text.id,
                "short": text.short,
                "place": text.place,
                "in_force": text.in_force,
                "ends": text.ends,
            }
            for text in texts
        ],
        "rows": [
            [row.key, _marked(row), row.unit, row.cite, row.place, row.since, row.until] for row in spoken
        ],
    }


def as_it_was(rows: Sequence[Sequence[Any]], on: date, place: str) -> Law:
    """The law of a day and place by rows that were kept, read from JSON."""
    shelf: dict[str, list[Value]] = {}
    for row in rows:
        shelf.setdefault(str(row[0]), []).append(_value(*row))
    return Law(on, place, most_local(shelf, on, from_local_to_national(place)), {})


def _marked(row: Value) -> object:
    """The plain value, by which what is no text, number or list can be told when it is read again."""
    if row.unseen:
        return {UNSEEN: True}
    return {"day": row.plain} if isinstance(row.value, date) else row.plain


def _value(key: str, said: Any, unit: str, cite: str, place: str, since: str, until: str | None) -> Value:
    content: Content = tuple(said) if isinstance(said, list) else said
    unseen = isinstance(said, dict) and UNSEEN in said
    if isinstance(said, dict):
        content = "" if unseen else date.fromisoformat(said["day"])
    return Value(
        key=key,
        value=content,
        unit=unit,
        text_id="",
        clause="",
        cite=cite,
        says="",
        place=place,
        since=date.fromisoformat(since),
        until=date.fromisoformat(until) if until else None,
        confidence=UNSEEN if unseen else "chosen",
        note="",
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A key whose row is another one in the later state of the data; None where there was, or is, none."""

    key: str
    before: Value | None
    after: Value | None

    def __str__(self) -> str:
        """``limits.TSI.a.hc_idle_ppm 80 → 70 10⁻⁶ 《…》 表1``"""
        row = self.after or self.before
        assert row is not None
        return " ".join(
            filter(None, [self.key, _said(self.before), "→", _said(self.after), row.unit, row.cite])
        )


def _said(row: Value | None) -> str:
    if row is None:
        return "–"
    if row.unseen:
        return UNSEEN
    return "+".join(row.value) if isinstance(row.value, tuple) else str(row.value)


def changes(before: Law, after: Law, subjects: Collection[str]) -> list[Change]:
    """The keys of some subjects whose value, unit, source or place differs, by name."""
    old, new = ({row.key: row for row in law.rows} for law in (before, after))
    keys = (key for key in sorted({*old, *new}) if key.partition(".")[0] in subjects)
    return [
        Change(key, old.get(key), new.get(key))
        for key in keys
        if _reads(old.get(key)) != _reads(new.get(key))
    ]


def _reads(row: Value | None) -> tuple[object, ...]:
    return () if row is None else (row.unseen, row.value, row.unit, row.cite, row.place)


def movers(found: Sequence[Change], after: Law, answer: Callable[[Law], T]) -> list[Change]:
    """The changes that move an answer: taken back alone, each gives another than ``after`` does. Those that move it
    only together are named together."""
    stands = answer(after)

    def search(group: Sequence[Change]) -> list[Change]:
        if not group or answer(_taken_back(group, after)) == stands:
            return []
        if len(group) == 1:
            return list(group)
        half = len(group) // 2
        return [*search(group[:half]), *search(group[half:])] or list(group)

    return search(found)


def _taken_back(group: Sequence[Change], after: Law) -> Law:
    old: Mapping[str, Value] = {each.key: each.before for each in group if each.before is not None}
    return after.with_values(old, without=[each.key for each in group if each.before is None])
