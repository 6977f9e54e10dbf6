"""Write one of our messages in a dialect, using its map in reverse. For examples and tests; never sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from imloop.exchange.dialects.containers import pack
from imloop.exchange.dialects.engine import codes_of, get, put
from imloop.exchange.dialects.maps import OURS, Dialect, Field
from imloop.exchange.dialects.ours import Kind
from imloop.facts.days import CHINA


def write(dialect: Dialect, message: Mapping[str, Any], container: str = "") -> str:
    """What the dialect can carry of the message. ``container``: one of the dialect's, the first if not said."""
    if dialect.name == OURS:
        return msgspec.json.encode(message).decode()
    container = container or dialect.containers[0]
    textual = container != "json"
    tree: dict[str, Any] = {}
    for field in dialect.fields:
        value = _theirs(dialect, field, get(message, field.ours), message)
        if value is not None:
            put(tree, field.theirs[0], _written(value) if textual else value)
    for rows in dialect.lists:
        put(
            tree,
            rows.theirs,
            [_row(dialect, rows.fields, row, {}, textual) for row in get(message, rows.ours) or []],
        )
    if dialect.columns is not None:
        put(tree, dialect.columns.theirs, _table(dialect, message, textual))
    return pack(container, tree, dialect.root)


def _row(
    dialect: Dialect,
    fields: tuple[Field, ...],
    row: Mapping[str, Any],
    message: Mapping[str, Any],
    textual: bool,
) -> dict[str, Any]:
    cells = {field.theirs[0]: _theirs(dialect, field, row.get(field.ours), message) for field in fields}
    return {
        name: _written(value) if textual else value
        for name, value in cells.items()
        if textual or value is not None
    }


def _table(dialect: Dialect, message: Mapping[str, Any], textual: bool) -> list[dict[str, Any]]:
    assert dialect.columns is not None
    columns = get(message, dialect.columns.ours) or {}
    carried = tuple(field for field in dialect.columns.fields if field.ours in columns)
    length = max((len(columns[field.ours]) for field in carried), default=0)
    return [
        _row(dialect, carried, {f.ours: columns[f.ours][number] for f in carried}, message, textual)
        for number in range(length)
    ]


def _theirs(dialect: Dialect, field: Field, value: Any, message: Mapping[str, Any]) -> Any:
    if value is None:
        return None
    codes = codes_of(field, message)
    if codes is not None:
        return next((code for code, word in codes.items() if word == value), value)
    if field.kind is Kind.NUMBER and field.scale != 1:
        scaled = Decimal(str(value)) / field.scale
        return int(scaled) if scaled == scaled.to_integral_value() else float(scaled)
    if field.kind is Kind.MOMENT:
        return datetime.fromisoformat(value).astimezone(CHINA).strftime(dialect.time_format)
    if field.kind is Kind.WORDS:
        return dialect.separator.join(value)
    if field.kind is Kind.FLAG:
        return "1" if value else "0"
    return value


def _written(value: Any) -> str:
    return "" if value is None else str(value)
