"""The words of the law: which keys its data may have, and what each of them may say. Declared in ``words.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import product
from math import isfinite
from pathlib import Path
from types import MappingProxyType

import yaml

from imloop.law.values import Content, LawError, Value

FILE = Path(__file__).with_name("words.yaml")
_PLACE = re.compile(r"\{(\w+)\}")
_NUMBERS = frozenset({"whole", "number", "share", "signed"})
_LISTS = frozenset({"words", "texts", "papers"})
KINDS = frozenset({"flag", "clause", "day", "text", "word"}) | _NUMBERS | _LISTS


@dataclass(frozen=True, slots=True)
class Word:
    """One key, or ``pattern`` of keys, as declared. ``words``: what a value may say; ``like``: the form of each text;
    ``units``: empty where there is none; ``by``: the file that decides by it, empty where nobody does."""

    pattern: str
    kind: str
    units: tuple[str, ...]
    words: tuple[str, ...]
    like: str
    by: str

    def fault_of(self, value: Value) -> str:
        """What is wrong with a value of this key; empty if nothing. What was not seen says nothing."""
        if value.unseen:
            return ""
        if value.unit not in (self.units or ("",)):
            return f"unit {value.unit or 'none'} is not {' or '.join(self.units) or 'none'}"
        return self.fault_in(value.value)

    def fault_in(self, content: Content) -> str:
        """The same of what a value says."""
        if self.kind in _NUMBERS:
            return self._no_number(content)
        if self.kind in _LISTS:
            return self._no_list(content)
        if self.kind == "clause":
            return "" if content is True else f"{content!r} is not true; it only carries a citation"
        kind, name = {"flag": (bool, "true or false"), "day": (date, "a date")}.get(
            self.kind, (str, "a text")
        )
        if not isinstance(content, kind):
            return f"{content!r} is not {name}"
        return self._odd(content) if isinstance(content, str) else ""

    def _no_number(self, content: Content) -> str:
        if isinstance(content, bool) or not isinstance(content, int | float) or not isfinite(content):
            return f"{content!r} is not a number"
        if self.kind == "whole" and not isinstance(content, int):
            return f"{content!r} is not a whole number"
        if (content < 0 and self.kind != "signed") or (self.kind == "share" and content > 1):
            return f"{content!r} is not {'from 0 to 1' if self.kind == 'share' else '0 or more'}"
        return ""

    def _no_list(self, content: Content) -> str:
        if not isinstance(content, tuple):
            return f"{content!r} is not a list of texts"
        parts = [part for text in content for part in (text.split("+") if self.kind == "papers" else [text])]
        return next((fault for part in parts if (fault := self._odd(part))), "")

    def _odd(self, text: str) -> str:
        if self.words and text not in self.words:
            return f"{text!r} is not one of {', '.join(each or repr(each) for each in self.words)}"
        if self.like and not re.fullmatch(self.like, text):
            return f"{text!r} is not of the form {self.like}"
        return ""


def read_words(file: Path = FILE) -> Mapping[str, Word]:
    """Every key by its full name. Raises ``LawError`` where the declaration itself is wrong."""
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    lists: Mapping[str, list[str]] = data["lists"]
    found: dict[str, Word] = {}
    for pattern, row in data["keys"].items():
        where = f"{file.name} {pattern}"
        word = _word(pattern, row, lists, where)
        for key in _keys_of(pattern, lists, where):
            if key in found:
                raise LawError(where, f"{key} is also {found[key].pattern}")
            found[key] = word
    return MappingProxyType(found)


def _word(pattern: str, row: Mapping[str, object], lists: Mapping[str, list[str]], where: str) -> Word:
    odd = set(row) - {"kind", "unit", "words", "like", "by"}
    if odd or row.get("kind") not in KINDS:
        raise LawError(
            where, f"{min(odd)} is unknown" if odd else f"kind is one of {', '.join(sorted(KINDS))}"
        )
    words, unit = row.get("words", []), row.get("unit", [])
    if isinstance(words, str):
        words = lists.get(words)
    if not isinstance(words, list):
        raise LawError(where, f"no list {row['words']}")
    return Word(
        pattern=pattern,
        kind=str(row["kind"]),
        units=tuple(unit) if isinstance(unit, list) else (str(unit),),
        words=tuple(words),
        like=str(row.get("like", "")),
        by=str(row.get("by", "")),
    )


def _keys_of(pattern: str, lists: Mapping[str, list[str]], where: str) -> Iterator[str]:
    names = _PLACE.findall(pattern)
    if missing := set(names) - lists.keys():
        raise LawError(where, f"no list {min(missing)}")
    for choice in product(*(lists[name] for name in names)):
        key = pattern
        for name, text in zip(names, choice, strict=True):
            key = key.replace(f"{{{name}}}", text, 1)
        yield key


WORDS = read_words()
"""Every key that the law's data may have."""


def refuse_unknown(values: Iterable[Value], files: Mapping[str, str]) -> None:
    """Raises ``LawError`` for a key that nothing declares, or a value that its key may not have. ``files``: text id →
    file."""
    for value in values:
        where = f"{files[value.text_id]} {value.key}"
        word = WORDS.get(value.key)
        if word is None:
            near = get_close_matches(value.key, WORDS, n=4)
            raise LawError(where, f"no such key{'; near it: ' + ', '.join(near) if near else ''}")
        if fault := word.fault_of(value):
            raise LawError(where, fault)


def decided_by(key: str) -> str:
    """The file that decides by a key; empty where nobody does."""
    return WORDS[key].by if key in WORDS else ""
