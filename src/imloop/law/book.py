"""The book: every legal text that was loaded, queried for a day and a place."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from imloop.law.reading import Shelf, read_file
from imloop.law.values import LawError, LawMissing, LegalText, Value
from imloop.law.working_days import Calendar, WorkingDays, count_working_days, is_working_day

T = TypeVar("T")

DATA = Path(__file__).parent / "data"
_FOREVER = date.max


@lru_cache(maxsize=8)
def _load(roots: tuple[Path, ...]) -> Book:
    shelf = Shelf()
    for root in roots:
        files = sorted(root.rglob("*.yaml")) if root.is_dir() else [root]
        for file in files:
            name = str(file.relative_to(root)) if root.is_dir() else file.name
            read = read_file(file, name)
            shelf.texts += read.texts
            shelf.values += read.values
            shelf.calendars += read.calendars
    return Book(shelf)


def load(paths: Sequence[Path] | None = None) -> Book:
    """The shipped texts, or those in the given files and folders. Raises ``LawError``. Cached."""
    return _load(tuple(paths) if paths else (DATA,))


class Book:
    def __init__(self, shelf: Shelf) -> None:
        self.texts: dict[str, LegalText] = {}
        for text in shelf.texts:
            if text.id in self.texts:
                raise LawError(text.file, f"text id {text.id} is already used by {self.texts[text.id].file}")
            self.texts[text.id] = text
        self.values: dict[str, list[Value]] = defaultdict(list)
        for value in shelf.values:
            self.values[value.key].append(value)
        for key, values in self.values.items():
            self._refuse_overlap(key, values)
        self.calendars: dict[int, Calendar] = {}
        for calendar in shelf.calendars:
            if calendar.year in self.calendars:
                raise LawError(
                    self.texts[calendar.text_id].file, f"the year {calendar.year} has two calendars"
                )
            self.calendars[calendar.year] = calendar
        self.at = lru_cache(maxsize=4096)(self._at)

    def _refuse_overlap(self, key: str, values: list[Value]) -> None:
        values.sort(key=lambda value: (value.place, value.since))
        for earlier, later in pairwise(values):
            if earlier.place == later.place and (earlier.until or _FOREVER) > later.since:
                where = f"{self.texts[earlier.text_id].file} and {self.texts[later.text_id].file}"
                raise LawError(f"{where} {key}", f"both in force on {later.since} in {later.place}")

    def _at(self, on: date, place: str) -> Law:
        """What is in force on a day in a place; of several, the most local. Places are GB/T 2260 codes."""
        places = from_local_to_national(place)
        found: dict[str, Value] = {}
        for key, values in self.values.items():
            candidates = [value for value in values if value.place in places and value.in_force(on)]
            if candidates:
                found[key] = min(candidates, key=lambda value: places.index(value.place))
        return Law(on, place, found, self.calendars)

    def stale(self, on: date, months: int = 12) -> list[LegalText]:
        """Texts that no human has confirmed for more than ``months`` months, oldest first."""
        limit = on.toordinal() - round(months * 30.44)
        old = [text for text in self.texts.values() if text.confirmed_on.toordinal() < limit]
        return sorted(old, key=lambda text: (text.confirmed_on, text.id))


def from_local_to_national(place: str) -> list[str]:
    """The codes of a place and of everything above it, the most local first."""
    if len(place) != 6 or not place.isdigit():
        raise LawError("place", f"{place!r} is not a six-digit division code")
    return list(dict.fromkeys([place, f"{place[:4]}00", f"{place[:2]}0000", "000000"]))


def _hash_of(values: Iterable[Value]) -> str:
    lines = [
        f"{value.key}={value.value!r} {value.unit} [{value.cite}] {value.place}"
        for value in sorted(values, key=lambda value: value.key)
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class Law:
    """The law of one day in one place."""

    def __init__(
        self, on: date, place: str, values: Mapping[str, Value], calendars: Mapping[int, Calendar]
    ) -> None:
        self.on = on
        self.place = place
        self._values = values
        self._calendars = calendars
        self._hashes: dict[frozenset[str], str] = {}

    @cached_property
    def hash(self) -> str:
        """SHA-256 over every value in force, its source and citation: two equal hashes are the same law."""
        return _hash_of(self._values.values())

    def hash_of(self, subjects: frozenset[str]) -> str:
        """The same over the values of some subjects, the first parts of their keys: it does not change when the law of
        other things does."""
        if subjects not in self._hashes:
            spoken = (value for key, value in self._values.items() if key.partition(".")[0] in subjects)
            self._hashes[subjects] = _hash_of(spoken)
        return self._hashes[subjects]

    def with_values(self, values: Mapping[str, Value]) -> Law:
        """This law with some values replaced."""
        return Law(self.on, self.place, {**self._values, **values}, self._calendars)

    def get(self, key: str) -> Value | None:
        return self._values.get(key)

    def value(self, key: str) -> Value:
        """The value, or ``LawMissing``."""
        found = self._values.get(key)
        if found is None:
            raise LawMissing(key, self.on, self.place)
        return found

    def _typed(self, key: str, kinds: type[T] | tuple[type[T], ...], name: str) -> T:
        content = self.value(key).value
        if not isinstance(content, kinds) or (isinstance(content, bool) and kinds is not bool):
            raise LawError(key, f"is {content!r}, not {name}")
        return content

    def number(self, key: str) -> float:
        return float(self._typed(key, (int, float), "a number"))

    def integer(self, key: str) -> int:
        return self._typed(key, int, "a whole number")

    def flag(self, key: str) -> bool:
        return self._typed(key, bool, "true or false")

    def word(self, key: str) -> str:
        return self._typed(key, str, "a text")

    def words(self, key: str) -> tuple[str, ...]:
        return self._typed(key, tuple, "a list")

    def day(self, key: str) -> date:
        return self._typed(key, date, "a date")

    def cite(self, key: str) -> str:
        """The citation behind a key; empty if no value is in force for it."""
        found = self._values.get(key)
        return found.cite if found else ""

    def under(self, prefix: str) -> dict[str, Value]:
        """Every value whose key starts with ``prefix`` and a dot; the empty prefix gives all."""
        start = f"{prefix}." if prefix else ""
        return {key: value for key, value in self._values.items() if key.startswith(start)}

    def working_days(self, start: date, count: int) -> WorkingDays:
        return count_working_days(start, count, self._calendars)

    def is_working_day(self, day: date) -> bool:
        return is_working_day(day, self._calendars)

    def is_provisional(self, day: date) -> bool:
        return day.year not in self._calendars
