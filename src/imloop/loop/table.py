"""The case is this table: state × event → guard, next state, effects. Nothing else moves a case.

Guards of the rows for one state and event exclude each other; the first refusing guard's reason is the answer
when no row fits. ``docs/loop.md`` is generated from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from imloop.loop import events
from imloop.loop.case import State
from imloop.loop.effects import EffectKind as E
from imloop.loop.guards import (
    Guard,
    always,
    deadline_is_past,
    deadline_is_provisional,
    repair_falls_short,
    repair_opens_retest,
    retest_permitted,
    retest_permitted_under_warranty,
    retest_permitted_without_warranty,
)

REPAIR, RETEST = State.AWAITING_REPAIR, State.AWAITING_RETEST


@dataclass(frozen=True, slots=True)
class Row:
    state: State | None
    event: type
    guard: Guard
    next: State
    effects: tuple[E, ...]


def _open_rows(state: State) -> tuple[Row, ...]:
    """What may happen to every open case, whichever its state."""
    return (
        Row(state, events.TestPassed, retest_permitted, State.CLOSED, (E.CASE_CLOSED,)),
        Row(
            state,
            events.TestFailed,
            retest_permitted_under_warranty,
            REPAIR,
            (E.RETEST_FAILED, E.REWORK_ORDERED),
        ),
        Row(state, events.TestFailed, retest_permitted_without_warranty, REPAIR, (E.RETEST_FAILED,)),
        Row(state, events.RepairReported, repair_opens_retest, RETEST, (E.REPAIR_SHARED, E.RETEST_ALLOWED)),
        Row(state, events.RepairReported, repair_falls_short, state, (E.REPAIR_SHARED, E.REPAIR_FALLS_SHORT)),
        Row(state, events.DeadlinePassed, deadline_is_past, state, (E.OVERDUE,)),
        Row(state, events.DeadlineRecomputed, deadline_is_provisional, state, (E.DEADLINE_CHANGED,)),
        Row(state, events.ExitGranted, always, state, (E.EXIT_GRANTED,)),
        Row(state, events.CaseAnnulled, always, State.ANNULLED, (E.CASE_ANNULLED,)),
    )


TABLE: tuple[Row, ...] = (
    Row(None, events.TestFailed, always, REPAIR, (E.CASE_OPENED,)),
    *_open_rows(REPAIR),
    *_open_rows(RETEST),
)


def rows_for(state: State | None, event: type) -> tuple[Row, ...]:
    return tuple(row for row in TABLE if row.state is state and row.event is event)
