"""Timed work on cases: say when a deadline has passed, and recompute deadlines when a calendar is published."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Unlawful
from imloop.law.deadline import deadline_of
from imloop.loop.events import DeadlinePassed, DeadlineRecomputed, Event
from imloop.steps.cases.move_case import decide_and_keep
from imloop.steps.ground import registers
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import writing
from imloop.store.models import Case


def declare_overdue(now: datetime) -> int:
    """Every open case whose deadline has passed is marked once per round. Returns how many."""
    due = Case.objects.filter(closed_at__isnull=True, overdue=False, deadline__lt=day_of(now))
    return sum(_move(number, DeadlinePassed(at=now), now) for number in due.values_list("case_no", flat=True))


def recompute_deadlines(now: datetime) -> int:
    """Provisional deadlines whose calendar has been published since. Returns how many changed or became final."""
    open_cases = Case.objects.filter(closed_at__isnull=True, deadline_provisional=True)
    changed = 0
    for row in open_cases:
        law = registers.law_at(day_of(row.failed_at), row.place)
        if not deadline_of(day_of(row.failed_at), row.origin, law).provisional:
            changed += _move(row.case_no, DeadlineRecomputed(at=now), now)
    return changed


def _move(case_no: str, event: Event, now: datetime) -> int:
    """The case was read before the lock was held: what another worker or an upload did meanwhile counts."""
    try:
        with writing(now, SYSTEM) as ledger:
            row = Case.objects.select_related("vehicle", "station").get(case_no=case_no)
            if row.closed_at is not None:
                return 0
            law = registers.law_at(day_of(now), row.place)
            decide_and_keep(ledger, row, event, law, vehicle=row.vehicle, place=row.place)
    except (Unlawful, Conflict):  # no longer due
        return 0
    return 1
