"""Who reads the outbox is woken when messages are committed. Waking says nothing: the outbox and its sequence are the truth.

PostgreSQL: ``NOTIFY`` inside the writing transaction, so that every serving process hears of it with the commit and of
nothing that was rolled back. SQLite: an event after the commit within a process; what other processes wrote is seen by the
file's data version, looked at while somebody waits.
"""

from __future__ import annotations

import threading
import time

from django.db import connection, transaction

CHANNEL = "imloop_outbox"
LOOK_EVERY = 0.02
"""Seconds between two looks at the data version: what ``imloop work`` writes is seen after half of it."""
STEP_ASIDE = 0.0003
"""Seconds; about what a reader of a few messages needs."""
_ears: set[threading.Event] = set()


def announce() -> None:
    """Called inside the transaction that writes messages."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
    else:
        transaction.on_commit(_ring)


def _ring() -> None:
    """Wake this process's own reader, and step aside: whoever has committed goes on computing its answer, and would keep
    the reader waiting for the processor."""
    for ear in tuple(_ears):
        ear.set()
    if _ears:
        time.sleep(STEP_ASIDE)


class Listener:
    """For one thread, on its own connection. After ``listen`` (again after a lost connection) read before waiting."""

    def __init__(self) -> None:
        self._ear = threading.Event()
        self._version = 0

    def listen(self) -> None:
        _ears.add(self._ear)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
        else:
            self._version = _data_version()

    def wait(self, seconds: float, *, watch: bool) -> None:
        """Until messages may have come, at most ``seconds``. ``watch``: also look for what other processes write."""
        if connection.vendor == "postgresql":
            for _ in connection.connection.notifies(timeout=seconds, stop_after=1):
                return
            return
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._ear.wait(min(LOOK_EVERY, left) if watch else left):
                self._ear.clear()
                return
            if watch and self._version != (found := _data_version()):
                self._version = found
                return

    def ring(self) -> None:
        """From another thread, on SQLite: look at once."""
        self._ear.set()

    def stop(self) -> None:
        _ears.discard(self._ear)


def _data_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])
