"""Group commit: several uploads in one transaction. The thread that gets the write lock writes for all waiting threads.

One durable commit then serves many, and the threads of one process do not wait for each other in the database. Each is
answered after the commit that holds it. What becomes of one upload never touches another: a refusal undoes its own part,
and a transaction that fails as a whole is written again, one upload at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

MOST = 64
"""Parts in one transaction."""

P = TypeVar("P")
A = TypeVar("A")


class _Wish(Generic[P, A]):
    def __init__(self, part: P) -> None:
        self.part = part
        self.outcome: A | BaseException | None = None


class Together(Generic[P, A]):
    """``write``: parts → an answer (or what it failed with) for each, in one transaction; it may raise as a whole."""

    def __init__(self, write: Callable[[Sequence[P]], Sequence[A | Exception]]) -> None:
        self._write = write
        self._waiting: deque[_Wish[P, A]] = deque()
        self._pen = Lock()

    def __call__(self, part: P) -> A:
        """The answer to a part once it is durable, or what it failed with."""
        wish: _Wish[P, A] = _Wish(part)
        self._waiting.append(wish)
        while wish.outcome is None:
            with self._pen:
                if wish.outcome is None:  # no earlier holder of the lock has written it
                    self._serve([self._waiting.popleft() for _ in range(min(len(self._waiting), MOST))])
        if isinstance(wish.outcome, BaseException):
            raise wish.outcome
        return wish.outcome

    def _serve(self, wishes: Sequence[_Wish[P, A]]) -> None:
        try:
            self._try(wishes)
        except Exception:
            for wish in wishes:
                self._alone(wish)
        except BaseException as end:  # the process ends: no thread may wait for ever
            for wish in wishes:
                wish.outcome = wish.outcome or end
            raise

    def _try(self, wishes: Sequence[_Wish[P, A]]) -> None:
        for wish, outcome in zip(wishes, self._write([wish.part for wish in wishes]), strict=True):
            wish.outcome = outcome

    def _alone(self, wish: _Wish[P, A]) -> None:
        try:
            self._try([wish])
        except Exception as error:
            wish.outcome = error
