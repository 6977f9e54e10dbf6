"""Draws whose next step is a department's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.steps.draws.lookups import WAITING, open_draws, waits
from imloop.steps.draws.prepare_draw import DRAWERS
from imloop.steps.ground.access import Caller, own
from imloop.steps.ground.task import Done, Source, Task, named
from imloop.store.models import DrawVisit


def draws(caller: Caller, now: datetime) -> Iterator[Task]:
    for draw in open_draws(caller):
        for wait in waits(caller, draw, now):
            words = WAITING[wait.step]
            what = Text(f"{words.zh}：{wait.of}", f"{words.en}: {wait.of}") if wait.of else words
            late = wait.due is not None and wait.due < day_of(now)
            about = named(f"{draw.period} · {draw.no}")
            yield Task(
                "draw", wait.since, wait.due, what, about, f"/draws/{draw.no}", late=late, waits_for=wait.who
            )


def visited(caller: Caller, since: datetime, until: datetime) -> Iterator[Done]:
    """Visits of a draw with the day for which they were planned."""
    rows = DrawVisit.objects.filter(own(caller, "draw__place", "unit", None))
    rows = rows.filter(recorded_at__gte=since, recorded_at__lt=until).select_related("draw")
    for row in rows.order_by("recorded_at"):
        assert row.recorded_at is not None
        link, about = f"/draws/{row.draw.no}", named(f"{row.draw.no} · {row.name}")
        yield Done("draw", row.recorded_by, row.recorded_at, row.planned_on, about, link)


SOURCES = (Source("draw", Text("随机抽查", "random draws"), DRAWERS, draws, visited),)
