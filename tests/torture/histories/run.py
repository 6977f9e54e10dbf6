"""``make histories``: eight clients at once, then for each vehicle: is there an order of all calls that respects real
time and in which every answer is the one that the plan gives?

``--seconds 60 --seed 1 --database sqlite|postgresql --workers 1|2``. Exit 1 with the shortest history that has no such
order, or where an answer contradicts itself.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

sys.path[:0] = [
    str(Path(__file__).resolve().parents[2]),
    str(Path(__file__).resolve().parents[3] / "scripts"),
]

import httpx  # noqa: E402

from imloop.facts.days import CHINA  # noqa: E402
from torture.histories import model, search  # noqa: E402
from torture.histories.callers import Caller  # noqa: E402
from torture.histories.street import Parties, Street, Vehicle  # noqa: E402
from torture.histories.words import told_as_story  # noqa: E402
from torture.outside import Outside  # noqa: E402
from torture.run import database, free_port, report  # noqa: E402
from torture.site import Site, credentials  # noqa: E402


@dataclass(slots=True)
class Checked:
    """``faults``: by kind. ``calls``: put into an order; ``anew``: vehicles with a run that came after a later one."""

    faults: dict[str, list[str]] = field(default_factory=lambda: {"order": [], "torn": [], "no answer": []})
    undecided: int = 0
    calls: int = 0
    anew: int = 0
    stories: list[str] = field(default_factory=list)


def open_all_day(site: Site, parties: Parties) -> None:
    """Both stations take bookings at any hour."""
    hours = [{"weekday": day, "opens": "00:00", "closes": "23:59"} for day in range(7)]
    for station in (parties.home, parties.away):
        answer = httpx.post(
            f"{site.base_url}/api/v1/opening-hours",
            json={"since": datetime.now(CHINA).date().isoformat(), "hours": hours},
            headers={"Authorization": f"Bearer {parties.keys[station]}"},
        )
        answer.raise_for_status()


def load(site: Site, parties: Parties, options: argparse.Namespace) -> tuple[Street, Counter[str]]:
    """The vehicles with their histories, and how many calls of each kind were answered how."""
    street = Street(options.vehicles, options.seed)
    callers = [
        Caller(number, site.base_url, street, parties, options.seed) for number in range(options.clients)
    ]
    ends = time.monotonic() + options.seconds
    for caller in callers:
        caller.start()
    while time.monotonic() < ends:
        time.sleep(min(5.0, max(0.0, ends - time.monotonic())))
        calls = sum(len(vehicle.calls) for vehicle in street.all)
        print(f"{calls} calls about {len(street.all)} vehicles", file=sys.stderr, flush=True)
    for caller in callers:
        caller.stopping.set()
    for caller in callers:
        caller.join(120)
    return street, sum((caller.counts for caller in callers), Counter())


def check(vehicles: list[Vehicle]) -> Checked:
    found = Checked()
    for number, vehicle in enumerate(vehicles, 1):
        name = f"vehicle {vehicle.number}"
        found.faults["no answer"] += [f"{name}: {each}" for each in vehicle.spoilt]
        found.faults["torn"] += [
            f"{name}, {call.kind}: {fault}" for call in vehicle.calls for fault in call.answer.get("torn", ())
        ]
        ordered = search.find_order(vehicle.calls, model.Vehicle(), model.step)
        found.calls += len(vehicle.calls)
        found.undecided += not ordered.known
        found.anew += ordered.state.anew
        if not ordered.holds and ordered.known and not vehicle.spoilt:
            found.faults["order"].append(f"{name}: no order of its {len(vehicle.calls)} calls")
            if len(found.stories) < 3:
                found.stories.append(told_as_story(name, vehicle.calls))
        if number % 10 == 0:
            print(f"{number} of {len(vehicles)} histories looked at", file=sys.stderr, flush=True)
    return found


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--workers", type=int, default=1, help="web processes")
    options.add_argument("--clients", type=int, default=8)
    options.add_argument("--vehicles", type=int, default=3, help="on their way at one time")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="histories") as name, database(given.database, Path(name)) as url:
        folder = Path(name)
        outside = Outside(folder / "outside.log", given.seed)
        site = Site(folder, url, free_port(), folder / "server.log", workers=given.workers)
        try:
            parties = Parties.of(credentials(site, outside.url))
            site.wait_until_up()
            open_all_day(site, parties)
            street, answers = load(site, parties, given)
        finally:
            site.stop()
            outside.stop()
        found = check(street.all)
    for story in found.stories:
        print(story, file=sys.stderr)
    shown = {
        "seed": given.seed,
        "database": given.database,
        "workers": given.workers,
        "clients": given.clients,
        "vehicles": len(street.all),
        "of them told anew": found.anew,
        "calls put in order": found.calls,
        "histories too long to decide": found.undecided,
        "answers": dict(sorted(answers.items())),
        "faults": found.faults,
    }
    return report("histories", shown)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
