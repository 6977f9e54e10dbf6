"""A receiver outside that behaves badly on request: refuses, breaks, hangs, hangs up, takes a message twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

import httpx


class FakeReceiver(httpx.BaseTransport):
    """Plays one behaviour per request, then behaves well.

    ``ok`` answers with the hash · ``silent`` 200 without it · ``wrong`` 200 with another hash · ``500`` ``503`` ``429``
    ``400`` ``302`` that status · ``hang`` never answers · ``drop`` takes the message and hangs up before answering
    """

    def __init__(self, *behaviours: str) -> None:
        self.behaviours = list(behaviours)
        self.got: list[dict[str, object]] = []
        self.keys: list[str] = []
        self.requests: list[httpx.Request] = []

    def then(self, behaviours: Iterable[str]) -> None:
        self.behaviours += behaviours

    @property
    def sequence(self) -> list[object]:
        """What a receiver that knows the idempotency key has: each message once, in order of arrival."""
        seen: dict[str, object] = {}
        for key, message in zip(self.keys, self.got, strict=True):
            seen.setdefault(key, message["seq"])
        return list(seen.values())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        behaviour = self.behaviours.pop(0) if self.behaviours else "ok"
        self.requests.append(request)
        if behaviour == "hang":
            raise httpx.ReadTimeout("no answer", request=request)
        if behaviour.isdigit():
            return httpx.Response(int(behaviour), content=iter([b"not now"]), request=request)
        body = request.read()
        self.got.append(json.loads(body))
        self.keys.append(request.headers["Idempotency-Key"])
        if behaviour == "drop":
            raise httpx.RemoteProtocolError("hung up", request=request)
        said = hashlib.sha256(body).hexdigest() if behaviour == "ok" else "0" * 64
        answer = json.dumps({} if behaviour == "silent" else {"sha256": said}).encode()
        return httpx.Response(200, content=iter([answer]), request=request)
