"""What an event does to a case: find the row, check its guard, change the case, name the effects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from imloop.facts.refusal import Conflict, Unlawful
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.loop.case import Case, State, day_of
from imloop.loop.effects import RECEIVERS, Effect, EffectKind
from imloop.loop.events import (
    CaseAnnulled,
    DeadlinePassed,
    DeadlineRecomputed,
    Event,
    ExitGranted,
    RepairReported,
    TestFailed,
    TestPassed,
)
from imloop.loop.table import Row, rows_for


@dataclass(frozen=True, slots=True)
class Decision:
    """The case after the event, what the outside hears, and how it came about."""

    case: Case
    effects: tuple[Effect, ...]
    before: State | None
    event: str


def decide(
    case: Case | None,
    event: Event,
    law: Law,
    now: datetime,
    *,
    case_no: str = "",
    place: str = "",
    cycle: int = 1,
) -> Decision:
    """Apply ``event`` under ``law`` (the law of the event's day). ``case`` None: a failed test opens one, numbered
    ``case_no`` in ``place`` and inspection ``cycle``. Raises ``Unlawful`` when a guard refuses, ``Conflict`` when
    the table knows no such step."""
    row = _row(case, event, law)
    if case is None:
        assert isinstance(event, TestFailed)
        after = _opened(event, law, case_no, place, cycle)
    else:
        after = replace(_changed(case, event, law), state=row.next)
    effects = tuple(_effect(kind, after, event) for kind in row.effects)
    return Decision(after, effects, case.state if case else None, type(event).__name__)


def _row(case: Case | None, event: Event, law: Law) -> Row:
    state = case.state if case else None
    rows = rows_for(state, type(event))
    if not rows:
        name = type(event).__name__
        raise Conflict(
            "no-such-step",
            Text(f"案件状态 {state} 不接受 {name}。", f"A case that is {state} does not take {name}."),
        )
    refused: tuple[Reason, ...] = ()
    for row in rows:
        # Only the opening row has no case, and its guard asks nothing of one.
        reasons = row.guard(case, event, law) if case is not None else ()
        if not reasons:
            return row
        refused = refused or reasons
    first = refused[0]
    raise Unlawful(first.code, first.text, cite=first.cite, reasons=refused)


def _opened(event: TestFailed, law: Law, case_no: str, place: str, cycle: int) -> Case:
    due = law.working_days(day_of(event.at), law.integer("deadline.working_days"))
    return Case(
        case_no=case_no,
        place=place,
        origin=event.origin,
        station=event.station,
        cycle=cycle,
        state=State.AWAITING_REPAIR,
        round=1,
        failed_at=event.at,
        failed_test=event.test_no,
        failed_items=event.items,
        deadline=due.deadline,
        deadline_provisional=due.provisional,
    )


def _changed(case: Case, event: Event, law: Law) -> Case:
    """The facts an event adds; the state comes from the table."""
    if isinstance(event, TestFailed):
        due = law.working_days(day_of(event.at), law.integer("deadline.working_days"))
        return replace(
            case,
            # A case from a spot check has no station until its first test; an exit moves it for good.
            station=event.station,
            round=case.round + 1,
            failed_at=event.at,
            failed_test=event.test_no,
            failed_items=event.items,
            deadline=due.deadline,
            deadline_provisional=due.provisional,
            overdue=False,
        )
    if isinstance(event, RepairReported):
        return replace(case, repairs=(*case.repairs, event.repair))
    if isinstance(event, DeadlinePassed):
        return replace(case, overdue=True)
    if isinstance(event, DeadlineRecomputed):
        due = law.working_days(day_of(case.failed_at), law.integer("deadline.working_days"))
        late = case.overdue and day_of(event.at) > due.deadline
        return replace(case, deadline=due.deadline, deadline_provisional=due.provisional, overdue=late)
    if isinstance(event, ExitGranted):
        return replace(case, exits=(*case.exits, event.exit))
    assert isinstance(event, (TestPassed, CaseAnnulled))
    return replace(case, closed_at=event.at)


def _effect(kind: EffectKind, case: Case, event: Event) -> Effect:
    data: dict[str, object] = {"round": case.round, "at": event.at.isoformat()}
    if isinstance(event, (TestFailed, TestPassed)):
        data["test_no"] = event.test_no
    if isinstance(event, TestFailed):
        data["items"] = list(event.items)
    if isinstance(event, RepairReported):
        data["repair_no"] = event.repair.repair_no
        data["shop"] = event.repair.shop
        data["documents"] = sorted(event.repair.documents)
        data["lacks"] = [lack.code for lack in event.repair.lacks]
    if isinstance(event, ExitGranted):
        data["to_station"] = event.exit.to_station
        data["expires_on"] = event.exit.expires_on.isoformat()
    if kind is EffectKind.REWORK_ORDERED and case.repairs:
        data["rework_of"] = case.repairs[-1].repair_no
    return Effect(kind, RECEIVERS[kind], data)
