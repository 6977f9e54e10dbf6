"""What a vendor is told of one file: per field what was read, what is missing, what the map ignores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from imloop.exchange.dialects.engine import codes_of, get, leaves, listed
from imloop.exchange.dialects.maps import OURS, Dialect, Field
from imloop.exchange.dialects.ours import REQUIRED, is_column, kind_of
from imloop.exchange.dialects.recognise import Reading


@dataclass(frozen=True, slots=True)
class Line:
    """One field: ``state`` is ``read``, ``missing`` or ``ignored``; ``value`` as we understood it."""

    state: str
    theirs: str
    ours: str = ""
    value: str = ""
    required: bool = False

    def to_json(self) -> dict[str, object]:
        return {
            "state": self.state,
            "theirs": self.theirs,
            "ours": self.ours,
            "value": self.value,
            "required": self.required,
        }


def lines(reading: Reading) -> list[Line]:
    """Read fields in the order of the map, then missing ones (required first), then ignored ones."""
    found = list(_of_ours(reading) if reading.dialect.name == OURS else _of_map(reading))
    order = {"read": 0, "missing": 1, "ignored": 2}
    return sorted(found, key=lambda line: (order[line.state], not line.required))


def _of_map(reading: Reading) -> Iterator[Line]:
    dialect, used = reading.dialect, set()
    for field in dialect.fields:
        path = next((path for path in field.theirs if get(reading.tree, path) not in (None, "")), None)
        used |= set(field.theirs)
        value = get(reading.message, field.ours)
        if path is not None:
            yield Line("read", path, field.ours, _short(value), field.required)
        elif value is None or field.default:
            yield Line(
                "missing", field.theirs[0], field.ours, field.default, field.required and not field.default
            )
    for rows in (*dialect.lists, *filter(None, (dialect.columns,))):
        given = get(reading.tree, rows.theirs)
        names = set(given) if isinstance(given, dict) else {name for row in listed(given) for name in row}
        for field in rows.fields:
            path = next((name for name in field.theirs if name in names), None)
            used |= {f"{rows.theirs}[].{name}" for name in field.theirs}
            used |= {f"{rows.theirs}.{name}" for name in field.theirs}
            if path is not None:
                count = len(listed(given)) if not isinstance(given, dict) else 1
                yield Line("read", f"{rows.theirs}.{path}", f"{rows.ours}.{field.ours}", f"× {count}")
    for path, value in leaves(reading.tree):
        if path not in used and not _kept(dialect, path) and value not in ("", None, []):
            yield Line("ignored", path, "", _short(value))


def _kept(dialect: Dialect, path: str) -> bool:
    """A key of our own among theirs."""
    return dialect.keep_ours and kind_of(dialect.message, path.replace("[]", ".0")) is not None


def _of_ours(reading: Reading) -> Iterator[Line]:
    required = REQUIRED.get(reading.kind, frozenset())
    seen = set()
    for path, value in leaves(reading.tree):
        seen.add(path)
        if reading.kind == "check" or _is_ours(reading.kind, path):
            yield Line("read", path, path, _short(value), path in required)
        elif path != "schema":
            yield Line("ignored", path, "", _short(value))
    for path in sorted(required - seen):
        yield Line("missing", path, path, "", True)


def _is_ours(kind: str, path: str) -> bool:
    name = path.replace("[]", ".0")
    head, _, column = name.rpartition(".")
    if head in ("trace.columns", "second.trace.columns"):
        return is_column(column)
    name = name.removeprefix("second.") if name.startswith("second.") else name
    return kind_of(kind, name) is not None


def map_rows(dialect: Dialect) -> Iterator[tuple[str, str, str, str]]:
    """The map as a table: their field, ours, how it is read, whether it must be there (``✔``)."""
    for field in dialect.fields:
        yield (
            " | ".join(field.theirs),
            field.ours,
            _how(field),
            "✔" if field.required and not field.default else "",
        )
    for rows in (*dialect.lists, *filter(None, (dialect.columns,))):
        for field in rows.fields:
            yield f"{rows.theirs}[].{' | '.join(field.theirs)}", f"{rows.ours}.{field.ours}", _how(field), ""


def _how(field: Field) -> str:
    words = [str(field.kind)]
    if field.scale != 1:
        words.append(f"× {field.scale}")
    if field.default:
        words.append(f"= {field.default}")
    if field.time != "00:00:00":
        words.append(f"T{field.time}")
    tables = (field.codes or {}).items() if field.by else [("", codes_of(field, {}) or {})]
    for name, table in tables:
        pairs = " ".join(f"{code}→{word}" for code, word in table.items())
        if pairs:
            words.append(f"{name}: {pairs}" if name else pairs)
    return "; ".join(words)


def _short(value: Any) -> str:
    text = f"[{len(value)}]" if isinstance(value, list) and len(value) > 6 else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
