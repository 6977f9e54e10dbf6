"""Bodies of requests are read before anything scarce is taken for them: within a time, at a least rate, up to a size.

The server's own reading waits for as long as the other side likes and cannot be called back. So one thread watches all
of them: what is overdue is answered from there, and its connection ended if the other side does not hang up, which ends
the reading.
"""

from __future__ import annotations

import io
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from imloop.api.http.fast_calls import Application, Environment, StartResponse
from imloop.exchange.http.rate_limit import ADMITTED, address_in
from imloop.facts.digits import are_digits
from imloop.facts.refusal import Malformed, Refusal, Unavailable
from imloop.facts.text import Text
from imloop.site.ending import PAUSE, end_silent
from imloop.site.refusing import refusal_of, refuse

ANSWER_NOW = "imloop.answer-now"
"""Key of the environment under which the server's way to answer a request from any thread stands, where it has one:
``(status, headers, body)``."""
LOOK_EVERY = 1.0
"""Seconds between two looks at what is on its way."""
PIECE = 64 * 1024
"""Bytes that are asked for at a time: what has come of a piece that is not whole is not known."""
IN_MEMORY = 2 * 1024 * 1024
"""Bytes of one body beyond which it is kept in a file."""
_SHARE, _STRANGERS = 4, 2
"""One address may have a quarter of all that may be on its way, and addresses from which nobody came lately with a key
or a log-in have half of it together: however many they are, those who work with the platform find room."""
_LATELY, _MOST_KNOWN = 24 * 3600.0, 10_000
"""For how many seconds, and how many addresses, are remembered."""
_TOO_SLOW = Text(
    "报文传输过慢，未保存任何内容。请检查网络后重传。",
    "The body came too slowly; nothing was kept. Check the line and send it again.",
)
_FULL = Text(
    "同时传输的报文过多，请稍后原样重传。", "Too many bodies are on their way: send the same again shortly."
)
_EDGE = 4096
_AROUND = b"\0\x1a \t\r\n\xef\xbb\xbf\xff\xfe"
"""Marks of an encoding, blanks, and what programs of old put behind the end."""
_CLOSED_BY = {b"{": b"}", b"<": b">"}
_NO_LENGTH = Text(
    "请注明 Content-Length：分块传输只收 JSON、XML，文件和表格分块传输时无法知道是否传完。",
    "State the Content-Length: in chunks only JSON and XML are taken, for nobody knows whether a file or a table that "
    "came in chunks is whole.",
)
_BROKEN_OFF = Text("报文未传完，连接已中断。", "The body broke off before its end.")


@dataclass(frozen=True, slots=True)
class Limits:
    """``grace`` and ``whole`` in seconds, ``rate`` in bytes a second after the grace. ``bodies`` and ``room``: how
    many, and how many bytes, may be on their way at one time. ``largest_…``: bytes of a call's, of a page's."""

    grace: float
    rate: float
    whole: float
    bodies: int
    room: int
    largest_call: int
    largest_form: int


class Received:
    """Hands a request on once its body is here, or answers why not. Any number of threads may call."""

    def __init__(
        self, application: Application, limits: Limits, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.application = application
        self._limits, self._now = limits, now
        self._lock = threading.Lock()
        self._coming: set[_Coming] = set()
        self._bodies, self._bytes = Counter[str](), Counter[str]()
        self._known: dict[str, float] = {}
        """Addresses by when somebody last came from there with a key or a log-in, the latest last."""
        self._watched = False

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        if has_body(environ):
            try:
                self._receive(environ)
            except Refusal as refusal:
                return refuse(environ, start_response, refusal, close=True)
        answer = self.application(environ, start_response)
        if ADMITTED in environ:
            self._remember(address_in(environ))
        return answer

    def _remember(self, address: str) -> None:
        with self._lock:
            self._known.pop(address, None)
            self._known[address] = self._now()
            if len(self._known) > _MOST_KNOWN:
                del self._known[next(iter(self._known))]

    def _receive(self, environ: Environment) -> None:
        """The body as ``wsgi.input``, its length as ``CONTENT_LENGTH``, also of one that came in chunks."""
        limits = self._limits
        most = limits.largest_call if environ["PATH_INFO"].startswith("/api/") else limits.largest_form
        chunked = environ.pop("HTTP_TRANSFER_ENCODING", None) is not None
        length = None if chunked else _stated(environ.get("CONTENT_LENGTH", ""))
        if length is not None and length > most:
            raise too_large(most)
        coming = _Coming(environ, most + 1 if length is None else length, self._now())
        self._enter(coming)
        try:
            coming.read()
        except (
            Exception
        ) as error:  # whatever the server raises for a connection that broke off, or a full disk
            raise Malformed("body-incomplete", _BROKEN_OFF) from error
        finally:
            self._leave(coming)
        if coming.answered is not None:
            raise Unavailable("body-too-slow", _TOO_SLOW)  # said already; this ends the request
        if length is None and coming.arrived > most:
            raise too_large(most)
        if length is not None and coming.arrived < length:
            raise Malformed("body-incomplete", _BROKEN_OFF)
        whole = coming.whole()
        if length is None and not says_its_end(whole, coming.arrived):
            raise Malformed("length-required", _NO_LENGTH)
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = whole, str(coming.arrived)

    def _enter(self, coming: _Coming) -> None:
        """Counts it among those on their way; raises when they are too many, or too many of its address."""
        bodies, room, size = self._limits.bodies, self._limits.room, coming.wanted
        with self._lock:
            coming.stranger = self._known.get(coming.address, -_LATELY) + _LATELY <= self._now()
            beside = [each for each in self._coming if each.stranger] if coming.stranger else self._coming
            part = _STRANGERS if coming.stranger else 1
            if (
                len(beside) >= max(bodies // part, 1)
                or self._bodies[coming.address] >= max(bodies // _SHARE, 1)
                or sum(each.wanted for each in beside) + size > room // part
                or self._bytes[coming.address] + size > room // _SHARE
            ):
                raise Unavailable("bodies-full", _FULL)
            self._coming.add(coming)
            self._bodies[coming.address] += 1
            self._bytes[coming.address] += size
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._watch, name="bodies", daemon=True).start()

    def _leave(self, coming: _Coming) -> None:
        with self._lock:
            self._coming.discard(coming)
            for counted, less in ((self._bodies, 1), (self._bytes, coming.wanted)):
                counted[coming.address] -= less
                if counted[coming.address] <= 0:
                    del counted[coming.address]

    def _watch(self) -> None:
        while True:
            threading.Event().wait(LOOK_EVERY)
            self.look()

    def look(self) -> None:
        """Answers what is overdue, and ends the connections of what was answered some seconds ago."""
        now = self._now()
        stubborn: dict[str, float] = {}
        with self._lock:
            for coming in self._coming:
                if coming.answered is None and coming.due(self._limits) <= now:
                    coming.answer_slow(now)
                elif coming.answered is not None and coming.answered + PAUSE <= now:
                    stubborn[coming.peer] = min(coming.answered, stubborn.get(coming.peer, now))
        if stubborn:
            end_silent(stubborn, now)


def has_body(environ: Environment) -> bool:
    return environ.get("CONTENT_LENGTH", "0") != "0" or "HTTP_TRANSFER_ENCODING" in environ


def says_its_end(body: BinaryIO, size: int) -> bool:
    """Whether a body that broke off would be noticed by what it holds: the server tells the end of chunks and the end
    of a connection alike. JSON and XML close what they open; half a file, half a table look like whole ones."""
    head = body.read(_EDGE).lstrip(_AROUND)[:1]
    body.seek(max(0, size - _EDGE))
    tail = body.read().rstrip(_AROUND)[-1:]
    body.seek(0)
    return not size or _CLOSED_BY.get(head) == tail


def _stated(length: str) -> int:
    if not are_digits(length):
        raise Malformed("malformed", Text("Content-Length 应为整数。", "Content-Length must be a number."))
    return int(length[:20])


def too_large(limit: int) -> Malformed:
    return Malformed("too-large", Text(f"报文超过 {limit} 字节。", f"The body exceeds {limit} bytes."))


@dataclass(eq=False)
class _Coming:
    """A body on its way. ``wanted``: bytes at which reading ends; ``answered``: when it was given up."""

    environ: Environment
    wanted: int
    begun: float
    arrived: int = 0
    answered: float | None = None
    stranger: bool = True
    _pieces: list[bytes] = field(default_factory=list)
    _file: BinaryIO | None = None

    def __post_init__(self) -> None:
        self.address, self.peer = address_in(self.environ), str(self.environ.get("REMOTE_ADDR", ""))

    def read(self) -> None:
        source = self.environ["wsgi.input"]
        while self.arrived < self.wanted:
            piece = source.read(min(PIECE, self.wanted - self.arrived))
            if not piece:
                break
            self._keep(piece)
            self.arrived += len(piece)

    def _keep(self, piece: bytes) -> None:
        if self._file is None and self.arrived + len(piece) > IN_MEMORY:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the request
            self._file.writelines(self._pieces)
            self._pieces.clear()
        if self._file is None:
            self._pieces.append(piece)
        else:
            self._file.write(piece)

    def whole(self) -> BinaryIO:
        if self._file is None:
            return io.BytesIO(self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces))
        self._file.seek(0)
        return self._file

    def due(self, limits: Limits) -> float:
        """When the piece that is awaited must be here."""
        upto = min(self.arrived + PIECE, self.wanted)
        return self.begun + min(limits.whole, limits.grace + upto / limits.rate)

    def answer_slow(self, now: float) -> None:
        """From the thread that watches, as the one that reads cannot be called back."""
        self.answered = now
        answer: Any = self.environ.get(ANSWER_NOW)
        if answer is not None:
            status, headers, body = refusal_of(
                self.environ, Unavailable("body-too-slow", _TOO_SLOW), close=True
            )
            with suppress(Exception):  # the connection may be gone by now
                answer(int(status.partition(" ")[0]), headers, body)
