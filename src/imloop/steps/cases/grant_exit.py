"""A department's ways to move a case by decision: a lawful exit from the same-station rule, annulment, and the answer
that an objection is not upheld."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed
from imloop.facts.text import Text
from imloop.gates.inspections.counts import Counts
from imloop.law import Law
from imloop.loop.case import SECOND_OPINION_EXIT, StationExit
from imloop.loop.events import CaseAnnulled, Event, ExitEnded, ExitGranted, ObjectionRejected
from imloop.loop.guards import CASE_MOVED_ON
from imloop.steps.cases.history import RECONSIDERED, lasting
from imloop.steps.cases.move_case import as_loop_case, decide_and_keep, take_back
from imloop.steps.cases.reconsider import disputed_run, let_runs_go
from imloop.steps.findings.proposed import deciders
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, covers
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.second_person.propose import do_or_propose
from imloop.steps.second_person.rules import rules_of
from imloop.store.models import Case, CaseEvent, Finding, PartyKind, Proposal, Test

_FAILED_SINCE = ("TestFailed", RECONSIDERED)
_GONE = Text(
    "车主异议所指的检验已不属于本案件，请先答复异议。",
    "The test that the owner objected to is none of this case any more: answer the objection first.",
)
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
) -> Case | Proposal:
    """Let the retest happen at ``to_station`` (empty: at any active station) until ``expires_on`` (A12). ``kind``: one
    of the law's ``exit.kinds``."""
    said = {"kind": kind, "to_station": to_station, "reason": reason, "evidence": evidence}
    with writing(now, caller) as ledger:
        law = _law_of(caller, case_no, now)
        _require_exit(said, expires_on, law, now)
        body = {**said, "expires_on": expires_on}
        made: Case | Proposal = do_or_propose(ledger, EXIT, case_no, body, law, reason=reason)
    return made


def _require_exit(said: Mapping[str, str], expires_on: date, law: Law, now: datetime) -> None:
    _require_words("exit", law, reason=said["reason"], evidence=said["evidence"])
    kinds = law.words("exit.kinds")
    if said["kind"] not in kinds:
        listed = " ".join(kinds)
        raise Malformed(
            "wrong-value", Text(f"kind：可选 {listed}。", f"kind: choose one of {listed}."), at="kind"
        )
    if said["to_station"]:
        registers.party(said["to_station"], PartyKind.ISTATION)
    if expires_on < day_of(now):
        raise Malformed("malformed", Text("有效期已过。", "The day it expires has passed."), at="expires_on")
    if rules := rules_of("exit", law):
        rules.require_end(expires_on, now, at="expires_on")


def _let_out(ledger: Ledger, by: Caller, case_no: str, body: Body) -> Case:
    expires_on = date.fromisoformat(body["expires_on"])
    if expires_on < day_of(ledger.now):
        raise Conflict("exit-over", Text("有效期已过。", "The day it expires has passed."))
    way_out = StationExit(
        kind=body["kind"],
        to_station=body["to_station"] or None,
        approver=by.actor,
        reason=body["reason"],
        evidence=body["evidence"],
        granted_at=ledger.now,
        expires_on=expires_on,
        proposed_at=_earlier(body, ledger.now),
    )
    row = _decide_in(ledger, by, case_no, ExitGranted(at=ledger.now, exit=way_out))
    if way_out.kind == SECOND_OPINION_EXIT:
        _require_unmoved(case_no, body, *_FAILED_SINCE, "ObjectionRejected")
    return row


def _earlier(body: Body, now: datetime) -> datetime | None:
    """When it was proposed, where that was before it is done."""
    proposed = body.get("proposed_at")
    return proposed if proposed is not None and proposed < now else None


def _require_unmoved(case_no: str, body: Body, *kinds: str) -> None:
    """What became known of the case since it was proposed, whoever proposed it did not weigh."""
    proposed = body.get("proposed_at")
    if proposed is None:
        return
    since = CaseEvent.objects.filter(case__case_no=case_no, recorded_at__gt=proposed, kind__in=kinds)
    if since.exists():
        raise Conflict(CASE_MOVED_ON.code, CASE_MOVED_ON.text)


def _take_back(ledger: Ledger, proposal: Proposal) -> None:
    """The exit ends now, in the case that bears it, whatever has become of that. A retest that rested on it and had
    come was measured: it stays."""
    row = _bearer(proposal)
    reason = f"{_UNCONFIRMED.zh}：{proposal.reason}"[:400]
    take_back(ledger, row, ExitEnded(at=ledger.now, granted_at=proposal.proposed_at, reason=reason))
    rested = Test.objects.filter(
        case_no=row.case_no, started_at__gte=proposal.proposed_at, counts=Counts.CASE
    )
    if rested.exclude(station__code=proposal.done["station"]).exists():
        proposal.done = {**proposal.done, "stays": _USED.zh}


def _bearer(proposal: Proposal) -> Case:
    """Another case than the one named may have the exit, once things are told otherwise; where none has it, the named
    one, or that as which it goes on."""
    named = lasting(Case.objects.select_related("vehicle", "station").get(case_no=proposal.subject))
    cases = Case.objects.filter(vehicle=named.vehicle).select_related("vehicle", "station").order_by("-id")
    for row in (named, *cases):
        exits = as_loop_case(row).exits
        runs = any(each.granted_at == proposal.proposed_at and each.ended_at is None for each in exits)
        if runs and lasting(row) == row:
            return row
    return named


_UNCONFIRMED = Text("先行准予换站复检，未获确认", "an exit that nobody confirmed")
_USED = Text(
    "已有复检据此进行，检验结果和案件状态保留。",
    "A retest rested on it: its result, and the case as it is now, stay.",
)


def annul_case(caller: Caller, case_no: str, *, reason: str, evidence: str, now: datetime) -> Case | Proposal:
    """End a case whose failed test should not stand: the one that was objected to, or else its last. What failed
    besides stands, and gets a case of its own."""
    with writing(now, caller) as ledger:
        law = _law_of(caller, case_no, now)
        _require_words("annulment", law, reason=reason, evidence=evidence)
        _, station, test_no = _in_question(case_no)
        body = {"reason": reason, "evidence": evidence, "station": station, "test_no": test_no}
        made: Case | Proposal = do_or_propose(ledger, ANNULMENT, case_no, body, law, reason=reason)
    return made


def _annul(ledger: Ledger, by: Caller, case_no: str, body: Body) -> Case:
    run, station, test_no = _in_question(case_no)
    if (station, test_no) != (body.get("station"), body["test_no"]):
        raise Conflict(CASE_MOVED_ON.code, CASE_MOVED_ON.text)
    _require_unmoved(case_no, body, "ObjectionRejected")
    said = {name: body[name] for name in ("reason", "evidence", "station", "test_no")}
    event = CaseAnnulled(at=ledger.now, approver=by.actor, **said)
    row = _decide_in(ledger, by, case_no, event)
    let_runs_go(ledger, row, run)
    return row


def _in_question(case_no: str) -> tuple[Test | None, str, str]:
    """The run that would not stand, its station and its number, which is each station's own; nothing of a case that
    there is not."""
    row = Case.objects.filter(case_no=case_no).first()
    if row is None:
        return None, "", ""
    known = as_loop_case(row)
    if (run := disputed_run(row)) is not None:
        return run, run.station.code, run.test_no
    if known.waiting_objection is not None and known.station is not None:
        raise Conflict("objected-test-gone", _GONE)
    return None, known.station or "", known.failed_test


def reject_objection(caller: Caller, case_no: str, *, reason: str, evidence: str, now: datetime) -> Case:
    """The failed test stands; the reason is shown to the owner. Upholding is an exit of kind ``objection`` (a second
    opinion) or an annulment."""
    _require_words("annulment", _law_of(caller, case_no, now), reason=reason, evidence=evidence)
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


def _law_of(caller: Caller, case_no: str, now: datetime) -> Law:
    """Of the case's place; of the caller's where there is no such case, which is refused later."""
    place = Case.objects.filter(case_no=case_no).values_list("place", flat=True).first()
    return registers.law_at(day_of(now), place or caller.place)


def _require_words(kind: str, law: Law, **words: str) -> None:
    """Since two people decide, words must say something."""
    if rules := rules_of(kind, law):
        rules.require_words(**words)
    for name, text in words.items():
        if not text.strip():
            raise Malformed("malformed", Text(f"请填写 {name}。", f"{name} is required."), at=name)


def _shows(row: Proposal) -> list[tuple[Text, str]]:
    body = row.body
    shown = [(Text("依据", "evidence"), body["evidence"])]
    if row.kind == EXIT.kind:
        shown += [
            (Text("情形", "ground"), EXIT_KINDS[body["kind"]].zh),
            (Text("复检机构", "retest at"), body["to_station"] or "任一检验机构"),
            (Text("有效至", "until"), body["expires_on"]),
        ]
    return shown


def _acted(row: Proposal) -> list[str]:
    """Who decided anything in the case, or resolved a finding about it."""
    case = Case.objects.filter(case_no=row.subject).first()
    if case is None:
        return []
    known = case.events.values_list("data", flat=True)
    parts = [part for data in known for part in (data, data.get("exit"), data.get("unlock")) if part]
    said = [str(part.get("approver", "")) for part in parts]
    about = [row.subject, *Test.objects.filter(case_no=row.subject).values_list("test_no", flat=True)]
    resolved = Finding.objects.filter(subject__in=about, resolved_at__isnull=False)
    return [*filter(None, said), *deciders(resolved)]


def _link(row: Proposal) -> str:
    return f"/cases/{row.subject}"


EXIT = register(
    Act(
        kind="exit",
        name=Text("准予换站复检", "retest at another station"),
        carry_out=_let_out,
        link=_link,
        shows=_shows,
        before=_acted,
        made=lambda case: {"id": case.pk, "station": case.station.code if case.station else ""},
        undo=_take_back,
    )
)
ANNULMENT = register(
    Act(
        kind="annulment",
        name=Text("撤销案件", "annul the case"),
        carry_out=_annul,
        link=_link,
        shows=_shows,
        before=_acted,
    )
)
