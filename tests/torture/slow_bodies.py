"""Strangers and stations whose bodies come slowly or never, beside a station that asks for permits:
``slow_bodies.py --bodies 50 --seconds 60``.

Half of the bodies drip, half stand still; whoever is cut off comes back at once. The permits' p99 must be a second at
most, and health must answer.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from torture.site import Site  # noqa: E402

GOAL = 1.0
"""Seconds."""


class Slow(threading.Thread):
    """One connection after another: headers, a first piece, then a byte a second or nothing."""

    def __init__(self, port: int, key: str, drips: bool, over: threading.Event, seen: Counter[str]) -> None:
        super().__init__(daemon=True)
        self.port, self.drips, self.over, self.seen = port, drips, over, seen
        who = f"Authorization: Bearer {key}\r\n" if key else ""
        path = "/api/v1/tests" if key else "/login"
        self.head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{who}Content-Length: 100000\r\n\r\nbegun".encode()
        )

    def run(self) -> None:
        while not self.over.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as one:
                    one.sendall(self.head)
                    one.settimeout(1)
                    self._hold(one)
            except OSError:
                self.seen["ended"] += 1

    def _hold(self, one: socket.socket) -> None:
        while not self.over.is_set():
            if self.drips:
                one.sendall(b" ")
            try:
                said = one.recv(9999)
            except TimeoutError:
                continue
            if not said:
                raise OSError
            self.seen[said[9:12].decode()] += 1


def ask(port: int, key: str, seconds: float) -> list[float]:
    """How long each permit took, sorted."""
    until, taken = time.monotonic() + seconds, []
    address = f"http://127.0.0.1:{port}/api/v1/retest-permit?vin=LADVPAAAA00000001"
    while time.monotonic() < until:
        begun = time.monotonic()
        asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {key}"})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            answer.read()
        taken.append(time.monotonic() - begun)
        time.sleep(0.02)
    return sorted(taken)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--bodies", type=int, default=50)
    options.add_argument("--seconds", type=float, default=60)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        print("a city is made", file=sys.stderr, flush=True)
        site = Site(data, "", port, data / "log")
        made = site.imloop("prepare", "--demo")
        if made.returncode:
            print(made.stdout + made.stderr, file=sys.stderr)
            return 1
        key = json.loads((data / "demo-credentials.json").read_text())["keys"]["450203001"]
        over, seen = threading.Event(), Counter[str]()
        try:
            site.wait_until_up()
            for number in range(given.bodies):
                Slow(port, key if number % 2 else "", number % 4 < 2, over, seen).start()
            taken = ask(port, key, given.seconds)
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=GOAL).close()
        finally:
            over.set()
            site.stop()
    p99 = taken[int(len(taken) * 0.99)]
    print(
        f"{len(taken)} permits beside {given.bodies} slow bodies: p50 {taken[len(taken) // 2] * 1000:.1f} ms, ",
        end="",
    )
    print(f"p99 {p99 * 1000:.1f} ms, longest {taken[-1] * 1000:.0f} ms; slow ones: {dict(seen)}")
    return int(p99 > GOAL)


if __name__ == "__main__":
    sys.exit(main())
