"""Matters whose next step is a department's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.matters import Kind, is_late
from imloop.matters.names import KINDS, STATES
from imloop.matters.names import State as MatterState
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import MOST, Source, Task, named
from imloop.steps.matters.lookups import work_list
from imloop.steps.matters.take_step import as_fact
from imloop.store.models import PartyKind


def matters(caller: Caller, now: datetime) -> Iterator[Task]:
    for row in work_list(caller, day_of(now))[:MOST]:
        kind, state = KINDS[Kind(row.kind)], STATES[MatterState(row.state)]
        yield Task(
            "matter",
            day_of(row.opened_at),
            row.due_on,
            Text(f"{kind.zh}：{state.zh}", f"{kind.en}: {state.en}"),
            named(row.title),
            f"/matters/{row.matter_no}",
            late=is_late(as_fact(row), day_of(now)),
        )


SOURCES = (
    Source(
        "matter",
        Text("事项", "matters"),
        (
            PartyKind.ENVIRONMENT,
            PartyKind.TRANSPORT,
            PartyKind.MARKET,
            PartyKind.POLICE,
            PartyKind.SUPERVISOR,
        ),
        matters,
    ),
)
