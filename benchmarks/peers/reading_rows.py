"""One contestant of the readings' import: ``python reading_rows.py imloop|L FILE``; prints rows per second.

``L`` is the bare insertion of the same rows, already read and judged, through the same statements.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from imloop.exchange.decode_readings import read_record  # noqa: E402
from imloop.exchange.imports import import_file  # noqa: E402
from imloop.exchange.tables.read_tables import read_rows  # noqa: E402
from imloop.steps.ground.access import caller_for  # noqa: E402
from imloop.steps.ground.clock import now  # noqa: E402
from imloop.steps.remote_sensing.keep_readings import _FIELDS, _content, _Judge, _values  # noqa: E402
from imloop.store.models import Party, RemoteReading  # noqa: E402
from imloop.store.statements import insert_values  # noqa: E402


def sender() -> Party:
    """A new office for each round: what was kept once cannot be removed."""
    number = Party.objects.count()
    return Party.objects.create(
        code=f"450200-environment-{number}", kind="environment", name="柳州", place="450200"
    )


def main() -> None:
    name, file = sys.argv[1], Path(sys.argv[2])
    call_command("migrate", verbosity=0, interactive=False)
    office = sender()
    if name == "L":
        judge, moment = _Judge(office.place), now()
        read = [read_record(row) for row in read_rows(file)]
        new = [_values(row, office, _content(row), "", moment, judge) for row in read]
        start = time.perf_counter()
        with transaction.atomic():
            insert_values(RemoteReading, _FIELDS, new)
    else:
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            import_file("readings", file, Path(folder), caller_for(office), now)
    took = time.perf_counter() - start
    kept = RemoteReading.objects.filter(sender=office).count()
    print(json.dumps({"rate": kept / took, "kept": kept}))


if __name__ == "__main__":
    main()
