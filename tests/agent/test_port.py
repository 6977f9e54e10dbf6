"""A line's software posts to this computer as to the platform:
the platform's receipt in time, else a place in the queue."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from imloop.agent.inlets.port import Desk, serve
from imloop.agent.paper import Paper
from imloop.agent.sending.heartbeats import Lines
from support.city import NEAR

from .conftest import Bench, upload

PERMIT = b'{"allowed":true,"reasons":[],"case":"C1"}'


@dataclass
class Local:
    client: httpx.Client
    bench: Bench
    stop: threading.Event
    lines: Lines

    def post(self, path: str, body: bytes, **more: Any) -> httpx.Response:
        return self.client.post(path, content=body, **more)


@pytest.fixture
def local(bench: Bench) -> Iterator[Local]:
    lines = Lines(NEAR, ["01"])
    paper = Paper(bench.spool, NEAR)
    desk = Desk(NEAR, bench.spool, bench.platform, bench.uploader, lines, paper, bench.clock, within=30.0)
    server, stop = serve(desk, 0), threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True),
        threading.Thread(target=bench.uploader.run, args=(stop,), daemon=True),
    ]
    for thread in threads:
        thread.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.server_address[1]}", timeout=60) as client:
        yield Local(client, bench, stop, lines)
    stop.set()
    bench.spool.filled.set()
    server.shutdown()
    server.server_close()
    threads[1].join(30)


def test_online_the_answer_is_the_platforms_own_receipt(local: Local) -> None:
    answer = local.post("/api/v1/tests", upload(1))
    assert (answer.status_code, answer.json()) == (201, {"receipt": 1})
    again = local.post("/tests", upload(1))
    assert (again.status_code, again.json()) == (200, {"receipt": 1})
    assert local.bench.fake.numbers() == ["T0001"]


def test_offline_the_answer_is_a_place_in_the_queue_at_once(local: Local) -> None:
    local.bench.fake.always = "drop"
    answer = local.post("/tests", upload(1))
    assert answer.status_code == 202 and answer.json()["queue"] == 1 and answer.json()["text_en"]
    assert local.post("/tests", upload(2)).json()["queue"] == 2
    assert [item.state for item in local.bench.spool.items()] == ["waiting", "waiting"]


def test_the_platforms_refusal_is_passed_on(local: Local) -> None:
    local.bench.fake.mood.append("refuse")
    answer = local.post("/tests", upload(1))
    assert answer.status_code == 422 and answer.json()["code"] == "malformed"
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_cannot_be_read_is_refused_here(local: Local) -> None:
    assert local.post("/tests", b"{").status_code == 400
    assert local.post("/tests", b"{}").status_code == 422
    assert local.post("/tests?dialect=line-csv", upload(1)).json()["code"] == "wrong-dialect"
    assert local.post("/nothing", b"{}").status_code == 404
    assert local.client.get("/nothing").status_code == 404
    assert local.bench.fake.seen == []


def test_heartbeats_go_through_and_are_told_again_by_the_agent(local: Local) -> None:
    local.bench.fake.answers["POST /api/v1/heartbeats"] = (
        200,
        {"Content-Type": "application/json"},
        b'{"lines":[]}',
    )
    sign = {"line": "02", "status": "testing", "clock": "2026-03-05T09:30:00+08:00", "sequence": 7}
    answer = local.post("/heartbeats", json.dumps({"station": NEAR, "lines": [sign]}).encode())
    assert (answer.status_code, answer.json()) == (200, {"lines": []})
    local.bench.clock.on(minutes=1)
    told = json.loads(local.lines.heartbeat(3, local.bench.clock()) or b"")
    assert told["lines"] == [
        {"line": "01", "status": "idle", "clock": "2026-03-05T09:31:00+08:00", "spooled": 3},
        {
            "line": "02",
            "status": "testing",
            "sequence": 7,
            "clock": "2026-03-05T09:31:00+08:00",
            "spooled": 3,
        },
    ]


def test_the_number_of_a_test_is_told_with_the_next_heartbeat(local: Local) -> None:
    local.post("/tests", upload(12))
    local.post("/tests", upload(11))
    told = json.loads(local.lines.heartbeat(0, local.bench.clock()) or b"")
    assert told["lines"][0]["sequence"] == 12


def test_a_permit_is_the_platforms_answer_or_the_outage_procedure(local: Local) -> None:
    local.bench.fake.answers["GET /api/v1/retest-permit"] = (
        200,
        {"Content-Type": "application/json"},
        PERMIT,
    )
    assert local.client.get("/retest-permit?vin=X").content == PERMIT
    local.bench.fake.answers.clear()
    local.bench.fake.always = "drop"
    away = local.client.get("/api/v1/retest-permit?vin=X").json()
    assert away["allowed"] is False and away["offline"] is True
    assert away["reasons"][0]["code"] == "no-network" and away["reasons"][0]["next"]


def test_only_this_computers_programs_are_heard(local: Local) -> None:
    for headers in (
        {"Origin": "http://evil.example"},
        {"Host": "evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        assert local.post("/tests", upload(1), headers=headers).status_code == 403
    assert local.bench.spool.items() == []
    raw = http.client.HTTPConnection("127.0.0.1", local.client.base_url.port or 0, timeout=30)
    raw.putrequest("POST", "/tests")
    raw.putheader("Content-Length", str(10**9))
    raw.endheaders()
    assert raw.getresponse().status == 413
    raw.close()


def test_the_page_shows_the_queue_in_both_languages(local: Local) -> None:
    assert "还没有报文" in local.client.get("/").text
    local.bench.fake.mood.append("refuse")
    local.post("/tests", upload(1))
    local.post("/tests", upload(2))
    page = local.client.get("/")
    assert "平台拒收" in page.text and "refused" in page.text and NEAR in page.text
    assert "script" not in page.text and "style=" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert local.client.get("/style.css").headers["content-type"] == "text/css"
    assert local.client.get("/queue").json()["refused"] == 1
