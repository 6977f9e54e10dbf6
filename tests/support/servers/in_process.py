"""The platform of this very process behind an HTTP client: its requests see the test's own transaction."""

from __future__ import annotations

import httpx
from django.test import Client


class InProcess(httpx.BaseTransport):
    def __init__(self) -> None:
        self._client = Client(raise_request_exception=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        address = request.url.raw_path.decode("ascii")
        kind = request.headers.get("content-type", "")
        headers = {name: value for name, value in request.headers.items() if name != "content-type"}
        answer = self._client.generic(request.method, address, request.read(), kind, headers=headers)
        return httpx.Response(
            answer.status_code, headers=dict(answer.headers), content=answer.content, request=request
        )
