"""Fast SQL for the calls made thousands of times an hour: each statement is built once, and planned once on PostgreSQL.

Written out (``fetch_one``), or made from a model and its fields (``rows``, ``insert``, ``insert_all``, ``update``): the
same rows as through the model's manager, without building the query again each time. No signals, no defaults of the
database; run inside the step's transaction.

Buys: a row kept and read again costs 0.4 of the ORM's processor time on SQLite, 0.3 on PostgreSQL (benchmark HELPERS).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.expressions import Col

from imloop.store import connection_pool
from imloop.store.fits import fits, require_fits
from imloop.store.no_nul import json_without_nul, require_no_nul

Parameter = object
Row = tuple[Any, ...]
M = TypeVar("M", bound=models.Model)
_AT_ONCE = 50
"""Rows of one statement: far below the parameters that either database takes."""
_PLANS = 400
"""Kept by a connection to PostgreSQL: there are about a hundred statements, and an insertion has one for each number of
rows."""


def install() -> None:
    """For every connection that this process opens from now on."""
    connection_created.connect(_keep_plans, dispatch_uid="imloop-plans")


def _keep_plans(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Django tells psycopg to prepare nothing, not even where it is asked to. One plan for all values: which index
    finds a row does not depend on the row (``tests/store/test_plans.py``)."""
    raw: Any = connection.connection
    if connection.vendor == "postgresql":
        raw.prepare_threshold, raw.prepared_max = sys.maxsize, _PLANS
        with connection.cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_generic_plan")


def fetch_one(sql: str, parameters: Sequence[Parameter]) -> Row | None:
    """The first row, or None. ``sql``: one of a few fixed texts with ``%s`` for each parameter."""
    found = fetch_all(sql, parameters)
    return found[0] if found else None


def fetch_all(sql: str, parameters: Sequence[Parameter]) -> list[Row]:
    """Every row of a statement that gives rows."""
    database = connection_pool.database()
    database.ensure_connection()
    with database.wrap_database_errors:
        if database.vendor == "sqlite":
            given = [_TEXT[type(each)](each) if type(each) in _TEXT else each for each in parameters]
            require_no_nul(given)
            found: list[Row] = database.connection.execute(_marked(sql), given).fetchall()
            return found
        import psycopg

        # Django's own cursor writes parameters into the text, so the server would parse and plan it every time.
        with psycopg.Cursor(database.connection) as cursor:
            cursor.execute(sql, parameters, prepare=True)
            answer = (
                cursor.pgresult
            )  # only the number of columns is needed: ``description`` would describe every column
            return cursor.fetchall() if answer is not None and answer.nfields else []


def rows(model: type[M], where: str, parameters: Sequence[Parameter]) -> list[M]:
    """The rows that a condition finds. ``where``: one of a few fixed texts, from after WHERE to the end."""
    shape = _shape(model)
    return [shape.row(found) for found in fetch_all(shape.select(where), parameters)]


def insert(row: models.Model) -> None:
    """Insert a new row; its key is set."""
    insert_all([row])


def insert_all(new: Sequence[models.Model]) -> None:
    """Insert new rows of one model, with few statements; keys that the database gives are set."""
    if not new:
        return
    shape = _shape(type(new[0]))
    given = _inserted(shape, [shape.values(row) for row in new])
    for row, key in zip(new, given, strict=bool(given)):
        (row.pk,) = key
    for row in new:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def insert_values(
    model: type[models.Model], names: Sequence[str], new: Sequence[Sequence[object]]
) -> list[Any]:
    """Insert new rows of a model, each given as the values of all its fields ``names``; returns the keys that the
    database gives. Half the price of rows that nobody needs afterwards."""
    shape = _shape(model)
    places = [(shape.into[name], names.index(name)) for name in shape.new]
    return [key for (key,) in _inserted(shape, [[into(row[place]) for into, place in places] for row in new])]


def _inserted(shape: _Shape, new: Sequence[Sequence[object]]) -> list[Row]:
    keys: list[Row] = []
    for start in range(0, len(new), _AT_ONCE):
        part = new[start : start + _AT_ONCE]
        keys += fetch_all(shape.insertion(len(part)), [value for row in part for value in row])
    return keys


def update(row: models.Model, *names: str) -> None:
    """Write the fields ``names`` of an existing row."""
    shape = _shape(type(row))
    fetch_all(shape.change(names), [*shape.values(row, names), row.pk])


class _Shape:
    """A model's columns, and how a value of each is converted for the database and back."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.fields: dict[str, models.Field[Any, Any]] = {f.name: f for f in model._meta.concrete_fields}
        self.names = [field.attname for field in self.fields.values()]
        self.table = model._meta.db_table
        self.own_key = isinstance(model._meta.pk, models.AutoField)
        self.new = [name for name, field in self.fields.items() if not (self.own_key and field.primary_key)]
        self.into = {name: _into(field) for name, field in self.fields.items()}
        self.out = [(i, each) for i, field in enumerate(self.fields.values()) for each in _out(field)]
        self.select = lru_cache(maxsize=64)(self._select)
        self.insertion = lru_cache(maxsize=64)(self._insertion)
        self.change = lru_cache(maxsize=64)(self._change)

    def row(self, found: Row) -> Any:
        values = list(found)
        for index, convert in self.out:
            values[index] = convert(values[index])
        return self.model.from_db(DEFAULT_DB_ALIAS, self.names, values)

    def values(self, row: models.Model, names: Sequence[str] | None = None) -> list[object]:
        fields, into = self.fields, self.into
        return [into[name](getattr(row, fields[name].attname)) for name in names or self.new]

    def _columns(self, names: Sequence[str]) -> list[str]:
        return [connection.ops.quote_name(str(self.fields[name].column)) for name in names]

    def _select(self, where: str) -> str:
        return f"SELECT {', '.join(self._columns(list(self.fields)))} FROM {self.table} WHERE {where}"

    def _insertion(self, count: int) -> str:
        marks = f"({', '.join(['%s'] * len(self.new))})"
        given = " RETURNING id" if self.own_key else ""
        return (
            f"INSERT INTO {self.table} ({', '.join(self._columns(self.new))})"
            f" VALUES {', '.join([marks] * count)}{given}"
        )

    def _change(self, names: tuple[str, ...]) -> str:
        pairs = ", ".join(f"{column} = %s" for column in self._columns(names))
        return f"UPDATE {self.table} SET {pairs} WHERE id = %s"


@lru_cache(maxsize=64)
def _shape(model: type[models.Model]) -> _Shape:
    return _Shape(model)


_PLAIN = (
    *(models.BinaryField, models.DateField, models.DateTimeField, models.BooleanField, models.FloatField),
    *(models.IntegerField, models.ForeignKey),
)
"""Fields whose values need no conversion for the driver."""


def _into(field: models.Field[Any, Any]) -> Callable[[Any], object]:
    """The conversion of a field's value for the driver."""
    if isinstance(field, models.JSONField):
        return lambda value: None if value is None else json_without_nul(msgspec.json.encode(value).decode())
    if isinstance(field, (models.CharField, models.TextField)):
        return _checked(field, lambda value: value if type(value) is str or value is None else str(value))
    if isinstance(field, _PLAIN):
        return _checked(field, lambda value: value)
    return _checked(field, lambda value: field.get_db_prep_save(value, connection))


def _checked(field: models.Field[Any, Any], into: Callable[[Any], object]) -> Callable[[Any], object]:
    """The same for a value that fits the column; ``DataError`` for another."""
    check = fits(field)
    if check is None:
        return into

    def convert(value: Any) -> object:
        if not check(value):
            require_fits(field, value)
        return into(value)

    return convert


def _out(field: models.Field[Any, Any]) -> list[Callable[[Any], object]]:
    """The conversions of a value that the driver returns, in order."""
    if isinstance(field, models.JSONField):
        return [lambda value: None if value is None else msgspec.json.decode(value)]
    column = field.get_col(field.model._meta.db_table)
    converters = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
    return [_converting(one, column) for one in converters]


def _converting(one: Callable[..., object], column: Col) -> Callable[[object], object]:
    return lambda value: one(value, column, connection)


def aware(moment: datetime | str) -> datetime:
    """A moment as a statement gives it: SQLite answers text in UTC."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


_TEXT: dict[type, Callable[[Any], str]] = {
    datetime: lambda moment: str(moment.astimezone(UTC).replace(tzinfo=None)),
    date: date.isoformat,
}
"""As the framework keeps moments and days in SQLite."""


@lru_cache(maxsize=512)
def _marked(sql: str) -> str:
    """SQLite's own parameter marks."""
    return sql.replace("%s", "?")
