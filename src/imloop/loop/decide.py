"""What an event does to a case: find the row, check its guard, change the case, name the effects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Unlawful
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.law.deadline import deadline_of
from imloop.loop.case import SECOND_OPINION_EXIT, STATE_NAMES, Answer, Case, Objection, State
from imloop.loop.effects import Effect, EffectKind, receivers
from imloop.loop.events import (
    EVENT_NAMES,
    CaseAnnulled,
    DeadlinePassed,
    DeadlineRecomputed,
    Event,
    ExitEnded,
    ExitGranted,
    ObjectionRaised,
    ObjectionRejected,
    OutageTakenBack,
    PaperContradicted,
    RepairReleased,
    RepairReported,
    TestFailed,
    TestPassed,
    UnlockedOnPaper,
    UnlockEnded,
    VehicleScrapped,
)
from imloop.loop.on_paper import contradicted, ended, matched, shut, without
from imloop.loop.question import Question
from imloop.loop.repairs import held_again, released, shortfalls
from imloop.loop.table import Row, rows_for

_OnPaper = UnlockedOnPaper | UnlockEnded | PaperContradicted | OutageTakenBack


@dataclass(frozen=True, slots=True)
class Decision:
    """The case after the event, the messages to others, and the table row that led to it."""

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
    """Apply ``event`` under ``law``, the law of the event's own day; ``now`` is only passed on in the messages.

    ``case`` None: a failed test opens one, numbered ``case_no`` in ``place`` and inspection ``cycle``.
    Raises ``Unlawful`` with every reason when a guard refuses, ``Conflict`` when the table knows no such step.
    """
    row = _row(case, event, law)
    if case is None:
        assert isinstance(event, TestFailed)
        after = _opened(event, law, case_no, place, cycle)
    else:
        after = replace(_changed(case, event, law), state=row.next)
    effects = tuple(
        Effect(kind, receivers(kind, law), {**_told(kind, after, event, law), "decided_at": now.isoformat()})
        for kind in row.effects
    )
    return Decision(after, effects, case.state if case else None, type(event).__name__)


def _row(case: Case | None, event: Event, law: Law) -> Row:
    rows = rows_for(case.state if case else None, type(event))
    if not rows:
        raise _no_such_step(case, event)
    refused: tuple[Reason, ...] = ()
    for row in rows:
        reasons = _against(row, case, event, law)
        if not reasons:
            return row
        refused = refused or reasons
    first = refused[0]
    raise Unlawful(first.code, first.text, cite=first.cite, reasons=refused)


def _against(row: Row, case: Case | None, event: Event, law: Law) -> tuple[Reason, ...]:
    """What the first refusing guard says; a later guard may take for granted what an earlier one asked."""
    if case is None:
        return ()
    return next((reasons for guard in row.guards if (reasons := guard(case, event, law))), ())


def _no_such_step(case: Case | None, event: Event) -> Conflict:
    state = STATE_NAMES[case.state] if case else Text("尚无案件", "no case yet")
    name = EVENT_NAMES[type(event)]
    return Conflict(
        "no-such-step",
        Text(
            f"案件状态为“{state.zh}”，不接受“{name.zh}”。",
            f"A case in state “{state.en}” does not accept “{name.en}”.",
        ),
    )


def _opened(event: TestFailed, law: Law, case_no: str, place: str, cycle: int) -> Case:
    due = deadline_of(day_of(event.at), event.origin, law)
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
        known_at=event.known_at,
    )


def _changed(case: Case, event: Event, law: Law) -> Case:
    """The facts an event adds; the state comes from the table."""
    if isinstance(event, TestFailed):
        due = deadline_of(day_of(event.at), case.origin, law)
        return replace(
            case,
            # A case from a spot check has no station until its first retest; an exit moves it for good.
            station=event.station or case.station,
            round=case.round + 1,
            failed_at=event.at,
            failed_test=event.test_no,
            failed_items=event.items,
            deadline=due.deadline,
            deadline_provisional=due.provisional,
            overdue=False,
            failed_besides_by=_failed_by_others(case, event, law),
            known_at=case.known_with(event.known_at),
        )
    if isinstance(event, RepairReported):
        repairs = (*case.repairs, event.repair)
        return replace(case, repairs=repairs, unlocks=matched(case.unlocks, repairs))
    if isinstance(event, RepairReleased):
        return replace(case, repairs=released(case.repairs, event))
    if isinstance(event, (UnlockedOnPaper, UnlockEnded, PaperContradicted, OutageTakenBack)):
        return _in_outage(case, event, law)
    if isinstance(event, DeadlinePassed):
        return replace(case, overdue=True)
    if isinstance(event, DeadlineRecomputed):
        due = deadline_of(day_of(case.failed_at), case.origin, law)
        late = case.overdue and day_of(event.at) > due.deadline
        return replace(case, deadline=due.deadline, deadline_provisional=due.provisional, overdue=late)
    if isinstance(event, (ObjectionRaised, ObjectionRejected, ExitGranted, ExitEnded)):
        return _objected(case, event, law)
    if isinstance(event, CaseAnnulled):
        case = _answered(case, Answer.ANNULLED, event.reason, event.at)
    assert isinstance(event, (TestPassed, CaseAnnulled, VehicleScrapped))
    return replace(case, closed_at=event.at)


def _in_outage(case: Case, event: _OnPaper, law: Law) -> Case:
    """A paper opens the retest, ends, is contradicted, or goes with its outage."""
    if isinstance(event, UnlockedOnPaper):
        # A failed run before it may have come to be known since.
        unlock = replace(event.unlock, failed_at=case.answered_after(law))
        return replace(case, unlocks=matched((*without(case.unlocks, unlock), unlock), case.repairs))
    if isinstance(event, UnlockEnded):
        repairs = held_again(case.repairs, event.repairs, law)
        return replace(case, unlocks=ended(case.unlocks, event.unlock_no, event.at), repairs=repairs)
    if isinstance(event, PaperContradicted):
        return replace(case, unlocks=contradicted(case.unlocks, event.unlock_no, event.at))
    unlocks = shut(case.unlocks, event.unlocks, event.at)
    return replace(case, unlocks=unlocks, repairs=held_again(case.repairs, event.repairs, law))


def _failed_by_others(case: Case, event: TestFailed, law: Law) -> tuple[str, ...]:
    """Who found it failed before, and was not answered by a repair, has given an opinion of it still."""
    here = event.station or case.station
    question = Question(case, here or "", event.at, law)
    if question.unlock is not None or (question.repair is not None and not question.shortfalls):
        return ()
    before = dict.fromkeys((*case.failed_besides_by, case.station or ""))
    return tuple(each for each in before if each not in ("", here))


def _objected(
    case: Case, event: ObjectionRaised | ObjectionRejected | ExitGranted | ExitEnded, law: Law
) -> Case:
    """An objection comes, or is answered: by a refusal, or by the exit that a second opinion is."""
    if isinstance(event, ExitEnded):
        return _taken_back(case, event)
    if isinstance(event, ObjectionRaised):
        return replace(case, objections=(*case.objections, _raised(case, event, law)))
    if isinstance(event, ObjectionRejected):
        return _answered(case, Answer.REJECTED, event.reason, event.at)
    case = replace(case, exits=(*case.exits, event.exit))
    if event.exit.kind != SECOND_OPINION_EXIT:
        return case
    return _answered(case, Answer.SECOND_OPINION, event.exit.reason, event.at)


def _taken_back(case: Case, event: ExitEnded) -> Case:
    """The exit holds no longer; the objection that it answered waits again, unless a retest has counted since."""

    def answered_by_it(each: Objection) -> bool:
        by_exit = each.answer is Answer.SECOND_OPINION and each.answered_at == event.granted_at
        return by_exit and each.round == case.round and case.state.is_open

    return replace(
        case,
        exits=tuple(
            replace(each, ended_at=event.at) if each.granted_at == event.granted_at else each
            for each in case.exits
        ),
        objections=tuple(
            replace(each, answer=Answer.WAITING, answered_at=None, because="")
            if answered_by_it(each)
            else each
            for each in case.objections
        ),
    )


def _raised(case: Case, event: ObjectionRaised, law: Law) -> Objection:
    due = law.term("objection.answer_days", day_of(event.at))
    return Objection(
        round=case.round,
        ground=event.ground,
        words=event.words,
        raised_at=event.at,
        answer_by=due.deadline,
        station=event.station,
        test_no=event.test_no,
    )


def _answered(case: Case, answer: Answer, because: str, at: datetime) -> Case:
    """The objection that waits is answered; without one the decision stands for itself."""
    return replace(
        case,
        objections=tuple(
            replace(each, answer=answer, answered_at=at, because=because)
            if each.answer is Answer.WAITING
            else each
            for each in case.objections
        ),
    )


def _told(kind: EffectKind, case: Case, event: Event, law: Law) -> dict[str, object]:
    data: dict[str, object] = {"round": case.round, "at": event.at.isoformat()}
    if isinstance(event, (TestFailed, TestPassed)):
        data["test_no"] = event.test_no
    if isinstance(event, TestFailed):
        data["items"] = list(event.items)
    if isinstance(event, (RepairReported, RepairReleased)):
        data |= _told_of_repair(case, event, law)
    if kind is EffectKind.REWORK_ORDERED:
        data |= _rework(case, event)
    if isinstance(event, ObjectionRaised):
        raised = case.objection
        assert raised is not None
        data |= {"ground": event.ground, "words": event.words, "answer_by": raised.answer_by.isoformat()}
    if isinstance(event, (ObjectionRejected, ExitEnded)):
        data["reason"] = event.reason
    if isinstance(event, (UnlockedOnPaper, UnlockEnded, PaperContradicted, OutageTakenBack)):
        data |= _told_in_outage(event)
    if isinstance(event, ExitGranted):
        data["to_station"] = event.exit.to_station
        data["expires_on"] = event.exit.expires_on.isoformat()
    return data


def _told_in_outage(event: _OnPaper) -> dict[str, object]:
    if isinstance(event, UnlockedOnPaper):
        unlock = event.unlock
        data = {"unlock": unlock.unlock_no, "outage": unlock.outage_no, "station": unlock.station}
        return {**data, "shop": unlock.shop, "expires_at": unlock.expires_at.isoformat()}
    if isinstance(event, UnlockEnded):
        repairs = ["/".join(each) for each in event.repairs]
        return {"unlock": event.unlock_no, "reason": event.reason, "repairs": repairs}
    if isinstance(event, PaperContradicted):
        data = {"unlock": event.unlock_no, "shop": event.shop, "repair_no": event.repair_no}
        return {**data, "differs": list(event.differs)}
    repairs = ["/".join(each) for each in event.repairs]
    return {"outage": event.outage_no, "unlocks": list(event.unlocks), "repairs": repairs}


def _told_of_repair(case: Case, event: RepairReported | RepairReleased, law: Law) -> dict[str, object]:
    if isinstance(event, RepairReleased):
        return {"repair_no": event.repair_no, "shop": event.shop, "reason": event.reason}
    repair = event.repair
    return {
        "repair_no": repair.repair_no,
        "shop": repair.shop,
        "documents": sorted(repair.documents),
        "lacks": [lack.code for lack in shortfalls(case, repair, law)],
    }


def _rework(case: Case, event: Event) -> dict[str, object]:
    """Which repair is to be done again, free of charge:
    by the failure of a test, or by the record that came after it."""
    if isinstance(event, RepairReported):
        tested = {"test_no": case.failed_test, "items": list(case.failed_items)}
        return {**tested, "rework_of": event.repair.repair_no, "free_of_charge": True}
    warranted = case.warranty_repair(event.at, event.odometer_km) if isinstance(event, TestFailed) else None
    if warranted is None:
        return {}
    return {"rework_of": warranted.repair_no, "shop": warranted.shop, "free_of_charge": True}
