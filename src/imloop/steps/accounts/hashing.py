"""Passwords are hashed a few at a time, and not while a database connection is held: each takes 100 MB and a good part
of a second, and anybody may ask for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection

from imloop.facts.refusal import Unavailable
from imloop.facts.text import Text
from imloop.store.connection_pool import without_connection

WAIT = 10.0
"""Seconds for which one waits for its turn."""
_MANY = Text("登录人数过多，请稍后再试。", "Too many are logging in: try again in a moment.")


class Turns:
    """At most ``at_once`` go in; ``waiting`` more wait for ``seconds``; whoever else comes is refused."""

    def __init__(self, at_once: int, waiting: int, seconds: float = WAIT) -> None:
        self._turns = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._seconds = seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Unavailable("log-in-busy", _MANY)
        try:
            if not self._turns.acquire(timeout=self._seconds):
                raise Unavailable("log-in-busy", _MANY)
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()


_turns = Turns(settings.HASHES_AT_ONCE, 8 * settings.HASHES_AT_ONCE)


@contextmanager
def _turn() -> Iterator[None]:
    if connection.in_atomic_block:  # an account being made: its connection cannot be lent
        with _turns.turn():
            yield
    else:
        with without_connection(), _turns.turn():
            yield


class FewAtOnce(Argon2PasswordHasher):
    def encode(self, password: str, salt: str) -> str:
        with _turn():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _turn():
            return super().verify(password, encoded)
