"""How the database would find what a statement asks for: every statement that ran is kept, and its plan is read."""

from __future__ import annotations

import ast
import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest
from django.db import connection

from imloop.store import statements
from support.repository import ROOT

SOURCE = ROOT / "src"
FETCHES = ("fetch_one", "fetch_all", "rows")
"""The doors of ``store/statements.py`` that take a written condition or statement."""
_WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|SELECT|WITH)\b", re.IGNORECASE)
_ALIAS = re.compile(r'(?:FROM|JOIN|UPDATE)\s+"?(store_\w+)"?(?:\s+(?:AS\s+)?"?(\w+)"?)?')
_SQLITE_STEP = re.compile(
    r"^(?P<verb>SCAN|SEARCH) (?P<table>\w+)(?: USING (?:COVERING )?INDEX (?P<index>\w+))?.*?(?:\((?P<terms>.*)\))?"
    r"(?: LEFT-JOIN)?$"
)
_COLUMN = re.compile(r"(\w+)[=<>]")
COMMON = {
    *("station_id", "party_id", "shop_id", "station_code", "receiver", "place", "line"),
    *("kind", "code", "result", "method", "refused", "topic"),
}
"""Columns of which one value is borne by a large part of a table, and the larger the older it is. That something is
still open (``closed_at`` IS NULL) is borne by few."""


class Site(NamedTuple):
    """Where the program asks: a file below src, and the line of the call."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Asked(NamedTuple):
    """``doing``: what was being done when it was asked; ``site``: the program's own line nearest to the database."""

    doing: str
    site: Site
    sql: str
    parameters: Sequence[object]


class Recorder:
    def __init__(self) -> None:
        self.doing = ""
        self.asked: dict[tuple[str, Site, str], Asked] = {}

    def keep(self, sql: str, parameters: object) -> None:
        given = tuple(parameters) if isinstance(parameters, (list, tuple)) else ()
        site = _site(sys._getframe(2))
        if _WRITES.match(sql) and site is not None:
            self.asked.setdefault((self.doing, site, sql), Asked(self.doing, site, sql, given))


@contextmanager
def recording(patch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """Keeps each statement of the block once, by the ORM or prepared, with what it was asked first."""
    found = Recorder()
    plain = statements.fetch_all

    def fetch_all(sql: str, parameters: Sequence[object]) -> list[Any]:
        found.keep(sql, parameters)
        return plain(sql, parameters)

    def wrapper(
        execute: Callable[..., Any], sql: str, parameters: object, many: bool, context: object
    ) -> Any:
        found.keep(sql, None if many else parameters)
        return execute(sql, parameters, many, context)

    for module in [each for name, each in sys.modules.items() if name.startswith("imloop.")]:
        if getattr(module, "fetch_all", None) is plain:
            patch.setattr(module, "fetch_all", fetch_all)
    with connection.execute_wrapper(wrapper):
        yield found


def _site(frame: FrameType | None) -> Site | None:
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(SOURCE / "imloop") and not path.is_relative_to(SOURCE / "imloop" / "store"):
            return Site(str(path.relative_to(SOURCE)), frame.f_lineno)
        frame = frame.f_back
    return None


class Call(NamedTuple):
    """A call of one of ``FETCHES`` in the source, and the statements that it can make; none: only running it tells."""

    site: Site
    last: int
    statements: tuple[str, ...]

    def holds(self, site: Site) -> bool:
        return site.file == self.site.file and self.site.line <= site.line <= self.last


def calls() -> list[Call]:
    """Every call in the program that fetches by a written statement."""
    found = []
    for file in sorted((SOURCE / "imloop" / "steps").rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if "imloop.store.statements import" not in text:
            continue
        name = ".".join(file.relative_to(SOURCE).with_suffix("").parts)
        module = importlib.import_module(name.removesuffix(".__init__"))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FETCHES:
                site = Site(str(file.relative_to(SOURCE)), node.lineno)
                found.append(Call(site, node.end_lineno or 0, _statements(node, module)))
    return found


def _statements(call: ast.Call, module: object) -> tuple[str, ...]:
    assert isinstance(call.func, ast.Name)
    names = vars(module)
    if call.func.id != "rows":
        return tuple(_values(call.args[0], names))
    model = _values(call.args[0], names, plain=False)
    return tuple(
        statements._shape(each).select(where) for each in model for where in _values(call.args[1], names)
    )


def _values(node: ast.expr, names: dict[str, Any], *, plain: bool = True) -> list[Any]:
    """What an expression of the module's own constants is; all of a table's values, where one is chosen from it."""
    if isinstance(node, ast.Subscript):
        tables = _values(node.value, names, plain=False)
        own = [
            [table[connection.vendor]] if connection.vendor in table else table.values() for table in tables
        ]
        return [value for chosen in own for value in chosen]
    try:
        value = eval(compile(ast.Expression(node), "", "eval"), names)
    except NameError:
        return []
    return [value] if isinstance(value, str) or not plain else []


def read_whole(sql: str, parameters: Sequence[object]) -> set[str]:
    """Tables of which the database would read every row, or those of an index that say no more than ``COMMON``.

    PostgreSQL is told to avoid the former wherever an index can be used, and to join row by row, as it would with many
    rows: these tables are nearly empty; between indexes it chooses by its own counts, which are none here."""
    if "store_" not in sql:  # a lock, a savepoint
        return set()
    if connection.vendor == "postgresql":
        return _read_whole_on_postgresql(sql, parameters)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters or (None,) * sql.count("%s"))
        lines = [row[3] for row in cursor.fetchall()]
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
        partial = {name for (name,) in cursor.fetchall()}
    names = {table: table for table, _ in _ALIAS.findall(sql)}
    names |= {alias: table for table, alias in _ALIAS.findall(sql) if alias}
    steps = [match for line in lines if (match := _SQLITE_STEP.match(line))]
    return {names[each["table"]] for each in steps if each["table"] in names and _is_whole(each, partial)}


def _read_whole_on_postgresql(sql: str, parameters: Sequence[object]) -> set[str]:
    with connection.cursor() as cursor:
        for way in ("seqscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        if parameters:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        else:  # planned for any values, as a statement that is prepared once
            count = sql.count("%s")
            numbered = (sql % tuple(f"${number + 1}" for number in range(count))) if count else sql
            cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            cursor.execute(f"PREPARE explained AS {numbered}", None)
            given = f"({', '.join(['NULL'] * count)})" if count else ""
            cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE explained{given}", None)
        ((plan,),) = cursor.fetchall()
        if not parameters:
            cursor.execute("DEALLOCATE explained")
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL")
        partial = {name for (name,) in cursor.fetchall()}
    return set(_whole_in(json.loads(plan) if isinstance(plan, str) else plan, partial))


def _whole_in(plan: Any, partial: set[str]) -> Iterator[str]:
    """Tables in a plan of PostgreSQL's of which every row is read, one by one or along an index."""
    if isinstance(plan, list):
        for each in plan:
            yield from _whole_in(each, partial)
    if not isinstance(plan, dict):
        return
    along = "Index Name" in plan and "Index Cond" not in plan and plan["Index Name"] not in partial
    if plan.get("Node Type") == "Seq Scan" or along:
        yield plan.get("Relation Name") or str(plan["Index Name"])
    for each in plan.values():
        yield from _whole_in(each, partial)


def _is_whole(step: re.Match[str], partial: set[str]) -> bool:
    """A step of SQLite's plan. An index over part of the rows is made for what waits, and that stays short."""
    if step["index"] in partial:
        return False
    return step["verb"] == "SCAN" or set(_COLUMN.findall(step["terms"] or "")) <= COMMON
