"""START: how soon the command line answers, how soon the demo serves, how much memory the server then holds."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil

from harness import Figure, Void, free_port, ratio, rounds

IMLOOP = Path(sys.executable).with_name("imloop")
MEMORY_GOAL_MB, HELP_GOAL_MS = 250, 300
WORDS = {
    "imloop --help": "the whole command line, asked for help",
    "python": "the interpreter, doing nothing",
}


def milliseconds(*command: str | Path) -> Callable[[], float]:
    def once() -> float:
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return (time.perf_counter() - start) * 1000

    return once


def resident_mb(process: subprocess.Popen[bytes]) -> float:
    """Resident memory of the server and everything it started, in MB."""
    parent = psutil.Process(process.pid)
    return sum(each.memory_info().rss for each in (parent, *parent.children(recursive=True))) / 1e6


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return bytes(answer.read())


def demo() -> tuple[float, float, float]:
    """(seconds of the first start with the demo city, seconds of the second, MB resident after some reads)."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("IMLOOP_", "DATABASE_"))}
        seconds, memory = [], 0.0
        for _ in range(2):
            port = free_port()
            command = [IMLOOP, "serve", "--demo", "--port", str(port), "--data", folder]
            start = time.perf_counter()
            server = subprocess.Popen(command, env=kept, stdout=subprocess.DEVNULL)
            try:
                wait(server, f"http://127.0.0.1:{port}/api/v1/public/stations")
                seconds.append(time.perf_counter() - start)
                for path in ("/api/v1/public/stations", "/api/v1/openapi.json", "/login") * 30:
                    fetch(f"http://127.0.0.1:{port}{path}")
                memory = resident_mb(server)
            finally:
                server.terminate()
                server.wait(20)
        return seconds[0], seconds[1], memory


def wait(server: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + 600
    while time.monotonic() < until and server.poll() is None:
        try:
            fetch(url)
            return
        except OSError:
            time.sleep(0.1)
    raise Void("the demo server did not start")


def figures(count: int) -> list[Figure]:
    milliseconds(IMLOOP, "--help")()
    rates = rounds(
        {
            "imloop --help": milliseconds(IMLOOP, "--help"),
            "python": milliseconds(sys.executable, "-c", "pass"),
        },
        count,
    )
    first, second, memory = demo()
    return [
        Figure(
            key="START",
            title="command line, demo city, memory",
            unit="ms",
            contestants=WORDS,
            rates=rates,
            ratios=[ratio(rates, "imloop --help", "python")],
            checks=[f"goals: help ≤ {HELP_GOAL_MS} ms, server ≤ {MEMORY_GOAL_MB} MB"],
            notes=[
                f"first start with the demo city (migrate, 60 days of traffic): {first:.0f} s; "
                f"second start: {second:.1f} s",
                f"resident memory of server and background work with the demo city: {memory:.0f} MB",
            ],
        )
    ]
