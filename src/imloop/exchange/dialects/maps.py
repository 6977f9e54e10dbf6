"""Map files (``maps/*.yaml``) → ``Dialect``. Whatever is doubtful in a map refuses to load and says where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from imloop.exchange.dialects.ours import REQUIRED, Kind, is_column, kind_of
from imloop.facts.refusal import Malformed, Unknown
from imloop.facts.text import Text
from imloop.law.reading import Loader

FOLDER = Path(__file__).parent / "maps"
OURS = "imloop"
CONTAINERS = ("json", "xml", "ini", "csv")
_KEYS = frozenset(
    [
        "dialect",
        "title",
        "cite",
        "standing",
        "message",
        "containers",
        "root",
        "recognise",
        "codes",
        "fields",
        "columns",
        "lists",
        "keep_ours",
        "drop",
        "separator",
        "time_format",
    ]
)
_STANDING = ("standard", "recorded", "reading")


class MessageKind(StrEnum):
    """What a message is about; the value is the platform's word for it."""

    TEST = "test"
    REPAIR = "repair"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Field:
    """One of our fields and where it is found in their message: the first path that has a value counts.

    ``codes``: their code → our word; ``by``: our field whose value chooses the table. ``scale``: ours = theirs × scale.
    ``time``: time of day of a date that has none. ``default``: our value when they say nothing.
    """

    ours: str
    theirs: tuple[str, ...]
    kind: Kind
    required: bool = False
    codes: Mapping[str, Any] | None = None
    by: str = ""
    scale: Decimal = Decimal(1)
    time: str = "00:00:00"
    default: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of theirs that is a list of ours, or (``trace``) columns of it."""

    ours: str
    theirs: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """``standing``: names of the ``standard``, as ``recorded`` on lines, or our own ``reading`` where no text was at
    hand. ``recognise``: every one of these paths must be there. ``keep_ours``: keys of ours among theirs are kept."""

    name: str
    title: Text
    cite: str
    standing: str
    message: str
    containers: tuple[str, ...]
    recognise: tuple[tuple[str, ...], ...] = ()
    fields: tuple[Field, ...] = ()
    columns: Rows | None = None
    lists: tuple[Rows, ...] = ()
    keep_ours: bool = False
    drop: frozenset[str] = frozenset()
    root: str = ""
    separator: str = ","
    time_format: str = "%Y-%m-%d %H:%M:%S"
    required: frozenset[str] = field(default_factory=frozenset)


class MapError(ValueError):
    """A map file is wrong; the message names file and entry."""


@lru_cache(maxsize=1)
def every() -> Mapping[str, Dialect]:
    """All dialects by name, ours first."""
    found = [read_map(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return {each.name: each for each in sorted(found, key=lambda each: (each.name != OURS, each.name))}


def named(name: str) -> Dialect:
    """Raises ``Unknown``."""
    found = every().get(name)
    if found is None:
        known = "、".join(every())
        raise Unknown(
            "unknown-dialect",
            Text(f"没有方言 {name}，现有 {known}。", f"There is no dialect {name}; there are {known}."),
        )
    return found


def read_map(path: Path) -> Dialect:
    """One map file. Raises ``MapError``."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)
        return _dialect(data)
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise MapError(f"{path.name}: {error}") from error


def _dialect(data: Mapping[str, Any]) -> Dialect:
    if unknown := data.keys() - _KEYS:
        raise MapError(f"unknown keys {sorted(unknown)}")
    message, codes = str(data["message"]), data.get("codes", {})
    containers = tuple(data["containers"])
    if data["standing"] not in _STANDING or not set(containers) <= set(CONTAINERS):
        raise MapError("unknown standing or container")
    columns = data.get("columns")
    return Dialect(
        name=data["dialect"],
        title=Text(data["title"]["zh"], data["title"]["en"]),
        cite=data["cite"],
        standing=data["standing"],
        message=message,
        containers=containers,
        recognise=tuple(
            (each,) if isinstance(each, str) else tuple(each) for each in data.get("recognise", ())
        ),
        fields=tuple(_fields(message, "", data.get("fields", {}), codes)),
        columns=None
        if columns is None
        else Rows("trace.columns", columns["from"], tuple(_columns(columns["names"], codes))),
        lists=tuple(
            Rows(ours, rows["from"], tuple(_fields(message, f"{ours}.0.", rows["fields"], codes)))
            for ours, rows in data.get("lists", {}).items()
        ),
        keep_ours=bool(data.get("keep_ours")),
        drop=frozenset(data.get("drop", ())),
        root=data.get("root", ""),
        separator=data.get("separator", ","),
        time_format=data.get("time_format", "%Y-%m-%d %H:%M:%S"),
        required=REQUIRED.get(message, frozenset()),
    )


def _fields(
    message: str, prefix: str, entries: Mapping[str, Any], codes: Mapping[str, Any]
) -> Iterator[Field]:
    for ours, entry in entries.items():
        kind = kind_of(message, prefix + ours)
        if kind is None:
            raise MapError(f"{prefix}{ours} is not a field of ours")
        yield _field(ours, entry, kind, codes, ours in REQUIRED.get(message, ()) and not prefix)


def _columns(entries: Mapping[str, Any], codes: Mapping[str, Any]) -> Iterator[Field]:
    for ours, entry in entries.items():
        if not is_column(ours):
            raise MapError(f"{ours} is not a column of ours")
        yield _field(ours, entry, Kind.TEXT if ours == "phase" else Kind.NUMBER, codes, False)


def _field(ours: str, entry: Any, kind: Kind, codes: Mapping[str, Any], required: bool) -> Field:
    given = entry if isinstance(entry, dict) else {"from": entry}
    if unknown := given.keys() - {"from", "codes", "by", "scale", "time", "default"}:
        raise MapError(f"{ours}: unknown {sorted(unknown)}")
    theirs, table = given["from"], given.get("codes")
    return Field(
        ours=ours,
        theirs=(theirs,) if isinstance(theirs, str) else tuple(theirs),
        kind=kind,
        required=required,
        codes=None if table is None else _table(codes[table], "by" in given),
        by=given.get("by", ""),
        scale=Decimal(str(given.get("scale", 1))),
        time=given.get("time", "00:00:00"),
        default=given.get("default", ""),
    )


def _table(table: Mapping[Any, Any], nested: bool) -> Mapping[str, Any]:
    if nested:
        return {str(key): _table(inner, False) for key, inner in table.items()}
    return {str(code): word for code, word in table.items()}


def not_in_dialect(dialect: Dialect) -> Malformed:
    return Malformed(
        "wrong-dialect",
        Text(f"报文不是方言 {dialect.name}。", f"The message is not in the dialect {dialect.name}."),
    )
