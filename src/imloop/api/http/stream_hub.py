"""The open streams of one server process, and one thread that reads the outbox for all of them.

A stream first hears what it missed, read for it alone, then what is handed out. It is registered before it catches up,
and its own cursor drops what comes both ways, so nothing is missed. One that does not keep up catches up again from
its cursor; it never delays the others.

Buys: one reading of the outbox for hundreds of streams; asking every second shows a repair 200 times as late
(P5).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from django.conf import settings
from django.db import Error, connection

from imloop.facts.refusal import NotAllowed, Refusal
from imloop.facts.text import Text
from imloop.steps.couriers.feed import after_in_all, as_entry, newest
from imloop.store.models import OutboxEntry
from imloop.store.outbox_signal import Listener

READ_AT_ONCE = 500
MOST_WAITING = 1000
"""Messages kept for a stream that does not fetch them; beyond, it reads them from the outbox again."""
REST = 1.0
"""Seconds: the longest wait for a signal, after which the outbox is read anyway, and the pause after an error."""
_FULL = Text(
    "实时连接已满，请稍后重试，或改用 GET feed。", "All streams are in use: try again later, or use GET feed."
)


def as_event(entry: OutboxEntry) -> bytes:
    """One message as text/event-stream; the JSON has no line break of its own."""
    data = msgspec.json.encode(as_entry(entry))
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (entry.pk, entry.topic.encode(), data)


@dataclass(eq=False)
class Stream:
    """One open answer. ``cursor``: the last sequence sent; ``behind``: it must read the outbox first."""

    party: str
    cursor: int
    behind: bool = True
    over: bool = False
    probed: bool = False
    news: threading.Event = field(default_factory=threading.Event)
    _waiting: deque[tuple[int, bytes]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hand(self, seq: int, event: bytes) -> None:
        """Called by the hub, in the order of the sequence."""
        with self._lock:
            if self.behind:
                return
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append((seq, event))
            else:
                self._fall_behind()
        self.news.set()

    def lag(self) -> None:
        """Mark that there is more to read in the outbox: what is handed out meanwhile is not kept."""
        with self._lock:
            self._fall_behind()

    def _fall_behind(self) -> None:
        self.behind = True
        self._waiting.clear()

    def follow(self) -> None:
        """Keep what is handed out from now on: the stream is about to read up to it."""
        with self._lock:
            self.behind = False
            self._waiting.clear()

    def fetch(self) -> list[tuple[int, bytes]]:
        """What was handed out since, in order."""
        with self._lock:
            self.news.clear()
            found = list(self._waiting)
            self._waiting.clear()
            return found

    def probe(self) -> None:
        """Send a keep-alive comment now."""
        self.probed = True
        self.news.set()

    def end(self) -> None:
        self.over = True
        self.news.set()


class Hub:
    """All streams of the process; any thread may call."""

    def __init__(self) -> None:
        self._streams: dict[str, set[Stream]] = {}
        self._lock = threading.Condition()
        self._entered = 0
        self._stopping = False
        self._ready = threading.Event()
        self._head = -1
        self._following = threading.Lock()
        self._ear = Listener(self._take)
        self._reader: threading.Thread | None = None

    def enter(self, stream: Stream) -> None:
        """Register a stream: whatever is committed from then on is handed to it or found when it catches up.

        Raises a refusal when the party, or the process, has as many streams as it may."""
        with self._lock:
            self._require_place(stream.party)
            self._streams[stream.party] = self._of(stream.party) | {stream}
            self._entered += 1
            if self._reader is None:
                self._reader = threading.Thread(target=self._read, name="feed-reader", daemon=True)
                self._reader.start()
        self._ear.wake()
        self._ready.wait(10 * REST)

    def _require_place(self, party: str) -> None:
        if self._stopping or sum(map(len, self._streams.values())) >= settings.STREAMS:
            raise Refusal("streams-full", _FULL)
        if len(self._of(party)) >= settings.STREAMS_OF_PARTY:
            # A client that hung up is noticed when something is sent to it.
            for each in self._of(party):
                each.probe()
            if not self._lock.wait_for(lambda: len(self._of(party)) < settings.STREAMS_OF_PARTY, REST):
                raise NotAllowed("too-many-streams", _too_many(settings.STREAMS_OF_PARTY))

    def _of(self, party: str) -> set[Stream]:
        return self._streams.get(party, set())

    def leave(self, stream: Stream) -> None:
        with self._lock:
            self._lock.notify_all()
            left = self._of(stream.party) - {stream}
            if left:
                self._streams[stream.party] = left
            else:
                self._streams.pop(stream.party, None)

    def stop(self) -> None:
        """Every stream ends after the message it is at; its client comes back with the last sequence it got."""
        self._stopping = True
        for own in tuple(self._streams.values()):
            for stream in own:
                stream.end()

    def _read(self) -> None:
        """The reader's thread: follow the outbox for as long as the process serves."""
        while not self._stopping:
            try:
                connection.ensure_connection()
                self._ear.listen()
                while not self._stopping:
                    with self._following:
                        self._head = self._read_on(self._head)
                    self._ready.set()
                    self._ear.wait(REST, watch=bool(self._streams))
            except Error:  # a busy or restarting database: what is committed meanwhile is read afterwards
                connection.close()
                threading.Event().wait(REST)
        self._ear.stop()
        connection.close()

    def _read_on(self, head: int) -> int:
        """Hand out what came after ``head``; returns the new head."""
        entered = self._entered
        if head < 0:
            return newest()
        if not self._streams:
            last = newest()
            # A stream registered meanwhile may have caught up before: what lies between is read for it.
            return last if entered == self._entered else head
        while rows := after_in_all(head, READ_AT_ONCE):
            head = self._hand_out(rows)
            if len(rows) < READ_AT_ONCE:
                break
        return head

    def _take(self, messages: Sequence[OutboxEntry]) -> bool:
        """Called by the committing thread: hand them out at once, unless the reader is doing so, or there is a gap
        before or between them, where another process may have written."""
        if not self._following.acquire(blocking=False):
            return False
        try:
            first = self._head + 1
            if [each.pk for each in messages] != list(range(first, first + len(messages))):
                return False
            self._head = self._hand_out(messages)
            return True
        finally:
            self._following.release()

    def _hand_out(self, messages: Sequence[OutboxEntry]) -> int:
        """Hand each message to the streams of its receiver; returns the last sequence."""
        for message in messages:
            if own := self._streams.get(message.receiver):
                event = as_event(message)
                for stream in own:
                    stream.hand(message.pk, event)
        return int(messages[-1].pk)


def _too_many(most: int) -> Text:
    return Text(
        f"本单位已有 {most} 个实时连接，请先关闭其他连接。",
        f"This party already has {most} open streams: close one first.",
    )
