"""Taking a step of a matter. It reads: who, which matter, what the table decides, what follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters import Decision, Effect, Kind, Matter, Role, Step, take
from imloop.matters.clocks import STATE
from imloop.steps.ground import registers
from imloop.steps.ground.access import PUBLIC, Caller
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.matters.as_fact import by_of, plain, put, whole
from imloop.steps.matters.carry_out_decision import carry_out
from imloop.steps.matters.roles import roles_in, subject_of, visible
from imloop.store.models import Matter as Row
from imloop.store.models import MatterEvent, PartyKind, Publication

INTERNAL = frozenset({Step.ASSIGN, Step.COPY})
"""Steps between departments, of which the party concerned is neither told nor shown anything."""


def applicant(row: Row) -> Caller:
    """Whoever holds the matter's secret address."""
    return Caller(f"matter:{row.matter_no}", "public", row.title, row.place)


def take_step(caller: Caller, matter_no: str, step: str, given: Mapping[str, object], now: datetime) -> Row:
    """The caller takes the next step of a matter that they may see."""
    with writing(now, caller) as ledger:
        row = locked(matter_no, caller)
        law = registers.law_at(day_of(now), row.place)
        step_on(ledger, row, step_of(step), given, roles_in(caller, row), law)
    return row


def take_step_by_token(token: str, step: str, given: Mapping[str, object], now: datetime) -> Row:
    """The same by the one concerned, who holds the matter's secret address."""
    with writing(now, PUBLIC) as ledger:
        row = locked_by_token(token)
        ledger.caller = applicant(row)
        law = registers.law_at(day_of(now), row.place)
        step_on(ledger, row, step_of(step), given, frozenset({Role.CONCERNED}), law)
    return row


def step_on(
    ledger: Ledger,
    row: Row,
    step: Step,
    given: Mapping[str, object],
    roles: frozenset[Role],
    law: Law,
) -> None:
    """Decide by the table, carry out what it names, keep what was said."""
    matter, by = whole(row), by_of(ledger.caller, row.place)
    decision = take(matter, step, given, roles, law.on, law, by)
    put(row, decision.matter)
    row.closed_at = None if decision.matter.state.is_open else ledger.now
    carry_out(ledger, row, step, decision, law)
    row.save()
    keep(ledger, row, step, decision, law, before=matter)


def keep(
    ledger: Ledger, row: Row, step: Step, decision: Decision, law: Law, before: Matter | None = None
) -> None:
    """The step's event, its journal entry, what is published of it, and whom it is told."""
    values = plain(decision.values)
    number = row.events.count() + 1
    event = MatterEvent.objects.create(
        matter=row,
        number=number,
        kind=step,
        at=ledger.now,
        actor=ledger.caller.actor[:80],
        before=decision.before or "",
        after=row.state,
        law_hash=law.hash,
        data=values,
        due_on=None if before is None or decision.row.aside else _due_for_department(before),
    )
    if Effect.PUBLISH in decision.effects:
        Publication.objects.create(event=event, matter=row, place=row.place, at=ledger.now)
    body = {"number": number, "kind": row.kind, "step": step, "after": row.state, "data": values}
    ledger.note("matter-step", row.matter_no, {**body, "law": law.hash})
    told = {**body, "title": row.title, "due_on": row.due_on.isoformat() if row.due_on else None}
    for receiver in _told_of(row, step, ledger.caller):
        ledger.send(receiver, "matter-step", row.matter_no, told)


def _due_for_department(before: Matter) -> date | None:
    clock = before.clock(STATE)
    return clock.due_on if clock is not None and not clock.of_party else None


def _told_of(row: Row, step: Step, caller: Caller) -> list[str]:
    """The party concerned and the department in charge are told of every step except their own."""
    concerned = row.party.code if row.party and step not in INTERNAL else ""
    codes = [concerned, office_of(row)]
    return [code for code in dict.fromkeys(codes) if code and code != caller.party_code]


def office_of(row: Row) -> str:
    """The code of the department in charge: the one the matter names, else by what it is about."""
    if row.office:
        return row.office
    subject = subject_of(Kind(row.kind), row.party)
    kind = PartyKind.TRANSPORT if subject == "mstation" else PartyKind.ENVIRONMENT
    office = registers.department(kind, row.place)
    return office.code if office else ""


def step_of(text: str) -> Step:
    if text not in list(Step):
        raise Malformed("wrong-value", Text(f"没有步骤 {text}。", f"There is no step {text}."))
    return Step(text)


def locked(matter_no: str, caller: Caller) -> Row:
    """The journal head is locked by then: no other step runs beside this one."""
    found = Row.objects.select_related("party", "vehicle").filter(visible(caller), matter_no=matter_no)
    row = found.first()
    if row is None:
        raise NotAllowed(
            "not-your-matter", Text("没有这个事项，或无权查看。", "No such matter, or not yours.")
        )
    return row


def locked_by_token(token: str) -> Row:
    row = Row.objects.select_related("party", "vehicle").filter(token=token).first() if token else None
    if row is None:
        raise Unknown("unknown-matter", Text("没有这个事项。", "There is no such matter."))
    return row
