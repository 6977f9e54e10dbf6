"""A small closed-loop HTTP load generator: few keep-alive connections, one request in flight on each.

One process with non-blocking sockets, so that on two cores the server keeps one for itself.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

_CHUNK = 1 << 16


@dataclass(slots=True)
class Load:
    """What one run saw. ``seconds`` is wall clock, ``latencies`` are seconds per answered request."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    last_body: bytes = b""

    @property
    def answered(self) -> int:
        return self.statuses.total()

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Latency in ms that ``share`` of the requests did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


class _Connection:
    """One keep-alive connection: bytes still to send, bytes received of the running answer."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.received = bytearray()
        self.pending = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.received.clear()
        self.sent_at = time.perf_counter()
        self.pending = request
        self.flush()

    def flush(self) -> None:
        while self.pending:
            try:
                done = self.socket.send(self.pending)
            except BlockingIOError:
                return
            self.pending = self.pending[done:]

    def read(self) -> tuple[int, bytes] | None:
        """(status, body) when the answer is complete, else None."""
        chunk = self.socket.recv(_CHUNK)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        self.received += chunk
        head_end = self.received.find(b"\r\n\r\n")
        if head_end < 0:
            return None
        head = bytes(self.received[:head_end]).lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self.received) < head_end + 4 + length:
            return None
        return int(head[9:12]), bytes(self.received[head_end + 4 : head_end + 4 + length])


def http_request(method: str, path: str, body: bytes = b"", headers: str = "") -> bytes:
    """The bytes of one HTTP/1.1 request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def run(port: int, request: Callable[[int], bytes], *, seconds: float, connections: int = 4) -> Load:
    """Keep ``connections`` busy for ``seconds``; ``request(i)`` gives the bytes of the i-th request.

    Requests in flight at the end are waited for, so that answered = processed.
    """
    load, number = Load(), 0
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        connection = _Connection(port)
        selector.register(connection.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, connection)
        connection.send(request(number))
        number += 1
    start = time.perf_counter()
    until, open_ = start + seconds, connections
    while open_:
        for key, events in selector.select(timeout=30):
            connection = key.data
            if events & selectors.EVENT_WRITE:
                connection.flush()
                if not connection.pending:
                    selector.modify(connection.socket, selectors.EVENT_READ, connection)
            answer = connection.read() if events & selectors.EVENT_READ else None
            if answer is None:
                continue
            now = time.perf_counter()
            load.statuses[answer[0]] += 1
            load.latencies.append(now - connection.sent_at)
            load.last_body = answer[1]
            if now < until:
                connection.send(request(number))
                number += 1
                if connection.pending:
                    selector.modify(
                        connection.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, connection
                    )
            else:
                selector.unregister(connection.socket)
                connection.socket.close()
                open_ -= 1
    load.seconds = time.perf_counter() - start
    return load
