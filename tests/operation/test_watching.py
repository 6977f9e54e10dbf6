"""Who watches an installation sees whether it is fit, what waits, and what failed, and nobody's data."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from wsgiref.util import setup_testing_defaults

import msgspec
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from imloop.api.app import CALLS
from imloop.api.http.fast_calls import Express
from imloop.site.observe import Observed
from imloop.steps.desk import health
from imloop.steps.ground import clock
from imloop.store.models import JournalHead
from support.city import NEAR, City, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN, test_message

NOW = at("2026-03-05 09:00")
OWNER = ("韦小明", "13800000000")


@pytest.fixture
def watched(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> City:
    """A city whose background work has just come round."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    health.passed(NOW - timedelta(minutes=1), [])
    return doors.city


def ready(status: int) -> dict[str, Any]:
    answer = Client().get("/readyz")
    assert answer.status_code == status, answer.content.decode()
    checks: dict[str, Any] = answer.json()["checks"]
    return {name: check for name, check in checks.items() if not check["ok"]}


def test_a_sound_installation_is_alive_and_ready(watched: City) -> None:
    assert Client().get("/healthz").json() == {"status": "alive"}
    assert ready(200) == {}
    watched.test("2026-03-02 09:00", co=0.9)
    assert ready(200) == {}


def test_work_that_stands_still_is_said(watched: City) -> None:
    health.passed(NOW - timedelta(minutes=20), [])
    assert set(ready(503)) == {"work"}
    health.passed(NOW + timedelta(days=1), [])
    assert "clock" in ready(503)["work"]["reason_en"]
    health.passed(NOW, ["couriers"])
    assert "couriers" in ready(503)["work"]["reason_en"]


def test_a_disk_that_runs_full_is_said(watched: City, settings_min: None) -> None:
    assert set(ready(503)) == {"disk"}


@pytest.fixture
def settings_min(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "MIN_FREE_MB", 2**40)


def test_a_journal_that_was_cut_is_said(watched: City) -> None:
    watched.test("2026-03-02 09:00", co=0.9)
    JournalHead.objects.update(number=1)
    assert set(ready(503)) == {"journal"}


def test_a_database_that_is_behind_is_said(watched: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_on_disk", lambda: {("store", "9999_of_tomorrow")})
    assert "imloop migrate" in ready(503)["database"]["reason_en"]


def test_a_database_that_is_away_is_said_without_its_own_words(
    watched: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("connection to server at 10.1.2.3 failed: password secret")

    for name in ("_database", "_journal", "_work"):
        monkeypatch.setattr(health, name, away)
    assert set(ready(503)) == {"database", "journal", "work"}
    assert b"10.1.2.3" not in Client().get("/readyz").content


def samples() -> dict[tuple[str, tuple[str, ...]], float]:
    text = Client().get("/metrics").content.decode()
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_count_uploads_refusals_and_what_is_open(watched: City) -> None:
    before = samples()
    client, message = watched.client(NEAR), test_message(at("2026-03-02 09:00"), station=NEAR, co=0.9)
    for _ in range(2):
        client.post("/api/v1/tests", data=msgspec.json.encode(message), content_type="application/json")
    client.post("/api/v1/tests", data=b"{", content_type="application/json")
    after = samples()

    def more(name: str, *labels: str) -> float:
        return after.get((name, labels), 0) - before.get((name, labels), 0)

    assert more("imloop_uploads_total", "test", "fail") == 1, sorted(k for k in after if "uploads" in k[0])
    assert more("imloop_uploads_total", "test", "again") == 1
    assert more("imloop_refusals_total", "malformed-json") == 1
    assert (after["imloop_open_cases", ()], after["imloop_work_age_seconds", ()]) == (1, 60)
    assert after["imloop_journal_height", ()] == JournalHead.objects.get().number
    assert {"imloop_locked_lines", "imloop_outbox_height", "imloop_database_bytes"} <= {n for n, _ in after}


def test_metrics_are_for_this_machine_or_the_token(watched: City, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    assert Client(REMOTE_ADDR="192.0.2.7").get("/metrics").status_code == 403
    assert Client(headers={"X-Forwarded-For": "192.0.2.7"}).get("/metrics").status_code == 403
    monkeypatch.setattr(settings, "METRICS_TOKEN", "a-token")
    assert Client().get("/metrics").status_code == 403
    assert Client(headers={"Authorization": "Bearer a-token"}).get("/metrics").status_code == 200


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged, as it leaves the process."""
    root, out = logging.getLogger(), io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(root.handlers[0].formatter if _is_ours(root) else None)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield out
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def _is_ours(root: logging.Logger) -> bool:
    return "ProcessorFormatter" in type(root.handlers[0].formatter).__name__


def ask(method: str, path: str, body: bytes = b"", **environ: str) -> tuple[str, dict[str, str], bytes]:
    """Through everything that stands around the application."""
    got: list[Any] = []
    path, _, query = path.partition("?")
    asked: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", "REQUEST_METHOD": method, "HTTP_HOST": "testserver"}
    setup_testing_defaults(asked)
    asked |= {"PATH_INFO": path, "QUERY_STRING": query, "wsgi.input": io.BytesIO(body), **environ}
    asked |= {"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/json"}
    answer = Observed(Express(WSGIHandler(), CALLS))(
        asked, lambda status, headers: got.append((status, dict(headers)))
    )
    return got[0][0], got[0][1], b"".join(answer)


@pytest.fixture
def whole(watched: City, monkeypatch: pytest.MonkeyPatch) -> City:
    # The framework would close the connection that holds the test's transaction.
    monkeypatch.setattr("django.core.signals.request_started.send", lambda *_, **__: None)
    monkeypatch.setattr("django.core.signals.request_finished.send", lambda *_, **__: None)
    monkeypatch.setattr("imloop.store.connection_pool.renew", lambda: None)
    return watched


def test_nothing_of_anybody_is_logged(whole: City, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    key = whole.key(NEAR)
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {key}"}
    body = msgspec.json.encode(test_message(at("2026-03-02 09:00"), station=NEAR, co=0.9))
    assert ask("POST", "/api/v1/tests", body, **bearer)[0].startswith("201")
    ask("GET", f"/api/v1/retest-permit?vin={VIN}&plate={quote(PLATE)}", **bearer)
    assert ask("GET", f"/find?plate={quote(PLATE)}&tail=123456")[0].startswith("302")
    whole_case = whole.case()
    ask("GET", f"/c/{whole_case.owner_token}")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"{VIN} {PLATE} {' '.join(OWNER)} {key}")

    monkeypatch.setattr("imloop.api.http.fast_calls.take_test_in_group", broken)
    monkeypatch.setattr("imloop.pages.cases.owner.case_lookups.owner_case", broken)
    assert ask("POST", "/api/v1/tests", body, **bearer)[0].startswith("500")
    assert ask("GET", f"/c/{whole_case.owner_token}?plate={quote(PLATE)}")[0].startswith("500")
    logging.getLogger("some.library").warning("took %s of %s", VIN, OWNER[1])
    logging.getLogger("some.library").warning(f"{VIN} {PLATE} {OWNER[1]} {key}")
    said = log.getvalue()
    for secret in (VIN, PLATE, *OWNER, key, key.rpartition("_")[2], whole_case.owner_token, "123456"):
        assert secret not in said, secret
    assert "RuntimeError" in said
    assert "took %s of %s" in said


def test_a_failing_request_is_found_by_its_number(
    whole: City, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("imloop.api.couriers.feed", broken)
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {whole.key(NEAR)}"}
    status, headers, body = ask("GET", "/api/v1/feed", HTTP_X_REQUEST_ID="caller-0001", **bearer)
    assert (status[:3], headers["X-Request-Id"]) == ("500", "caller-0001")
    assert json.loads(body)["request_id"] == "caller-0001"
    lines = [json.loads(line) for line in log.getvalue().splitlines() if "caller-0001" in line]
    assert [line["event"] for line in lines] == ["unexpected", "answered"]
    assert lines[0]["error"] == "RuntimeError"
    assert lines[1]["route"] == "/api/v1/feed"
    odd = ask("GET", "/healthz", HTTP_X_REQUEST_ID='x" y=1')[1]["X-Request-Id"]
    assert odd != 'x" y=1'
    assert odd != ask("GET", "/healthz")[1]["X-Request-Id"]
