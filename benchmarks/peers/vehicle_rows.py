"""One contestant of the vehicle import: ``python vehicle_rows.py imloop|N|L FILE``; prints rows per second.

``N`` saves one ORM object per row, as a usual loader does. ``L`` is the bare executemany of the same rows through the
database driver: no application that writes these rows can be quicker by more than its batching.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
import time
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from imloop.exchange.imports import import_file  # noqa: E402
from imloop.steps.ground.access import SYSTEM  # noqa: E402
from imloop.steps.ground.clock import now  # noqa: E402
from imloop.store.models import Vehicle  # noqa: E402

BLOCK = 4000
_COLUMNS = (
    *("vin", "plate", "plate_colour", "fuel", "facts", "owner_name", "owner_phone"),
    *("cycle", "status", "registered", "sources", "stated"),
)
_INSERT = f"INSERT INTO store_vehicle ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"


def values(row: dict[str, str]) -> tuple[object, ...]:
    facts = {key: value for key, value in row.items() if value and not key.startswith("owner")}
    return (
        row["vin"],
        row["plate"],
        row["plate_colour"],
        "gasoline",
        json.dumps(facts, ensure_ascii=False),
        row["owner_name"],
        row["owner_phone"],
        1,
        "active",
        True,
        "{}",
        "{}",
    )


def ours(file: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:
        return import_file("vehicles", file, Path(folder), SYSTEM, now).entered


def naive(file: Path) -> int:
    count = 0
    with file.open(encoding="utf-8", newline="") as text, transaction.atomic():
        for row in csv.DictReader(text):
            found = Vehicle.objects.filter(vin=row["vin"]).first() or Vehicle(vin=row["vin"])
            found.plate, found.plate_colour, found.fuel = row["plate"], row["plate_colour"], "gasoline"
            found.owner_name, found.owner_phone = row["owner_name"], row["owner_phone"]
            found.facts = {**found.facts, **{key: value for key, value in row.items() if value}}
            found.save()
            count += 1
    return count


def limit(file: Path) -> int:
    with file.open(encoding="utf-8", newline="") as text:
        rows = [values(row) for row in csv.DictReader(text)]
    start = time.perf_counter()
    with connection.cursor() as cursor:
        for first in range(0, len(rows), BLOCK):
            with transaction.atomic():
                cursor.executemany(_INSERT, rows[first : first + BLOCK])
    _say(len(rows), start)
    return len(rows)


def _say(count: int, start: float) -> None:
    print(json.dumps({"rate": count / (time.perf_counter() - start), "kept": Vehicle.objects.count()}))


def main() -> None:
    name, file = sys.argv[1], Path(sys.argv[2])
    call_command("migrate", verbosity=0, interactive=False)
    Vehicle.objects.all().delete()
    if name == "L":
        limit(file)
        return
    start = time.perf_counter()
    count = {"imloop": ours, "N": naive}[name](file)
    _say(count, start)


if __name__ == "__main__":
    main()
