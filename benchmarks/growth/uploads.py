"""GROWTH: what an upload costs a station that has sent 100 before, and one that has sent 20,000.

Processor time of the upload through the door: bytes kept, decoded, judged, decided, journal and receipt written. On
PostgreSQL that of the server's process for this connection is added. Run by itself (``growth/uploads.py fill COUNT``,
``growth/uploads.py measure TURN``) it works on the database of its environment.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from harness import Figure, Void, databases, environment, ratio, run_python

YOUNG, OLD, WARM, MEASURED, BLOCK = 100, 20_000, 20, 100, 500
APART = timedelta(seconds=45)
"""Between two runs: the sample lasts 36 seconds, and ten turns are sent within the day that law gives."""
STATION, PLACE = "450203001", "450200"
WORDS = {
    "at 100": "new tests of a station that has sent 100",
    "at 20,000": "new tests of a station that has sent 20,000; the file was never analysed",
    "at 20,000, counted": "the same after the background work has counted the tables",
    "again at 100": "the same bytes a second time: answered with the first receipt",
    "again at 20,000": "the same bytes a second time, after 20,000",
}
GOAL = "≥ 0.8: ± 20 %"


def figures(count: int) -> list[Figure]:
    return [_figure(backend, count) for backend in ("sqlite", "postgresql")]


def _figure(backend: str, count: int) -> Figure:
    rates: dict[str, list[float]] = {name: [] for name in WORDS}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench")))
        names = ["old", *(f"young{number}" for number in range(count))]
        urls = stack.enter_context(databases(backend, folder, *names))
        places = {name: environment(folder / name, urls[name], "imloop.site.settings") for name in names}
        run_python("growth/uploads.py", "fill", str(OLD), environment=places["old"])
        for number in range(count):
            young = places[f"young{number}"]
            run_python("growth/uploads.py", "fill", str(YOUNG), environment=young)
            rates["at 100"].append((found := _measured(young, 0))["new"])
            rates["again at 100"].append(found["again"])
            rates["at 20,000"].append((found := _measured(places["old"], number))["new"])
            rates["again at 20,000"].append(found["again"])
            print(f"  round {number + 1}/{count} " + _shown(rates), flush=True)
        # Afterwards: what was counted cannot be forgotten.
        for number in range(count):
            turn = count + number
            rates["at 20,000, counted"].append(_measured(places["old"], turn, "--counted")["new"])
        stored = json.loads(run_python("growth/uploads.py", "count", environment=places["old"]))
    sent = OLD + 2 * count * (WARM + MEASURED)
    if stored != {"tests": sent, "entries": sent}:
        raise Void(f"kept {stored}, sent {sent}")
    return Figure(
        key=f"GROWTH {backend}",
        title=f"an upload after 20,000 of one station, {backend}",
        unit="uploads/s of processor time",
        contestants=WORDS,
        rates=rates,
        ratios=[
            ratio(rates, "at 20,000", "at 100", GOAL),
            ratio(rates, "at 20,000, counted", "at 100", GOAL),
            ratio(rates, "again at 20,000", "again at 100", GOAL),
        ],
        checks=[
            f"every upload was answered with a receipt; {sent:,} tests kept, each with its journal entry"
        ],
    )


def _shown(rates: Mapping[str, list[float]]) -> str:
    return ", ".join(f"{name}: {each[-1]:,.0f}" for name, each in rates.items() if each)


def _measured(place: Mapping[str, str], turn: int, *more: str) -> dict[str, float]:
    found: dict[str, float] = json.loads(
        run_python("growth/uploads.py", "measure", str(turn), *more, environment=place)
    )
    return found


def fill(count: int) -> None:
    """The station, and its ``count`` tests of as many vehicles: copies of one real upload through the store, with
    their journal entries, messages and findings, over two years."""
    from datetime import date

    from django.core.management import call_command

    from imloop.exchange.uploads.intake import take_test
    from imloop.steps.ground.access import caller_for
    from imloop.steps.ground.clock import now
    from imloop.store.models import Line, Link, Party, PartyKind, Standing, Test

    call_command("migrate", verbosity=0)
    since, moment = date(2015, 1, 1), now()
    station = Party.objects.create(code=STATION, kind=PartyKind.ISTATION, name="x", place=PLACE)
    Party.objects.create(code=f"{PLACE}-environment", kind=PartyKind.ENVIRONMENT, name="x", place=PLACE)
    Standing.objects.create(party=station, state="networked", since=since, cite="x")
    line = Line.objects.create(station=station, code="01", methods=["ASM"], since=since)
    Link.objects.create(line=line, seen_at=moment, clock_skew_s=0, sequence=0, spooled=0, status="idle")
    caller = caller_for(station)
    start = moment - timedelta(days=720)
    take_test(_body(0, start), caller, start + timedelta(minutes=5))
    source = Test.objects.select_related("raw", "vehicle").get()
    step = timedelta(days=700) / count
    for first in range(1, count, BLOCK):
        _copy(source, range(first, min(first + BLOCK, count)), start, step)


def _copy(source: Any, numbers: range, start: datetime, step: timedelta) -> None:
    """A block of copies, each of another vehicle and time; one in twenty has a finding, settled long ago."""
    from copy import copy
    from hashlib import sha256

    from imloop.steps.ground.access import caller_for
    from imloop.steps.ground.ledger import writing
    from imloop.store.models import Finding
    from imloop.store.statements import insert_all

    with writing(start, caller_for(source.station)) as ledger:
        raws, cars, tests, findings = [], [], [], []
        for number in numbers:
            begun = start + step * number
            raw, car, test = copy(source.raw), copy(source.vehicle), copy(source)
            raw.pk = car.pk = test.pk = None
            raw.sha256, raw.received_at = sha256(str(number).encode()).hexdigest(), begun
            car.vin, car.plate = _vin(number), _plate(number)
            test.test_no = f"growth-{number:09d}"
            test.started_at, test.received_at = begun, begun + timedelta(minutes=5)
            test.ended_at = begun + (source.ended_at - source.started_at)
            raws.append(raw)
            cars.append(car)
            tests.append(test)
            ledger.note(
                "test-received", f"{STATION}/{test.test_no}", {"sha256": raw.sha256, "result": "pass"}
            )
            if number % 20 == 0:
                ledger.send(f"{PLACE}-environment", "test", test.test_no, {"test_no": test.test_no})
                findings.append(
                    Finding(
                        created_at=begun,
                        code="sequence-gap",
                        station_code=STATION,
                        subject=test.test_no,
                        subject_kind="test",
                        data={"text": "x"},
                        resolved_at=begun,
                    )
                )
        insert_all(raws)
        insert_all(cars)
        for raw, car, test in zip(raws, cars, tests, strict=True):
            test.raw, test.vehicle = raw, car
        insert_all(tests)
        insert_all(findings)


def measure(turn: int, counted: bool) -> dict[str, float]:
    """Uploads per second of processor time: new ones, and the same bytes again. ``turn``: how often it was measured in
    this database; no two runs are at one time."""
    from imloop.exchange.uploads.intake import take_test
    from imloop.steps.ground.access import caller_for
    from imloop.steps.ground.clock import now
    from imloop.store.models import Party, Test
    from imloop.store.query_statistics import refresh

    if counted:
        Test.objects.filter(station__code=STATION, started_at__gt=now()).exists()
        refresh()
    caller = caller_for(Party.objects.get(code=STATION))
    before = Test.objects.count()
    begin = now() - timedelta(hours=23) + APART * (WARM + MEASURED) * turn
    bodies = [_body(before + number, begin + APART * number) for number in range(WARM + MEASURED)]

    def take(body: bytes, created: bool = True) -> None:
        assert take_test(body, caller, now()).created is created

    for body in bodies[:WARM]:
        take(body)
    new = _per_second(lambda: [take(body) for body in bodies[WARM:]])
    for body in bodies[:WARM]:
        take(body, False)
    return {"new": new, "again": _per_second(lambda: [take(body, False) for body in bodies[WARM:]])}


def _per_second(work: Callable[[], object]) -> float:
    before = _spent()
    work()
    return MEASURED / (_spent() - before)


def _spent() -> float:
    """Processor seconds of this process, and of PostgreSQL's process for its connection."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.process_time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    times = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    ticks = int(times[11]) + int(times[12])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _vin(number: int) -> str:
    return f"LSVAU2180N{number:07d}"


def _plate(number: int) -> str:
    return f"桂B{number % 10**5:05d}"


_sample: dict[str, Any] = {}


def _body(number: int, start: datetime) -> bytes:
    """A passing run of its own vehicle, with the line's running number."""
    from imloop.sim.sample import sample_message

    if not _sample:
        _sample.update(json.loads(sample_message("ASM", station=STATION)))
    lasted = datetime.fromisoformat(_sample["ended_at"]) - datetime.fromisoformat(_sample["started_at"])
    names = {"vin": _vin(number), "plate": _plate(number)}
    message = {
        **_sample,
        "test_no": f"growth-{number:09d}",
        "sequence": number + 1,
        "started_at": start.isoformat(),
        "ended_at": (start + lasted).isoformat(),
        "vehicle": {**_sample["vehicle"], **names},
    }
    for ecu in message.get("obd", {}).get("ecus", []):
        ecu["vin"] = names["vin"]
    return json.dumps(message, ensure_ascii=False).encode()


def kept() -> dict[str, int]:
    from imloop.store.models import JournalEntry, Test

    return {
        "tests": Test.objects.count(),
        "entries": JournalEntry.objects.filter(kind="test-received").count(),
    }


def main() -> None:
    import django

    django.setup()
    task, *more = sys.argv[1:]
    if task == "fill":
        fill(int(more[0]))
    else:
        print(json.dumps(kept() if task == "count" else measure(int(more[0]), "--counted" in more)))


if __name__ == "__main__":
    main()
