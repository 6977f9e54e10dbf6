"""The real ``imloop serve`` and a second ``imloop work``, started, killed and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMLOOP = [sys.executable, "-m", "imloop.cli"]


def environment(data: Path, url: str) -> dict[str, str]:
    """What the platform's processes and the audit see: a private data directory and database."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("IMLOOP_", "DATABASE_"))}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT / "tests"))),
        "DJANGO_SETTINGS_MODULE": "imloop.site.settings",
        "IMLOOP_DATA": str(data),
        "IMLOOP_MIN_FREE_MB": "1",  # the disk that fills up is a small one
        "DATABASE_URL": url,
        "IMLOOP_SECRET_KEY": "only-for-torture",
        # All of a city's owners, stations and machines have one address here.
        "IMLOOP_PUBLIC_ASKS_PER_MINUTE": "1000000",
        # A department's people call with keys of their own; nobody has a telephone at hand.
        "IMLOOP_DEPARTMENT_TOTP": "0",
        "IMLOOP_CALLS_PER_MINUTE": "0",
    }


class Site:
    """One installation. ``ensure()`` starts what is not running, as a service manager does."""

    def __init__(self, data: Path, url: str, port: int, log: Path, workers: int = 1) -> None:
        self.data, self.url, self.port, self.workers = data, url, port, workers
        self.base_url = f"http://127.0.0.1:{port}"
        self.environment = environment(data, url)
        self.starts = 0
        self.log_file, self.log = log, log.open("ab")
        self._lock = threading.Lock()
        self.server: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    def _spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*IMLOOP, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def ensure(self) -> None:
        with self._lock:
            if self.server is None or self.server.poll() is not None:
                if self.server is not None:
                    kill_group(self.server.pid)  # what a service manager clears away with its control group
                self.starts += 1
                self.server = self._spawn("serve", "--port", str(self.port), "--workers", str(self.workers))
            if self.worker is None or self.worker.poll() is not None:
                self.worker = self._spawn("work", "--every", "2")

    def wait_until_up(self, seconds: float = 120) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.ensure()
            if self.answers():
                return
            time.sleep(0.1)
        raise RuntimeError(f"the server did not come back: {self.tail()}")

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.base_url}/api/v1/feed", timeout=30).close()
        except urllib.error.HTTPError:
            return True  # it says: no key
        except OSError:
            return False
        return True

    def tail(self) -> str:
        return self.log_file.read_text(errors="replace")[-3000:]

    def victims(self) -> dict[str, list[int]]:
        """Process ids by what is killed: everything at once, the first process alone, a web worker, what reads beside
        it, one of two workers."""
        assert self.server is not None
        assert self.worker is not None
        children = dict(children_of(self.server.pid))
        readers = [reader for pid in children for reader, _ in children_of(pid)]
        return {
            "everything": [self.server.pid, *children, *readers, self.worker.pid],
            "first process": [self.server.pid],
            "web worker": [pid for pid, words in children.items() if " serve " in words],
            "reading process": readers,
            "background work": [pid for pid, words in children.items() if " work" in words],
            "second worker": [self.worker.pid],
        }

    def stop(self) -> None:
        """Kill without a word; whatever was being written stays as it is."""
        with self._lock:
            for process in (self.server, self.worker):
                if process is not None:
                    kill_group(process.pid)
                    process.wait(30)
            self.server = self.worker = None

    def imloop(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*IMLOOP, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )

    def python(self, script: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """A script of this folder, with the installation's environment."""
        return subprocess.run(
            [sys.executable, str(Path(__file__).with_name(script)), *arguments],
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            check=False,
        )


def kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def kill(pids: list[int]) -> int:
    """SIGKILL to each; returns how many were there."""
    there = 0
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
            there += 1
        except ProcessLookupError:
            pass
    return there


def children_of(pid: int) -> Iterator[tuple[int, str]]:
    """(process id, command line) of direct children, whichever thread started them; none when the process is gone."""
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in listed.read_text().split():
                yield int(child), Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def credentials(site: Site, receiver_url: str) -> Mapping[str, object]:
    import json

    done = site.python("seed.py", receiver_url)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found
