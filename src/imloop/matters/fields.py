"""The fields of a step. Answers come as text and are read into values; every fault is named by its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from imloop.facts.days import read_day
from imloop.facts.digits import whole
from imloop.facts.refusal import Malformed, Problem, Refusal
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters.names import GROUNDS, Kind

Value = str | int | date


class Shape(StrEnum):
    WORDS = "words"
    DAY = "day"
    CHOICE = "choice"
    COUNT = "count"


LONGEST = 1000
"""Characters of one answer."""


@dataclass(frozen=True, slots=True)
class Field:
    """``choices``: code and label; ``from_law``: they are the grounds that the law names for the kind of matter."""

    name: str
    label: Text
    shape: Shape = Shape.WORDS
    required: bool = True
    choices: tuple[tuple[str, Text], ...] = ()
    from_law: bool = False


YES_NO = (("yes", Text("符合", "met")), ("no", Text("不符合", "not met")))


def choices_of(field: Field, kind: Kind, subject: str, law: Law) -> tuple[tuple[str, Text], ...]:
    """The allowed codes of a choice. ``subject``: ``istation`` or ``mstation``, whose grounds the law lists."""
    if not field.from_law:
        return field.choices
    found = law.get(f"{subject}.{kind.replace('-', '_')}.grounds")
    codes = found.value if found is not None and isinstance(found.value, tuple) else ("other",)
    return tuple((code, GROUNDS.get(code, Text(code, code))) for code in codes)


def read_fields(
    fields: tuple[Field, ...], given: Mapping[str, object], kind: Kind, subject: str, law: Law
) -> dict[str, Value]:
    """The answers as values: text, whole numbers, days. Raises ``Malformed`` with one problem per fault."""
    values: dict[str, Value] = {}
    problems = [
        Problem(f"$.{name}", "unknown-field", Text(f"没有 {name} 这一项。", f"There is no field {name}."))
        for name in given
        if name not in {field.name for field in fields}
    ]
    for field in fields:
        text = str(given.get(field.name) or "").strip()
        try:
            value = _read(field, text, choices_of(field, kind, subject, law))
        except Refusal as refusal:
            problems.append(Problem(f"$.{field.name}", refusal.code, refusal.text))
        else:
            if value is not None:
                values[field.name] = value
    if problems:
        raise Malformed("malformed", problems[0].text, problems=problems)
    return values


def _read(field: Field, text: str, choices: tuple[tuple[str, Text], ...]) -> Value | None:
    label = field.label
    if not text:
        if field.required:
            raise Malformed("missing", Text(f"请填写“{label.zh}”。", f"“{label.en}” is required."))
        return None
    if "\x00" in text:
        raise Malformed(
            "wrong-value", Text(f"“{label.zh}”含有空字符。", f"“{label.en}” holds a NUL character.")
        )
    if len(text) > LONGEST:
        raise Malformed(
            "too-long",
            Text(f"“{label.zh}”超过 {LONGEST} 字。", f"“{label.en}” is longer than {LONGEST} characters."),
        )
    if field.shape is Shape.DAY:
        return read_day(text)
    if field.shape is Shape.COUNT:
        count = whole(text)
        if count is None:
            raise Malformed(
                "wrong-value", Text(f"“{label.zh}”应为整数。", f"“{label.en}” must be a whole number.")
            )
        return count
    codes = [code for code, _ in choices]
    if field.shape is Shape.CHOICE and text not in codes:
        raise Malformed(
            "wrong-value",
            Text(
                f"“{label.zh}”可选 {'、'.join(codes)}。",
                f"“{label.en}” must be one of {', '.join(codes)}.",
            ),
        )
    return text
