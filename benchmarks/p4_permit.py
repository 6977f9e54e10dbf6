"""P4: may this vehicle be retested here? Over HTTP, against many vehicles."""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from harness import SERVED, Figure, Void, databases, environment, granian, ratio, rounds, run_python
from load import Load, http_request, run

SECONDS, CONNECTIONS = 2.0, 4
VEHICLES = int(os.environ.get("BENCH_VEHICLES", "10000"))
WORDS = {
    "imloop": "this platform: key, vehicle, open case, registers, the law of the day, every reason with its clause",
    "L": "a hello from the same framework on the same server",
    "N": "the usual application: last test, repairs, shop through ORM joins",
}


def question(path: str, station: str, key: str) -> Callable[[int], bytes]:
    draw = random.Random(4)
    headers = f"Authorization: Bearer {key}\r\n"
    return lambda _: http_request(
        "GET", f"{path}?vin=LSVAU2180N{draw.randrange(VEHICLES):07d}&station={station}", b"", headers
    )


def contestant(port: int, ask: Callable[[int], bytes], seen: list[Load]) -> Callable[[], float]:
    def once() -> float:
        load = run(port, ask, seconds=SECONDS, connections=CONNECTIONS)
        if set(load.statuses) != {200}:
            raise Void(f"answers other than 200: {dict(load.statuses)} {load.last_body[:300]!r}")
        seen.append(load)
        return load.per_second

    return once


def answers(port: int, path: str, station: str, key: str) -> list[tuple[bool, str]]:
    """(allowed, first code) for one vehicle without a case, one not yet repaired, one repaired."""
    out = []
    for number in (1, 0, 10):
        request = http_request(
            "GET",
            f"{path}?vin=LSVAU2180N{number:07d}&station={station}",
            b"",
            f"Authorization: Bearer {key}\r\n",
        )
        load = run(port, lambda _, request=request: request, seconds=0, connections=1)
        answer = json.loads(load.last_body)
        firm = [reason["code"] for reason in answer["reasons"] if not reason.get("warning")]
        out.append((answer["allowed"], firm[0] if firm else ""))
    return out


def owner_page(port: int, tokens: list[str]) -> str:
    """The public case page of ten vehicles in turn, one reader at a time."""
    load = run(port, lambda n: http_request("GET", f"/c/{tokens[n % 10]}"), seconds=SECONDS, connections=1)
    if set(load.statuses) != {200}:
        raise Void(f"case page: answers other than 200: {dict(load.statuses)} {load.last_body[:300]!r}")
    return (
        f"the owner's case page at the same size: p50 {load.percentile(0.5):.0f} ms, "
        f"p99 {load.percentile(0.99):.0f} ms (budget 200 ms)"
    )


def measure(backend: str, count: int) -> Figure:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench")))
        urls = stack.enter_context(databases(backend, folder, "imloop", "crud"))
        ours = environment(folder / "imloop", urls["imloop"], "imloop.site.settings")
        crud = environment(folder / "crud", urls["crud"], "peers.crud.settings")
        null = environment(folder / "null", "", "peers.limits.settings")
        us = json.loads(run_python("seeds/seed_imloop.py", str(VEHICLES), environment=ours))
        them = json.loads(run_python("seeds/seed_crud.py", str(VEHICLES), environment=crud))
        our_port = stack.enter_context(granian("imloop.site.worker:application", ours, SERVED))
        crud_port = stack.enter_context(granian("peers.crud.wsgi:application", crud))
        null_port = stack.enter_context(granian("peers.limits.wsgi:application", null))
        path = "/api/v1/retest-permit"
        expected = [(False, "no-open-case"), (False, "no-repair-record"), (True, "")]
        for name, found in (
            ("imloop", answers(our_port, path, us["station"], us["key"])),
            ("N", answers(crud_port, "/permit", them["station"], them["key"])),
        ):
            if found != expected:
                raise Void(f"{name} answers {found}, expected {expected}")
        seen: dict[str, list[Load]] = {name: [] for name in WORDS}
        asks = {
            "imloop": (our_port, question(path, us["station"], us["key"])),
            "L": (null_port, question("/hello", "", "")),
            "N": (crud_port, question("/permit", them["station"], them["key"])),
        }
        rates = rounds({name: contestant(port, ask, seen[name]) for name, (port, ask) in asks.items()}, count)
        page = owner_page(our_port, us["tokens"])
    return Figure(
        key=f"P4{'M' if VEHICLES >= 1_000_000 else ''} {backend}",
        title=f"retest permit over HTTP, {VEHICLES:,} vehicles, {backend}",
        unit="answers/s",
        contestants=WORDS,
        rates=rates,
        ratios=[ratio(rates, "imloop", "L", "≥ 0.3"), ratio(rates, "imloop", "N", "≥ 3")],
        checks=["no case, not repaired, repaired: both applications give the three right answers"],
        notes=[
            f"p50 {seen['imloop'][-1].percentile(0.5):.1f} ms, p99 {seen['imloop'][-1].percentile(0.99):.1f} ms "
            f"at {CONNECTIONS} connections",
            page,
        ],
    )


def figures(count: int) -> list[Figure]:
    backends = os.environ.get("BENCH_BACKENDS", "sqlite postgresql").split()
    return [measure(backend, count) for backend in backends]
