"""Reading JSON values leniently but never silently: every fault is noted with its path.

A fault in a required value makes the message malformed; in an optional one the value is left out and noted, unless it
was typed into a form: whoever typed it is there to correct it, so nothing is left out. Words for
yes, no and nothing are those of ``facts.answers``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TypeVar

import msgspec

from imloop.exchange.text_bytes import decode
from imloop.exchange.whole_message import tidied
from imloop.facts.answers import code_of, flag_of, is_nothing
from imloop.facts.days import day_in
from imloop.facts.identifiers import is_number, plain
from imloop.facts.padding import has_control, unpadded
from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text

E = TypeVar("E", bound=Enum)
_LONGEST_AS_WRITTEN = 256
"""Characters of an identifier with all its blanks and padding."""
_LONGEST_NAME = 80
_NAME = re.compile(r'"\s*:')
"""The end of a name, or what looks like it within a value."""
MOST_ENTRIES = 500
"""Entries of a list of words or objects."""
MOST_NOTES = 100
_AMOUNT = re.compile(r"-?\d{1,40}(\.\d{0,40})?", re.ASCII)
CENT = Decimal("0.01")
MOST_YUAN = Decimal(10**8)
"""What every column of money holds is less."""


def decimal_of(value: object) -> Decimal | None:
    """A number, or its digits as text; None for anything else: NaN, Infinity, ``9e1``, ``+9`` among it."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    text = unpadded(value) if isinstance(value, str) else f"{Decimal(str(value)):f}"
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


def parse_json(body: bytes | str, *, kept: bool = False) -> Mapping[str, object]:
    """The message as a mapping, or ``Malformed`` naming what is wrong with the bytes. ``kept``: it was taken once."""
    text = decode(body, kept=kept) if isinstance(body, bytes) else body
    try:
        message = msgspec.json.decode(text)
        if not kept and len(_NAME.findall(text)) != _names(message):
            json.loads(text, object_pairs_hook=each_once, parse_int=str, parse_float=str)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _not_json(Text(f"不是有效的 JSON：{error}", f"Not valid JSON: {error}")) from error
    if not isinstance(message, dict):
        raise _not_json(Text("报文应为 JSON 对象。", "The message must be a JSON object."))
    return message


def _names(message: object) -> int:
    """How many names there are in all objects, those in lists that begin with something else left out. A text that has
    more of them gives one twice, or has something like a name elsewhere: then every name is read by itself."""
    found, waiting = 0, [message]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            found += len(each)
            waiting += each.values()
        elif isinstance(each, list) and each and isinstance(each[0], (dict, list)):
            waiting += each
    return found


def each_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """An object of JSON whose names are each given once; ``Malformed`` for any other."""
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise given_twice(name)
        seen.add(name)
    return dict(pairs)


def given_twice(name: str) -> Malformed:
    """Which of the two is meant cannot be known."""
    name = name[:_LONGEST_NAME]
    words = Text(f"{name} 出现了两次。", f"{name} is given twice.")
    return Malformed("given-twice", words, problems=(Problem(f"$.{name}", "given-twice", words),))


def _not_json(words: Text) -> Malformed:
    return Malformed("malformed-json", words, problems=(Problem("$", "malformed-json", words),))


class Reader:
    """One JSON object at a path, read key by key; problems and notes are shared down the tree. ``kept``: the message
    was taken once, perhaps before its names and numbers had bounds; it is read whatever they are. ``typed``: it is a
    form of a person, to whom every fault goes back."""

    def __init__(
        self,
        data: Mapping[str, object],
        path: str = "$",
        problems: list[Problem] | None = None,
        notes: list[str] | None = None,
        *,
        kept: bool = False,
        typed: bool = False,
    ) -> None:
        self.path = path
        self.kept = kept
        self.typed = typed
        self.problems: list[Problem] = [] if problems is None else problems
        self.notes: list[str] = [] if notes is None else notes
        whole = problems is None and not kept
        self.data: Mapping[str, object] = tidied(data, self.problems) if whole else data

    def child(self, key: str, required: bool = False) -> Reader:
        """The object under ``key``; an empty one if it is absent."""
        value = self.data.get(key)
        if value is None:
            if required:
                self.fault(key, "missing", "缺少必填项", "required")
            value = {}
        elif not isinstance(value, dict):
            self._wrong(key, required, "应为对象", "must be an object")
            value = {}
        return self._below(value, f"{self.path}.{key}")

    def _below(self, data: Mapping[str, object], path: str) -> Reader:
        return Reader(data, path, self.problems, self.notes, kept=self.kept, typed=self.typed)

    def children(self, key: str) -> list[Reader]:
        """The objects of a list under ``key``."""
        found = []
        for index, value in enumerate(self.list(key)):
            if isinstance(value, dict):
                found.append(self._below(value, f"{self.path}.{key}[{index}]"))
            else:
                self._wrong(f"{key}[{index}]", False, "应为对象", "must be an object")
        return found

    def list(self, key: str) -> list[object]:
        value = self._given(key, False)
        if value is None:
            return []
        if not isinstance(value, list):
            self._wrong(key, False, "应为数组", "must be an array")
            return []
        if len(value) > MOST_ENTRIES:
            zh, en = f"超过 {MOST_ENTRIES} 项", f"more than {MOST_ENTRIES} entries"
            self._wrong(key, False, zh, en)
            return []
        return value

    def text(self, key: str, required: bool = False, longest: int = 120) -> str:
        value = self.data.get(key)
        if value is None or value == "":
            if required:
                self.fault(key, "missing", "缺少必填项", "required")
            return ""
        if not isinstance(value, str):
            self._wrong(key, required, "应为字符串", "must be a string")
            return ""
        if len(value) > longest:
            self._wrong(key, required, f"超过 {longest} 个字符", f"longer than {longest} characters")
            return ""
        if has_control(value):
            self._wrong(key, required, "含有控制字符", "contains a control character")
            return ""
        return value.strip()

    def identifier(self, key: str, longest: int, form: Callable[[str], str] = plain) -> str:
        """A plate, a VIN … in its normal form, whose length is what counts; empty for a placeholder."""
        value = self.data.get(key)
        if not isinstance(value, str):
            return self.text(key)
        found = form(value[:_LONGEST_AS_WRITTEN])
        if len(value) > _LONGEST_AS_WRITTEN or len(found) > longest:
            self._wrong(key, False, f"超过 {longest} 个字符", f"longer than {longest} characters")
            return ""
        return found

    def own_number(self, key: str, required: bool = True, longest: int = 64) -> str:
        """The sender's own number of a test, a repair, a line: it becomes part of addresses and names of files."""
        text = self.text(key, required, longest)
        given = self.data.get(key)
        if required and isinstance(given, str) and given and not given.strip():
            self.fault(key, "missing", "缺少必填项", "required")
        if text and not (self.kept or is_number(text)):
            self.fault(
                key,
                "wrong-value",
                "只能用字母、数字、汉字和 -_.:，且不能只有符号",
                "may hold letters, digits, Chinese characters and -_.: only, and not signs alone",
            )
        return text

    def texts(self, key: str, longest: int = 120) -> tuple[str, ...]:
        """The words of a list. Blanks and repetitions name nothing."""
        found: dict[str, None] = {}
        for index, value in enumerate(self.list(key)):
            if is_nothing(value):
                continue
            if not isinstance(value, str):
                self._wrong(f"{key}[{index}]", False, "应为字符串", "must be a string")
            elif len(value) > longest or has_control(value):
                zh = f"超过 {longest} 个字符，或者含有控制字符"
                en = f"longer than {longest} characters, or contains a control character"
                self._wrong(f"{key}[{index}]", False, zh, en)
            else:
                found[value.strip()] = None
        return tuple(found)

    def number(self, key: str, required: bool = False) -> float | None:
        value = self._given(key, required)
        if value is None:
            return None
        number = _finite(value)
        if number is None:
            self._wrong(key, required, "应为数值", "must be a number")
        return number

    def size(self, key: str) -> float | None:
        """A mass, a power, a distance: not negative."""
        number = self.number(key)
        if number is None or number >= 0:
            return number
        self._wrong(key, False, "不能为负数", "must not be negative")
        return None

    def whole(self, key: str) -> int | None:
        """A count: not negative, no fraction, below 2⁵³."""
        number = self.number(key)
        if number is not None and (number != int(number) or not 0 <= number < 2**53):
            self._wrong(key, False, "应为非负整数", "must be a whole number, not negative")
            return None
        return None if number is None else int(number)

    def _given(self, key: str, required: bool) -> object:
        """The value; None where there is none, which is a fault of a required one."""
        value = self.data.get(key)
        if not is_nothing(value):
            return value
        if required:
            self.fault(key, "missing", "缺少必填项", "required")
        return None

    def money(self, key: str) -> Decimal | None:
        """Yuan with at most two decimals, as a string (contract) or a number; rounded, too, less than ``MOST_YUAN``."""
        value = self._given(key, False)
        amount = decimal_of(value)
        if amount is not None and 0 <= amount < MOST_YUAN:
            rounded = amount.quantize(CENT) + 0  # -0.00 is 0.00
            if rounded < MOST_YUAN:
                return rounded
        if value is not None:
            self._wrong(key, False, '应为金额，如 "460.00"', 'must be an amount such as "460.00"')
        return None

    def flag(self, key: str) -> bool | None:
        """True or false, or one of the words that ``facts.answers`` declares for the field."""
        value = self.data.get(key)
        answer = flag_of(key, value)
        if answer is None and not is_nothing(value):
            self._wrong(key, False, "应为 true 或 false", "must be true or false")
        return answer

    def choice(self, key: str, kind: type[E], required: bool = False) -> E | None:
        value = self._given(key, required)
        found = code_of(kind, value)
        if found is None and value is not None:
            allowed = "、".join(str(member.value) for member in kind)
            self._wrong(
                key, required, f"应为 {allowed} 之一", f"must be one of {allowed.replace('、', ', ')}"
            )
        return found

    def moment(self, key: str, required: bool = True) -> datetime | None:
        """ISO 8601 with offset."""
        value = self._given(key, required)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not 2000 <= moment.year <= 2200:
            self._wrong(key, required, "应为带时区的 ISO 8601 时间", "must be an ISO 8601 time with offset")
            return None
        return moment

    def day(self, key: str) -> date | None:
        """A day as ``facts.days.day_in`` reads it; a moment is the day it falls on in China."""
        value = self._given(key, False)
        day = day_in(value) if isinstance(value, str) else None
        if day is None and value is not None:
            self._wrong(key, False, "应为日期，如 2026-03-05", "must be a date such as 2026-03-05")
        return day

    def unread(self, deciding: Collection[str]) -> tuple[str, ...]:
        """Of the paths in ``deciding`` (without ``$.``, a list without its index), those that hold what was noted as
        not understood."""
        noted = (note.partition(":")[0].partition("[")[0].removeprefix("$.") for note in self.notes)
        return tuple(dict.fromkeys(path for path in noted if path in deciding))

    def left_out(self) -> tuple[str, ...]:
        """The notes, as a record bears them: the first hundred, and how many more there are."""
        more = len(self.notes) - MOST_NOTES
        return (*self.notes[:MOST_NOTES], *([f"$: and {more} more"] if more > 0 else ()))

    def fault(self, key: str, code: str, zh: str, en: str) -> None:
        self.problems.append(Problem(f"{self.path}.{key}", code, Text(zh, en)))

    def leave_out(self, key: str, zh: str, en: str) -> None:
        """An optional value that cannot be read: noted; a fault where a person typed it."""
        self._wrong(key, False, zh, en)

    def _wrong(self, key: str, required: bool, zh: str, en: str) -> None:
        if required or self.typed:
            self.fault(key, "wrong-value", zh, en)
        else:
            self.notes.append(f"{self.path}.{key}: {en}")

    def finish(self) -> None:
        """Raise ``Malformed`` if a required value was faulty."""
        if self.problems:
            first = self.problems[0]
            raise Malformed(
                "malformed",
                Text(f"{first.path}：{first.text.zh}", f"{first.path}: {first.text.en}"),
                problems=self.problems,
            )


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None
