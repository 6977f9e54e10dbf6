"""Taking a step of a matter. It reads: who, which matter, what the table decides, what follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters import Kind, Role, Step, take
from imloop.matters.decide import row_of
from imloop.matters.labels import STEPS
from imloop.matters.row import STATION_DECISION
from imloop.matters.table import TABLE
from imloop.steps.ground import registers
from imloop.steps.ground.access import PUBLIC, Caller
from imloop.steps.ground.files import OF_NO_PARTY
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.matters.as_fact import by_of, plain, put, whole
from imloop.steps.matters.carry_out_decision import carry_out
from imloop.steps.matters.kept.address import opened_by
from imloop.steps.matters.kept.keep_step import is_told, keep
from imloop.steps.matters.officers import ask_officers, officers_of, require_confirmed
from imloop.steps.matters.roles import roles_in, visible
from imloop.steps.second_person.kinds import Act, Body, act_of, register
from imloop.steps.second_person.propose import do_or_propose
from imloop.steps.second_person.rules import rules_of
from imloop.store.models import Matter as Row
from imloop.store.models import MatterEvent, Proposal


def applicant(row: Row) -> Caller:
    """Whoever holds the matter's secret address."""
    return Caller(f"{OF_NO_PARTY}{row.matter_no}", "public", row.title, row.place)


def take_step(
    caller: Caller, matter_no: str, step: str, given: Mapping[str, object], now: datetime
) -> Row | Proposal:
    """The caller takes the next step of a matter that they may see; what the table names so, a second person confirms
    first."""
    with writing(now, caller) as ledger:
        row = locked(matter_no, caller)
        law = registers.law_at(day_of(now), row.place)
        wanted, roles = step_of(step), roles_in(caller, row)
        _require_sent_whole(row, wanted, roles)
        second = row_of(whole(row), wanted, roles).second
        if not second or rules_of(second, law) is None:
            step_on(ledger, row, wanted, given, roles, law)
            return row
        said = {"step": step, "given": plain(given)}
        reason = str(given.get("reasons") or given.get("mended") or STEPS[wanted].zh)
        made: Row | Proposal = do_or_propose(ledger, act_of(second), matter_no, said, law, reason=reason)
    return made


def _require_sent_whole(row: Row, step: Step, roles: frozenset[Role]) -> None:
    """A copy goes out with its papers, printed and frozen: this way it would go without them."""
    if step is Step.COPY and row_of(whole(row), step, roles):
        raise Conflict(
            "copied-with-papers",
            Text(
                f"抄告应连同文书一并发出：请在“抄告”页发出，或调用 POST /api/v1/copies"
                f"（of=matter，reference={row.matter_no}）。",
                f"A copy goes out with its papers: send it from the page of copies, or by POST /api/v1/copies "
                f"(of=matter, reference={row.matter_no}).",
            ),
        )


def _take(ledger: Ledger, by: Caller, matter_no: str, body: Body) -> Row:
    row = locked(matter_no, by)
    law = registers.law_at(day_of(ledger.now), row.place)
    require_confirmed(row, law)
    step_on(ledger, row, step_of(body["step"]), body["given"], roles_in(by, row), law, by)
    return row


def _shows(proposed: Proposal) -> list[tuple[Text, str]]:
    """The step and what it says, by the names of the form's fields."""
    row = Row.objects.select_related("party").get(matter_no=proposed.subject)
    step, given = step_of(proposed.body["step"]), proposed.body["given"]
    fields = {
        field.name: field.label
        for each in TABLE
        if each.second and each.step is step
        for field in each.fields
    }
    said = [(fields.get(name, Text(name, name)), str(value)) for name, value in given.items() if value]
    return [(Text("事项", "matter"), row.title), (Text("步骤", "step"), STEPS[step].zh), *said]


def _visitors(proposed: Proposal) -> list[str]:
    """Who opened it, and who checked on the site."""
    known = MatterEvent.objects.filter(matter__matter_no=proposed.subject)
    asked = known.filter(kind__in=(Step.OPEN, Step.CHECK_SITE, Step.ACCEPT_DIRECTLY))
    return [*asked.values_list("actor", flat=True), *officers_of(proposed.subject)]


STATION = register(
    Act(
        kind=STATION_DECISION,
        name=Text("检验、维修机构的决定", "decision on a station"),
        carry_out=_take,
        link=lambda row: f"/matters/{row.subject}",
        shows=_shows,
        before=_visitors,
    )
)


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
    caller: Caller | None = None,
) -> None:
    """Decide by the table, carry out what it names, keep what was said. ``caller``: whose step it is, where another
    person confirms it."""
    who = caller or ledger.caller
    matter, by = whole(row), by_of(who, row.place)
    decision = take(matter, step, given, roles, law.on, law, by)
    put(row, decision.matter)
    row.closed_at = None if decision.matter.state.is_open else ledger.now
    carry_out(ledger, row, step, decision, law)
    row.save()
    event = keep(ledger, row, step, decision, law, before=matter, caller=who)
    ask_officers(ledger, row, event, decision.values, law)


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
    found = Row.objects.select_related("party", "vehicle").exclude(kind=Kind.COMPLAINT)
    row = found.filter(opened_by(token)).first()
    if row is None or not is_told(row):
        raise Unknown("unknown-matter", Text("没有这个事项。", "There is no such matter."))
    return row
