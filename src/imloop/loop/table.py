"""The case is this table: state × event → guards, next state, effects. Nothing else moves a case.

A row happens when none of its guards has a reason against it. The rows of one state and event exclude each other;
when no row fits, the first row's reasons are the answer. ``docs/loop.md`` is generated from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from imloop.loop import events
from imloop.loop import guards as g
from imloop.loop import repair_guards as r
from imloop.loop.case import State
from imloop.loop.effects import EffectKind as E
from imloop.loop.guard import Guard

REPAIR, RETEST = State.AWAITING_REPAIR, State.AWAITING_RETEST
_A_RETEST = (g.retest_permitted, g.in_order)
_ON_PAPER = (
    g.paper_accepted,
    g.paper_noted,
    g.paper_of_this_round,
    g.paper_of_listed_shop,
    g.decision_is_founded,
)


@dataclass(frozen=True, slots=True)
class Row:
    state: State | None
    event: type
    guards: tuple[Guard, ...]
    next: State
    effects: tuple[E, ...]


def _short_rows(state: State) -> tuple[Row, ...]:
    """A record that does not allow a retest. For the paper of a failed retest, rework is still ordered."""
    repaired, told = events.RepairReported, (E.REPAIR_SHARED, E.REPAIR_FALLS_SHORT)
    if state is RETEST:
        return (Row(state, repaired, (r.repair_falls_short,), state, told),)
    return (
        Row(state, repaired, (r.repair_falls_short, r.no_rework_told_late), state, told),
        Row(state, repaired, (r.repair_falls_short, r.rework_told_late), state, (*told, E.REWORK_ORDERED)),
    )


def _release_rows(state: State) -> tuple[Row, ...]:
    """A department settles the doubt that held a repair."""
    event, founded, told = events.RepairReleased, (r.repair_is_held, r.release_is_founded), E.REPAIR_RELEASED
    if state is RETEST:
        return (Row(state, event, founded, state, (told,)),)
    return (
        Row(state, event, (*founded, r.release_opens_retest), RETEST, (told, E.RETEST_ALLOWED)),
        Row(state, event, (*founded, r.release_falls_short), state, (told,)),
    )


def _taken_back_rows(state: State) -> tuple[Row, ...]:
    """What an outage alone explained waits again."""
    event, told = events.OutageTakenBack, (E.RESTED_ON_OUTAGE,)
    if state is not RETEST:
        return (Row(state, event, (r.rests_on_outage,), state, told),)
    return (
        Row(state, event, (r.rests_on_outage, r.repaired_without_outage), state, told),
        Row(state, event, (r.rests_on_outage, r.not_repaired_without_outage), REPAIR, told),
    )


def _ended_rows(state: State) -> tuple[Row, ...]:
    """An unlock is taken back; a repair whose late record it alone excused waits for a department."""
    event, told = events.UnlockEnded, (E.UNLOCK_ENDED,)
    if state is not RETEST:
        return (Row(state, event, (g.unlock_runs,), state, told),)
    return (
        Row(state, event, (g.unlock_runs, r.repaired_without_outage), state, told),
        Row(state, event, (g.unlock_runs, r.not_repaired_without_outage), REPAIR, told),
    )


def _open_rows(state: State) -> tuple[Row, ...]:
    """What may happen to every open case, whichever its state."""
    failed, repaired = events.TestFailed, events.RepairReported
    return (
        Row(state, events.TestPassed, _A_RETEST, State.CLOSED, (E.CASE_CLOSED,)),
        Row(
            state,
            failed,
            (*_A_RETEST, r.not_repaired_since, g.under_warranty),
            REPAIR,
            (E.RETEST_FAILED, E.REWORK_ORDERED),
        ),
        Row(state, failed, (*_A_RETEST, r.not_repaired_since, g.warranty_over), REPAIR, (E.RETEST_FAILED,)),
        Row(state, failed, (*_A_RETEST, r.repaired_since), RETEST, (E.RETEST_FAILED, E.RETEST_ALLOWED)),
        Row(state, repaired, (r.repair_opens_retest,), RETEST, (E.REPAIR_SHARED, E.RETEST_ALLOWED)),
        *_short_rows(state),
        *_release_rows(state),
        Row(state, events.DeadlinePassed, (g.deadline_is_past,), state, (E.OVERDUE,)),
        Row(state, events.DeadlineRecomputed, (g.deadline_is_provisional,), state, (E.DEADLINE_CHANGED,)),
        Row(state, events.UnlockedOnPaper, _ON_PAPER, state, (E.UNLOCKED_ON_PAPER,)),
        *_ended_rows(state),
        Row(state, events.PaperContradicted, (g.paper_unsettled,), state, (E.PAPER_CONTRADICTED,)),
        *_taken_back_rows(state),
        Row(
            state,
            events.ExitGranted,
            (g.decision_is_founded, g.by_another_station, g.opinion_of_this_fail),
            state,
            (E.EXIT_GRANTED,),
        ),
        Row(state, events.ExitEnded, (g.exit_runs,), state, (E.EXIT_ENDED,)),
        Row(
            state,
            events.ObjectionRaised,
            (g.objection_in_time, g.first_objection, g.objection_says_why),
            state,
            (E.OBJECTION_RAISED,),
        ),
        Row(
            state,
            events.ObjectionRejected,
            (g.objection_waits, g.decision_is_founded),
            state,
            (E.OBJECTION_REJECTED,),
        ),
        Row(state, events.CaseAnnulled, (g.decision_is_founded,), State.ANNULLED, (E.CASE_ANNULLED,)),
        Row(state, events.VehicleScrapped, (g.decision_is_founded,), State.SCRAPPED, (E.VEHICLE_SCRAPPED,)),
    )


TABLE: tuple[Row, ...] = (
    Row(None, events.TestFailed, (), REPAIR, (E.CASE_OPENED,)),
    *_open_rows(REPAIR),
    *_open_rows(RETEST),
    # What a station did on paper is told late: by then the case may be closed, on the record or on the paper itself.
    Row(
        State.CLOSED,
        events.UnlockedOnPaper,
        (g.paper_before_the_end, *_ON_PAPER),
        State.CLOSED,
        (E.UNLOCKED_ON_PAPER,),
    ),
    Row(State.CLOSED, events.UnlockEnded, (g.unlock_runs,), State.CLOSED, (E.UNLOCK_ENDED,)),
    Row(State.CLOSED, events.ExitEnded, (g.exit_runs,), State.CLOSED, (E.EXIT_ENDED,)),
    # A passed retest was measured and stays, whatever its record turns out to be.
    Row(
        State.CLOSED,
        events.RepairReported,
        (g.record_awaited, r.record_sound),
        State.CLOSED,
        (E.REPAIR_SHARED,),
    ),
    Row(
        State.CLOSED,
        events.RepairReported,
        (g.record_awaited, r.record_lacking),
        State.CLOSED,
        (E.REPAIR_SHARED, E.REPAIR_FALLS_SHORT),
    ),
    Row(
        State.CLOSED,
        events.PaperContradicted,
        (g.paper_unsettled,),
        State.CLOSED,
        (E.PAPER_CONTRADICTED,),
    ),
    # Noted for the day on which the case may be open again.
    *_taken_back_rows(State.CLOSED),
)


def rows_for(state: State | None, event: type) -> tuple[Row, ...]:
    """The rows for one state (None: no case) and event; none: the table knows no such step."""
    return tuple(row for row in TABLE if row.state is state and row.event is event)
