"""The fields of a step. Answers come as text and are read into values; every fault is named by its field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from imloop.facts.days import read_day
from imloop.facts.digits import whole
from imloop.facts.padding import has_control
from imloop.facts.refusal import Malformed, Problem, Refusal
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters.labels import GROUNDS
from imloop.matters.matter import Matter, Value
from imloop.matters.names import Kind

Choices = tuple[tuple[str, Text], ...]
"""Code and label of each."""


class Shape(StrEnum):
    WORDS = "words"
    DAY = "day"
    CHOICE = "choice"
    COUNT = "count"
    MONEY = "money"
    """Yuan, with at most two digits after the point."""


class Source(StrEnum):
    """Where the choices of a field come from, if not from the table."""

    LAW = "law"
    """The grounds that the law names for the kind of matter."""
    CLOCKS = "clocks"
    PAUSED = "paused"
    REQUIREMENTS = "requirements"
    """What is still to be put right."""
    PEOPLE = "people"
    """Accounts of the department that acts."""
    OFFICES = "offices"
    """Other departments of the place."""


LONGEST = 1000
"""Characters of one answer."""
_MONEY = re.compile(r"\d{1,11}(\.\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Field:
    """``choices``: of a choice whose codes stand in the table; ``source``: of one whose codes depend on the matter."""

    name: str
    label: Text
    shape: Shape = Shape.WORDS
    required: bool = True
    choices: Choices = ()
    source: Source | None = None


YES_NO = (("yes", Text("符合", "met")), ("no", Text("不符合", "not met")))


@dataclass(frozen=True, slots=True)
class Offered:
    """What choices are drawn from: the matter and its law, and whom the acting department can name. ``clocks``: name →
    label of those that rows start; ``matter`` None: it is being opened."""

    kind: Kind
    subject: str
    law: Law
    clocks: Mapping[str, Text]
    matter: Matter | None = None
    people: Choices = ()
    offices: Choices = ()


def choices_of(field: Field, offered: Offered) -> Choices:
    """The allowed codes of a choice."""
    match field.source:
        case None:
            return field.choices
        case Source.LAW:
            return _grounds(offered)
        case Source.PEOPLE:
            return offered.people
        case Source.OFFICES:
            return offered.offices
        case Source.REQUIREMENTS:
            open_ones = [each for each in _matter(offered).requirements if each.met_on is None]
            return tuple((str(each.number), Text(each.words, each.words)) for each in open_ones)
        case Source.CLOCKS | Source.PAUSED:
            return _clocks(offered, paused=field.source is Source.PAUSED)


def _matter(offered: Offered) -> Matter:
    assert offered.matter is not None, "only a matter that is open has clocks and requirements"
    return offered.matter


def _clocks(offered: Offered, *, paused: bool) -> Choices:
    """Clocks that run, or those that are paused, each by its name and last day."""
    found = []
    for clock in _matter(offered).clocks:
        if clock.ended_on is None and (clock.paused_on is not None) is paused:
            label = offered.clocks.get(clock.name, _STATE_CLOCK)
            day = clock.due_on
            found.append((clock.name, Text(f"{label.zh}（到 {day}）", f"{label.en} (until {day})")))
    return tuple(found)


_STATE_CLOCK = Text("本环节期限", "time for the next step")


def _grounds(offered: Offered) -> Choices:
    """``subject``: ``istation`` or ``mstation``, whose grounds the law lists."""
    found = offered.law.get(f"{offered.subject}.{offered.kind.replace('-', '_')}.grounds")
    codes = found.value if found is not None and isinstance(found.value, tuple) else ("other",)
    return tuple((code, GROUNDS.get(code, Text(code, code))) for code in codes)


def read_fields(fields: tuple[Field, ...], given: Mapping[str, object], offered: Offered) -> dict[str, Value]:
    """The answers as values: text, whole numbers, days. Raises ``Malformed`` with one problem per fault."""
    values: dict[str, Value] = {}
    problems = [
        Problem(f"$.{name}", "unknown-field", Text(f"没有 {name} 这一项。", f"There is no field {name}."))
        for name in given
        if name not in {field.name for field in fields}
    ]
    for field in fields:
        answer = given.get(field.name)
        text = "" if answer is None else str(answer).strip()
        try:
            value = _read(field, text, choices_of(field, offered))
        except Refusal as refusal:
            problems.append(Problem(f"$.{field.name}", refusal.code, refusal.text))
        else:
            if value is not None:
                values[field.name] = value
    if problems:
        raise Malformed("malformed", problems[0].text, problems=problems)
    return values


def _read(field: Field, text: str, choices: Choices) -> Value | None:
    label = field.label
    if not text:
        if field.required:
            raise Malformed("missing", Text(f"请填写“{label.zh}”。", f"“{label.en}” is required."))
        return None
    if has_control(text):
        raise Malformed(
            "wrong-value", Text(f"“{label.zh}”含有控制字符。", f"“{label.en}” holds a control character.")
        )
    if len(text) > LONGEST:
        raise Malformed(
            "too-long",
            Text(f"“{label.zh}”超过 {LONGEST} 字。", f"“{label.en}” is longer than {LONGEST} characters."),
        )
    return _READERS[field.shape](text, label, choices)


def _words(text: str, label: Text, choices: Choices) -> Value:
    return text


def _day(text: str, label: Text, choices: Choices) -> Value:
    return read_day(text)


def _count(text: str, label: Text, choices: Choices) -> Value:
    count = whole(text)
    if count is None:
        raise Malformed(
            "wrong-value", Text(f"“{label.zh}”应为整数。", f"“{label.en}” must be a whole number.")
        )
    return count


def _money(text: str, label: Text, choices: Choices) -> Value:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").removesuffix("元").strip()
    if not _MONEY.fullmatch(plain):
        raise Malformed(
            "wrong-value",
            Text(
                f"“{label.zh}”应为金额（元，最多两位小数）。",
                f"“{label.en}” must be an amount in yuan, with at most two digits after the point.",
            ),
        )
    return plain


def _choice(text: str, label: Text, choices: Choices) -> Value:
    codes = [code for code, _ in choices]
    if text not in codes:
        raise Malformed(
            "wrong-value",
            Text(
                f"“{label.zh}”可选 {'、'.join(codes)}。",
                f"“{label.en}” must be one of {', '.join(codes)}.",
            ),
        )
    return text


_READERS: dict[Shape, Callable[[str, Text, Choices], Value]] = {
    Shape.WORDS: _words,
    Shape.DAY: _day,
    Shape.COUNT: _count,
    Shape.MONEY: _money,
    Shape.CHOICE: _choice,
}
