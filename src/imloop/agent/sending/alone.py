"""Whether a message fails alone. What something on the way always stops (a firewall's page, a line that breaks at these
bytes), or the platform cannot digest, must not hold up the others; an outage sets nothing aside, however long it is.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from imloop.agent.spool import Item, Spool

PATIENCE_WITH_ONE = 50
"""Failed tries before a message is suspected: about 45 minutes."""
READY = 3
"""Failures of a suspect in a row at which the platform says it is ready, before the next message is tried instead."""


class Alone:
    """``ready``: whether the platform answers and can take messages."""

    def __init__(self, spool: Spool, ready: Callable[[], bool]) -> None:
        self._spool, self._ready = spool, ready
        self._head, self._failures, self._passed = 0, 0, False

    def next(self) -> Item | None:
        """The head of the line; once, the one behind it, when the head is suspected."""
        head = self._spool.head()
        if head is None:
            return None
        if head.id != self._head:
            self._begin(head.id)
        if self._failures < READY or self._passed:
            return head
        return self._spool.head(behind=head.id) or head

    def judged(self, item: Item) -> None:
        """The platform took or refused it: what comes from here goes through."""
        self._passed = item.id != self._head

    def failed(self, item: Item, busy: bool) -> bool:
        """Whether this message alone fails: another went through just before. ``busy``: the platform said so."""
        if item.id != self._head or busy:
            self._begin(self._head)
            return False
        if self._passed:
            self._begin(0)
            return True
        if item.tries + 1 >= PATIENCE_WITH_ONE and self._spool.head(behind=item.id) is not None:
            self._failures = self._failures + 1 if self._ready() else 0
        return False

    def _begin(self, head: int) -> None:
        self._head, self._failures, self._passed = head, 0, False


def why(words: str) -> bytes:
    """The reason that lies beside it, in the shape of the platform's refusals."""
    return msgspec.json.encode(
        {
            "code": "held-up-on-the-way",
            "detail": f"其他报文能上传，这一条始终不能（{words}），已另放。请查明防火墙、代理或平台的原因，再重传。",
            "detail_en": f"Others go through and this one never did ({words}): it was set aside. Find the cause in the "
            "firewall, the proxy or the platform, then queue it again.",
        }
    )
