"""Queries written out for the calls that come by the thousand: built once, and on PostgreSQL planned once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

Parameter = str | int | None


def fetch_one(sql: str, parameters: Sequence[Parameter]) -> tuple[Any, ...] | None:
    """The first row, or None. ``sql``: one of a few fixed texts with ``%s`` for each parameter."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            row: tuple[Any, ...] | None = connection.connection.execute(_marked(sql), parameters).fetchone()
            return row
        import psycopg

        # Django's own cursor writes parameters into the text, so the server would parse and plan it every time.
        with psycopg.Cursor(connection.connection) as cursor:
            return cursor.execute(sql, parameters, prepare=True).fetchone()


@lru_cache(maxsize=64)
def _marked(sql: str) -> str:
    """SQLite's own parameter marks."""
    return sql.replace("%s", "?")
