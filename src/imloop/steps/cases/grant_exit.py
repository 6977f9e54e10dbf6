"""A department's ways to move a case by decision: a lawful exit from the same-station rule, annulment, and the answer
that an objection is not upheld."""

from __future__ import annotations

from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, NotAllowed
from imloop.facts.text import Text
from imloop.loop.case import StationExit
from imloop.loop.events import CaseAnnulled, Event, ExitGranted, ObjectionRejected
from imloop.steps.cases.move_case import decide_and_keep
from imloop.steps.cases.reconsider import disputed_run, let_runs_go
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, covers
from imloop.steps.ground.ledger import Ledger, writing
from imloop.store.models import Case, PartyKind

EXIT_KINDS: dict[str, Text] = {
    "station-closed": Text("原站停业、暂停或注销", "the station is closed, suspended or struck off"),
    "no-line": Text("原站无相应检测线", "the station has no line for the vehicle"),
    "line-broken": Text("检测线长期故障", "the line has been out of order for long"),
    "moved": Text("车辆转让或迁出", "the vehicle was sold or moved away"),
    "objection": Text("异议复核：不经维修另行检验一次", "objection: one second opinion without a repair"),
    "other": Text("其他", "other"),
}


def grant_exit(
    caller: Caller,
    case_no: str,
    *,
    kind: str,
    to_station: str,
    reason: str,
    evidence: str,
    expires_on: date,
    now: datetime,
) -> Case:
    """Let the retest happen at ``to_station`` (empty: at any active station) until ``expires_on`` (A12). ``kind``: one
    of the law's ``exit.kinds``."""
    _require_words(reason=reason, evidence=evidence)
    kinds = registers.law_at(day_of(now), caller.place).words("exit.kinds")
    if kind not in kinds:
        listed = " ".join(kinds)
        raise Malformed(
            "wrong-value", Text(f"kind：可选 {listed}。", f"kind: choose one of {listed}."), at="kind"
        )
    if to_station:
        registers.party(to_station, PartyKind.ISTATION)
    if expires_on < day_of(now):
        raise Malformed("malformed", Text("有效期已过。", "The day it expires has passed."), at="expires_on")
    way_out = StationExit(
        kind=kind,
        to_station=to_station or None,
        approver=caller.actor,
        reason=reason,
        evidence=evidence,
        granted_at=now,
        expires_on=expires_on,
    )
    return _decide(caller, case_no, ExitGranted(at=now, exit=way_out), now)


def annul_case(caller: Caller, case_no: str, *, reason: str, evidence: str, now: datetime) -> Case:
    """End a case whose failed test should not stand: the one that was objected to, or else its last. What failed
    besides stands, and gets a case of its own."""
    _require_words(reason=reason, evidence=evidence)
    with writing(now, caller) as ledger:
        known = Case.objects.filter(case_no=case_no).first()
        run = disputed_run(known) if known is not None else None
        test_no = run.test_no if run is not None else str(known.snapshot["failed_test"]) if known else ""
        event = CaseAnnulled(at=now, approver=caller.actor, reason=reason, evidence=evidence, test_no=test_no)
        row = _decide_in(ledger, caller, case_no, event)
        let_runs_go(ledger, row, run)
    return row


def reject_objection(caller: Caller, case_no: str, *, reason: str, evidence: str, now: datetime) -> Case:
    """The failed test stands; the reason is shown to the owner. Upholding is an exit of kind ``objection`` (a second
    opinion) or an annulment."""
    _require_words(reason=reason, evidence=evidence)
    event = ObjectionRejected(at=now, approver=caller.actor, reason=reason, evidence=evidence)
    return _decide(caller, case_no, event, now)


def _decide(caller: Caller, case_no: str, event: Event, now: datetime) -> Case:
    with writing(now, caller) as ledger:
        return _decide_in(ledger, caller, case_no, event)


def _decide_in(ledger: Ledger, caller: Caller, case_no: str, event: Event) -> Case:
    row = Case.objects.select_related("vehicle", "station").filter(case_no=case_no).first()
    if caller.kind != PartyKind.ENVIRONMENT or row is None or not covers(caller.place, row.place):
        raise NotAllowed(
            "not-your-case",
            Text(
                "只有案件所在地生态环境部门可以决定。",
                "Only the environment department in charge may decide this.",
            ),
        )
    law = registers.law_at(day_of(ledger.now), row.place)
    row, _ = decide_and_keep(ledger, row, event, law, vehicle=row.vehicle, place=row.place)
    return row


def _require_words(**words: str) -> None:
    for name, text in words.items():
        if not text.strip():
            raise Malformed("malformed", Text(f"请填写 {name}。", f"{name} is required."), at=name)
