"""The limit of P10: every core reads uploads and parses their JSON."""

from __future__ import annotations

import json
import os
from concurrent.futures import ProcessPoolExecutor

import django

django.setup()


def part(number: int) -> int:
    import msgspec

    from imloop.steps.keep_raw import raw_bytes
    from imloop.store.models import RawUpload

    count = 0
    cores = os.cpu_count() or 1
    for raw in RawUpload.objects.only("body").iterator(chunk_size=500):
        if raw.pk % cores == number:
            msgspec.json.decode(raw_bytes(raw))
            count += 1
    return count


if __name__ == "__main__":
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        print(json.dumps({"tests": sum(pool.map(part, range(os.cpu_count() or 1)))}))
