"""The book: every legal text that was loaded, queried for a day and a place."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache, partial
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from imloop.facts.places import is_place
from imloop.law.acts import ActLaw, refuse_outside_the_nation
from imloop.law.reading import Shelf, read_file
from imloop.law.values import UNSEEN, LawError, LawMissing, LawUnseen, LegalText, Threshold, Value
from imloop.law.watch import KEYS, Watch, watch_of
from imloop.law.words import refuse_unknown
from imloop.law.working_days import (
    NATION,
    WORKING,
    Calendar,
    Calendars,
    WorkingDays,
    count_natural_days,
    count_working_days,
    is_provisional,
    is_working_day,
)

T = TypeVar("T")

DATA = Path(__file__).parent / "data"
_FOREVER = date.max
_Dated = TypeVar("_Dated", Value, Threshold)


@lru_cache(maxsize=8)
def _load(roots: tuple[Path, ...], known_words: bool) -> Book:
    shelf = Shelf()
    for root in roots:
        files = sorted(root.rglob("*.yaml")) if root.is_dir() else [root]
        for file in files:
            name = str(file.relative_to(root)) if root.is_dir() else file.name
            read = read_file(file, name)
            shelf.texts += read.texts
            shelf.values += read.values
            shelf.thresholds += read.thresholds
            shelf.calendars += read.calendars
    if known_words:
        refuse_unknown(shelf.values, {text.id: text.file for text in shelf.texts})
    return Book(shelf)


def load(paths: Sequence[Path] | None = None, *, known_words: bool = True) -> Book:
    """The shipped texts, or those in the given files and folders. Raises ``LawError``. Cached. ``known_words``: refuse
    keys and values that ``words.yaml`` does not declare."""
    return _load(tuple(paths) if paths else (DATA,), known_words)


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
        refuse_outside_the_nation(self.values, {text.id: text.file for text in shelf.texts})
        self.thresholds: dict[str, list[Threshold]] = defaultdict(list)
        for threshold in shelf.thresholds:
            self.thresholds[threshold.key].append(threshold)
        for key, thresholds in self.thresholds.items():
            self._refuse_overlap(key, thresholds)
            self._refuse_other_unit(key, thresholds)
        self._refuse_holes()
        self.calendars: dict[tuple[str, int], Calendar] = {}
        for calendar in shelf.calendars:
            known = self.calendars.setdefault((calendar.place, calendar.year), calendar)
            if known is not calendar:
                where = f"{self.texts[known.text_id].file} and {self.texts[calendar.text_id].file}"
                raise LawError(where, f"the year {calendar.year} has two calendars in {calendar.place}")
        self.at = lru_cache(maxsize=4096)(self._at)

    def _refuse_overlap(self, key: str, values: list[_Dated]) -> None:
        values.sort(key=lambda value: (value.place, value.since))
        for earlier, later in pairwise(values):
            if earlier.place == later.place and (earlier.until or _FOREVER) > later.since:
                where = f"{self.texts[earlier.text_id].file} and {self.texts[later.text_id].file}"
                raise LawError(f"{where} {key}", f"both in force on {later.since} in {later.place}")

    def _refuse_other_unit(self, key: str, thresholds: list[Threshold]) -> None:
        first = thresholds[0]
        for other in thresholds:
            if other.unit != first.unit:
                where = f"{self.texts[first.text_id].file} and {self.texts[other.text_id].file}"
                raise LawError(f"{where} {key}", f"unit {other.unit} is not {first.unit}")

    def _refuse_holes(self) -> None:
        """Where the country's thresholds are loaded, every place has all of them on every day, ends in order."""
        known = [threshold for thresholds in self.thresholds.values() for threshold in thresholds]
        if not any(threshold.place == NATION for threshold in known):
            return
        for place in sorted({threshold.place for threshold in known}):
            places = from_local_to_national(place)
            heard = [threshold for threshold in known if threshold.place in places]
            for day in sorted({day for each in heard for day in (each.since, each.until) if day is not None}):
                _refuse_incomplete(most_local(self.thresholds, day, places), f"on {day} in {place}")

    def _at(self, on: date, place: str) -> Law:
        """What is in force on a day in a place; of several, the most local. Places are GB/T 2260 codes."""
        places = from_local_to_national(place)
        values = most_local(self.values, on, places)
        calendars: dict[int, list[Calendar]] = defaultdict(list)
        for (_, year), calendar in sorted(self.calendars.items(), key=lambda item: -int(item[0][0])):
            if calendar.place in places:
                calendars[year].append(calendar)
        return Law(
            on,
            place,
            values,
            dict(calendars),
            most_local(self.thresholds, on, places),
            partial(self.at, place=place),
        )

    def for_act(self, act_day: date, decision_day: date, place: str) -> ActLaw[Law]:
        """What may be imposed in a decision on an earlier act: the law of the act, or a milder later one. ``act_day``:
        of an act that goes on, its last day."""
        return ActLaw(self.at(act_day, place), self.at(decision_day, place))

    def stale(self, on: date, months: int = 12) -> list[LegalText]:
        """Texts that no human has confirmed for more than ``months`` months, oldest first."""
        limit = on.toordinal() - round(months * 30.44)
        old = [text for text in self.texts.values() if text.confirmed_on.toordinal() < limit]
        return sorted(old, key=lambda text: (text.confirmed_on, text.id))


def from_local_to_national(place: str) -> list[str]:
    """The codes of a place and of everything above it, the most local first."""
    if not is_place(place):
        raise LawError("place", f"{place!r} is not a six-digit division code")
    return list(dict.fromkeys([place, f"{place[:4]}00", f"{place[:2]}0000", "000000"]))


def most_local(shelf: Mapping[str, Sequence[_Dated]], on: date, places: Sequence[str]) -> dict[str, _Dated]:
    """By key what is in force on a day in the most local of the places."""
    found: dict[str, _Dated] = {}
    for key, values in shelf.items():
        candidates = [value for value in values if value.place in places and value.in_force(on)]
        if candidates:
            found[key] = min(candidates, key=lambda value: places.index(value.place))
    return found


def _refuse_incomplete(found: Mapping[str, Threshold], when: str) -> None:
    for key in KEYS:
        if key not in found:
            raise LawError(key, f"there is no threshold {when}")
        name, _, end = key.rpartition(".")
        if end == "high" and found[key].value <= found[f"{name}.low"].value:
            raise LawError(key, f"is not above its low end {when}")


def _hash_of(values: Iterable[Value]) -> str:
    lines = [
        f"{value.key}={UNSEEN if value.unseen else repr(value.value)} {value.unit} [{value.cite}] {value.place}"
        for value in sorted(values, key=lambda value: value.key)
    ]
    return _digest(lines)


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class Law:
    """The law of one day in one place. ``thresholds``: what recordings are doubted by there and then; they are no law
    and in none of its hashes."""

    def __init__(
        self,
        on: date,
        place: str,
        values: Mapping[str, Value],
        calendars: Calendars,
        thresholds: Mapping[str, Threshold] = MappingProxyType({}),
        on_day: Callable[[date], Law] | None = None,
    ) -> None:
        self.on = on
        self._on_day = on_day
        self.place = place
        self.thresholds = thresholds
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

    @cached_property
    def watch(self) -> Watch:
        """The thresholds by name, or ``LawMissing``."""
        return watch_of(self._threshold)

    def _threshold(self, key: str, kind: type) -> float:
        found = self.thresholds.get(key)
        if found is None:
            raise LawMissing(key, self.on, self.place)
        return found.value

    @cached_property
    def watch_hash(self) -> str:
        """SHA-256 over every threshold in force with its unit and source: two equal hashes doubt alike."""
        return _digest(
            f"{each.key}={each.value!r} {each.unit} [{each.source}] {each.place}"
            for each in sorted(self.thresholds.values(), key=lambda each: each.key)
        )

    def with_values(self, values: Mapping[str, Value], without: Collection[str] = ()) -> Law:
        """This law with some values replaced, and without some keys."""
        left = {key: value for key, value in self._values.items() if key not in without}
        return Law(self.on, self.place, {**left, **values}, self._calendars, self.thresholds, self._on_day)

    def for_act(self, act_day: date) -> ActLaw[Law]:
        """What may be imposed today for an earlier act here. Raises ``ValueError`` for one that is still to come."""
        then = self._on_day(act_day) if self._on_day and act_day != self.on else self
        return ActLaw(then, self)

    def get(self, key: str) -> Value | None:
        """The value; None where no text has one. ``LawUnseen`` where the text that would say was not seen: whether it
        has one is unknown, and None would be a guess."""
        found = self._values.get(key)
        if found is not None and found.unseen:
            raise LawUnseen(found, self.on, self.place)
        return found

    def value(self, key: str) -> Value:
        """The value, or ``LawMissing``."""
        found = self.get(key)
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
        """The citation behind a key, of an unseen text with its days; empty if no value is in force for it."""
        found = self._values.get(key)
        return found.cite if found else ""

    def under(self, prefix: str) -> dict[str, Value]:
        """Every value whose key starts with ``prefix`` and a dot; the empty prefix gives all. ``LawUnseen`` where one
        of them was not seen: the rest would look like the whole."""
        start = f"{prefix}." if prefix else ""
        keys = [key for key in self._values if key.startswith(start)]
        return {key: found for key in keys if (found := self.get(key)) is not None}

    @property
    def rows(self) -> tuple[Value, ...]:
        """Every row in force by key, unseen ones too: to be shown, not to be decided by."""
        return tuple(self._values[key] for key in sorted(self._values))

    def working_days(self, start: date, count: int) -> WorkingDays:
        return count_working_days(start, count, self._calendars)

    def term(self, key: str, start: date) -> WorkingDays:
        """The days that a value gives after ``start``: working days or natural ones, as its unit says."""
        count = self.integer(key)
        if self.value(key).unit == WORKING:
            return self.working_days(start, count)
        return count_natural_days(start, count)

    def is_working_day(self, day: date) -> bool:
        return is_working_day(day, self._calendars)

    def is_provisional(self, day: date) -> bool:
        return is_provisional(day, self._calendars)
