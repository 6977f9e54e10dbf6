"""Apply a dialect's map to a parsed message: their fields become ours.

What cannot be converted is passed on as it is: our own decoder then refuses or notes it, with its path, in one
place for every dialect. Only a table that does not fit its map is refused here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from imloop.exchange.dialects.containers import Tree
from imloop.exchange.dialects.maps import OURS, Dialect, Field, Rows
from imloop.exchange.dialects.ours import Kind
from imloop.exchange.reading import given_twice
from imloop.exchange.tables.delimited import has_lost_digits
from imloop.facts.answers import flag_of, is_nothing
from imloop.facts.days import CHINA, day_in
from imloop.facts.digits import are_digits
from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text

_LONGEST_NUMBER = 40


def convert(dialect: Dialect, tree: Tree, *, kept: bool = False) -> dict[str, Any]:
    """The message under our names. Raises ``Malformed`` for a field that they give more than once, and for one whose
    digits a spreadsheet has lost, unless it was taken once (``kept``)."""
    if dialect.name == OURS:
        return dict(tree)
    message: dict[str, Any] = {"schema": f"imloop.{dialect.message}/1"}
    if dialect.keep_ours:
        message |= {key: value for key, value in tree.items() if key not in dialect.drop}
    if not kept:
        _require_plain(dialect, tree)
    for field in dialect.fields:
        if dialect.keep_ours and get(message, field.ours) is not None:
            continue
        value = _value(dialect, field, tree, message)
        if value is not None:
            put(message, field.ours, value)
    for rows in dialect.lists:
        if members := [_members(dialect, rows, row) for row in listed(get(tree, rows.theirs))]:
            put(message, rows.ours, members)
    if dialect.columns is not None:
        put(message, dialect.columns.ours, _columns(dialect, dialect.columns, tree, message))
        message.setdefault("vehicle", {})
    return message


def _require_plain(dialect: Dialect, tree: Tree) -> None:
    """Every field once, and with the digits it had."""
    rows = [(each.fields, row) for each in dialect.lists for row in listed(get(tree, each.theirs))]
    for fields, where in [(dialect.fields, tree), *rows]:
        for field in fields:
            for path in field.theirs:
                _require_value(field, path, where)


def _require_value(field: Field, path: str, tree: Tree) -> None:
    value = get(tree, path)
    if field.kind not in _LISTS and (isinstance(value, list) or _is_split(tree, path)):
        raise given_twice(path)
    if field.kind is Kind.TEXT and isinstance(value, str) and has_lost_digits(value.strip()):
        text = Text(
            f"{path}：{value} 是表格软件缩写的数，原来的数字已丢失。",
            f"{path}: {value} is a number as a spreadsheet shortens it, its digits are lost.",
        )
        raise Malformed("digits-lost", text, problems=(Problem(f"$.{field.ours}", "digits-lost", text),))


def _is_split(tree: Tree, path: str) -> bool:
    """Whether something on the way to the value is there more than once."""
    steps = path.split(".")
    ways = (".".join(steps[:end]) for end in range(1, len(steps)) if not are_digits(steps[end]))
    return any(isinstance(get(tree, way), list) for way in ways)


_LISTS = (Kind.WORDS, Kind.ASIS)


def _members(dialect: Dialect, rows: Rows, row: Mapping[str, Any]) -> dict[str, Any]:
    found = {field.ours: _value(dialect, field, row, {}) for field in rows.fields}
    return {name: value for name, value in found.items() if value is not None}


def _value(dialect: Dialect, field: Field, tree: Tree, message: Mapping[str, Any]) -> Any:
    value = theirs_of(field, tree)
    if value is None:
        return field.default or None
    return from_theirs(field, dialect.separator)(value, message)


def theirs_of(field: Field, tree: Tree) -> Any:
    """Their value of a field; None where they say nothing."""
    for path in field.theirs:
        value = get(tree, path)
        if value is not None and value != "":
            return value
    return None


def from_theirs(field: Field, separator: str) -> Callable[[Any, Mapping[str, Any]], Any]:
    """How a value of this field is read, given what of the message is known already."""

    def read(value: Any, message: Mapping[str, Any]) -> Any:
        codes = codes_of(field, message)
        if codes is not None:
            return codes.get(str(value).strip(), value)
        return _BY_KIND[field.kind](value, field, separator)

    return read


def codes_of(field: Field, message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if field.codes is None or not field.by:
        return field.codes
    table: Mapping[str, Any] = field.codes.get(str(get(message, field.by)), {})
    return table


def _number(value: Any, field: Field, _: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return value
    text = str(value).strip()
    if is_nothing(text) or text.lower() == "nan":  # a missing sample
        return None
    try:
        number = Decimal(text) if len(text) <= _LONGEST_NUMBER else Decimal("nan")
        if not number.is_finite():
            return value
        number *= field.scale
        return int(number) if number == number.to_integral_value() and abs(number) < 2**53 else float(number)
    except (InvalidOperation, OverflowError):
        return value


def _flag(value: Any, field: Field, _: str) -> Any:
    answer = flag_of(field.ours.rpartition(".")[2], value)
    return value if answer is None else answer


def _moment(value: Any, field: Field, _: str) -> Any:
    """``20260305``, ``20260305090000``, ``2026-03-05 09:00:00``, ``2026/3/5 9:00`` or ISO;
    China's where no offset is."""
    if not isinstance(value, str):
        return value
    text = value.strip().replace("/", "-").replace(" ", "T")
    if are_digits(text) and len(text) == 14:
        text = f"{text[:8]}T{text[8:]}"
    day, _, time = text.partition("T")
    parts = day.split("-")
    if len(parts) == 3 and all(map(are_digits, parts)):
        day = f"{parts[0]}-{parts[1]:0>2}-{parts[2]:0>2}"
    if time[1:2] == ":":
        time = f"0{time}"
    try:
        moment = datetime.fromisoformat(f"{day}T{time or field.time}")
    except ValueError:
        return value
    return (moment if moment.tzinfo else moment.replace(tzinfo=CHINA)).isoformat()


def _day(value: Any, _: Field, __: str) -> Any:
    day = day_in(value) if isinstance(value, str) else None
    return value if day is None else day.isoformat()


def _words(value: Any, _: Field, separator: str) -> Any:
    if isinstance(value, str):
        return [word for part in value.split(separator) if (word := part.strip())]
    return value


def _text(value: Any, _: Field, __: str) -> Any:
    return value.strip() if isinstance(value, str) else value


_BY_KIND: dict[Kind, Callable[[Any, Field, str], Any]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.MOMENT: _moment,
    Kind.DAY: _day,
    Kind.WORDS: _words,
    Kind.ASIS: _text,
}


def _columns(dialect: Dialect, rows: Rows, tree: Tree, message: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The table as columns: rows of cells, or one list per name (``CO=0.1,0.2,…``)."""
    given = get(tree, rows.theirs)
    out: dict[str, list[Any]] = {}
    for field in rows.fields:
        cells = _cells(given, field.theirs, dialect.separator)
        if cells is not None:
            read = from_theirs(field, dialect.separator)
            out[field.ours] = [read(cell, message) for cell in cells]
            _known_codes(field, out[field.ours], rows.theirs, message)
    return out


def _known_codes(field: Field, cells: list[Any], table: str, message: Mapping[str, Any]) -> None:
    """A phase that the map does not know is refused, never guessed: it would be left out of the sampling silently."""
    words = set((codes_of(field, message) or {}).values())
    for number, cell in enumerate(cells):
        if words and cell not in ("", None) and not (isinstance(cell, str) and cell in words):
            path = f"$.trace.columns.{field.ours}[{number}]"
            text = Text(
                f"{table}.{field.theirs[0]} 的代码 {cell} 不在对照表中",
                f"{table}.{field.theirs[0]}: unknown code {cell}",
            )
            raise Malformed("malformed", text, problems=(Problem(path, "unknown-code", text),))


def _cells(given: Any, names: tuple[str, ...], separator: str) -> list[Any] | None:
    """One column's cells; None: they have no such column."""
    if isinstance(given, Mapping):
        found = next((given[name] for name in names if name in given), None)
        if isinstance(found, str):
            return found.split(separator)
        if found is None or isinstance(found, list):
            return found
    table = listed(given)
    name = next((name for name in names if any(name in row for row in table)), None)
    return None if name is None else [row.get(name) for row in table]


def listed(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list; one alone, as XML has it, is a list of one."""
    if isinstance(value, Mapping):
        return [value]
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def get(tree: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path; a number is an index in a list."""
    node: Any = tree
    for step in path.split("."):
        if isinstance(node, Mapping):
            node = node.get(step)
        elif isinstance(node, list) and are_digits(step) and int(step) < len(node):
            node = node[int(step)]
        else:
            return None
    return node


def put(message: dict[str, Any], path: str, value: Any) -> None:
    """Set a value at a dotted path, making mappings and lists on the way; an existing value is not replaced."""
    last = path.rpartition(".")[2]
    node: Any = message
    for step, after in pairwise(path.split(".")):
        fresh: Any = [] if are_digits(after) else {}
        if isinstance(node, list):
            while len(node) <= int(step):
                node.append({})
            node = node[int(step)]
        elif isinstance(node, dict):
            node = node.setdefault(step, fresh)
    if isinstance(node, dict):
        node[last] = value


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a tree with its dotted path; the rows of a list share one path, ending in ``[]``."""
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            yield from leaves(value, f"{path}.{name}" if path else str(name))
    elif isinstance(tree, list) and any(isinstance(each, Mapping) for each in tree):
        seen: dict[str, Any] = {}
        for row in tree:
            for name, value in leaves(row, f"{path}[]"):
                seen.setdefault(name, value)
        yield from seen.items()
    else:
        yield path, tree
