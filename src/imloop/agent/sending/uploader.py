"""Sends waiting messages, one at a time and in order: nothing overtakes the head of the line.

No answer, a fault of the platform, a busy platform or a wrong key: the same item again, later and later. A refusal is
about the message: it is set aside and shown, and the next one is sent. So is one that fails where others do not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
import zstandard

from imloop.agent.sending.alone import Alone, why
from imloop.agent.sending.platform import FILE, JSON, PATHS, Answer, NoNetwork, Platform
from imloop.agent.spool import Item, Kind, Spool, State

DELAYS = (1, 2, 5, 10, 20, 40, 60)
"""Seconds between tries; the last one from then on."""
_DAMAGED = msgspec.json.encode(
    {
        "code": "spool-damaged",
        "detail": "暂存的报文已损坏，请由检测软件重发。",
        "detail_en": "The message in the spool is damaged: let the line's software send it again.",
    }
)
_IDLE, _LONGEST = 5.0, 300.0
_NOTICEABLE = 2.0
"""Seconds; the platform tells its time in whole ones."""


class Step(StrEnum):
    SENT = "sent"
    REFUSED = "refused"
    FAILED = "failed"
    EMPTY = "empty"
    WAITING = "waiting"


class Uploader:
    """``now`` tells the time; ``refused`` is called for every item that is set aside."""

    def __init__(
        self,
        spool: Spool,
        platform: Platform,
        now: Callable[[], datetime],
        refused: Callable[[Item], None] = lambda _: None,
    ) -> None:
        self.spool, self.platform, self.now = spool, platform, now
        self._refused = refused
        self._fails, self._not_before = 0, now()
        self._alone = Alone(spool, lambda: platform.is_ready(now()))

    @property
    def offline(self) -> bool:
        """Whether the last try failed."""
        return self._fails > 0

    def step(self) -> Step:
        """One try of the head of the line, unless it is too early for one."""
        moment = self.now()
        if self._fails and moment < self._not_before:
            return Step.WAITING
        item = self._alone.next()
        if item is None:
            return Step.EMPTY
        try:
            body, kind = self.spool.body(item.id), FILE if item.kind == Kind.PHOTO else JSON
            answer = self.platform.post(item.address or PATHS[item.kind], body, moment, kind=kind)
        except NoNetwork as error:
            return self._again(item, None, str(error))
        except (KeyError, zstandard.ZstdError):  # its bytes are gone or damaged: no try makes them whole
            return self._set_aside(item, 0, _DAMAGED, "spool-damaged")
        self.heard(answer)
        if answer.accepted:
            self._fails = 0
            self._alone.judged(item)
            self.spool.settle(item.id, State.SENT, answer.status, answer.body, "", self.now())
            return Step.SENT
        if answer.refused or (item.kind == Kind.PHOTO and answer.code == "unknown-call"):
            # A repair must not wait for ever for its photograph, be the platform older than this agent.
            self._alone.judged(item)
            return self._set_aside(item, answer.status, answer.body, answer.words)
        return self._again(item, answer, answer.words)

    def _set_aside(self, item: Item, status: int, answer: bytes, words: str) -> Step:
        self._fails = 0
        self.spool.settle(item.id, State.REFUSED, status, answer, words, self.now())
        self._refused(item)
        return Step.REFUSED

    def _again(self, item: Item, answer: Answer | None, words: str) -> Step:
        """Later, unless it fails alone."""
        if self._alone.failed(item, busy=answer is not None and answer.busy):
            return self._set_aside(item, answer.status if answer else 0, why(words), words)
        return self._later(item, words, answer.retry_after if answer else 0.0)

    def heard(self, answer: Answer) -> None:
        """The platform was reached: remember when (to the minute), and how far our clock is off."""
        self.spool.note("last_contact", self.now().isoformat(timespec="minutes"))
        known = self.spool.fact("clock_skew_s")
        if answer.skew is not None and (not known or abs(answer.skew - float(known)) >= _NOTICEABLE):
            self.spool.note("clock_skew_s", str(round(answer.skew)))

    def _later(self, item: Item, error: str, asked: float) -> Step:
        pause = max(min(asked, _LONGEST), DELAYS[min(self._fails, len(DELAYS) - 1)])
        self._fails += 1
        self._not_before = self.now() + timedelta(seconds=pause)
        self.spool.note("last_error", error)
        self.spool.failed(item.id, error, self.now())
        return Step.FAILED

    def try_now(self) -> None:
        """Try at once, without waiting out the pause, because the network seems to be back."""
        self._not_before = self.now()
        self.spool.filled.set()

    def run(self, stop: threading.Event) -> None:
        """Until ``stop``: at full speed while there is something and it goes through."""
        while not stop.is_set():
            self.spool.filled.clear()
            step = self.step()
            if step in (Step.SENT, Step.REFUSED):
                continue
            pause = _IDLE
            if step is not Step.EMPTY:
                pause = min(_IDLE, max(0.05, (self._not_before - self.now()).total_seconds()))
            if step is Step.EMPTY:
                self.spool.filled.wait(pause)
            else:
                stop.wait(pause)
