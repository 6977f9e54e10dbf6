"""REPLAY: the network is back. Twenty stations drain their spools while others ask whether a vehicle may be retested.

``BENCH_REPLAY_TESTS``: tests in all spools of one round (10,000 unless said).
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from harness import (
    BENCHMARKS,
    SERVED,
    Figure,
    Void,
    databases,
    environment,
    granian,
    ratio,
    rounds,
    run_python,
)
from load import Load, http_request, run
from p1_ingest import Uploads, check_verdicts, contestant, count_stored

STATIONS, VEHICLES, GOAL_MS = 20, 10_000, 50
ASKERS, ASKS_PER_SECOND = 4, 20
TESTS = int(os.environ.get("BENCH_REPLAY_TESTS", "10000"))
FIRST_INGESTED, FIRST_REPLAYED = 1_020_000, 5_050_000
"""Numbers from which VIN and plate follow: neither may meet a seeded vehicle, whose open case is another station's."""
WORDS = {
    "replay": f"{STATIONS} agents drain their spools, each in order, one upload in flight, receipt on disk before the "
    f"next; {ASKS_PER_SECOND} retest permits a second are asked meanwhile",
    "ingest": "the same uploads from memory at four connections, nobody asking (P1)",
}


@dataclass
class Asker:
    """Stations that ask at a steady pace, whatever the answers do;
    ``latencies`` in ms count from when a question was due."""

    port: int
    key: str
    latencies: list[float] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)

    def start(self, stop: threading.Event) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._ask, args=(stop, number)) for number in range(ASKERS)]
        for thread in threads:
            thread.start()
        return threads

    def _ask(self, stop: threading.Event, who: int) -> None:
        draw, began, number = random.Random(who), time.perf_counter(), who
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not stop.is_set():
            due = began + number / ASKS_PER_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            vehicle = f"LSVAU2180N{draw.randrange(VEHICLES):07d}"
            connection.request(
                "GET",
                f"/api/v1/retest-permit?vin={vehicle}&station=450203001",
                headers={"Authorization": f"Bearer {self.key}"},
            )
            answer = connection.getresponse()
            answer.read()
            self.latencies.append((time.perf_counter() - due) * 1000)
            if answer.status != 200:
                self.bad.append(answer.status)
            number += ASKERS
        connection.close()

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def warm_up(port: int, key: str) -> None:
    """The law and the registers are read once, before anything is measured."""
    question = "/api/v1/retest-permit?vin=LSVAU2180N0000001&station=450203001"
    request = http_request("GET", question, b"", f"Authorization: Bearer {key}\r\n")
    run(port, lambda _: request, seconds=2, connections=4)


def replay(
    port: int, keys: Mapping[str, str], ours: Mapping[str, str], asker: Asker, sent: list[int]
) -> Callable[[], float]:
    """One drain of full spools; spools are filled before the clock runs."""

    def once() -> float:
        first = FIRST_REPLAYED + sum(sent)
        with tempfile.TemporaryDirectory(prefix="bench") as folder:
            command = [sys.executable, "seeds/replay_agents.py", folder, str(port), str(TESTS), str(first)]
            with subprocess.Popen(
                command,
                cwd=BENCHMARKS,
                env=dict(ours),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            ) as agents:
                assert agents.stdin is not None and agents.stdout is not None
                agents.stdin.write(json.dumps(keys) + "\n")
                agents.stdin.flush()
                if agents.stdout.readline().strip() != "ready":
                    raise Void("the agents did not start")
                stop = threading.Event()
                asking = asker.start(stop)
                agents.stdin.write("go\n")
                agents.stdin.flush()
                told = agents.stdout.readline()
                stop.set()
                for thread in asking:
                    thread.join()
        if not told:
            raise Void("the agents failed")
        done = json.loads(told)
        wanted = TESTS // len(keys) * len(keys)
        if done["sent"] != wanted or done["refused"] or asker.bad:
            raise Void(f"sent {done['sent']} of {wanted}, refused {done['refused']}, permits {asker.bad[:5]}")
        sent.append(done["sent"])
        return float(done["sent"] / done["seconds"])

    return once


def measure(backend: str, count: int) -> Figure:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench")))
        urls = stack.enter_context(databases(backend, folder, "imloop"))
        ours = environment(folder / "imloop", urls["imloop"], "imloop.site.settings")
        seeded = json.loads(
            run_python("seeds/seed_replay.py", str(STATIONS), str(VEHICLES), environment=ours)
        )
        keys: dict[str, str] = seeded["keys"]
        key = keys["450203001"]
        port = stack.enter_context(granian("imloop.site.worker:application", ours, SERVED))
        seen: list[Load] = []
        sent: list[int] = []
        asker = Asker(port, key)
        warm_up(port, key)
        rates = rounds(
            {
                "replay": replay(port, keys, ours, asker, sent),
                "ingest": contestant(port, Uploads("/api/v1/tests", key, FIRST_INGESTED), seen),
            },
            count,
        )
        acknowledged = sum(sent) + sum(load.answered for load in seen) + seeded["tests"]
        stored = count_stored(ours, "imloop.store.models.Test")
        if acknowledged != stored:
            raise Void(f"acknowledged {acknowledged}, stored {stored}")
        verdicts = check_verdicts(ours)
    return Figure(
        key=f"REPLAY {backend}",
        title=f"replay after an outage: {STATIONS} stations, {TESTS:,} tests, {backend}",
        unit="uploads/s",
        contestants=WORDS,
        rates=rates,
        ratios=[ratio(rates, "replay", "ingest", "≥ 0.5")],
        checks=[f"acknowledged = stored = {stored}", verdicts, "every spool empty, nothing refused"],
        notes=[
            f"retest permits meanwhile, {len(asker.latencies)} asked: p50 {asker.percentile(0.5):.1f} ms, "
            f"p99 {asker.percentile(0.99):.1f} ms (goal ≤ {GOAL_MS} ms)"
        ],
    )


def figures(count: int) -> list[Figure]:
    backends = os.environ.get("BENCH_BACKENDS", "sqlite postgresql").split()
    return [measure(backend, count) for backend in backends]
