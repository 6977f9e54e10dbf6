"""P5: from the commit of a repair to the I-station's open stream.

The server notes when it begins to commit (``timed_site``); both clocks are the machine's monotonic one. A contestant's
rate is repairs shown a second of waiting, so that a larger ratio is better, as everywhere.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import socket
import statistics
import struct
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from harness import SERVED, Figure, Void, databases, environment, granian, ratio, rounds, run_python
from load import http_request, run

ROUND, POLLED = 20, 3
"""Repairs a round; those of the peer take half a second each."""
WORDS = {
    "imloop": "repair posted over HTTP; from the beginning of its commit until the open stream has it",
    "durable": "the same from the end of its commit: how long a committed repair is not shown",
    "L": "one durable commit of one row on the same database, alone",
    "N": "the same feed asked for every second",
}


class Open:
    """One open stream, read as the bytes come."""

    def __init__(self, port: int, key: str, after: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        asked = f"Authorization: Bearer {key}\r\nLast-Event-ID: {after}\r\n"
        self.socket.sendall(http_request("GET", "/api/v1/feed/stream", b"", asked))
        self.rest, self.last = b"", after
        self.shown: list[int] = []
        while b"retry:" not in self.rest:
            self._more()

    def _more(self) -> None:
        chunk = self.socket.recv(1 << 16)
        if not chunk:
            raise Void("the stream ended")
        self.rest += chunk

    def until(self, topic: str) -> int:
        """Read on to the next message of a topic; monotonic nanoseconds at which it was there."""
        while True:
            while b"\n\n" not in self.rest:
                self._more()
            at = time.monotonic_ns()
            event, _, self.rest = self.rest.partition(b"\n\n")
            if (
                begin := (b"\n" + event).find(b"\nid: ")
            ) < 0:  # at the head of a line, unlike that of X-Request-Id
                continue
            lines = dict(line.split(b": ", 1) for line in event[begin:].split(b"\n") if b": " in line)
            self.last = int(lines[b"id"])
            self.shown.append(self.last)
            if topic in ("", lines[b"event"].decode()):
                return at

    def to(self, seq: int) -> None:
        """Read on to a sequence."""
        while self.last < seq:
            self.until("")


class Story:
    """Repairs posted one by one, each of a vehicle of its own with an open case."""

    def __init__(self, port: int, seeded: dict[str, str], folder: Path) -> None:
        self.port, self.station, self.shop, self.shop_key = (
            port,
            seeded["key"],
            seeded["shop"],
            seeded["shop_key"],
        )
        self.clock, self.numbers, self.posted = folder / "commit-began", itertools.count(), 0

    def post(self) -> None:
        """One repair of a vehicle whose case waits for it."""
        number = next(self.numbers)
        while number % 20:  # of the seeded vehicles, every twentieth waits for its repair
            number = next(self.numbers)
        finished = datetime.now(UTC) - timedelta(minutes=5)
        message = {
            "schema": "imloop.repair/1",
            "repair_no": f"bench-{os.getpid()}-{number}",
            "shop": self.shop,
            "vin": f"LSVAU2180N{number:07d}",
            "received_at": (finished - timedelta(hours=1)).isoformat(),
            "finished_at": finished.isoformat(),
            "items": [{"code": "O2S", "name": "O2S", "hours": 1}],
            "documents": {
                f"{each}_no": f"{each}-{number}" for each in ("certificate", "settlement", "invoice")
            },
        }
        head = f"Authorization: Bearer {self.shop_key}\r\nContent-Type: application/json\r\n"
        request = http_request("POST", "/api/v1/repairs", json.dumps(message).encode(), head)
        load = run(self.port, lambda _: request, seconds=0, connections=1)
        if set(load.statuses) != {201}:
            raise Void(f"{dict(load.statuses)} {load.last_body[:300]!r}")
        self.posted += 1

    def commit(self) -> tuple[int, int]:
        """When the last commit began and ended."""
        began, ended = struct.unpack("<qq", self.clock.read_bytes())
        return int(began), int(ended)


def streamed(story: Story, stream: Open, seen: list[float], durable: list[float]) -> float:
    """The station hears while the repairer still waits for the answer. ``durable``: a rate for each round."""
    waits, after = [], []
    stream.to(max(feed(story, stream.last), default=stream.last))  # what other contestants posted
    with ThreadPoolExecutor(1) as repairer:
        for _ in range(ROUND):
            posting = repairer.submit(story.post)
            shown = stream.until("repair-shared")
            posting.result()
            began, ended = story.commit()
            waits.append((shown - began) / 1e9)
            after.append((shown - ended) / 1e9)
    seen.extend(waits)
    durable.append(1 / statistics.median(after))
    return 1 / statistics.median(waits)


def polled(story: Story) -> float:
    waits, after = [], feed(story, 0)[-1]
    for _ in range(POLLED):
        story.post()
        began, pause = (
            story.commit()[0],
            random.random(),
        )  # the next question comes at any moment of the second
        while True:
            time.sleep(pause)
            pause = 1.0
            if new := feed(story, after):
                after = new[-1]
                break
        waits.append((time.monotonic_ns() - began) / 1e9)
    return 1 / statistics.median(waits)


def feed(story: Story, after: int) -> list[int]:
    """Sequences of the station's feed behind one, by the JSON call."""
    found: list[int] = []
    while True:
        head = f"Authorization: Bearer {story.station}\r\n"
        request = http_request("GET", f"/api/v1/feed?after={after}&limit=500", b"", head)
        answer = json.loads(run(story.port, lambda _, r=request: r, seconds=0, connections=1).last_body)
        found += [entry["seq"] for entry in answer["entries"]]
        if not answer["more"]:
            return found
        after = answer["next"]


def alone(connection: Any) -> float:
    """Commits a second, one row each, one after the other."""
    waits = []
    for _ in range(ROUND):
        connection.execute("INSERT INTO bench_alone VALUES (1)")
        began = time.monotonic_ns()
        connection.commit()
        waits.append((time.monotonic_ns() - began) / 1e9)
    return 1 / statistics.median(waits)


def connected(url: str) -> Any:
    if url.startswith("sqlite"):
        import sqlite3

        made: Any = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)
        made.execute("PRAGMA synchronous=FULL")
    else:
        import psycopg

        made = psycopg.connect(url)
    made.execute("CREATE TABLE bench_alone (n INTEGER)")
    made.commit()
    return made


def check_restart(story: Story, stream: Open, first: int) -> str:
    """Behind ``first`` everything was shown once and in order, by the stream and by the one that follows it."""
    for _ in range(3):
        story.post()  # while nobody listens
    again = Open(story.port, story.station, stream.last)
    story.post()
    committed = [seq for seq in feed(story, 0) if seq > first]
    again.to(committed[-1])
    shown = stream.shown + again.shown
    if shown != committed:
        raise Void(f"{len(committed)} messages committed, {len(shown)} shown")
    return f"nothing lost when the listener restarts: {len(committed)} messages committed = shown, in order"


def measure(backend: str, count: int) -> Figure:
    seen: list[float] = []
    durable: list[float] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench")))
        urls = stack.enter_context(databases(backend, folder, "imloop"))
        ours = environment(folder / "imloop", urls["imloop"], "imloop.site.settings")
        vehicles = 20 * (count * (ROUND + POLLED) + 8)
        seeded = json.loads(run_python("seeds/seed_imloop.py", str(vehicles), environment=ours))
        other = connected(urls["imloop"])
        stack.callback(other.close)
        with granian("timed_site:application", ours, SERVED) as port:
            story = Story(port, seeded, folder / "imloop")
            first = max(feed(story, 0), default=0)
            stream = Open(port, seeded["key"], first)
            contestants = {
                "imloop": lambda: streamed(story, stream, seen, durable),
                "L": lambda: alone(other),
                "N": lambda: polled(story),
            }
            rates = rounds(contestants, count)
            rates["durable"] = durable
            stream.to(max(feed(story, 0)))
        with granian("timed_site:application", ours, SERVED) as port:
            story.port = port
            lost_nothing = check_restart(story, stream, first)
    ordered = sorted(seen)
    p50, p99 = statistics.median(ordered), ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    commit = 1 / statistics.median(rates["L"])
    return Figure(
        key=f"P5 {backend}",
        title=f"repair committed → shown on the I-station's open stream, {backend}",
        unit="a second, one after the other",
        contestants=WORDS,
        rates=rates,
        ratios=[
            ratio(rates, "imloop", "L", "≥ 0.2: at most five commits"),
            ratio(rates, "durable", "L", "≥ 0.2"),
            ratio(rates, "imloop", "N"),
        ],
        checks=[lost_nothing],
        notes=[
            f"p50 {p50 * 1000:.2f} ms, {p50 / commit:.1f} commits; p99 {p99 * 1000:.2f} ms, {p99 / commit:.1f} commits",
        ],
    )


def figures(count: int) -> list[Figure]:
    backends = os.environ.get("BENCH_BACKENDS", "sqlite postgresql").split()
    return [measure(backend, count) for backend in backends]
