"""P1: durable ingest over HTTP of one ASM test with its 1 Hz columns.

imloop authenticates, keeps the raw bytes, decodes, recomputes, decides the case, writes journal, trace and receipt.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harness import SERVED, Figure, Void, databases, environment, granian, ratio, rounds, run_python
from load import Load, http_request, run

SECONDS, CONNECTIONS, FAIL_SHARE = 3.0, 4, 8
APART = timedelta(minutes=2)
"""Between two runs: those of one line that overlap are compared with each other, and a line makes no such runs."""
WORDS = {
    "imloop": "this platform: authentication, raw bytes, recompute, case, journal, trace, receipt",
    "L": "the same server decoding the upload and keeping nothing",
    "N": "the usual application, a row per second (bulk insert), believing the station's verdict",
    "N+": "the usual application, the trace in one JSON column, believing the station's verdict",
}


class Uploads:
    """Request bytes for the i-th upload: a sample run under a new test number, VIN and plate, after the one before; one
    in eight fails."""

    def __init__(self, path: str, key: str, start: int) -> None:
        from imloop.sim.sample import sample_message

        self.path, self.headers, self.number = path, f"Authorization: Bearer {key}\r\n", start
        self.first = datetime.now(UTC).replace(microsecond=0) - timedelta(days=20)
        body = sample_message("ASM", station="450203001", fail=True, at=self.first.isoformat())
        self.parts = [self._text(body, share) for share in (0.2, 1.0)]

    @classmethod
    def _text(cls, body: bytes, share: float) -> str:
        """The failing sample, its gases times ``share``: both kinds of upload have the same size."""
        message = json.loads(body)
        columns = message["trace"]["columns"]
        for gas in ("co_pct", "hc_ppm", "no_ppm"):
            columns[gas] = [value if value is None else round(value * share, 2) for value in columns[gas]]
        message["test_no"] = "@TEST@"
        message["started_at"], message["ended_at"] = "@START@", "@END@"
        message["vehicle"].update(vin="@VIN@", plate="@PLATE@")
        for ecu in message.get("obd", {}).get("ecus", []):
            ecu["vin"] = "@VIN@"
        return cls._finished(message)

    @staticmethod
    def _finished(message: Mapping[str, object]) -> str:
        return json.dumps(message, ensure_ascii=False, separators=(",", ":"))

    @property
    def size(self) -> int:
        return max(len(part.encode()) for part in self.parts)

    def __call__(self, _: int) -> bytes:
        return http_request("POST", self.path, self.body(), self.headers)

    def body(self) -> bytes:
        """The next upload by itself."""
        self.number += 1
        text = self.parts[self.number % FAIL_SHARE == 0]
        text = text.replace("@TEST@", f"bench-{self.number:09d}").replace(
            "@VIN@", f"LSVAU2180N{self.number % 10**7:07d}"
        )
        start = self.first + APART * (self.number % 10**4)
        text = text.replace("@START@", start.isoformat()).replace("@END@", (start + APART * 0.75).isoformat())
        return text.replace("@PLATE@", f"桂B{self.number % 10**5:05d}").encode()


def contestant(port: int, uploads: Uploads, seen: list[Load]) -> Callable[[], float]:
    def once() -> float:
        load = run(port, uploads, seconds=SECONDS, connections=CONNECTIONS)
        if set(load.statuses) != {201}:
            raise Void(f"answers other than 201: {dict(load.statuses)} {load.last_body[:300]!r}")
        seen.append(load)
        return load.per_second

    return once


def count_stored(environment_: Mapping[str, str], model: str) -> int:
    module, name = model.rsplit(".", 1)
    code = f"import django; django.setup(); from {module} import {name}; print({name}.objects.count())"
    return int(run_python("-c", code, environment=environment_))


def check_stored(environment_: Mapping[str, str], seen: Sequence[Load]) -> str:
    acknowledged = sum(load.answered for load in seen)
    stored = count_stored(environment_, "imloop.store.models.Test")
    if acknowledged != stored:
        raise Void(f"acknowledged {acknowledged}, stored {stored}")
    return f"acknowledged = stored = {stored}"


def check_peer(environment_: Mapping[str, str], seen: Sequence[Load]) -> None:
    if sum(load.answered for load in seen) != count_stored(environment_, "peers.crud.models.Test"):
        raise Void("the peer lost uploads")


def check_verdicts(environment_: Mapping[str, str]) -> str:
    """A sample of what was stored is judged again, from the raw bytes: the same answer must come out."""
    return run_python("seeds/check_stored.py", "40", environment=environment_).strip()


GOALS = {"L": "≥ 0.35", "N": "≥ 20", "N+": "≥ 4"}


def measure(
    backend: str,
    count: int,
    *,
    key: str = "P1",
    words: Mapping[str, str] = WORDS,
    make: type[Uploads] = Uploads,
    null: str = "/tests",
    goals: Mapping[str, str] = GOALS,
) -> Figure:
    """``words``: the contestants; ``make``: the form of the uploads; ``null``: the limit's address for that form."""
    random.seed(1)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench")))
        urls = stack.enter_context(databases(backend, folder, "imloop", "crud"))
        ours = environment(folder / "imloop", urls["imloop"], "imloop.site.settings")
        limits = environment(folder / "null", "", "peers.limits.settings")
        our_key = json.loads(run_python("seeds/seed_imloop.py", "0", environment=ours))["key"]
        our_port = stack.enter_context(granian("imloop.site.worker:application", ours, SERVED))
        null_port = stack.enter_context(granian("peers.limits.wsgi:application", limits))
        uploads = {
            "imloop": (our_port, make("/api/v1/tests", our_key, 0)),
            "L": (null_port, make(null, "none", 0)),
        }
        crud = environment(folder / "crud", urls["crud"], "peers.crud.settings")
        if "N" in words:
            crud_key = json.loads(run_python("seeds/seed_crud.py", "0", environment=crud))["key"]
            crud_port = stack.enter_context(granian("peers.crud.wsgi:application", crud))
            uploads["N"] = crud_port, make("/rows", crud_key, 0)
            uploads["N+"] = crud_port, make("/json", crud_key, 5_000_000)
        seen: dict[str, list[Load]] = {name: [] for name in words}
        rates = rounds(
            {name: contestant(port, ups, seen[name]) for name, (port, ups) in uploads.items()}, count
        )
        checks = [check_stored(ours, seen["imloop"]), check_verdicts(ours)]
        if "N" in words:
            check_peer(crud, [*seen["N"], *seen["N+"]])
    size, last = uploads["imloop"][1].size, seen["imloop"][-1]
    return Figure(
        key=f"{key} {backend}",
        title=f"durable ingest over HTTP, {size / 1000:.0f} kB upload, {backend}",
        unit="uploads/s",
        contestants=words,
        rates=rates,
        ratios=[ratio(rates, "imloop", name, goal) for name, goal in goals.items()],
        checks=checks,
        notes=[
            f"p50 {last.percentile(0.5):.1f} ms, p99 {last.percentile(0.99):.1f} ms at {CONNECTIONS} connections"
        ],
    )


def figures(count: int) -> list[Figure]:
    return [measure(backend, count) for backend in ("sqlite", "postgresql")]
