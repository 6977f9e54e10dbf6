"""The traffic police ask whether an inspection mark may be issued, and issue it (A13)."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.gates.answer import Answer
from imloop.gates.vehicles.mark import GATE, mark, valid_until
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.ledger import writing
from imloop.steps.vehicles.find_vehicle import require_vehicle
from imloop.steps.vehicles.vehicle_facts import case_fact, loaded_subject, passes
from imloop.store.models import Mark, PartyKind, Vehicle


def ask_mark(caller: Caller, *, vin: str = "", plate: str = "", at: datetime) -> Answer:
    """May a mark be issued on that day? Departments and I-stations may ask; nothing is written."""
    require_kind(
        caller,
        PartyKind.POLICE,
        PartyKind.ENVIRONMENT,
        PartyKind.TRANSPORT,
        PartyKind.MARKET,
        PartyKind.SUPERVISOR,
        PartyKind.ISTATION,
        PartyKind.ADMIN,
    )
    return _answer(require_vehicle(vin, plate), caller.place, at)


def release_mark(caller: Caller, *, vin: str = "", plate: str = "", now: datetime) -> Mark:
    """Issue the mark of the running cycle. ``Conflict`` with every reason when it may not be issued."""
    require_kind(caller, PartyKind.POLICE)
    with writing(now, caller) as ledger:
        vehicle = require_vehicle(vin, plate)
        day = day_of(now)
        law = registers.law_at(day, caller.place)
        answer = _answer(vehicle, caller.place, now)
        if not answer.allowed:
            first = answer.refusals[0]
            raise Conflict(first.code, first.text, cite=first.cite, reasons=answer.reasons)
        subject = loaded_subject(vehicle)
        until = valid_until(subject, day, law)
        if until is None:
            raise Conflict(
                "first-registration-unknown",
                Text(
                    "登记资料没有初次登记日期，无法确定标志的有效期。",
                    "Without the date of first registration the mark's validity cannot be determined.",
                ),
                cite=law.cite("cycle.same_as_safety"),
            )
        passed = passes(vehicle).first()
        needed = not any(reason.warning and reason.code in _WITHOUT_TEST for reason in answer.reasons)
        released = Mark.objects.create(
            vehicle=vehicle,
            test_no=passed.test_no if passed is not None and needed else "",
            issued_at=now,
            valid_until=until,
            issued_by=caller.actor,
            cite=law.cite("mark.pass_required") if needed else law.cite("cycle.same_as_safety"),
        )
        vehicle.due_on = until
        vehicle.save(update_fields=["due_on"])
        body = {"plate": vehicle.plate, "vin": vehicle.vin, "valid_until": until.isoformat()}
        ledger.note("mark-released", str(vehicle), {**body, "test": released.test_no, "law": law.hash})
        environment = registers.department(PartyKind.ENVIRONMENT, caller.place)
        if environment is not None:
            ledger.send(environment.code, "mark-released", str(vehicle), body)
    return released


_WITHOUT_TEST = ("mark-only-year", "vehicle-exempt", "no-engine")


def _answer(vehicle: Vehicle, place: str, at: datetime) -> Answer:
    day = day_of(at)
    law = registers.law_at(day, place)
    answer = mark(loaded_subject(vehicle), case_fact(vehicle), day, law)
    return Answer(
        GATE, answer.allowed, answer.reasons, {**answer.facts, "plate": vehicle.plate, "vin": vehicle.vin}
    )
