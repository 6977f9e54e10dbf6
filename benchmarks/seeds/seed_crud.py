"""Fill the naive peer's database: a station with a key, and for P4 vehicles with five tests each. Prints the key."""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import UTC, datetime, timedelta
from itertools import islice

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from peers.crud.models import Repair, Shop, Station, Test, Vehicle  # noqa: E402

KEY = "benchmark-key"
BLOCK = 2000
DOCUMENTS = {"certificate_no": "1", "settlement_no": "1", "invoice_no": "1"}


def fill(station: Station, shop: Shop, count: int) -> None:
    """One vehicle in ten failed last, every other of those is repaired: the same shares as imloop's data."""
    first = datetime(2026, 1, 1, tzinfo=UTC)
    numbers = iter(range(count))
    while block := list(islice(numbers, BLOCK)):
        vehicles = Vehicle.objects.bulk_create(
            Vehicle(vin=f"LSVAU2180N{n:07d}", plate=f"桂B{n:07d}", fuel="gasoline") for n in block
        )
        last = []
        for run in range(5):
            tests = Test.objects.bulk_create(
                Test(
                    station=station,
                    vehicle=vehicle,
                    test_no=f"{run}-{vehicle.vin}",
                    method="ASM",
                    started_at=first + timedelta(days=30 * run),
                    verdict="fail" if run == 4 and offset % 10 == 0 else "pass",
                )
                for offset, vehicle in enumerate(vehicles)
            )
            last = tests[::10]
        Repair.objects.bulk_create(
            Repair(test=test, shop=shop, finished_at=test.started_at + timedelta(days=1), documents=DOCUMENTS)
            for test in last[1::2]
        )


def main(count: int) -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    station = Station.objects.create(code="450203001", key_sha256=digest)
    shop = Shop.objects.create(code="450203M01")
    fill(station, shop, count)
    print(json.dumps({"station": station.code, "key": KEY, "vehicles": count}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
