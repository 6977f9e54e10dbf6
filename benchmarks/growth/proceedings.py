"""PROCEEDINGS: a department's pages about matters when it has 300 of them, and when a year has brought 30,000.

Processor time of the page through the door, log-in and template included; on PostgreSQL that of the server's process
for this connection is added. One in ten is open. Run by itself (``growth/proceedings.py fill COUNT``, ``proceedings.py
measure``) it works on the database of its environment.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from growth.uploads import _spent
from harness import Figure, Void, databases, environment, ratio, run_python

FEW, MANY, OPEN, STEPS, ASKED, BLOCK = 300, 30_000, 10, 8, 5, 1000
PLACE = "450200"
PAGES = {
    "list": "the list of matters, with what waits",
    "work": "the work list",
    "one": "one matter's page",
    "officials": "officials side by side, of 90 days",
    "official": "one official's record, of 90 days",
}
BUDGET = {"list": 200, "work": 200, "one": 150, "officials": 1500, "official": 1500}
"""Milliseconds of processor time, for the slowest round."""
GROWS_LITTLE = ("list", "work", "one")
"""Pages about what waits; the other two count everything that was done."""
GOAL = "≥ 0.5: at most twice the time"


def figures(count: int) -> list[Figure]:
    return [_figure(backend, count) for backend in ("sqlite", "postgresql")]


def _figure(backend: str, count: int) -> Figure:
    sizes = {"300": FEW, "30,000": MANY}
    rates: dict[str, list[float]] = {f"{page} at {size}": [] for page in PAGES for size in sizes}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench")))
        names = {size: f"at{number}" for size, number in sizes.items()}
        urls = stack.enter_context(databases(backend, folder, *names.values()))
        places = {
            size: environment(folder / name, urls[name], "imloop.site.settings")
            for size, name in names.items()
        }
        for size, number in sizes.items():
            run_python("growth/proceedings.py", "fill", str(number), environment=places[size])
        for number in range(count):
            for size in sizes:
                found = json.loads(run_python("growth/proceedings.py", "measure", environment=places[size]))
                for page in PAGES:
                    rates[f"{page} at {size}"].append(found[page])
            print(
                f"  round {number + 1}/{count} " + str({k: round(v[-1]) for k, v in rates.items()}),
                flush=True,
            )
    slow = {page: 1000 / min(rates[f"{page} at 30,000"]) for page in PAGES}
    return Figure(
        key=f"PROCEEDINGS {backend}",
        title=f"pages about matters after a year of 30,000, {backend}",
        unit="pages/s of processor time",
        contestants={
            f"{page} at {size}": f"{words}, {size} matters" for page, words in PAGES.items() for size in sizes
        },
        rates=rates,
        ratios=[ratio(rates, f"{page} at 30,000", f"{page} at 300", GOAL) for page in GROWS_LITTLE],
        checks=[
            "every page answered 200 and shows what it is asked for",
            *(
                f"{PAGES[page]}: {ms:.0f} ms of processor time (budget {BUDGET[page]} ms)"
                for page, ms in slow.items()
            ),
        ],
    )


def fill(count: int) -> None:
    """Suspensions of one city's stations: nine of ten final, the others notified, each with its steps."""
    from datetime import date

    from django.core.management import call_command

    from imloop.steps.accounts.create_user import create_user
    from imloop.steps.ground.clock import now
    from imloop.store.models import Matter, MatterEvent, Party, PartyKind, Standing

    call_command("migrate", verbosity=0)
    moment = now()
    office = f"{PLACE}-environment"
    bureau = Party.objects.create(code=office, kind=PartyKind.ENVIRONMENT, name="x", place=PLACE)
    stations = [
        Party.objects.create(code=f"4502030{number:02d}", kind=PartyKind.ISTATION, name="x", place="450203")
        for number in range(50)
    ]
    for station in stations:
        Standing.objects.create(party=station, state="networked", since=date(2015, 1, 1), cite="x")
    above = Party.objects.create(code=f"{PLACE}-supervisor", kind=PartyKind.SUPERVISOR, name="x", place=PLACE)
    for name, party in (("bench", bureau), ("above", above)):
        create_user(name, "correct horse battery", party, moment, name=name, is_head=True)
    for first in range(0, count, BLOCK):
        rows = Matter.objects.bulk_create(
            _matter(number, stations[number % 50], moment - timedelta(days=365 * (count - number) / count))
            for number in range(first, min(first + BLOCK, count))
        )
        MatterEvent.objects.bulk_create(
            MatterEvent(
                matter=row,
                number=number + 1,
                kind="state" if number else "open",
                at=row.opened_at,
                due_on=row.opened_at.date(),
                actor=f"{office}/bench",
                before="notified" if number else "",
                after="notified",
                law_hash="0" * 64,
                data={"statement": "已整改，请从轻处理。"},
            )
            for row in rows
            for number in range(STEPS)
        )


def _matter(number: int, party: Any, opened: Any) -> Any:
    from imloop.store.models import Matter

    due = (opened + timedelta(days=60)).date()
    clock = {
        "name": "state",
        "key": "matter.opened_days",
        "started_on": str(opened.date()),
        "due_on": str(due),
    }
    is_open = number % OPEN == 0
    return Matter(
        matter_no=f"{PLACE}-S2026-{number:05d}",
        kind="suspension",
        place=PLACE,
        party=party,
        title="检验机构",
        state="opened" if is_open else "final",
        opened_at=opened,
        closed_at=None if is_open else opened + timedelta(days=50),
        due_on=due if is_open else None,
        token_sha256=hashlib.sha256(f"t{number}".encode()).hexdigest(),
        data={"facts": {"findings": "现场检查发现底盘测功机停用"}, "clocks": [clock] if is_open else []},
    )


def measure() -> dict[str, float]:
    """Pages per second of processor time, by an officer and by a supervisor."""
    from django.test import Client

    from imloop.store.models import Matter, User

    client, above = Client(headers={"host": "localhost"}), Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="bench"))
    above.force_login(User.objects.get(username="above"))
    one = Matter.objects.filter(closed_at__isnull=True).order_by("due_on").first()
    assert one is not None
    urls = {"list": "/matters", "work": "/work", "one": f"/matters/{one.matter_no}"}
    watched = {"officials": "/supervision/officials", "official": "/supervision/officials/bench"}
    return {
        **{page: _per_second(client, url, "-S2026-") for page, url in urls.items()},
        **{page: _per_second(above, url, "bench") for page, url in watched.items()},
    }


def _per_second(client: Any, url: str, shows: str) -> float:
    def ask() -> None:
        answer = client.get(url)
        if answer.status_code != 200 or shows not in answer.content.decode():
            raise Void(f"{url}: {answer.status_code} {answer.headers.get('Location', '')}")

    ask()
    return _rate(ask)


def _rate(ask: Callable[[], None]) -> float:
    before = _spent()
    for _ in range(ASKED):
        ask()
    return ASKED / (_spent() - before)


if __name__ == "__main__":
    import os

    os.environ.setdefault("IMLOOP_DEPARTMENT_TOTP", "0")
    import django

    django.setup()
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
    else:
        print(json.dumps(measure()))
