"""A platform that can be told to misbehave: as a transport in this process, or as a server on a port."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import deque
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

PROBLEM = {"Content-Type": "application/problem+json"}
JSON = {"Content-Type": "application/json"}


class FakePlatform(httpx.BaseTransport):
    """Takes uploads as the real one: the same bytes again get the first receipt. ``mood``: what the next requests meet,
    one each: ``drop lost hang 500 internal 503 429 401 slow html gone refuse`` or ``too large``; when it is used up,
    all is well, or as ``always`` says. ``stops``: the mood that meets every body with these bytes.
    """

    def __init__(self, *mood: str, always: str = "ok") -> None:
        self.mood, self.always = deque(mood), always
        self.stops: dict[bytes, str] = {}
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.taken: list[bytes] = []
        self.date = ""
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        """Fixed answers by ``METHOD path``."""
        self.changed = threading.Condition()
        self.release = threading.Event()
        """A server's ``hang`` ends when this is set."""
        self._receipts: dict[str, dict[str, Any]] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        status, headers, body = self.answer(
            request.method, request.url.path, dict(request.headers), request.read(), request
        )
        return httpx.Response(status, headers=headers, content=body, request=request)

    def answer(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        request: httpx.Request | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        if path == "/readyz":
            return self._ready(request)
        self.seen.append((method, path, headers))
        dated = {"Date": self.date} if self.date else {}
        if fixed := self.answers.get(f"{method} {path}"):
            return fixed[0], {**fixed[1], **dated}, fixed[2]
        mood = self._mood(body)
        if mood == "drop":
            raise httpx.ConnectError("no route", request=request)
        if mood in ("lost", "hang"):
            self._take(body)
            if request is None:
                self.release.wait(30)
            raise httpx.ReadTimeout("no answer in time", request=request)
        if mood in _FIXED:
            status, more, words = _FIXED[mood]
            return status, {**more, **dated}, words
        status, receipt = self._take(body)
        return status, {**JSON, **dated}, json.dumps(receipt).encode()

    def _mood(self, body: bytes) -> str:
        stopped = next((mood for part, mood in self.stops.items() if part in body), "")
        return stopped or (self.mood.popleft() if self.mood else self.always)

    def _ready(self, request: httpx.Request | None) -> tuple[int, dict[str, str], bytes]:
        """As all else stands with it."""
        if (self.mood[0] if self.mood else self.always) != "ok":
            raise httpx.ConnectError("no route", request=request)
        checks = {name: {"ok": True} for name in ("disk", "database")}
        return 200, JSON, json.dumps({"status": "ready", "checks": checks}).encode()

    def _take(self, body: bytes) -> tuple[int, dict[str, Any]]:
        digest = hashlib.sha256(body).hexdigest()
        with self.changed:
            known = self._receipts.get(digest)
            if known is None:
                self.taken.append(body)
                known = self._receipts[digest] = {"receipt": len(self.taken)}
                self.changed.notify_all()
                return 201, known
        return 200, known

    def wait_taken(self, count: int) -> list[bytes]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.taken) >= count, 60), (
                f"{len(self.taken)} of {count}"
            )
            return list(self.taken)

    def numbers(self, bodies: Iterable[bytes] | None = None) -> list[str]:
        return [json.loads(body)["test_no"] for body in (self.taken if bodies is None else bodies)]


def _problem(status: int, code: str) -> tuple[int, dict[str, str], bytes]:
    return status, PROBLEM, json.dumps({"code": code, "detail": "不接受", "detail_en": "no"}).encode()


_FIXED: dict[str, tuple[int, dict[str, str], bytes]] = {
    "too large": (413, {"Content-Type": "text/html"}, b"<html>413</html>"),
    "500": (500, {"Content-Type": "text/html"}, b"<h1>oops</h1>"),
    "internal": _problem(500, "internal-error"),
    "503": (503, {"Retry-After": "120"}, b""),
    "429": (429, {**PROBLEM, "Retry-After": "7"}, b'{"code":"too-many-questions"}'),
    "slow": _problem(408, "body-too-slow"),
    "401": _problem(401, "wrong-key"),
    "html": (200, {"Content-Type": "text/html"}, b"<form>log in to this network</form>"),
    "gone": (404, {"Content-Type": "text/html"}, b"no such page"),
    "refuse": _problem(422, "malformed"),
}


class Served:
    """The fake on a port of its own."""

    def __init__(self, fake: FakePlatform) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = self.path.partition("?")[0]
                try:
                    status, headers, content = fake.answer(self.command, path, dict(self.headers), body)
                except httpx.HTTPError:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _do  # noqa: N815 - the names of the base class

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.fake = fake
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.fake.release.set()
        self.server.shutdown()
        self.server.server_close()
