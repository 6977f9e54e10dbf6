"""``GET feed/stream``: what concerns the caller as server-sent events, as it is committed.

Where the server can hold answers open (``imloop serve``), the answer goes on until the client hangs up, the caller
would no longer be admitted, the server stops, or enough was sent. Any other server answers with the waiting messages,
and ends: an event source asks again by itself, with the last sequence."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime

from django.db import Error, close_old_connections, connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Schema

from imloop.api.http.answers import as_json
from imloop.api.http.audience import EVERYONE
from imloop.api.http.auth import caller, shown_key, still_admitted
from imloop.api.http.router import EVENTS, Router
from imloop.api.http.schemas import JsonObject
from imloop.api.http.stream_hub import Hub, Stream, as_event
from imloop.facts.digits import whole
from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text
from imloop.steps.couriers.feed import acknowledge, after_in, epoch, feed, newest_of, require_place
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.seen import listens
from imloop.store.connection_pool import with_connection, without_connection

router = Router()
HUB = "imloop.hub"
"""Key of the request's environment under which a server that can hold answers open puts its ``Hub``."""
PAGE = 200
BEAT = 15.0
"""Seconds between keep-alive comments; each time it is checked whether the caller would still be admitted."""
MOST_BYTES = 8_000_000
"""Bytes that one answer sends before it ends and the client asks again, so that no connection stays open forever."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class MessageOut(Schema):
    """``body``: what the topic says."""

    seq: int
    topic: str
    subject: str
    at: datetime
    body: JsonObject


class FeedOut(Schema):
    """``next``: the sequence to ask with again; ``more``: there may be more right now; ``epoch``: another one means
    that another platform answers, or this one was restored from a backup."""

    entries: list[MessageOut]
    next: int
    more: bool
    epoch: str


@router.get(
    "/feed/stream",
    who=EVERYONE,
    answers={200: EVENTS},
    tags=["everyone"],
    summary="实时消息（SSE）· the live feed",
)
def get_stream(request: HttpRequest, after: int | None = None) -> HttpResponse | StreamingHttpResponse:
    """text/event-stream: ``id`` the sequence, ``event`` the topic, ``data`` an entry of the JSON feed. Begins after the
    sequence of ``Last-Event-ID``, else of ``after``, else with what comes from now on."""
    who = caller(request)
    start = _start(request, after)
    if start is None:
        start = newest_of(who.party_code)
    else:
        require_place(start)
        if shown_key(request):
            # A machine that comes back acknowledges; a page that is opened has read nothing yet.
            acknowledge(who.party_code, start, clock.now())
    hub = request.META.get(HUB)
    listens(who, start)
    if not isinstance(hub, Hub):
        missed = b"".join(as_event(entry) for entry in after_in(who.party_code, start, PAGE))
        return HttpResponse(_hello() + missed, content_type="text/event-stream", headers=HEADERS)
    with without_connection():  # a stream of the same party may need a moment to close
        events = Events(hub, Stream(who.party_code, start), request, who)
    return StreamingHttpResponse(events, content_type="text/event-stream", headers=HEADERS)


def _start(request: HttpRequest, after: int | None) -> int | None:
    said = request.headers.get("Last-Event-ID", "").strip()
    if not said:
        return None if after is None else max(after, 0)
    place = whole(said)
    if place is None:
        words = Text(
            "Last-Event-ID 应为消息序号。", "Last-Event-ID must be the sequence number of a message."
        )
        raise Malformed("malformed", words, problems=[Problem("$.Last-Event-ID", "wrong-value", words)])
    return place


def _hello() -> bytes:
    """The first lines: when to come back after a break, and whose feed it is."""
    return b"retry: 1000\n: epoch %s\n\n" % epoch().encode()


class Events:
    """The body of an open answer: each step waits for something to send. Raises a refusal if too many are open."""

    def __init__(self, hub: Hub, stream: Stream, request: HttpRequest, who: Caller) -> None:
        self._hub, self._stream, self._request, self._who = hub, stream, request, who
        self._shown = stream.cursor
        self._sent = 0
        self._begin = _hello()
        self._beat = time.monotonic() + BEAT
        hub.enter(stream)

    def __iter__(self) -> Events:
        return self

    def __next__(self) -> bytes:
        data = self._next() if self._sent else self._begin
        if not data:
            self.close()
            raise StopIteration
        self._sent += len(data)
        return data

    def close(self) -> None:
        """Called by the server when the client has gone."""
        self._stream.end()
        self._hub.leave(self._stream)

    def _next(self) -> bytes:
        """Messages or a keep-alive comment; empty when the stream is over."""
        stream = self._stream
        while not stream.over and self._sent < MOST_BYTES:
            if time.monotonic() >= self._beat:
                self._beat = time.monotonic() + BEAT
                return b": %d\n\n" % stream.cursor if self._goes_on() else b""
            if stream.probed:
                stream.probed = False
                return b":\n\n"
            if data := self._unsent(self._page() if stream.behind else stream.fetch()):
                return data
            if not stream.behind:
                stream.news.wait(max(self._beat - time.monotonic(), 0))
        return b""

    def _page(self) -> list[tuple[int, bytes]]:
        """The missed messages, a page at a time; the last one is followed by what was handed out meanwhile."""
        self._stream.follow()
        with with_connection():
            close_old_connections()
            found = after_in(self._stream.party, self._stream.cursor, PAGE)
        if len(found) == PAGE:
            self._stream.lag()
        return [(entry.pk, as_event(entry)) for entry in found]

    def _unsent(self, events: Iterable[tuple[int, bytes]]) -> bytes:
        fresh = [(seq, event) for seq, event in events if seq > self._stream.cursor]
        if fresh:
            self._stream.cursor = fresh[-1][0]
        return b"".join(event for _, event in fresh)

    def _goes_on(self) -> bool:
        """Whether to go on. What a machine was sent before the last keep-alive counts as received; that anybody goes on
        listening is kept anew each hour."""
        request, now = self._request, clock.now()
        shown, cursor = self._shown, self._stream.cursor
        with with_connection():
            close_old_connections()
            try:
                if not still_admitted(request, now):
                    return False
                if shown_key(request):
                    acknowledge(self._stream.party, shown, now)
                listens(self._who, shown)
            except Error:  # a busy or restarting database: the next time
                connection.close()
        self._shown = cursor
        return True


@router.get(
    "/feed",
    who=EVERYONE,
    answers={200: FeedOut},
    tags=["everyone"],
    summary="与本单位有关的消息 · what concerns the caller, in order",
)
def get_feed(request: HttpRequest, after: int = 0, limit: int = 100) -> HttpResponse:
    return as_json(feed(caller(request), after=after, limit=limit, now=clock.now()))
