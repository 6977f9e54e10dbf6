"""The traffic police ask whether an inspection mark may be issued, and issue it (A13)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict
from imloop.facts.text import Reason, Text
from imloop.gates.answer import Answer
from imloop.gates.vehicles.mark import GATE, for_bystander, mark, rests_on, valid_until, waits, without_test
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import ASK_OF_VEHICLES, Caller, require_kind
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.seen import Door, seen
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.second_person.propose import alike, do_or_propose
from imloop.steps.vehicles.find_vehicle import named, require_vehicle
from imloop.steps.vehicles.register.hold_change import (
    MARK,
    Fields,
    changed_lately,
    compared,
    held_body,
    link_of,
    vehicle_of,
    who_proposed,
)
from imloop.steps.vehicles.register.word import POLICE
from imloop.steps.vehicles.texts import FIELD_NAMES
from imloop.steps.vehicles.vehicle_facts import case_fact, loaded_subject, passes
from imloop.store.models import Mark, PartyKind, Proposal, Vehicle


def ask_mark(caller: Caller, *, vin: str = "", plate: str = "", at: datetime) -> Answer:
    """May a mark be issued on that day? Departments may ask, and I-stations, which read the dates of vehicles that they
    tested. The look is kept; the answer bears the names that were asked, and no other."""
    require_kind(caller, PartyKind.ISTATION, *ASK_OF_VEHICLES)
    vehicle = require_vehicle(vin, plate)
    seen(caller, Door.MARK, [vehicle.pk])
    answer = named(_answer(vehicle, caller, at), vin, plate)
    if caller.is_department or vehicle.tests.filter(station__code=caller.party_code).exists():
        return answer
    return for_bystander(answer)


def release_mark(
    caller: Caller, *, vin: str = "", plate: str = "", now: datetime, reason: str = ""
) -> Mark | Proposal:
    """Issue the mark of the running cycle. ``Conflict`` with every reason when it may not be issued. One without a
    test waits for a second person of the police; before the law asked so, where an authority changed its ground
    lately."""
    require_kind(caller, PartyKind.POLICE)
    with writing(now, caller) as ledger:
        vehicle = require_vehicle(vin, plate)
        answer = _allowed(vehicle, caller, now)
        law = registers.law_at(day_of(now), caller.place)
        if not _takes_two(vehicle, answer, now, law):
            return _issue(ledger, caller, vehicle, answer)
        fields: Fields = {"valid_until": ["", _until(vehicle, day_of(now), law).isoformat()]}
        doubted = sorted(rests_on(answer) & changed_lately(vehicle, now, law))
        body = held_body(vehicle, MARK, fields, POLICE, changed=doubted)
        made: Mark | Proposal = alike(ledger, WITHOUT_TEST, vehicle.pk, fields) or do_or_propose(
            ledger, WITHOUT_TEST, str(vehicle), body, law, reason=reason
        )
    return made


def _takes_two(vehicle: Vehicle, answer: Answer, now: datetime, law: Law) -> bool:
    if not without_test(answer):
        return False
    only_changed = law.flag("second_person.mark.only_changed")
    return not only_changed or bool(rests_on(answer) & changed_lately(vehicle, now, law))


def _issue_held(ledger: Ledger, by: Caller, subject: str, body: Body) -> Mark:
    """A second person looked at what it rests on; the gate is asked again."""
    vehicle = vehicle_of(body)
    return _issue(ledger, by, vehicle, _allowed(vehicle, by, ledger.now))


def _who_changed(row: Proposal) -> list[str]:
    """Who proposed or confirmed what the register says of the vehicle since lately."""
    law = registers.law_at(day_of(row.proposed_at), row.place)
    since = row.proposed_at - timedelta(days=law.integer("mark.changed_days"))
    earlier = Proposal.objects.filter(vehicle=row.vehicle_id, decided_at__gte=since, state="confirmed")
    pairs = earlier.exclude(kind=row.kind).values_list("proposed_by", "decided_by")
    return [*who_proposed(row), *(line for pair in pairs for line in pair)]


def _shows(row: Proposal) -> list[tuple[Text, str]]:
    changed = [FIELD_NAMES.get(name, Text(name, name)).zh for name in row.body["changed"]]
    return (
        [(Text("免检所依据而近期变更过的", "its ground, changed lately"), "、".join(changed))]
        if changed
        else []
    )


WITHOUT_TEST = register(
    Act(
        kind="mark",
        name=Text("不经检验核发标志", "a mark without a test"),
        carry_out=_issue_held,
        link=link_of,
        shows=_shows,
        compares=compared,
        before=_who_changed,
    )
)


def _allowed(vehicle: Vehicle, caller: Caller, now: datetime) -> Answer:
    answer = _answer(vehicle, caller, now)
    if not answer.allowed:
        first = answer.refusals[0]
        raise Conflict(first.code, first.text, cite=first.cite, reasons=answer.reasons)
    return answer


def _issue(ledger: Ledger, by: Caller, vehicle: Vehicle, answer: Answer) -> Mark:
    law = registers.law_at(day_of(ledger.now), by.place)
    until = _until(vehicle, law.on, law)
    passed = passes(vehicle).first()
    needed = not without_test(answer)
    released = Mark.objects.create(
        vehicle=vehicle,
        test_no=passed.test_no if passed is not None and needed else "",
        issued_at=ledger.now,
        valid_until=until,
        issued_by=by.actor,
        cite=law.cite("mark.pass_required") if needed else law.cite("cycle.same_as_safety"),
    )
    vehicle.due_on = until
    vehicle.save(update_fields=["due_on"])
    body = {"plate": vehicle.plate, "vin": vehicle.vin, "valid_until": until.isoformat()}
    ledger.note("mark-released", str(vehicle), {**body, "test": released.test_no, "law": law.hash})
    environment = registers.department(PartyKind.ENVIRONMENT, by.place)
    if environment is not None:
        ledger.send(environment.code, "mark-released", str(vehicle), body)
    changed = set() if needed else changed_lately(vehicle, ledger.now, law)
    if changed:
        doubt = _without_test(vehicle, changed, law)
        keep_findings(ledger, "vehicle", str(vehicle), by.party_code, [doubt])
    return released


def _until(vehicle: Vehicle, day: date, law: Law) -> date:
    until = valid_until(loaded_subject(vehicle), day, law)
    if until is None:
        raise Conflict(
            "first-registration-unknown",
            Text(
                "登记资料没有初次登记日期，无法确定标志的有效期。",
                "Without the date of first registration the mark's validity cannot be determined.",
            ),
            cite=law.cite("cycle.same_as_safety"),
        )
    return until


def _without_test(vehicle: Vehicle, changed: set[str], law: Law) -> Reason:
    names, days = "、".join(sorted(changed)), law.integer("mark.changed_days")
    return Reason(
        "mark-without-test",
        Text(
            f"{vehicle} 未经检验核发标志，而登记资料 {names} 在 {days} 天内变更过。",
            f"{vehicle} got a mark without a test; its register changed within {days} days: "
            f"{', '.join(sorted(changed))}.",
        ),
        cite=law.cite("mark.changed_days"),
        next=Text(
            "请对照登记档案核对变更依据；不实的，更正登记并通知公安交管收回标志。",
            "Compare the change with the registration file; if it is untrue, correct the register and have the police "
            "take back the mark.",
        ),
    )


def _answer(vehicle: Vehicle, caller: Caller, at: datetime) -> Answer:
    day = day_of(at)
    law = registers.law_at(day, caller.place)
    answer = mark(loaded_subject(vehicle), case_fact(vehicle, caller), day, law)
    if not answer.allowed or not _takes_two(vehicle, answer, at, law):
        return answer
    doubted = rests_on(answer) & changed_lately(vehicle, at, law)
    return Answer(GATE, answer.allowed, (*answer.reasons, waits(doubted, law)), answer.facts)
