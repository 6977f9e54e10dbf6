"""Which of the two runs of the suite a test is in.

A test runs on SQLite and on PostgreSQL, unless it reaches no database (then in SQLite's run alone), or is marked
``@pytest.mark.one_database("sqlite" | "postgresql", reason="…")``.

Stories, calls and pages stand far above the database: what they try case by case are words, rules and roles, and the
statements behind them are the same. Of such a test with many cases PostgreSQL gets the first; all of them where
it is marked ``@pytest.mark.every_case("why the database tells them apart")``. Elsewhere it gets every case.
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
FAR_ABOVE = ("api", "pages", "stories")
"""Folders of the tests of which PostgreSQL gets one case each."""
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
    found = [item for item in items if kind in runs_of(item)]
    if kind == POSTGRESQL:
        first = {_test(item): item for item in reversed(found)}
        found = [item for item in found if has_every_case(item) or first[_test(item)] is item]
    return sorted(found, key=lambda item: not _is_dear(item))


def has_every_case(item: pytest.Item) -> bool:
    """Whether PostgreSQL, too, gets each of its cases."""
    mark = item.get_closest_marker("every_case")
    if mark is not None and not mark.args:
        raise pytest.UsageError(f"{item.nodeid}: every_case says why")
    return mark is not None or runs_of(item) != BOTH or _folder(item) not in FAR_ABOVE


def _test(item: pytest.Item) -> str:
    """Without its case."""
    return item.nodeid.partition("[")[0]


def _folder(item: pytest.Item) -> str:
    return item.nodeid.removeprefix("tests/").partition("/")[0]


def _is_dear(item: pytest.Item) -> bool:
    return any(name in _fixtures(item) for name in _DEAR)


def _fixtures(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])
