"""More clients that ask for much and read nothing than a worker has connections for, beside people who open a page:
``deaf_clients.py --clients 1200 --seconds 60``.

Each asks for the largest file several times over and lets its receive window fill up; one in two has the smallest
window there is. For as long as they hold every connection nobody is served: they must be gone after the time for which
nothing of an answer may be taken, and then a page must come within a second for 99 of 100.
"""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from torture.site import Site  # noqa: E402

GOAL, GONE = 1.0, 40.0
"""Seconds: for a page; until pages come again, of which the default of IMLOOP_ANSWER_SECONDS is half."""
LARGEST = "/static/vendor/echarts.min.js"
ASKED = f"GET {LARGEST} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * 8


def deaf(port: int, number: int) -> socket.socket:
    """A connection that asked and will not read."""
    one = socket.socket()
    if number % 2:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    one.settimeout(5)
    one.connect(("127.0.0.1", port))
    one.sendall(ASKED)
    return one


def page(port: int, patience: float) -> float:
    """How long a page took."""
    begun = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=patience) as answer:
        answer.read()
    return time.monotonic() - begun


def measure(port: int, clients: int, seconds: float) -> tuple[float, list[float]]:
    """After how many seconds a page came again, and how long each took from then on."""
    held = [deaf(port, number) for number in range(clients)]
    begun = time.monotonic()
    try:
        page(port, seconds)
        back, taken = time.monotonic() - begun, []
        while time.monotonic() < begun + seconds:
            taken.append(page(port, seconds))
            time.sleep(0.05)
        return back, sorted(taken)
    finally:
        for one in held:
            one.close()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--clients", type=int, default=1200)
    options.add_argument("--seconds", type=float, default=90)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        site = Site(data, f"sqlite:///{data}/imloop.sqlite3", port, data / "log")
        try:
            site.wait_until_up()
            urllib.request.urlopen(f"http://127.0.0.1:{port}{LARGEST}", timeout=30).close()
            back, taken = measure(port, given.clients, given.seconds)
        except TimeoutError:
            print(f"no page came within {given.seconds:.0f} s beside {given.clients} deaf clients")
            return 1
        finally:
            site.stop()
    p99 = taken[int(len(taken) * 0.99)]
    print(
        f"{given.clients} deaf clients: a page came again after {back:.1f} s; then {len(taken)} pages, ",
        end="",
    )
    print(f"p99 {p99 * 1000:.0f} ms, longest {taken[-1] * 1000:.0f} ms")
    return int(back > GONE or p99 > GOAL)


if __name__ == "__main__":
    sys.exit(main())
