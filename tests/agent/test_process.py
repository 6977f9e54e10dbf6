"""The agent as a process: killed at any moment it has lost nothing that it took, and it stops when it is told to."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from imloop.agent.spool import Spool
from support.city import NEAR
from support.servers.fake_platform import FakePlatform, Served

from .conftest import upload

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills with signals")


@dataclass
class Station:
    """A station's computer: a folder, a port, and an agent that is started and killed on it."""

    folder: Path
    served: Served
    port: int
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[str]:
        """Running, its inlets open."""
        key = self.folder / "key"
        key.write_text("secret-of-the-station", encoding="utf-8")
        key.chmod(0o600)
        command = [
            sys.executable,
            "-m",
            "imloop.cli",
            "agent",
            "run",
            "--url",
            self.served.url,
            "--station",
            NEAR,
        ]
        command += ["--key-file", str(key), "--spool", str(self.folder / "spool")]
        command += ["--watch", str(self.folder / "inbox"), "--port", str(self.port), "--line", "01"]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
        self.running.append(process)
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "started" in line:
                return process
        raise AssertionError(f"did not start: {lines}")

    def kill(self) -> None:
        process = self.running.pop()
        process.kill()
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()

    def post(self, body: bytes) -> httpx.Response:
        return httpx.post(f"http://127.0.0.1:{self.port}/api/v1/tests", content=body, timeout=60)

    def states(self) -> list[str]:
        spool = Spool(self.folder / "spool")
        found = [item.state for item in spool.items()]
        spool.close()
        return found


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    served = Served(FakePlatform())
    made = Station(tmp_path, served, port)
    yield made
    while made.running:
        made.kill()
    served.close()


def uploads(station: Station) -> list[str]:
    return [number for number in map(_number, station.served.fake.taken) if number]


def _number(body: bytes) -> str:
    return str(json.loads(body).get("test_no", ""))


def quiet(fake: FakePlatform) -> None:
    """Signs of life and vouchers are no uploads."""
    fake.answers |= {
        "POST /api/v1/heartbeats": (200, {"Content-Type": "application/json"}, b"{}"),
        "GET /api/v1/offline-vouchers": (404, {}, b""),
        "GET /public/signing-key": (404, {}, b""),
        "GET /api/v1/offline-vouchers/form.pdf": (404, {}, b""),
    }


def test_killed_between_taking_and_sending_it_loses_nothing(station: Station) -> None:
    fake = station.served.fake
    quiet(fake)
    fake.always = "500"
    taken = []
    for round_ in range(3):
        station.start()
        for number in range(round_ * 3, round_ * 3 + 3):
            assert station.post(upload(number)).status_code == 202
            taken.append(f"T{number:04d}")
        station.kill()
    fake.always = "ok"
    station.start()
    fake.wait_taken(len(taken))
    assert uploads(station) == taken


def test_killed_while_it_waits_for_the_answer_it_sends_again_once(station: Station) -> None:
    fake = station.served.fake
    quiet(fake)
    fake.mood.append("hang")
    station.start()
    for number in range(3):
        assert station.post(upload(number)).status_code == 202
    fake.wait_taken(1)
    station.kill()
    station.start()
    fake.wait_taken(3)
    assert uploads(station) == ["T0000", "T0001", "T0002"]
    assert station.post(upload(2)).json() == {"receipt": 3}
    assert station.states() == ["sent"] * 3


def test_it_stops_cleanly_when_told_and_only_one_runs(station: Station) -> None:
    quiet(station.served.fake)
    process = station.start()
    assert station.post(upload(1)).status_code == 201
    second = subprocess.run(
        [*map(str, process.args)],  # type: ignore[union-attr]
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 2 and "agent-runs-already" in second.stderr
    assert "secret-of-the-station" not in " ".join(map(str, process.args))  # type: ignore[union-attr]
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert station.states() == ["sent"]


def test_a_file_in_the_folder_is_sent(station: Station) -> None:
    quiet(station.served.fake)
    station.start()
    beside = station.folder / "inbox" / "one.json.tmp"
    beside.write_bytes(upload(1))
    beside.rename(station.folder / "inbox" / "one.json")
    station.served.fake.wait_taken(1)
    assert uploads(station) == ["T0001"]
    assert station.served.fake.seen[0][2]["Authorization"] == "Bearer secret-of-the-station"
