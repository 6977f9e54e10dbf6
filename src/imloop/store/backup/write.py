"""Write a backup while the installation runs: one consistent moment, whatever is being written meanwhile.

SQLite: the file is copied by SQLite's online backup and read from the copy. PostgreSQL: one
REPEATABLE READ transaction.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from copy import deepcopy
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.db import connections, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from imloop import __version__
from imloop.store.backup.archive import MANIFEST, SCHEMA, add_bytes, add_file, writing_to
from imloop.store.backup.packed_rows import packed_rows
from imloop.store.models import JournalHead, JournalSeal
from imloop.store.sound_rows import BadRow

PLAIN_FILES = ("sftp-known-hosts",)
SECRET_FILES = ("secret-key", "signing-key.pem", "sftp-key")
LEFT_OUT = ("stationtoken", "usersession")
"""Written by triggers, and sessions: after a restore people log in again."""
_COPY = "backup-copy"
Advance = Callable[[int, int], None]
"""Rows done, rows in all."""


def kept_models() -> list[type[models.Model]]:
    """Every table of the platform's own."""
    every = apps.get_app_config("store").get_models(include_auto_created=True)
    return [model for model in every if model._meta.model_name not in LEFT_OUT]


def write_backup(
    target: Path, data: Path, now: datetime, *, secrets: bool = False, advance: Advance | None = None
) -> dict[str, object]:
    """The manifest of the new archive; ``unreadable`` in it: values that could not be read, with what is there in their
    place; they are empty in the archive. ``secrets``: with the keys of ``data``, without which notices signed before
    and couriers' signatures cannot be continued."""
    target = target.resolve()
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(target.parent))
    with tempfile.TemporaryDirectory(prefix=".imloop-backup-", dir=target.parent) as folder:
        work = Path(folder)
        with snapshot(work) as alias:
            manifest = _manifest(alias, now)
            total = sum(model._base_manager.using(alias).count() for model in kept_models())
            done, tables, bad = 0, [], list[BadRow]()
            for model in kept_models():
                tables.append(_dump(alias, model, work, bad))
                done += int(str(tables[-1]["rows"]))
                if advance:
                    advance(done, total)
        names = PLAIN_FILES + (SECRET_FILES if secrets else ())
        files = [data / name for name in names if (data / name).is_file()]
        manifest |= {"tables": tables, "files": [_told(path) for path in files], "secrets": secrets}
        manifest["unreadable"] = list(map(str, bad))
        with writing_to(target) as tar:
            add_bytes(tar, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
            for table in tables:
                add_file(tar, str(table["member"]), work / str(table["table"]))
            for path in files:
                add_file(tar, f"files/{path.name}", path)
    return manifest


@contextmanager
def snapshot(work: Path) -> Iterator[str]:
    """The alias of a database whose content does not change while it is read."""
    connection = connections["default"]
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield "default"
        return
    copy = work / "copy.sqlite3"
    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"], uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    connections.settings[_COPY] = {**deepcopy(connections.settings["default"]), "NAME": str(copy)}
    try:
        yield _COPY
    finally:
        connections[_COPY].close()
        del connections[_COPY], connections.settings[_COPY]
        copy.unlink()


def _manifest(alias: str, now: datetime) -> dict[str, object]:
    head = JournalHead.objects.using(alias).get(pk=1)
    seal = JournalSeal.objects.using(alias).order_by("-last").first()
    applied = MigrationRecorder(connections[alias]).applied_migrations()
    return {
        "schema": SCHEMA,
        "version": __version__,
        "created_at": now.isoformat(),
        "database": connections[alias].vendor,
        "migrations": sorted([app, name] for app, name in applied),
        "journal": {
            "algorithm": head.algorithm,
            "number": head.number,
            "hash": head.hash,
            "root": seal.root if seal else "",
            "sealed": seal.name if seal else "",
        },
    }


def _dump(alias: str, model: type[models.Model], work: Path, bad: list[BadRow]) -> dict[str, object]:
    """Write the table's rows to a file; returns its entry for the manifest."""
    columns = [field.attname for field in model._meta.concrete_fields]
    table, count, digest = model._meta.db_table, 0, hashlib.sha256()
    with (work / table).open("wb") as out:
        for body in packed_rows(model, alias, bad.append):
            digest.update(body)
            out.write(body)
            count += 1
    return {
        "table": table,
        "model": model._meta.model_name,
        "member": f"tables/{table}",
        "rows": count,
        "columns": columns,
        "sha256": digest.hexdigest(),
    }


def _told(path: Path) -> dict[str, object]:
    return {
        "name": path.name,
        "member": f"files/{path.name}",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
