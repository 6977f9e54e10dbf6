"""Messages by signed HTTP: one connection per pass. A receiver that answers slowly, or without end, costs a total time
and a few bytes, never more."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from threading import Timer
from types import TracebackType

import httpx

from imloop.exchange.signing import signed_headers
from imloop.steps.couriers.deliveries import Message, Refused, TryLater

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
"""Of each single step; all of them together:"""
SECONDS = 15.0
MOST_READ = 64 * 1024
"""Bytes of an answer; more is not fetched."""
_TRY_AGAIN = frozenset({408, 425, 429})


class HttpDrop:
    """The connection to one receiver, used as a context manager."""

    def __init__(self, code: str, address: str, transport: httpx.BaseTransport | None = None) -> None:
        self._code, self._address = code, address
        self._http = httpx.Client(timeout=TIMEOUT, transport=transport, follow_redirects=False)
        self._line: socket.socket | None = None
        self._late = False

    def __enter__(self) -> HttpDrop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()
        self._let_go()

    def put(self, message: Message, now: datetime) -> str:
        """The SHA-256 that the receiver says it received; empty when it does not say."""
        key = f"{self._code}-{message.entry.pk}"
        headers = signed_headers(self._address, message.body, key, now)
        self._late = False
        end = Timer(SECONDS, self._cut)
        end.daemon = True
        end.start()
        try:
            status, said = self._post(message.body, headers)
        except httpx.HTTPError as error:
            late = f"（共 {SECONDS:g} 秒未完 · not done within {SECONDS:g} s）" if self._late else ""
            raise TryLater(f"{type(error).__name__}: {error}{late}") from None
        finally:
            end.cancel()
        if 200 <= status < 300:
            return _acknowledged(said)
        words = f"HTTP {status} {said.decode('utf-8', 'replace')[:120]}".strip()
        if status in _TRY_AGAIN or not 400 <= status < 500:
            raise TryLater(words)
        raise Refused(words)

    def _post(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and the beginning of the answer, as it was sent: nothing is unpacked."""
        said = b""
        with self._http.stream(
            "POST",
            self._address,
            content=body,
            headers={**headers, "Accept-Encoding": "identity"},
            extensions={"trace": self._follow},
        ) as answer:
            for piece in answer.iter_raw():
                said += piece
                if len(said) >= MOST_READ:
                    break
            return answer.status_code, said[:MOST_READ]

    def _follow(self, event: str, about: Mapping[str, object]) -> None:
        """Told by the library of each step; keeps a hold of the connection, which TLS will wrap."""
        if event != "connection.connect_tcp.complete":
            return
        stream = about["return_value"]
        made = stream.get_extra_info("socket")  # type: ignore[attr-defined]  # httpcore's NetworkStream
        self._let_go()
        self._line = socket.socket(fileno=os.dup(made.fileno()))
        if self._late:
            self._cut()

    def _cut(self) -> None:
        """From another thread: whatever is being waited for ends at once."""
        self._late = True
        line = self._line
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()


def _acknowledged(said: bytes) -> str:
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        return ""
    return str(answer.get("sha256", "")) if isinstance(answer, dict) else ""
