"""HELPERS: what each speed helper buys. The same work with it and without it, in one process, processor time a call.

Run by itself (``helpers.py``) it measures one round on the database of its environment and prints rates as JSON.
Writing in a group and reading in a process of its own are about waiting, so they are measured in seconds of the clock.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

from harness import Figure, databases, environment, ratio, run_python

PERMITS, ROWS, UPLOADS, THREADS, TOGETHER = 200, 300, 96, 8, 100
PAIRS = {
    "permit": "permit through the framework",
    "permit, station in memory": "permit, station read anew",
    "row by statement": "row by the ORM",
    "uploads in groups": "uploads one by one",
    "uploads read by a process": "uploads read by threads",
    "stated facts": "stated facts, decoded",
    "traces together": "traces one by one",
    "compressor kept": "compressor made",
}
WORDS = {
    "permit": "a retest permit answered by `api/http/fast_calls.py`",
    "permit through the framework": "the same call through middleware, routes and views",
    "permit, station in memory": "the same permit with `steps/stations/station_facts.py`",
    "permit, station read anew": "everything about the station loaded for each call",
    "row by statement": "a finding kept and read again by `store/statements.py`",
    "row by the ORM": "the same through the model's manager",
    "uploads in groups": "tests of eight threads, written by `exchange/uploads/group_commit.py`",
    "uploads one by one": "the same, a transaction each",
    "uploads read by a process": "groups, decoded and judged by `exchange/uploads/reader_process.py`",
    "uploads read by threads": "groups, decoded and judged by the threads that wait for them",
    "stated facts": "what a verdict rests on beside the trace, of a stored test, by `store/verdict_inputs.py`",
    "stated facts, decoded": "the same out of the kept message",
    "traces together": "stored traces of 100 tests by `store/many_traces.py`, a test",
    "traces one by one": "the same by `store/traces.py`",
    "compressor kept": "a trace compressed by `store/packing.py`",
    "compressor made": "the same with a compressor made for it",
}


def figures(count: int) -> list[Figure]:
    return [_figure(backend, count) for backend in ("sqlite", "postgresql")]


def _figure(backend: str, count: int) -> Figure:
    rates: dict[str, list[float]] = {name: [] for pair in PAIRS.items() for name in pair}
    for number in range(count):
        with (
            tempfile.TemporaryDirectory() as folder,
            databases(backend, Path(folder), "helpers") as urls,
        ):
            settings = environment(Path(folder) / "data", urls["helpers"], "imloop.site.settings")
            found = json.loads(run_python("helpers.py", environment=settings).splitlines()[-1])
        print(f"  round {number + 1}/{count} {found}", flush=True)
        for name, rate in found.items():
            rates[name].append(rate)
    return Figure(
        key=f"HELPERS {backend}",
        title=f"what each speed helper buys, {backend}",
        unit="calls/s of processor time; uploads/s of the clock",
        contestants=WORDS,
        rates=rates,
        ratios=[ratio(rates, ours, other) for ours, other in PAIRS.items()],
        checks=["every answer with the helper equals the one without it; every upload was answered and kept"],
    )


def _per_second(work: Callable[[], object], calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        work()
    return calls / (time.process_time() - start)


def _permits(key: str, vin: str, station: str) -> dict[str, float]:
    from django.core.wsgi import get_wsgi_application

    from imloop.site.wsgi import application
    from imloop.steps.stations import station_facts

    asked = f"vin={vin}&station={station}&at=2026-03-04T10:00:00%2B08:00"

    def ask(of: Any) -> bytes:
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/api/v1/retest-permit",
            "QUERY_STRING": asked,
            "HTTP_AUTHORIZATION": f"Bearer {key}",
            "HTTP_HOST": "127.0.0.1",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
        }
        return b"".join(of(environ, lambda *_: None))

    def anew() -> bytes:
        station_facts._kept.clear()
        return ask(application)

    framework = get_wsgi_application()
    assert ask(application) == ask(framework) == anew() and b'"allowed"' in ask(application)
    return {
        "permit": _per_second(lambda: ask(application), PERMITS),
        "permit through the framework": _per_second(lambda: ask(framework), PERMITS),
        "permit, station in memory": _per_second(lambda: ask(application), PERMITS),
        "permit, station read anew": _per_second(anew, PERMITS // 4),
    }


def _rows(now: Any) -> dict[str, float]:
    from imloop.store.models import Finding
    from imloop.store.statements import insert, rows

    def new() -> Finding:
        return Finding(
            created_at=now, code="x", station_code="x", subject="x", subject_kind="test", data={"a": 1}
        )

    def ours() -> Finding:
        row = new()
        insert(row)
        return rows(Finding, "id = %s", [row.pk])[0]

    def orm() -> Finding:
        row = new()
        row.save()
        return Finding.objects.get(pk=row.pk)

    assert ours().data == orm().data
    return {"row by statement": _per_second(ours, ROWS), "row by the ORM": _per_second(orm, ROWS)}


def _kept() -> dict[str, float]:
    import zstandard

    from imloop.exchange.uploads.decode_inspection import decode_test
    from imloop.sim.sample import sample_message
    from imloop.store import many_traces, packing, traces, verdict_inputs

    message = sample_message("ASM", station="450203001", at="2026-03-04T10:00:00+08:00", seed=1)
    record = decode_test(message)
    stated, trace = verdict_inputs.pack(record), traces.encode(record.trace)
    plain, channels = packing.decompress(trace), list(record.trace.columns)

    def together() -> None:
        many_traces.decode_many([trace] * TOGETHER, channels, {}, 1)

    def compress_anew() -> bytes:
        return zstandard.ZstdCompressor(level=3).compress(plain)

    assert verdict_inputs.record_of(stated, record.method, record.trace).vehicle.fuel == record.vehicle.fuel
    assert packing.compress(plain, 3) == compress_anew()
    return {
        "stated facts": _per_second(
            lambda: verdict_inputs.record_of(stated, record.method, record.trace), ROWS
        ),
        "stated facts, decoded": _per_second(lambda: decode_test(message), ROWS),
        "traces together": TOGETHER * _per_second(together, ROWS // 10),
        "traces one by one": _per_second(lambda: traces.decode(trace), ROWS),
        "compressor kept": _per_second(lambda: packing.compress(plain, 3), ROWS),
        "compressor made": _per_second(compress_anew, ROWS),
    }


def _uploads(station: Any, caller: Any, take: Callable[..., Any]) -> float:
    """Tests per second of the clock, brought by eight threads at one time."""
    from imloop.sim.sample import sample_message
    from imloop.steps.ground.clock import now
    from imloop.store.models import Test

    before, begin = Test.objects.count(), now() - timedelta(hours=20)
    bodies = [
        sample_message(
            "ASM",
            station=station.code,
            plate=f"桂B{(before + number) % 100000:05d}",
            at=(begin + timedelta(seconds=before + number)).isoformat(),
            seed=before + number + 1,
        )
        for number in range(UPLOADS)
    ]
    with ThreadPoolExecutor(THREADS) as threads:
        start = time.perf_counter()
        for receipt in threads.map(lambda body: _in_thread(take, body, caller), bodies):
            assert receipt.created
        seconds = time.perf_counter() - start
    assert Test.objects.count() == before + UPLOADS
    return UPLOADS / seconds


def _in_thread(take: Callable[..., Any], body: bytes, caller: Any) -> Any:
    from imloop.steps.ground.clock import now
    from imloop.store.connection_pool import with_connection

    with with_connection():
        return take(body, caller, now())


def main() -> None:
    import django

    django.setup()
    from datetime import date

    from django.core.management import call_command

    from imloop.exchange.uploads import intake
    from imloop.steps.accounts.keys import issue_key
    from imloop.steps.ground.access import caller_for
    from imloop.steps.ground.clock import now
    from imloop.store import connection_pool
    from imloop.store.models import Line, Party, PartyKind, Standing

    call_command("migrate", verbosity=0)
    since = date(2015, 1, 1)
    station = Party.objects.create(code="450203001", kind=PartyKind.ISTATION, name="x", place="450200")
    Standing.objects.create(party=station, state="networked", since=since, cite="x")
    Line.objects.create(station=station, code="01", methods=["ASM"], since=since)
    caller = caller_for(station)
    found = _permits(issue_key(station, now()), "LADVPAAAA00000001", station.code) | _rows(now()) | _kept()
    connection_pool.share(4)
    with connection_pool.with_connection():
        found["uploads one by one"] = _uploads(station, caller, intake.take_test)
        found["uploads in groups"] = _uploads(station, caller, intake.take_test_in_group)
        found["uploads read by threads"] = _uploads(station, caller, intake.take_test_in_group)
        intake.reader.start()
        while not intake.reader.ready:
            time.sleep(0.05)
        found["uploads read by a process"] = _uploads(station, caller, intake.take_test_in_group)
        intake.reader.stop()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
