"""``imloop work`` whose every second takes 50 ms: clock, pauses, leases and patience alike,
so that long stories are short.

``python -m support.servers.quick_work --every 600``, any number at one time; ``QUICK_SINCE`` is the moment (seconds
since 1970) from which their common clock runs fast.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

SPEED = 20


def hurry() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imloop.site.settings")
    django.setup()
    import httpx

    from imloop.cli.serving import work
    from imloop.exchange.couriers import http_drop
    from imloop.steps.ground import clock

    since = float(os.environ["QUICK_SINCE"])
    start = datetime.fromtimestamp(since, UTC)
    clock.now = lambda: start + timedelta(seconds=SPEED * (time.time() - since))
    work.time = SimpleNamespace(  # type: ignore[assignment]
        monotonic=time.monotonic, sleep=lambda seconds: time.sleep(seconds / SPEED)
    )
    http_drop.SECONDS /= SPEED
    http_drop.TIMEOUT = httpx.Timeout(10.0 / SPEED, connect=5.0)


def main() -> None:
    import sys

    from imloop.cli import main as imloop

    hurry()
    sys.argv = ["imloop", "work", *sys.argv[1:]]
    imloop()


if __name__ == "__main__":
    main()
