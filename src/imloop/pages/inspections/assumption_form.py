"""What is assumed otherwise, as rows of a form: a value of the law, chosen by its meaning; the new value; from when.

The rows become the text that ``imloop replay --what-if`` takes from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import yaml
from django.http import QueryDict

from imloop.facts.days import day_in
from imloop.facts.digits import amount
from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text

ROWS = 5
_DOT = " · "
_YES_NO = {"是": True, "否": False, "yes": True, "no": False, "true": True, "false": False}
Values = Mapping[str, Mapping[str, object]]
"""Key → the law's row of it (``show_rows``)."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """``wanted``: the law's value as it was chosen or typed; ``now``: what it is today, empty while none is chosen."""

    number: int
    wanted: str = ""
    value: str = ""
    since: str = ""
    now: str = ""


def offered(values: Values) -> list[tuple[str, str]]:
    """Every value of the law as it can be chosen, and what it is now."""
    return [(_named(row), _said(row["value"], row)) for row in values.values()]


def filled(values: Values, given: Mapping[str, object]) -> list[Assumption]:
    """The rows with a question that comes up often: key → new value."""
    rows = [
        Assumption(number, _named(values[key]), _plain(new), "", _said(values[key]["value"], values[key]))
        for number, (key, new) in enumerate(given.items(), 1)
    ]
    return rows + [Assumption(number) for number in range(len(rows) + 1, ROWS + 1)]


def sent(values: Values, form: QueryDict) -> list[Assumption]:
    """The rows as they were sent."""
    out = []
    for number in range(1, ROWS + 1):
        wanted = form.get(f"wanted-{number}", "").strip()
        row = values.get(_key(wanted))
        now = _said(row["value"], row) if row else ""
        value, since = (form.get(f"{name}-{number}", "").strip() for name in ("value", "since"))
        out.append(Assumption(number, wanted, value, since, now))
    return out


def assumed(values: Values, rows: list[Assumption], place: str) -> str:
    """The text of the assumptions; ``Malformed`` names every field that is wrong."""
    problems: list[Problem] = []
    found: dict[str, dict[str, object]] = {}
    said = []
    for each in rows:
        if not (each.wanted or each.value or each.since):
            continue
        key = _key(each.wanted)
        row = values.get(key)
        if row is None or key in found:
            words = _UNKNOWN if row is None else _TWICE
            problems.append(Problem(f"$.wanted-{each.number}", "wrong-value", words))
            continue
        value = _like(row["value"], each.value)
        if value is None:
            problems.append(
                Problem(f"$.value-{each.number}", "wrong-value", _WANTED[type(row["value"]).__name__])
            )
        found[key] = {"value": value, "place": place}
        if each.since and (day := day_in(each.since)):
            found[key]["from"] = day
        elif each.since:
            problems.append(Problem(f"$.since-{each.number}", "wrong-value", _DAY))
        said.append(f"{row['says']}：{_plain(row['value'])} → {each.value}")
    if not found and not problems:
        problems.append(Problem("$.wanted-1", "missing", _UNKNOWN))
    if problems:
        raise Malformed("wrong-value", problems[0].text, problems=problems)
    return yaml.safe_dump({"title": "；".join(said), "values": found}, allow_unicode=True, sort_keys=False)


def _named(row: Mapping[str, object]) -> str:
    return f"{row['says']}{_DOT}{row['key']}"


def _key(wanted: str) -> str:
    return wanted.rpartition(_DOT)[2].strip()


def _said(value: object, row: Mapping[str, object]) -> str:
    return f"{_plain(value)} {row['unit'] or ''}".strip()


def _plain(value: object) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value)) or "无"
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def _like(known: object, text: str) -> object:
    """What was typed, as a value of the same kind; None for what is none."""
    if isinstance(known, list):
        parts = [part.strip() for part in text.replace(",", "、").split("、") if part.strip()]
        if parts and all(isinstance(each, (int, float)) for each in known) and known:
            numbers = [_number(part) for part in parts]
            return None if None in numbers else numbers
        return [] if parts == ["无"] else parts or None
    if isinstance(known, bool):
        return _YES_NO.get(text.lower())
    return _number(text) if isinstance(known, (int, float)) else text or None


def _number(text: str) -> int | float | None:
    number = amount(text)
    return int(number) if number is not None and number.is_integer() else number


_UNKNOWN = Text("请从列表中选择一项规定", "choose a value of the law from the list")
_TWICE = Text("同一项规定只填一次", "each value once")
_DAY = Text("请填日期，如 2026-03-05", "give a day such as 2026-03-05")
_NUMBER = Text("请填数字", "give a number")
_WANTED = {
    "int": _NUMBER,
    "float": _NUMBER,
    "bool": Text("请填“是”或“否”", "say yes or no"),
    "list": Text("请逐项填写，用顿号分开；没有的填“无”", "list the entries with commas; 无 for none"),
    "str": Text("请填写", "fill this in"),
}
