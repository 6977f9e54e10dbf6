"""Restore a backup into an empty installation: its tables, rows in one transaction, then today's migrations."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DataError, IntegrityError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.store.backup.archive import damaged, reading, rows_in
from imloop.store.backup.write import PLAIN_FILES, SECRET_FILES, kept_models
from imloop.store.sound_rows import BadRow, Tell, in_words

BATCH = 500
_NOT_TAKEN = (DataError, IntegrityError, ArithmeticError, ValueError, TypeError, ValidationError)
_TELLING = ("store_party", "store_user", "store_journalentry")
Advance = Callable[[int, int], None]


def holds_something() -> bool:
    """Is there a party, a person or a journal entry?"""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for table in _TELLING:
            if table in tables:
                cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")
                if cursor.fetchone():
                    return True
    return False


def clear() -> None:
    """Remove every table of this installation; what they hold is lost."""
    if connection.vendor != "postgresql":
        name = Path(connection.settings_dict["NAME"])
        connection.close()
        for end in ("", "-wal", "-shm"):
            name.with_name(name.name + end).unlink(missing_ok=True)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            if table.startswith(("store_", "auth_", "django_")):
                cursor.execute(f'DROP TABLE "{table}" CASCADE')
        cursor.execute(
            "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname = 'public' AND (p.proname = 'imloop_frozen' OR p.proname ~ '^store_.*_token_')"
        )
        for (function,) in cursor.fetchall():
            cursor.execute(f'DROP FUNCTION "{function}"() CASCADE')


def restore(path: Path, manifest: dict[str, Any], data: Path, advance: Advance | None = None) -> list[BadRow]:
    """Into a database that ``clear`` left or that never had a table. ``manifest``: of ``archive.verified``. Answers the
    rows that could be kept only without the NULs of an older version; ``Malformed`` names one that cannot be kept."""
    changed: list[BadRow] = []
    then = _build(path, manifest)
    known = {model._meta.db_table: model for model in then}
    tables = {each["member"]: each for each in manifest["tables"]}
    total, done = sum(each["rows"] for each in manifest["tables"]), 0
    with transaction.atomic():
        for model in then:
            if model._meta.app_label == "store":
                model._base_manager.all()._raw_delete("default")  # rows that migrations made
        with reading(path) as members:
            for name, body in members:
                if name in tables:
                    table = tables[name]
                    kept = known.get(table["table"])
                    if kept is None:
                        raise damaged(path, f"unknown table {table['table']}")
                    for count in _load(kept, table["columns"], body, changed.append):
                        done += count
                        if advance:
                            advance(done, total)
                elif name.removeprefix("files/") in (*PLAIN_FILES, *SECRET_FILES):
                    _put(data / name.removeprefix("files/"), body)
        _reset_numbers([known[table["table"]] for table in manifest["tables"]])
    call_command("migrate", verbosity=0, interactive=False)
    return changed


def _build(path: Path, manifest: dict[str, Any]) -> list[type[models.Model]]:
    """Tables as they were at the backup, and the models that fit them."""
    executor = MigrationExecutor(connection)
    then = [(app, name) for app, name in manifest["migrations"]]
    unknown = [key for key in then if key not in executor.loader.graph.nodes]
    if unknown:
        raise Malformed(
            "backup-is-newer",
            Text(
                f"备份 {path.name} 来自更新的版本 {manifest['version']}，请先升级程序。",
                f"{path.name} comes from the newer version {manifest['version']}: upgrade first.",
            ),
        )
    leaves = [key for key in then if not any(c in then for c in _children(executor, key))]
    executor.migrate(leaves)
    state = executor.loader.project_state(leaves)
    return list(state.apps.get_models(include_auto_created=True))


def _children(executor: MigrationExecutor, key: tuple[str, str]) -> list[tuple[str, str]]:
    nodes = executor.loader.graph.node_map[key].children
    return [(node.key[0], node.key[1]) for node in nodes if node.key[0] == key[0]]


def _load(model: type[models.Model], columns: list[str], body: IO[bytes], tell: Tell) -> Iterator[int]:
    rows = rows_in(body)
    while batch := list(islice(rows, BATCH)):
        try:
            _insert(model, columns, batch)
        except _NOT_TAKEN:
            for row in batch:
                _insert_alone(model, columns, row, tell)
        yield len(batch)


def _insert(model: type[models.Model], columns: list[str], rows: list[list[Any]]) -> None:
    with transaction.atomic():
        new = [model(**dict(zip(columns, row, strict=True))) for row in rows]
        model._base_manager.bulk_create(new, batch_size=BATCH)


def _insert_alone(model: type[models.Model], columns: list[str], row: list[Any], tell: Tell) -> None:
    """As it is; else without what no database takes any more, which is told; else the whole restoring is refused."""
    table, key = model._meta.db_table, row[columns.index(str(model._meta.pk and model._meta.pk.attname))]
    try:
        _insert(model, columns, [row])
    except _NOT_TAKEN as error:
        mended = _mended(row)
        if mended == row:
            raise _cannot_take(BadRow(table, key, in_words(error))) from error
        try:
            _insert(model, columns, [mended])
        except _NOT_TAKEN as again:
            raise _cannot_take(BadRow(table, key, in_words(again))) from again
        tell(BadRow(table, key, in_words(error)))


def _cannot_take(row: BadRow) -> Malformed:
    return Malformed(
        "row-not-restored",
        Text(
            f"备份中的这一行不能写入数据库，什么都没有恢复：{row}",
            f"The database cannot take this row of the backup; nothing was restored: {row}",
        ),
    )


def _mended(value: Any) -> Any:
    """Every NUL as its picture, and no figure that is none: JSON of older versions could hold them."""
    if isinstance(value, str):
        return value.replace("\x00", "\u2400")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_mended(each) for each in value]
    if isinstance(value, dict):
        return {_mended(name): _mended(each) for name, each in value.items()}
    return value


def _put(target: Path, body: IO[bytes]) -> None:
    """A file of the data directory, readable by its owner alone."""
    target.touch(mode=0o600)
    target.chmod(0o600)
    target.write_bytes(body.read())


def _reset_numbers(known: list[type[models.Model]]) -> None:
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), known):
            cursor.execute(statement)


def advance_keys(ahead: int, last: Mapping[type[models.Model], int]) -> None:
    """Rows made from now on get keys at least ``ahead`` of what is there; ``last``: where they begin after that key."""
    for model in kept_models():
        key = model._meta.pk
        if not isinstance(key, models.AutoField):
            continue
        newest = model._base_manager.aggregate(newest=models.Max(key.attname))["newest"] or 0
        _set_key(model._meta.db_table, str(key.column), last.get(model, newest + ahead))


def _set_key(table: str, column: str, last: int) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table, column, last])
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])
