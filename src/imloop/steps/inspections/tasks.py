"""Runs that wait for the environment department: which vehicle it was, or when it was made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from imloop.facts.days import day_of
from imloop.facts.mask import masked_vehicle
from imloop.facts.text import Text
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import MOST, Source, Task, named
from imloop.steps.inspections import lookups
from imloop.store.models import PartyKind


def held(caller: Caller, now: datetime) -> Iterator[Task]:
    days = registers.law_at(day_of(now), caller.place).integer("arrival.settle_days")
    rows = lookups.held_runs(caller).filter(settled_at__isnull=True).order_by("held_at")[:MOST]
    for row in rows:
        test = row.test
        since = day_of(row.held_at)
        due = since + timedelta(days=days)
        words = Text(str(row.reasons[-1]["text"]), str(row.reasons[-1]["text_en"]))
        yield Task(
            "held-run",
            since,
            due,
            words,
            named(masked_vehicle(row.plate, row.vin) or test.test_no),
            f"/tests/{test.test_no}?station={test.station.code}#settle",
            late=due < day_of(now),
            event=f"test {test.station.code} {test.test_no}",
            vehicle=test.vehicle_id,
        )


SOURCES = (Source("held-run", Text("待核实的检验", "runs to be settled"), (PartyKind.ENVIRONMENT,), held),)
