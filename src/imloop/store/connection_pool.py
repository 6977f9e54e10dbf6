"""A pool that lets many threads share a few database connections.

A server that holds answers open has a thread for each of them, and any thread may serve the next ordinary call.
Connections of their own would be as many as there are threads; so a thread that needs the database borrows one of a few
connections: the one that was given back last. Nobody waits for one without end, and nobody holds one without end.

Buys: hundreds of open streams with the few connections of one worker; it saves connections, not time.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper


class AllBusy(OperationalError):
    """No connection became free in time."""


@dataclass(eq=False, slots=True)
class _Seat:
    """``since``: when it was lent; ``lost``: held too long, another one has taken its place."""

    connection: BaseDatabaseWrapper
    since: float = 0.0
    lost: bool = False


class _Mine(threading.local):
    seat: _Seat | None = None


_seats: list[_Seat] = []
"""Those that nobody has; what was given back last is lent first: the database's pages and plans are at hand there."""
_free: queue.SimpleQueue[None] | None = None
"""As many as there are ``_seats``, for who waits for one."""
_lent: set[_Seat] = set()
_lock = threading.Lock()
_wait: float | None = None
_mine = _Mine()


def share(count: int, *, wait: float | None = None, longest: float | None = None) -> None:
    """From now on this process's threads use ``count`` connections between them; called once, when serving begins.

    ``wait``: seconds after which a thread that finds none free gets ``AllBusy``; ``longest``: seconds for which one may
    be held (``end_overdue``)."""
    global _free, _wait
    _free, _wait = queue.SimpleQueue(), wait
    _seats.clear()
    for _ in range(count):
        _offer(_new_seat())
    if longest is not None:
        threading.Thread(target=_watch, args=(longest, count), name="seat-watch", daemon=True).start()


@contextmanager
def with_connection() -> Iterator[None]:
    """Borrow a connection for the block; without ``share`` the thread keeps using its own connection."""
    if _free is None or _mine.seat is not None:
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
    if _free is None or _mine.seat is None:
        yield
        return
    _give_back()
    try:
        yield
    finally:
        _take()


def database() -> BaseDatabaseWrapper:
    """The connection of this thread now."""
    return connections[DEFAULT_DB_ALIAS] if _mine.seat is None else _mine.seat.connection


def renew() -> None:
    """Before a call: a connection that broke, or is too old, is closed, and opened anew when it is needed."""
    database().close_if_unusable_or_obsolete()


def end_overdue(before: float, most: int) -> int:
    """What was lent before that moment (of ``time.monotonic``): another connection takes its place, for at most
    ``most`` at one time, and what it still asks of the database is broken off. Returns how many have lost theirs."""
    with _lock:
        lost = [seat for seat in _lent if seat.lost]
        overdue = [seat for seat in _lent if not seat.lost and seat.since < before]
        for seat in overdue[: max(most - len(lost), 0)]:
            seat.lost = True
            lost.append(seat)
            _offer(_new_seat())
    # A lost one is nobody else's any more: breaking off hits no other call.
    for seat in lost:
        _break_off(seat.connection)
    return len(lost)


def _watch(longest: float, most: int) -> None:
    while True:
        threading.Event().wait(longest / 10)
        end_overdue(time.monotonic() - longest, most)


def _break_off(held: BaseDatabaseWrapper) -> None:
    raw = held.connection
    if raw is not None:
        with suppress(Exception):  # it may end by itself at this moment
            raw.interrupt() if held.vendor == "sqlite" else raw.cancel()


def _new_seat() -> _Seat:
    wrapper = connections.create_connection(DEFAULT_DB_ALIAS)
    wrapper.inc_thread_sharing()
    return _Seat(wrapper)


def _offer(seat: _Seat) -> None:
    if _free is not None:
        _seats.append(seat)
        _free.put(None)


def _take() -> None:
    assert _free is not None
    try:
        _free.get(timeout=_wait)
    except queue.Empty:
        raise AllBusy("no connection became free in time") from None
    seat = _seats.pop()
    seat.since = time.monotonic()
    with _lock:
        _lent.add(seat)
    connections[DEFAULT_DB_ALIAS], _mine.seat = seat.connection, seat


def _give_back() -> None:
    """Returns the connection held now, which may be another one than was first borrowed."""
    assert _free is not None
    seat, _mine.seat = _mine.seat, None
    if seat is None:
        return  # all were busy when it wanted to sit again
    del connections[DEFAULT_DB_ALIAS]
    with _lock:
        _lent.discard(seat)
        if not seat.lost:
            _offer(seat)
    if seat.lost:
        seat.connection.close()
