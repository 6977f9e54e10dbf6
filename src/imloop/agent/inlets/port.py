"""The local HTTP inlet: the platform's own addresses on this computer, for this computer alone.

A line's software posts as it would to the platform. The message is on the disk before the answer; the answer is the
platform's receipt when it comes in time, else 202 with the number in the queue.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import msgspec
import structlog

from imloop.agent.inlets.folder import LARGEST, reason, too_large
from imloop.agent.inlets.inlet import take
from imloop.agent.page import STYLE, page
from imloop.agent.paper import Paper
from imloop.agent.permit import ask, no_network
from imloop.agent.photo import Photo
from imloop.agent.sending.form import FORM, parts_of
from imloop.agent.sending.heartbeats import Lines
from imloop.agent.sending.platform import NoNetwork, Platform
from imloop.agent.sending.uploader import Uploader
from imloop.agent.spool import Item, Spool, State
from imloop.agent.status import status
from imloop.exchange.dialects import MessageKind
from imloop.exchange.uploads.decode_check import decode_heartbeat
from imloop.facts.pictures import media_type
from imloop.facts.refusal import Malformed, NotAllowed, Refusal
from imloop.facts.text import Text

log = structlog.get_logger("imloop.agent")
_KINDS = {"tests": MessageKind.TEST, "repairs": MessageKind.REPAIR, "equipment-checks": MessageKind.CHECK}
_PHOTOS = "repairs/files"
_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_FAREWELL = 2.0
"""Seconds of silence after which the connection of a caller that has not sent its refused body is closed."""
_JSON, _PROBLEM = "application/json", "application/problem+json"
Reply = tuple[int, str, bytes]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the inlet works with. ``within``: seconds a caller waits for the platform's own receipt."""

    station: str
    spool: Spool
    platform: Platform
    uploader: Uploader
    lines: Lines
    paper: Paper
    now: Callable[[], datetime]
    within: float = 3.0

    def post(self, path: str, query: str, body: bytes, kind: str = _JSON) -> Reply:
        """``kind``: of the body, as the caller names it. Raises ``Refusal`` for what cannot be taken."""
        if path == "heartbeats":
            return self._heartbeat(body)
        asked = parse_qs(query)
        if path == _PHOTOS:
            item, fresh = self._photo(asked, body)
            return self._waited(item, fresh)
        files: dict[str, bytes] = {}
        if path == "repairs" and kind.lower().startswith(FORM):
            body, files = parts_of(kind, body)
            _acceptable(files)
        photos = {name: (content, "") for name, content in files.items()}
        dialect = asked.get("dialect", [""])[0]
        item, fresh = take(self.spool, body, self.now(), _KINDS[path], dialect, photos=photos)
        if fresh:
            self.lines.learn(self.spool, item)
        return self._waited(item, fresh)

    def _photo(self, asked: Mapping[str, Sequence[str]], body: bytes) -> tuple[Item, bool]:
        repair_no, name = (asked.get(each, [""])[0].strip() for each in ("repair_no", "name"))
        if not (repair_no and name):
            raise Malformed("missing", Text("请写明 repair_no 和 name。", "Give repair_no and name."))
        _acceptable({name: body})
        return self.spool.put_photo(Photo(repair_no=repair_no, name=name, body=body), self.now())

    def _waited(self, item: Item, fresh: bool) -> Reply:
        if item.state == State.WAITING and not self.uploader.offline:
            item = self.spool.wait_settled(item.id, self.within, lambda: self.uploader.offline)
        return self._receipt(item, fresh)

    def _receipt(self, item: Item, fresh: bool) -> Reply:
        if item.state == State.WAITING:
            return 202, _JSON, msgspec.json.encode(_queued(item))
        good = 201 if fresh and item.status == 201 else 200
        if item.state == State.SENT:
            return good, _JSON, self.spool.answer(item.id)
        return item.status or 422, _PROBLEM, self.spool.answer(item.id)

    def _heartbeat(self, body: bytes) -> Reply:
        """Passed on with the agent's next heartbeat; a heartbeat is about now, so it never waits in the spool."""
        decode_heartbeat(body)
        for line in msgspec.json.decode(body)["lines"]:
            self.lines.told(line)
        message = self.lines.heartbeat(self.spool.figures().waiting_tests, self.now())
        assert message is not None  # a decoded heartbeat names a line
        try:
            answer = self.platform.post("heartbeats", message, self.now(), self.within)
        except NoNetwork:
            return 202, _JSON, msgspec.json.encode({"offline": True})
        self.uploader.heard(answer)
        return answer.status, answer.kind or _JSON, answer.body

    def get(self, path: str, query: str) -> Reply | None:
        """None: there is no such page."""
        if path == "":
            return 200, "text/html; charset=utf-8", page(self.spool, self.station, self.now()).encode()
        if path == "style.css":
            return 200, "text/css", STYLE.encode()
        if path == "queue":
            return 200, _JSON, msgspec.json.encode(status(self.spool, self.station, self.now()).to_json())
        if path == "retest-permit":
            answer = ask(self.platform, query, self.now())
            if answer is None:
                return 200, _JSON, msgspec.json.encode(no_network(self.paper, self.now()))
            self.uploader.heard(answer)
            return answer.status, answer.kind or _JSON, answer.body
        return None


def _queued(item: Item) -> dict[str, object]:
    return {
        "queue": item.id,
        "state": item.state,
        "sha256": item.sha256,
        "accepted_at": item.accepted_at,
        "text": "已存入本机队列，网络恢复后按顺序上传；同样的报文再发一次可取平台回执。",
        "text_en": (
            "Kept on this computer, sent in order when the network is back; "
            "send the same bytes again for the receipt."
        ),
    }


def _acceptable(files: Mapping[str, bytes]) -> None:
    """What the platform would refuse is refused here, before anything is kept."""
    for content in files.values():
        media_type(content)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "imloop-agent"
    sys_version = ""
    timeout = 60
    desk: Desk

    def do_GET(self) -> None:
        path, query = self._address()
        self._reply(self._guarded(lambda: self.desk.get(path, query)))

    def do_POST(self) -> None:
        path, query = self._address()

        def answer() -> Reply | None:
            body = self._body()
            if path not in (*_KINDS, _PHOTOS, "heartbeats"):
                return None
            return self.desk.post(path, query, body, self.headers.get("Content-Type", ""))

        self._reply(self._guarded(answer))

    def _address(self) -> tuple[str, str]:
        parts = urlsplit(self.path)
        query = parts.query.encode("latin-1").decode(
            "utf-8", "replace"
        )  # as sent, unescaped Chinese included
        return parts.path.strip("/").removeprefix("api/v1/"), query

    def _guarded(self, answer: Callable[[], Reply | None]) -> Reply:
        """Only programs of this computer may call, not the pages of some web site open in its browser."""
        try:
            host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
            if (
                host not in _HOSTS
                or self.headers.get("Origin")
                or self.headers.get("Sec-Fetch-Site") == "cross-site"
            ):
                self.close_connection = True  # its body is not read
                return 403, _PROBLEM, b'{"code":"not-local"}'
            return answer() or (404, _PROBLEM, b'{"code":"unknown-call"}')
        except Malformed as refusal:
            status = {"malformed-json": 400, "too-large": 413}.get(refusal.code, 422)
            return status, _PROBLEM, reason(refusal)
        except NotAllowed as refusal:
            return 507 if refusal.code == "spool-full" else 403, _PROBLEM, reason(refusal)
        except Refusal as refusal:
            return 422, _PROBLEM, reason(refusal)
        except Exception as error:  # the caller is told, and the next is served
            log.error("port", exc_info=error)
            return 500, _PROBLEM, b'{"code":"internal-error"}'

    def _body(self) -> bytes:
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            length = LARGEST + 1  # chunked: of unknown length
        if not 0 <= length <= LARGEST:
            self.close_connection = True
            raise too_large()
        return self.rfile.read(length)

    def _reply(self, reply: Reply) -> None:
        status_code, kind, body = reply
        self.send_response(status_code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")  # else its next message would go into a closed connection
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header(
            "Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
        )
        self.end_headers()
        self.wfile.write(body)
        if self.close_connection:
            self._hang_up()

    def _hang_up(self) -> None:
        """Wait for the rest of an unread body: closing earlier would keep the answer from its sender."""
        left = LARGEST
        try:
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(_FAREWELL)
            while left > 0 and (piece := self.connection.recv(1 << 16)):
                left -= len(piece)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Quiet: what matters is in the queue."""


def serve(desk: Desk, port: int) -> ThreadingHTTPServer:
    """A server on 127.0.0.1, not yet running; ``port`` 0: any free one."""
    handler = type("Handler", (_Handler,), {"desk": desk})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    return server
