"""What a step of a matter leaves: its event, the journal, what is published of it, and whom it is told."""

from __future__ import annotations

from datetime import date

from imloop.law import Law
from imloop.matters import Decision, Effect, Kind, Matter, State, Step
from imloop.matters.clocks import STATE
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import Ledger
from imloop.steps.matters.as_fact import plain
from imloop.steps.matters.roles import BEFORE_THE_NOTICE, subject_of
from imloop.store.models import Matter as Row
from imloop.store.models import MatterEvent, PartyKind, Publication

INTERNAL = frozenset(
    {
        Step.ASSIGN,
        Step.COPY,
        Step.FILE,
        Step.NOT_FILE,
        Step.TRANSFER,
        Step.KEEP_EVIDENCE,
        Step.SETTLE_EVIDENCE,
        Step.REPORT,
        Step.SEND_BACK,
        Step.CLEAR,
        Step.REVIEW_LEGALLY,
        Step.DISCUSS,
    }
)
"""Steps between and within departments, of which the party concerned is neither told nor shown anything."""


def keep(
    ledger: Ledger,
    row: Row,
    step: Step,
    decision: Decision,
    law: Law,
    *,
    before: Matter | None = None,
    caller: Caller | None = None,
) -> MatterEvent:
    """The step's event, its journal entry, what is published of it, and whom it is told. ``caller``: whose step it is,
    where another person confirms it."""
    values = plain(decision.values)
    number = row.events.count() + 1
    event = MatterEvent.objects.create(
        matter=row,
        number=number,
        kind=step,
        at=ledger.now,
        actor=(caller or ledger.caller).actor[:80],
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
    return event


def is_told(row: Row) -> bool:
    """Whether the party knows of the matter: of a penalty case from the notice on."""
    return State(row.state) not in BEFORE_THE_NOTICE


def _due_for_department(before: Matter) -> date | None:
    clock = before.clock(STATE)
    return clock.due_on if clock is not None and not clock.of_party else None


def _told_of(row: Row, step: Step, caller: Caller) -> list[str]:
    """The party concerned and the department in charge are told of every step except their own."""
    concerned = row.party.code if row.party and step not in INTERNAL and is_told(row) else ""
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
