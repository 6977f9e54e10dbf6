"""A system outside behind a real socket that behaves as badly as ``support.servers.fake_receiver``, for couriers in
processes of their own."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MOODS = (
    "silent", "500", "503", "429", "302", "cut", "drop", "slow", "hang", "hang-after", "twice", "drip",
    "endless",
)  # fmt: skip
"""``silent`` 200 without the hash · a number: that status, nothing kept · ``cut`` hangs up before it keeps the message,
``drop`` after · ``slow`` answers late, but in time · ``hang`` never answers, nothing kept, ``hang-after`` kept ·
``twice`` the network brings the message a second time · ``drip`` kept, and the answer comes a byte at a time and never
ends · ``endless`` kept, and the answer is as long as can be. Anything else: kept, and answered with its hash."""
LATE = 0.1
"""Seconds of a slow answer."""


@dataclass(frozen=True)
class Arrival:
    """A message that was kept: its idempotency key, its sequence, the hash of its bytes."""

    key: str
    seq: int
    sha256: str


@dataclass
class Desk:
    """One receiver of the site. ``moods``: what it does to one request each, then it behaves well.
    ``never``: numbers of messages (``body["n"]``) that it refuses for good."""

    moods: list[str]
    never: frozenset[int]
    arrivals: list[Arrival] = field(default_factory=list)
    played: list[str] = field(default_factory=list)

    @property
    def first(self) -> dict[str, Arrival]:
        """What a receiver that knows the key has: each message once, in order of arrival."""
        known: dict[str, Arrival] = {}
        for arrival in self.arrivals:
            known.setdefault(arrival.key, arrival)
        return known


class RudeReceiver:
    """Listens on a port of its own; ``desks`` by the last part of the address."""

    def __init__(self, desks: Mapping[str, Desk]) -> None:
        self.desks = desks
        self._over = threading.Event()
        self._lock = threading.Lock()
        outside = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                with contextlib.suppress(OSError):  # a courier that gave up waits for no answer
                    outside._take(self)

            def log_message(self, *arguments: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def address(self, code: str) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/{code}"

    def stop(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        desk = self.desks[request.path.strip("/")]
        body = request.rfile.read(int(request.headers["Content-Length"]))
        message = json.loads(body)
        wanted = message["body"]["n"] not in desk.never
        with self._lock:
            mood = desk.moods.pop(0) if desk.moods else "ok"
            desk.played.append(mood)
            if wanted and not mood.isdigit() and mood not in ("cut", "hang"):
                arrival = Arrival(
                    request.headers["Idempotency-Key"], message["seq"], hashlib.sha256(body).hexdigest()
                )
                desk.arrivals += [arrival] * (2 if mood == "twice" else 1)
        _BEHAVIOUR.get(mood, _answer)(self, request, mood, body if wanted else None)


Behave = Callable[[RudeReceiver, BaseHTTPRequestHandler, str, "bytes | None"], None]


def _answer(_site: RudeReceiver, request: BaseHTTPRequestHandler, mood: str, body: bytes | None) -> None:
    """``body`` None: the message will never be taken."""
    said: dict[str, Any] = {}
    if mood.isdigit():
        status = int(mood)
    elif body is None:
        status = 422
    else:
        status = 200
        said = {} if mood == "silent" else {"sha256": hashlib.sha256(body).hexdigest()}
    raw = json.dumps(said).encode()
    request.send_response(status)
    request.send_header("Content-Length", str(len(raw)))
    request.end_headers()
    request.wfile.write(raw)


def _hang_up(_site: RudeReceiver, request: BaseHTTPRequestHandler, _mood: str, _body: bytes | None) -> None:
    request.close_connection = True


def _late(site: RudeReceiver, request: BaseHTTPRequestHandler, mood: str, body: bytes | None) -> None:
    site._over.wait(LATE)
    _answer(site, request, mood, body)


def _hang(_site: RudeReceiver, request: BaseHTTPRequestHandler, _mood: str, _body: bytes | None) -> None:
    """Until the courier hangs up."""
    request.connection.settimeout(60)
    request.connection.recv(1)
    request.close_connection = True


def _drip(site: RudeReceiver, request: BaseHTTPRequestHandler, _mood: str, _body: bytes | None) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    while not site._over.wait(0.05):
        request.wfile.write(b"x")


def _endless(site: RudeReceiver, request: BaseHTTPRequestHandler, mood: str, body: bytes | None) -> None:
    if body is None:
        _answer(site, request, mood, body)
        return
    request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not site._over.is_set():
        request.wfile.write(b"x" * 65536)


_BEHAVIOUR: dict[str, Behave] = {
    "cut": _hang_up,
    "drop": _hang_up,
    "slow": _late,
    "hang": _hang,
    "hang-after": _hang,
    "drip": _drip,
    "endless": _endless,
}


@contextlib.contextmanager
def rude(desks: Mapping[str, Desk]) -> Iterator[RudeReceiver]:
    site = RudeReceiver(desks)
    try:
        yield site
    finally:
        site.stop()
