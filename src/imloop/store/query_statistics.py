"""What SQLite's planner knows of the tables: how many rows, and how many alike. PostgreSQL keeps its own up to date.

Nothing hangs on it (``tests/store/test_plans.py`` reads the plans of a file that has none); seldom asked lists and
exports are planned better with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection

_ROWS_READ = 400
"""Of each index: what is enough to tell a common value from a rare one, in milliseconds however long the table is."""
_ALL_TABLES = 0x10002
"""Look at each table, not only at those that this connection has asked: another process serves."""


def refresh() -> int:
    """Count anew where a table has grown or shrunk much since it was counted; else nothing. While somebody else writes
    it is left to the next round. Returns 0: nothing that a person is told of."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor, left_to_the_next():
            cursor.execute(f"PRAGMA analysis_limit={_ROWS_READ}")
            cursor.execute(f"PRAGMA optimize={_ALL_TABLES}")
    return 0


@contextmanager
def left_to_the_next() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if "locked" not in str(error):
            raise
