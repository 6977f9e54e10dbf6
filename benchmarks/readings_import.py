"""READINGS: a file of remote-sensing records into the database, on both databases."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from harness import Figure, databases, environment, import_once, ratio, rounds

ROWS = int(os.environ.get("BENCH_ROWS", "20000"))
LEAST = 5000
"""Rows a second on SQLite: 3.4 million readings a year in a city are an evening's work."""
WORDS = {
    "imloop": (
        "this platform: read, check every row, ask for known record numbers, judge by the law of the day, journal, "
        "one transaction per 4,000 rows"
    ),
    "L": "the bare insertion of the same rows, already read and judged, in one transaction",
}


def write_records(file: Path, rows: int) -> None:
    """Every fiftieth is over the limit, as in a real city; record numbers are unique."""
    with file.open("w", encoding="utf-8") as out:
        out.write(
            "record_no,site,at,device,plate,plate_colour,plate_confidence,opacity_pct,opacity_pct_valid,no_ppm,"
            "co_pct,hc_ppm,co2_pct,speed_kmh,acceleration_ms2,temperature_c,humidity_pct,pressure_kpa\n"
        )
        for n in range(rows):
            opacity = 35.5 if n % 50 == 0 else n % 29
            out.write(
                f"B{n:09d},YC-{n % 6:02d},2026-03-{n % 28 + 1:02d} {n % 24:02d}:{n % 60:02d}:{n % 59:02d},OP{n % 6},"
                f"桂B{n % 100000:05d},yellow,0.97,{opacity},1,{n % 900},0.1,20,14.2,{n % 60 + 20},0.4,25,60,100.1\n"
            )


def measure(backend: str, count: int) -> Figure:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench")))
        names = {"imloop": "imloop", "L": "bare"}
        urls = stack.enter_context(databases(backend, folder, *names.values()))
        file = folder / "readings.csv"
        write_records(file, ROWS)
        settings = {key: environment(folder / key, urls[key], "imloop.site.settings") for key in urls}
        contestants = {
            name: partial(import_once, "peers/reading_rows.py", name, file, ROWS, settings[key])
            for name, key in names.items()
        }
        rates = rounds(contestants, count)
    slowest = min(rates["imloop"])
    return Figure(
        key=f"READINGS {backend}",
        title=f"import of {ROWS:,} readings of the road, {backend}",
        unit="rows/s",
        contestants=WORDS,
        rates=rates,
        ratios=[ratio(rates, "imloop", "L")],
        checks=["after each run exactly the rows of the file are kept"],
        notes=[f"goal ≥ {LEAST:,} rows/s on SQLite; lowest of ours {slowest:,.0f}"],
    )


def figures(count: int) -> list[Figure]:
    return [measure(backend, count) for backend in ("sqlite", "postgresql")]
