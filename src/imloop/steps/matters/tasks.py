"""Matters whose next step is a department's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.matters import Kind, is_late
from imloop.matters.labels import KINDS, STATES
from imloop.matters.names import State as MatterState
from imloop.steps.ground.access import Caller, own
from imloop.steps.ground.task import MOST, Done, Source, Task, named
from imloop.steps.matters.as_fact import as_fact
from imloop.steps.matters.copies import copies
from imloop.steps.matters.lookups import matters as matters_seen
from imloop.steps.matters.lookups import work_list
from imloop.store.models import MatterCopy, MatterEvent, PartyKind


def matters(caller: Caller, now: datetime) -> Iterator[Task]:
    """A late one is due since the first of the department's own clocks that is over; one that stands still is not
    late."""
    day = day_of(now)
    for row in work_list(caller, day, MOST):
        over = [each.due_on for each in as_fact(row).clocks if each.is_late(day) and not each.of_party]
        kind, state = KINDS[Kind(row.kind)], STATES[MatterState(row.state)]
        yield Task(
            "matter",
            day_of(row.opened_at),
            min(over, default=row.due_on),
            Text(f"{kind.zh}：{state.zh}", f"{kind.en}: {state.en}"),
            named(row.title),
            f"/matters/{row.matter_no}",
            late=is_late(as_fact(row), day),
            waits_for=row.assigned_to,
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


def taken(caller: Caller, since: datetime, until: datetime) -> Iterator[Done]:
    """Steps of departments' people, with the day by which the department had to take them."""
    rows = MatterEvent.objects.filter(at__gte=since, at__lt=until, matter__in=matters_seen(caller).order_by())
    said = ("actor", "at", "due_on", "matter__title", "matter__matter_no")
    for actor, at, due, title, number in rows.filter(actor__contains="/").values_list(*said).order_by("pk"):
        yield Done("matter", actor, at, due, named(title), f"/matters/{number}")


def copies_answered(caller: Caller, since: datetime, until: datetime) -> Iterator[Done]:
    rows = MatterCopy.objects.filter(answered_at__gte=since, answered_at__lt=until)
    rows = rows.filter(own(caller, "to__place", "to__code", None)).select_related("matter")
    for copy in rows.order_by("answered_at"):
        assert copy.answered_at is not None
        about = named(copy.matter.title)
        yield Done("copy", copy.answered_by, copy.answered_at, copy.answer_due, about, f"/copies#c{copy.pk}")


_DESKS = (
    PartyKind.ENVIRONMENT,
    PartyKind.TRANSPORT,
    PartyKind.MARKET,
    PartyKind.POLICE,
    PartyKind.SUPERVISOR,
)
SOURCES = (
    Source("matter", Text("事项", "matters"), _DESKS, matters, taken),
    Source("copy", Text("抄告", "copies"), _DESKS, unanswered, copies_answered),
)
