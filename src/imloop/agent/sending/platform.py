"""The agent's connection to the platform: one kept connection, short time-outs, and an answer or ``NoNetwork``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from imloop.agent.sending.credentials import Credentials
from imloop.facts.digits import whole

PATHS = {
    "test": "tests",
    "repair": "repairs",
    "check": "equipment-checks",
    "redeem": "offline-vouchers/redeem",
    "photo": "repairs/files",
}
"""Where a kind of message goes, below ``/api/v1``."""
_QUERY_SAFE = "%&=+:/?-._~"
"""What stays as it is in a query that may be escaped already: what is signed must be what is sent."""
_PROBLEM = "application/problem+json"
JSON, FILE = "application/json", "application/octet-stream"
_TRY_AGAIN = frozenset({401, 408, 425, 429})
_BUSY = frozenset({425, 429, 503})
_NEEDED = ("disk", "database")
"""What the platform says of itself at ``/readyz`` and cannot take a message without."""
_NOT_OF_THE_MESSAGE = frozenset({"key-over-plain-http", "unknown-call", "internal-error"})


class NoNetwork(Exception):
    """No answer that is the platform's: no connection, no time left, or somebody else's page."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` as it came. ``skew``: seconds by which the platform's clock is ahead of ours;
    None when it did not say."""

    status: int
    body: bytes
    kind: str
    headers: Mapping[str, str]
    skew: float | None

    @property
    def json(self) -> dict[str, Any] | None:
        try:
            found = msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return None
        return found if isinstance(found, dict) else None

    @property
    def accepted(self) -> bool:
        """Only a JSON object in a good answer is a receipt: a log-in page of some network in between is not."""
        return self.status in (200, 201, 202) and self.json is not None

    @property
    def refused(self) -> bool:
        """The platform has judged this message and refused it. A wrong key, a wrong address, a fault of its own
        or of a proxy say nothing about the message."""
        if not 400 <= self.status < 500 or self.status in _TRY_AGAIN or self.kind != _PROBLEM:
            return False
        return bool(self.code) and self.code not in _NOT_OF_THE_MESSAGE

    @property
    def busy(self) -> bool:
        """The platform itself asks for patience. A body that comes too slowly (408), or was changed on its way so that
        its signature is wrong (401), may be this one alone."""
        return self.status in _BUSY and (self.kind == _PROBLEM or self.retry_after > 0)

    @property
    def code(self) -> str:
        return str((self.json or {}).get("code", ""))

    @property
    def words(self) -> str:
        found = self.json or {}
        return f"{self.status} {self.code} {found.get('detail', '')}".strip()

    @property
    def retry_after(self) -> float:
        """Seconds the platform asks to wait before the next call."""
        text = self.headers.get("retry-after", "")
        return float(whole(text) or 0)


class Platform:
    """``url``: of the installation, without ``/api/v1``. ``patience``: seconds for one answer."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        patience: float = 20.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self._credentials = credentials
        self._client = httpx.Client(
            timeout=httpx.Timeout(patience, connect=min(5.0, patience)),
            transport=transport,
            follow_redirects=False,
        )

    def close(self) -> None:
        self._client.close()

    def post(
        self, path: str, body: bytes, now: datetime, patience: float | None = None, kind: str = JSON
    ) -> Answer:
        """A message, or a file of another ``kind``, to ``/api/v1/path``. Raises ``NoNetwork``."""
        return self._ask("POST", f"{self.url}/api/v1/{path}", body, now, patience, kind)

    def get(self, path: str, now: datetime, query: str = "", patience: float | None = None) -> Answer:
        """The answer of ``/api/v1/path``, or at the root for a path that begins with ``/``. Raises ``NoNetwork``."""
        address = f"{self.url}{path}" if path.startswith("/") else f"{self.url}/api/v1/{path}"
        plain = quote(query, safe=_QUERY_SAFE)
        return self._ask("GET", f"{address}?{plain}" if query else address, b"", now, patience)

    def is_ready(self, now: datetime) -> bool:
        """Whether it answers, and says that it can take messages."""
        try:
            checks = (self.get("/readyz", now, patience=5.0).json or {}).get("checks", {})
            return all(checks[name]["ok"] is True for name in _NEEDED)
        except (NoNetwork, KeyError, TypeError):
            return False

    def _ask(
        self, method: str, url: str, body: bytes, now: datetime, patience: float | None, kind: str = JSON
    ) -> Answer:
        headers = {"Accept": "application/json", **self._credentials.headers(method, url, body, now)}
        if body:
            headers["Content-Type"] = kind
        more: dict[str, Any] = {} if patience is None else {"timeout": patience}
        try:
            answer = self._client.request(method, url, content=body or None, headers=headers, **more)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoNetwork(f"{type(error).__name__}: {error}".rstrip(": ")) from error
        answered = answer.headers.get("content-type", "").partition(";")[0].strip()
        return Answer(
            answer.status_code,
            answer.content,
            answered,
            answer.headers,
            _skew(answer.headers.get("date"), now),
        )


def _skew(date: str | None, now: datetime) -> float | None:
    """From the ``Date`` of an answer, which counts whole seconds."""
    try:
        return (parsedate_to_datetime(date) - now).total_seconds() if date else None
    except (ValueError, TypeError):
        return None
