"""Which of the two runs of the suite a test is in.

A test runs on SQLite and on PostgreSQL, unless it reaches no database (then in SQLite's run alone), or is marked
``@pytest.mark.one_database("sqlite" | "postgresql", reason="…")``.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from support.servers.databases import POSTGRESQL, SQLITE

BOTH = (SQLITE, POSTGRESQL)
DOOR = "databases"
"""The fixture through which alone tests get at a database."""
COLLECTED = pytest.StashKey[list[pytest.Item]]()
"""Every test that was found, whichever run it is in."""
_DEAR = ("live_server", "imloop", "unprepared", "servers", "small_city")
"""Fixtures that cost much and are made once for several tests."""


def runs_of(item: pytest.Item) -> tuple[str, ...]:
    """The kinds of database in whose run the test is; never none."""
    mark = item.get_closest_marker("one_database")
    if mark is None:
        return BOTH if DOOR in _fixtures(item) else (SQLITE,)
    if len(mark.args) != 1 or mark.args[0] not in BOTH or not mark.kwargs.get("reason"):
        raise pytest.UsageError(f"{item.nodeid}: one_database names one of {BOTH} and a reason")
    return (mark.args[0],)


def of_run(items: Iterable[pytest.Item], kind: str) -> list[pytest.Item]:
    """The tests of one run. Those that need much come first, so that short ones fill the end of a parallel run."""
    return sorted((item for item in items if kind in runs_of(item)), key=lambda item: not _is_dear(item))


def _is_dear(item: pytest.Item) -> bool:
    return any(name in _fixtures(item) for name in _DEAR)


def _fixtures(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])
