"""A pool that lets many threads share a few database connections.

A server that holds answers open has a thread for each of them, and any thread may serve the next ordinary call.
Connections of their own would be as many as there are threads; so a thread that needs the database borrows one of a few
connections, in turn.

Buys: hundreds of open streams with the few connections of one worker; it saves connections, not time.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


class _Mine(threading.local):
    connection: BaseDatabaseWrapper | None = None


_free: queue.SimpleQueue[BaseDatabaseWrapper] | None = None
_mine = _Mine()


def share(count: int) -> None:
    """From now on this process's threads use ``count`` connections between them; called once, when serving begins."""
    global _free
    _free = queue.SimpleQueue()
    for _ in range(count):
        wrapper = connections.create_connection(DEFAULT_DB_ALIAS)
        wrapper.inc_thread_sharing()
        _free.put(wrapper)


@contextmanager
def with_connection() -> Iterator[None]:
    """Borrow a connection for the block; without ``share`` the thread keeps using its own connection."""
    if _free is None or _mine.connection is not None:
        yield
        return
    _take()
    try:
        yield
    finally:
        _give_back()


@contextmanager
def without_connection() -> Iterator[None]:
    """Return the connection for a block that only waits, and borrow one again afterwards. Not inside a transaction."""
    if _free is None or _mine.connection is None:
        yield
        return
    _give_back()
    try:
        yield
    finally:
        _take()


def database() -> BaseDatabaseWrapper:
    """The connection of this thread now."""
    return _mine.connection or connections[DEFAULT_DB_ALIAS]


def _take() -> None:
    assert _free is not None
    connections[DEFAULT_DB_ALIAS] = _mine.connection = _free.get()


def _give_back() -> None:
    """Returns the connection held now, which may be another one than was first borrowed."""
    assert _free is not None
    held, _mine.connection = _mine.connection, None
    assert held is not None
    del connections[DEFAULT_DB_ALIAS]
    _free.put(held)
