"""Receivers outside that drip, never answer or answer without end, beside one that behaves:
``slow_receivers.py --messages 60``.

Each gets the same messages. The good one must have each within some seconds of its being decided, in order and once:
a second time only where the platform knows of a try that failed (its answer came too late).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from torture.run import free_port, report  # noqa: E402
from torture.site import Site  # noqa: E402

GOAL = 5.0
"""Seconds from a message's commit to its arrival: the worker looks every two."""
MOODS = ("drips", "silent", "endless", "good")
PREPARE = """
import django, json, sys
django.setup()
from django.core.management import call_command
from support.city import City
from support.stories.outside import receiver_outside
call_command("migrate", verbosity=0)
City.build()
for code in sys.argv[2:]:
    receiver_outside(code, f"{sys.argv[1]}/{code}", party="450200-environment")
"""
SEND = """
import django, sys, time
django.setup()
from imloop.steps.ground import clock
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import writing
for number in range(int(sys.argv[1])):
    with writing(clock.now(), SYSTEM) as ledger:
        ledger.send("450200-environment", "case-opened", f"C{number}", {"n": number})
    time.sleep(0.5)
"""
TRIED_AGAIN = """
import django, json
django.setup()
from imloop.store.models import Delivery
again = Delivery.objects.filter(receiver__code="good", tries__gt=1)
print(json.dumps(dict(again.values_list("entry_id", "tries"))))
"""


class Receivers:
    """One address for each mood. ``late``: seconds from decision to arrival at the good one, by message."""

    def __init__(self) -> None:
        self.late: list[tuple[int, float]] = []
        self.begun: dict[str, int] = dict.fromkeys(MOODS, 0)
        outside = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outside.take(self, self.path[1:], said)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, request: BaseHTTPRequestHandler, mood: str, said: dict[str, str]) -> None:
        self.begun[mood] += 1
        if mood == "good":
            decided = datetime.fromisoformat(said["at"])
            self.late.append((int(said["seq"]), (datetime.now(decided.tzinfo) - decided).total_seconds()))
            request.send_response(200)
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        try:
            if mood != "silent":
                request.wfile.write(
                    b"HTTP/1.1 200 OK\r\nX: " if mood == "drips" else b"HTTP/1.1 200 OK\r\n\r\n"
                )
            for _ in range(600):
                time.sleep(0.1)
                if mood != "silent":
                    request.wfile.write(b"x" if mood == "drips" else b"x" * 65536)
        except OSError:
            return


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--messages", type=int, default=60)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = Site(folder, f"sqlite:///{folder / 'imloop.sqlite3'}", free_port(), folder / "log")
        outside = Receivers()

        def run(script: str, *arguments: str) -> str:
            command = [sys.executable, "-c", script, *arguments]
            ran = subprocess.run(command, env=site.environment, check=True, stdout=subprocess.PIPE, text=True)
            return ran.stdout

        try:
            run(PREPARE, outside.url, *MOODS)
            site.wait_until_up()
            run(SEND, str(given.messages))
            until = time.monotonic() + 60
            while len({seq for seq, _ in outside.late}) < given.messages and time.monotonic() < until:
                time.sleep(0.2)
        finally:
            site.stop()
        again = {int(seq): tries for seq, tries in json.loads(run(TRIED_AGAIN)).items()}
    order, late = [seq for seq, _ in outside.late], sorted(seconds for _, seconds in outside.late)
    worst = late[-1] if late else float("inf")
    faults = {
        "not in order": [] if order == sorted(order) else order[:10],
        "twice": [seq for seq in set(order) if order.count(seq) > again.get(seq, 1)],
        "missing": [] if len(set(order)) == given.messages else [len(set(order))],
        "late": [] if worst <= GOAL else [worst],
    }
    told = {"messages": given.messages, "deliveries begun": outside.begun, "tried again": again}
    told |= {"arrived after, s": {"half": round(late[len(late) // 2], 1), "all": round(worst, 1)}}
    return report("slow receivers", {**told, "faults": faults})


if __name__ == "__main__":
    sys.exit(main())
