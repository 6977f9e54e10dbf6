"""The API as its users call it, at a moment the story names."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from django.test import Client

from imloop.steps.ground import clock
from support.city import City, at


class Doors:
    """``doors.at("2026-03-05 09:00")`` sets the platform's clock; then calls by a party's key, or by nobody's."""

    def __init__(self, city: City, patch: pytest.MonkeyPatch) -> None:
        self.city = city
        self._patch = patch
        self._clients: dict[str, Client] = {"": Client()}

    def at(self, text: str) -> None:
        moment = at(text)
        self._patch.setattr(clock, "now", lambda: moment)

    def use_key(self, code: str, key: str) -> None:
        """From now on calls of this party bear the key."""
        self._clients[code] = Client(headers={"Authorization": f"Bearer {key}"})

    def call(
        self, verb: str, path: str, body: object = None, *, by: str = "", expect: int | None = None
    ) -> dict[str, Any]:
        """The answer's JSON; ``expect`` None: any success."""
        client = self._clients.get(by) or self._clients.setdefault(by, self.city.client(by))
        more: dict[str, Any] = {}
        if body is not None:
            raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
            more = {"data": raw, "content_type": "application/json"}
        response = getattr(client, verb)(f"/api/v1/{path}", **more)
        fits = response.status_code == expect if expect else response.status_code < 300
        assert fits, f"{verb} {path}: {response.status_code} {response.content.decode()[:600]}"
        answer: dict[str, Any] = response.json()
        return answer

    def get(self, path: str, **options: Any) -> dict[str, Any]:
        return self.call("get", path, **options)

    def post(self, path: str, body: object, **options: Any) -> dict[str, Any]:
        return self.call("post", path, body, **options)

    def step(self, matter_no: str, step: str, *, by: str, expect: int | None = None, **fields: object) -> Any:
        """One step of a matter by a department or station."""
        body = {"step": step, "fields": fields}
        return self.post(f"matters/{matter_no}/steps", body, by=by, expect=expect)
