"""VEHICLES: a police list into the register, file to database, on both databases."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from harness import Figure, databases, environment, import_once, ratio, rounds

ROWS = int(os.environ.get("BENCH_ROWS", "20000"))
WORDS = {
    "imloop": (
        "this platform: read, check every row, look for known vehicles, next due date, journal, "
        "one transaction per 4,000 rows"
    ),
    "L": "the bare executemany of the same rows, already read, through the database driver",
    "N": "one look-up and one save per row through the ORM, unchecked, in one transaction",
}
_PLATES = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def write_list(file: Path, rows: int) -> None:
    """A made-up list: VINs and plates are unique, every row is right."""
    with file.open("w", encoding="utf-8") as out:
        out.write(
            "vin,plate,plate_colour,vehicle_type,usage,fuel,emission_stage,first_registered_on,produced_on,"
            "max_mass_kg,reference_mass_kg,rated_power_kw,status,owner_name,owner_phone\n"
        )
        for n in range(rows):
            year, month, day = 2008 + n % 17, n % 12 + 1, n % 28 + 1
            plate = f"桂{_PLATES[n // 240_000 % 24]}{_PLATES[n // 10_000 % 24]}{n % 10_000:04d}"
            out.write(
                f"LSVAU2180N{n:07d},{plate},blue,K33,A,A,国四,{year}-{month:02d}-{day:02d},{year - 1}-05-06,"
                f"1800,1350,85,active,韦小明,13800000000\n"
            )


def measure(backend: str, count: int) -> Figure:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench")))
        names = {"imloop": "imloop", "L": "bare", "N": "naive"}
        urls = stack.enter_context(databases(backend, folder, *names.values()))
        file = folder / "list.csv"
        write_list(file, ROWS)
        settings = {key: environment(folder / key, urls[key], "imloop.site.settings") for key in urls}
        contestants = {
            name: partial(import_once, "peers/vehicle_rows.py", name, file, ROWS, settings[key])
            for name, key in names.items()
        }
        rates = rounds(contestants, count)
    return Figure(
        key=f"VEHICLES {backend}",
        title=f"import of a police list of {ROWS:,} vehicles, {backend}",
        unit="rows/s",
        contestants=WORDS,
        rates=rates,
        ratios=[ratio(rates, "imloop", "L"), ratio(rates, "imloop", "N", "≥ 3")],
        checks=["after each run the register holds exactly the rows of the file"],
        notes=[f"goal ≥ 5,000 rows/s on the machine named above; lowest of ours {min(rates['imloop']):,.0f}"],
    )


def figures(count: int) -> list[Figure]:
    return [measure(backend, count) for backend in ("sqlite", "postgresql")]
