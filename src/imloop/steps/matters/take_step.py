"""Taking a step of a matter. It reads: who, which matter, what the table decides, what follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters import Role, Step, take
from imloop.steps.ground import registers
from imloop.steps.ground.access import PUBLIC, Caller
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.matters.as_fact import by_of, put, whole
from imloop.steps.matters.carry_out_decision import carry_out
from imloop.steps.matters.kept.keep_step import INTERNAL as INTERNAL
from imloop.steps.matters.kept.keep_step import is_told
from imloop.steps.matters.kept.keep_step import keep as keep
from imloop.steps.matters.kept.keep_step import office_of as office_of
from imloop.steps.matters.roles import roles_in, visible
from imloop.store.models import Matter as Row


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
    if row is None or not is_told(row):
        raise Unknown("unknown-matter", Text("没有这个事项。", "There is no such matter."))
    return row
