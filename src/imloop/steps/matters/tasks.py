"""Matters whose next step is a department's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.matters import Kind, is_late
from imloop.matters.labels import KINDS, STATES
from imloop.matters.names import State as MatterState
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import MOST, Source, Task, named
from imloop.steps.matters.as_fact import as_fact
from imloop.steps.matters.copies import copies
from imloop.steps.matters.lookups import work_list
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


def unanswered(caller: Caller, now: datetime) -> Iterator[Task]:
    """Copies of other departments' matters that wait for an answer."""
    day = day_of(now)
    for each in copies(caller).filter(to__code=caller.party_code, answered_at__isnull=True)[:MOST]:
        yield Task(
            "copy",
            day_of(each.sent_at),
            each.answer_due,
            Text("抄告待答复", "copy to be answered"),
            named(each.matter.title),
            f"/copies#c{each.pk}",
            late=each.answer_due < day,
        )


_DESKS = (
    PartyKind.ENVIRONMENT,
    PartyKind.TRANSPORT,
    PartyKind.MARKET,
    PartyKind.POLICE,
    PartyKind.SUPERVISOR,
)
SOURCES = (
    Source("matter", Text("事项", "matters"), _DESKS, matters),
    Source("copy", Text("抄告", "copies"), _DESKS, unanswered),
)
