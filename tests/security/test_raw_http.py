"""A real server and requests that no client sends: no 5xx, no hanging, and it serves on afterwards.

Cases that once failed are kept in ``tests/security/http``. ``IMLOOP_HTTP_FUZZ=20000`` sends as many requests.
"""

from __future__ import annotations

import json
import os
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from support.servers.raw_http import exchange, requests
from support.servers.steered_site import KEY

COUNT = int(os.environ.get("IMLOOP_HTTP_FUZZ", "400"))
SEED = 20260305
PATIENCE = 30.0
"""Seconds before a silent server counts as hanging; it answers in milliseconds."""
KEPT = sorted((Path(__file__).parent / "http").glob("*.http"))
HANGS = 999
ALLOWED = {501, 505}
"""Said by the HTTP server itself: a method or version that it does not know."""
pytestmark = pytest.mark.one_database("sqlite", reason="it is about the HTTP server")


@pytest.fixture(scope="module")
def server(servers: Any) -> Any:
    return servers.start("raw", ["support.servers.steered_site"], PYTHONPATH=str(Path(__file__).parents[1]))


def answers_of(server: Any, request: bytes, *, is_whole: bool = True) -> list[int]:
    return exchange(int(urlsplit(server.base_url).port or 0), request, PATIENCE, is_whole=is_whole)


def faults_in(statuses: list[int]) -> list[int]:
    return [status for status in statuses if status >= 500 and status not in ALLOWED]


def test_odd_requests_do_no_harm(server: Any) -> None:
    host, key = urlsplit(server.base_url).netloc, (server.data / KEY).read_text(encoding="ascii")
    seen, bad = Counter[int](), []
    for request, is_whole in requests(SEED, COUNT, host, key):
        try:
            statuses = answers_of(server, request, is_whole=is_whole)
        except TimeoutError:
            statuses = [HANGS]
        seen.update(statuses)
        if faults_in(statuses):
            bad.append(f"{statuses} {request[:600]!r}")
    assert not bad, "\n".join(bad[:10])
    assert {200, 400, 401, 403, 404, 422} <= set(seen), f"the requests must reach the application: {seen}"
    still_well(server)


@pytest.mark.parametrize("file", KEPT, ids=lambda each: each.stem)
def test_what_once_failed_does_no_more(server: Any, file: Path) -> None:
    request = file.read_bytes().replace(b"HOST", urlsplit(server.base_url).netloc.encode())
    statuses = answers_of(server, request)
    assert statuses and not faults_in(statuses), statuses
    still_well(server)


def still_well(server: Any) -> None:
    with urllib.request.urlopen(f"{server.base_url}/api/v1/public/stations", timeout=PATIENCE) as answer:
        assert answer.status == 200 and len(json.load(answer)["stations"]) > 1
    assert server.process.poll() is None
