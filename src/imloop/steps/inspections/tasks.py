"""Runs that wait for the environment department: which vehicle it was, or when it was made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from imloop.facts.days import day_of
from imloop.facts.mask import masked_vehicle
from imloop.facts.text import Text
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import MOST, Done, Source, Task, named
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


def settled(caller: Caller, since: datetime, until: datetime) -> Iterator[Done]:
    """By the days that the law gave when the run came."""
    rows = lookups.held_runs(caller).filter(settled_at__gte=since, settled_at__lt=until)
    for row in rows.exclude(settled_by="").order_by("settled_at"):
        held_on, test = day_of(row.held_at), row.test
        due = held_on + timedelta(days=registers.law_at(held_on, row.place).integer("arrival.settle_days"))
        link = f"/tests/{test.test_no}?station={test.station.code}"
        assert row.settled_at is not None
        yield Done("held-run", row.settled_by, row.settled_at, due, named(test.test_no), link)


SOURCES = (
    Source("held-run", Text("待核实的检验", "runs to be settled"), (PartyKind.ENVIRONMENT,), held, settled),
)
