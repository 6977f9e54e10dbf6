"""Tell the readers of the outbox that messages were committed. The outbox is the truth; the signal only saves polling.

After a commit, readers in this process are given the messages themselves. A reader that did not take them, and every
other process, only gets a signal without content. PostgreSQL: ``NOTIFY`` inside the writing transaction, so that it
comes with the commit and never for what was rolled back. SQLite: an event within the process; what other processes
wrote is seen by the file's data version, looked at while somebody waits.

Buys: a committed repair stands on an open stream after a millisecond, not after the second of the usual polling (P5).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from django.db import connection, transaction

from imloop.store.models import OutboxEntry

CHANNEL = "imloop_outbox"
LOOK_EVERY = 0.02
"""Seconds between two checks of the data version: on average, what ``imloop work`` writes is seen after half of it."""
STEP_ASIDE = 0.0003
"""Seconds a commit pauses: about what a reader needs to send on a few messages.
Without it a committed message is shown after twice the time on PostgreSQL (P5, "durable").
"""
Messages = Sequence[OutboxEntry]
_listeners: set[Listener] = set()


def announce(messages: Messages) -> None:
    """Called inside the transaction that writes the messages; they have their sequences."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
    transaction.on_commit(partial(_tell, messages), robust=True)


def _tell(messages: Messages) -> None:
    """Tell this process's own readers, then sleep briefly: the committing thread still has its answer to compute, and
    without the pause would keep the readers waiting for the processor."""
    for listener in tuple(_listeners):
        if not listener.take(messages):
            listener.wake()
    if _listeners:
        time.sleep(STEP_ASIDE)


class Listener:
    """For one thread, on its own connection. After ``listen`` (again after a lost connection) read before waiting.

    ``take``: called by whoever has committed messages; False where they must be read after all."""

    def __init__(self, take: Callable[[Messages], bool]) -> None:
        self.take = take
        self._woken = threading.Event()
        self._version = 0

    def listen(self) -> None:
        _listeners.add(self)
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
            if self._woken.wait(min(LOOK_EVERY, left) if watch else left):
                self._woken.clear()
                return
            if watch and self._version != (found := _data_version()):
                self._version = found
                return

    def wake(self) -> None:
        """Make a waiting reader check at once. Called from another thread, on SQLite."""
        self._woken.set()

    def stop(self) -> None:
        _listeners.discard(self)


def _data_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])
