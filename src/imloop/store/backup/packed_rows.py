"""A table's rows as the archive keeps them. A value that cannot be read is left empty and named; the rest is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connections, models

from imloop.store.backup.archive import pack
from imloop.store.sound_rows import BadRow, Tell, in_words, key_blocks, raise_if_away

_SHOWN = 200
"""Characters of what stands in place of a value."""
_EMPTY: dict[type[models.Field[Any, Any]], object] = {
    models.JSONField: {},
    models.BinaryField: b"",
    models.BooleanField: False,
    models.DateTimeField: datetime(1970, 1, 1, tzinfo=UTC),
    models.DateField: date(1970, 1, 1),
    models.CharField: "",
    models.TextField: "",
}
"""By kind, in this order; a number is 0."""


def packed_rows(model: type[models.Model], alias: str, tell: Tell) -> Iterator[bytes]:
    """In the order of the primary key."""
    found = model._base_manager.using(alias).order_by("pk")
    names = [field.attname for field in model._meta.concrete_fields]
    for keys in key_blocks(found):
        yield from _block(found.filter(pk__in=keys), names, keys, tell)


def _block(
    found: models.QuerySet[models.Model], names: Sequence[str], keys: Sequence[object], tell: Tell
) -> list[bytes]:
    try:
        return [pack(_plain(row)) for row in found.values_list(*names)]
    except Exception as error:
        raise_if_away(error)
        if len(keys) == 1:
            return [pack([_cell(found, name, keys[0], tell) for name in names])]
        return [body for key in keys for body in _block(found.filter(pk=key), names, [key], tell)]


def _plain(row: Sequence[object]) -> list[object]:
    return [bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]


def _cell(found: models.QuerySet[models.Model], name: str, key: object, tell: Tell) -> object:
    try:
        (cell,) = _plain(found.values_list(name).get())
        pack([cell])
        return cell
    except Exception as error:
        raise_if_away(error)
        tell(
            BadRow(found.model._meta.db_table, key, f"{name} = {_raw(found, name, key)} ({in_words(error)})")
        )
        return _empty(found.model, name)


def _empty(model: type[models.Model], name: str) -> object:
    field = next(each for each in model._meta.concrete_fields if each.attname == name)
    if field.null:
        return None
    return next((value for kind, value in _EMPTY.items() if isinstance(field, kind)), 0)


def _raw(found: models.QuerySet[models.Model], name: str, key: object) -> str:
    """What is there, as far as it can be shown."""
    database, meta = connections[found.db], found.model._meta
    column = next(each.column for each in meta.concrete_fields if each.attname == name)
    quote, kind = database.ops.quote_name, "BLOB" if database.vendor == "sqlite" else "text"
    assert column is not None and meta.pk is not None and meta.pk.column is not None
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT CAST({quote(column)} AS {kind}) FROM {quote(meta.db_table)} WHERE {quote(meta.pk.column)} = %s",
            [str(key)] if isinstance(key, str) else [int(str(key))],
        )
        value = (cursor.fetchone() or ("",))[0]
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    return text[:_SHOWN]
