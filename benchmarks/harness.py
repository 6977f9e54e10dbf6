"""What every figure shares: servers, databases, interleaved rounds, paired ratios, the results page."""

from __future__ import annotations

import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"
sys.path[:0] = [str(BENCHMARKS), str(ROOT / "scripts")]


SERVED = 504
"""Threads of ``imloop serve``: those of ordinary calls, and one for each stream that may be open."""


class Void(Exception):
    """A correctness check failed: the row must not be published."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Median of the paired ratios of one contestant to another over all rounds."""

    name: str
    median: float
    low: float
    high: float
    goal: str = ""

    def cell(self) -> str:
        goal = f" (goal {self.goal})" if self.goal else ""
        return f"{self.name}: **{self.median:.3g}** [{self.low:.3g} … {self.high:.3g}]{goal}"


@dataclass(slots=True)
class Figure:
    """One row of the results: what was measured, the rates, the ratios, and what was checked first."""

    key: str
    title: str
    unit: str
    contestants: Mapping[str, str]
    rates: Mapping[str, Sequence[float]]
    ratios: Sequence[Ratio]
    checks: Sequence[str]
    notes: Sequence[str] = field(default_factory=list)


def rounds(contestants: Mapping[str, Callable[[], float]], count: int) -> dict[str, list[float]]:
    """Run every contestant once per round, in turn, the order turned by one each round."""
    names = list(contestants)
    rates: dict[str, list[float]] = {name: [] for name in names}
    for number in range(count):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            rates[name].append(contestants[name]())
            print(f"  round {number + 1}/{count} {name}: {rates[name][-1]:,.1f}", flush=True)
    return rates


def ratio(rates: Mapping[str, Sequence[float]], ours: str, other: str, goal: str = "") -> Ratio:
    pairs = [a / b for a, b in zip(rates[ours], rates[other], strict=True)]
    return Ratio(f"{ours} / {other}", statistics.median(pairs), min(pairs), max(pairs), goal)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_python(*arguments: str, environment: Mapping[str, str]) -> str:
    """Run a script of benchmarks/ with an environment; its output, or ``Void``."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=BENCHMARKS,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Void(f"{' '.join(arguments)}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def import_once(script: str, name: str, file: Path, rows: int, settings: Mapping[str, str]) -> float:
    """Rows a second of one contestant's import of a file, or ``Void`` where it kept others."""
    said = json.loads(run_python(script, name, str(file), environment=settings))
    if said["kept"] != rows:
        raise Void(f"{name} kept {said['kept']} of {rows} rows")
    return float(said["rate"])


@contextmanager
def granian(application: str, environment: Mapping[str, str], threads: int = 4) -> Iterator[int]:
    """The same server for everyone, one worker; four threads, or with ``threads=SERVED`` as many as ``imloop serve``
    allows, four of which work at once. Yields its port."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "1"]
    command += [
        "--blocking-threads",
        str(threads),
        "--backpressure",
        str(252 + threads),
        "--no-access-log",
        "--log-level",
        "error",
        application,
    ]
    server = subprocess.Popen(command, cwd=BENCHMARKS, env=environment, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if server.poll() is not None:
                raise Void(f"{application} did not start")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def environment(folder: Path, url: str, settings: str) -> dict[str, str]:
    """The environment of a contestant's process: its data folder, database and settings module."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("IMLOOP_", "DATABASE_"))}
    folder.mkdir(parents=True, exist_ok=True)
    return {
        **kept,
        "PYTHONPATH": str(BENCHMARKS),
        "IMLOOP_DATA": str(folder),
        "IMLOOP_CALLS_PER_MINUTE": "0",  # one station asks for all
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": settings,
    }


@contextmanager
def databases(backend: str, folder: Path, *names: str) -> Iterator[dict[str, str]]:
    """A new database URL per name, on SQLite files in ``folder`` or on one PostgreSQL."""
    if backend == "sqlite":
        yield {name: f"sqlite:///{folder / f'{name}.sqlite3'}" for name in names}
        return
    import psycopg
    from pg import postgres

    with postgres(durable=True) as server, psycopg.connect(server, autocommit=True) as connection:
        urls = {}
        for name in names:
            database = f"bench_{name}_{secrets.token_hex(3)}"
            connection.execute(f'CREATE DATABASE "{database}"')  # type: ignore[call-overload]
            urls[name] = urlunsplit(urlsplit(server)._replace(path=f"/{database}"))
        yield urls
        for url in urls.values():
            connection.execute(f'DROP DATABASE "{urlsplit(url).path[1:]}" WITH (FORCE)')  # type: ignore[call-overload]
