"""Migrate an empty database to the newest state, then make sure that the models ask for nothing more.

On the PostgreSQL named by ``DATABASE_URL`` (in a database of its own, dropped again), else on SQLite.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit


@contextmanager
def empty_database(folder: str) -> Iterator[str]:
    """The URL of a new, empty database."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield f"sqlite:///{folder}/check.sqlite3"
        return
    import psycopg

    name = f"imloop_check_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload]


def check(url: str, folder: str) -> None:
    """Migrate and compare; Django exits with 1 when a migration is missing."""
    os.environ.update(DATABASE_URL=url, IMLOOP_DATA=folder, DJANGO_SETTINGS_MODULE="imloop.site.settings")
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    try:
        call_command("migrate", verbosity=0)
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)
        call_command("check", fail_level="WARNING", verbosity=0)
        print(f"migrations: complete on {connection.vendor}")
    finally:
        connection.close()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, empty_database(folder) as url:
        check(url, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
