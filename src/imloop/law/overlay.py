"""What-if: assumed dated values on top of the law, for judging real tests again (E7).

A file of assumptions has the form of a small legal text::

    title: 7 月起执行限值 b
    values:
      limit_set.ASM: {value: b, from: 2026-07-01, place: "450200"}
      limits.TSI.a.hc_idle_ppm:
        - {value: 70, from: 2026-01-01, until: 2026-07-01}
        - {value: 60, from: 2026-07-01}

Only keys that the book knows, with a value that the key may have. ``from`` defaults to the beginning of time,
``place`` to the whole country; in its place and days an assumption wins over every text, the most local assumption over
the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import pairwise

import yaml

from imloop.facts.places import is_place
from imloop.law.book import Book, Law, from_local_to_national
from imloop.law.reading import Loader, content
from imloop.law.values import LawError, Value
from imloop.law.watch import KEYS
from imloop.law.words import WORDS

_FIELDS = frozenset({"value", "from", "until", "place"})
_ALWAYS, _FOREVER = date(1900, 1, 1), date.max
CITE = "假设 · what-if"


class Assumed:
    """The book with assumptions on top; asked like a book."""

    def __init__(self, book: Book, title: str, values: Mapping[str, list[Value]]) -> None:
        self.book, self.title, self.values = book, title, values
        # One object per day and place: what is derived from a law is kept by the object.
        self._at = lru_cache(maxsize=4096)(self._assume)

    def at(self, on: date, place: str) -> Law:
        """The assumed law of a day in a place; the book's own law, the very same object, where nothing is assumed."""
        return self._at(on, place)

    def _assume(self, on: date, place: str) -> Law:
        base = self.book.at(on, place)
        places = from_local_to_national(place)
        found: dict[str, Value] = {}
        for key, values in self.values.items():
            known = [value for value in values if value.place in places and value.in_force(on)]
            if known:
                found[key] = min(known, key=lambda value: places.index(value.place))
        return base.with_values(found) if found else base


def overlay(book: Book, text: str) -> Assumed:
    """The book under the assumptions of a YAML text; ``LawError`` names what is wrong and where."""
    try:
        data = yaml.load(text, Loader=Loader)
    except yaml.YAMLError as error:
        raise LawError("what-if", " ".join(str(error).split())) from error
    if not isinstance(data, dict) or not isinstance(data.get("values"), dict) or not data["values"]:
        raise LawError("what-if", "must have values: with at least one key")
    unknown = set(data) - {"title", "values"}
    if unknown:
        raise LawError("what-if", f"unknown section {sorted(map(str, unknown))[0]}")
    found: dict[str, list[Value]] = defaultdict(list)
    for key, entry in data["values"].items():
        for row in entry if isinstance(entry, list) else [entry]:
            found[str(key)].append(_value(book, str(key), row))
        _refuse_overlap(str(key), found[str(key)])
    return Assumed(book, str(data.get("title", "")), dict(found))


def _value(book: Book, key: str, row: object) -> Value:
    where = f"what-if {key}"
    known = [each for each in book.values.get(key, ()) if not each.unseen]
    if key in KEYS:
        raise LawError(where, "is a threshold of doubts, which change no result: there is nothing to compare")
    if not known:
        raise LawError(where, f"no text has this key{_similar(book, key)}")
    if not isinstance(row, dict) or "value" not in row or set(row) - _FIELDS:
        raise LawError(where, "must be {value, from, until, place}")
    value = content(row, where)
    if key in WORDS and (fault := WORDS[key].fault_in(value)):
        raise LawError(where, fault)
    place = row.get("place", "000000")
    if not (isinstance(place, str) and is_place(place)):
        raise LawError(where, 'place must be a six-digit code in quotes, such as "450200"')
    since, until = _day(row, "from", where) or _ALWAYS, _day(row, "until", where)
    if until is not None and until <= since:
        raise LawError(where, f"until {until} is not after from {since}")
    says = "假设值，只用于推演"
    unit = known[0].unit
    return Value(key, value, unit, "what-if", "", CITE, says, place, since, until, "chosen", "")


def _day(row: Mapping[str, object], name: str, where: str) -> date | None:
    day = row.get(name)
    if day is None or isinstance(day, date):
        return day
    raise LawError(where, f"{name} must be a date such as 2026-07-01")


def _similar(book: Book, key: str) -> str:
    """Keys that end or begin alike, to show a typing mistake."""
    near = list(_near(book, key))
    return f"; near it: {', '.join(near)}" if near else ""


def _near(book: Book, key: str) -> Iterator[str]:
    last, first = key.rsplit(".", 1)[-1], key.split(".", 1)[0]
    alike = [name for name in book.values if name.endswith(last)] or [
        name for name in book.values if name.startswith(f"{first}.")
    ]
    yield from sorted(alike)[:4]


def _refuse_overlap(key: str, values: list[Value]) -> None:
    values.sort(key=lambda value: (value.place, value.since))
    for earlier, later in pairwise(values):
        if earlier.place == later.place and (earlier.until or _FOREVER) > later.since:
            raise LawError(f"what-if {key}", f"two values on {later.since} in {later.place}")
