"""Databases for tests on whichever kind the run is about: an empty one, or one with all tables, which is a copy.

Migrating takes seconds and copying does not, so the tables are made once in a run, whatever
number of processes the run has: they share one folder, whose address goes to them by the environment. On SQLite the
next run finds them in ``.tables``, as long as the migrations and Django are the same.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from filelock import FileLock

from support.repository import ROOT

SQLITE, POSTGRESQL = "sqlite", "postgresql"
TABLES = ROOT / ".tables"
MIGRATE = (sys.executable, "-m", "django", "migrate")
"""Not the command line of ours: it would keep in the journal who ran it, and tests begin with an empty one."""
MIGRATIONS = ROOT / "src" / "imloop" / "store" / "migrations"
RUN = "IMLOOP_TESTS_RUN"
"""Names the folder that all processes of a run share."""


class Databases:
    """``server_url`` names a PostgreSQL server; empty: files in ``folder``, which is this process's own."""

    def __init__(self, server_url: str, folder: Path) -> None:
        self.kind = POSTGRESQL if server_url else SQLITE
        self._server_url = server_url
        self._folder = folder
        self.shared = Path(os.environ.setdefault(RUN, str(folder)))
        self._template = self.shared.name.replace("-", "_")
        self._made: list[str] = []

    def url(self, name: str) -> str:
        """The address that a database of this process has, or will have."""
        if self._server_url:
            return self._url_of(f"imloop_{name}_{os.getpid()}".replace("-", "_"))
        return f"sqlite:///{self._folder}/{name}.sqlite3"

    def empty(self, name: str) -> str:
        """The address of a new database without tables."""
        url = self.url(name)
        if self._server_url:
            self._create(_name(url))
        return url

    def migrated(self, name: str) -> str:
        """The address of a new database with all tables."""
        self._require_template()
        url = self.url(name)
        if self._server_url:
            self._create(_name(url), self._template)
        else:
            shutil.copyfile(self.shared / "template.sqlite3", self._folder / f"{name}.sqlite3")
        return url

    def copied(self, name: str, file: Path) -> str:
        """The address of a new SQLite database that holds what the one of that file holds."""
        shutil.copyfile(file, self._folder / f"{name}.sqlite3")
        return self.url(name)

    def drop(self) -> None:
        """What this process made, and what was copied, if the run began here."""
        if self.shared == self._folder and (self.shared / "template.done").exists():
            self._made.append(self._template)
        if self._server_url and self._made:
            with self._administrator() as execute:
                for database in self._made:
                    execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def _require_template(self) -> None:
        """Made by the first process that asks; the others wait for it."""
        done = self.shared / "template.done"
        with FileLock(self.shared / "template.lock"):
            if done.exists():
                return
            template = self.shared / "template.sqlite3"
            kept = TABLES / f"{_digest()}.sqlite3"
            if not self._server_url and kept.exists():
                shutil.copyfile(kept, template)
                done.touch()
                return
            url = f"sqlite:///{template}"
            if self._server_url:
                url = self._url_of(self._template)
                with self._administrator() as execute:
                    execute(f"CREATE DATABASE {self._template}")
            told = {"DATABASE_URL": url, "IMLOOP_DATA": f"{self.shared}/template"}
            told["DJANGO_SETTINGS_MODULE"] = "imloop.site.settings"
            subprocess.run(
                [*MIGRATE, "--verbosity=0"], env=os.environ | told, check=True, capture_output=True
            )
            if not self._server_url:
                _keep(template, kept)
            done.touch()

    def _create(self, database: str, template: str = "template1") -> None:
        with self._administrator() as execute:
            execute(f"DROP DATABASE IF EXISTS {database}")
            execute(f"CREATE DATABASE {database} TEMPLATE {template}")
        self._made.append(database)

    def _url_of(self, database: str) -> str:
        return urlunsplit(urlsplit(self._server_url)._replace(path=f"/{database}"))

    @contextmanager
    def _administrator(self) -> Iterator[Callable[[str], Any]]:
        import psycopg

        with psycopg.connect(self._server_url, autocommit=True) as connection:
            yield connection.execute  # type: ignore[misc]


def _digest() -> str:
    """Of all that decides what the tables are."""
    import django

    digest = hashlib.sha256(repr((MIGRATE[1:], django.VERSION, sqlite3.sqlite_version)).encode())
    for path in sorted(MIGRATIONS.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _keep(template: Path, kept: Path) -> None:
    """For the next run, in place of older ones."""
    TABLES.mkdir(exist_ok=True)
    for old in TABLES.glob("*.sqlite3"):
        old.unlink(missing_ok=True)
    new = kept.with_suffix(f".{os.getpid()}")
    shutil.copyfile(template, new)
    new.replace(kept)


@contextmanager
def undone() -> Iterator[None]:
    """What is written in the suite's own database is rolled back at the end; within another one, to where that was."""
    from django.db import transaction

    class Undo(Exception):
        pass

    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        pass


def _name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")
