"""The register's word beside a station's: a department says which of them is right, with a reason."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.gates.vehicles.compare_statement import COMPARED, differs
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.ledger import writing
from imloop.steps.second_person.propose import alike, do_or_propose
from imloop.steps.vehicles.register.correct_register import CORRECTION
from imloop.steps.vehicles.register.hold_change import DIFFERENCE, held_body
from imloop.steps.vehicles.register.resolve_differences import resolve_differences
from imloop.steps.vehicles.register.word import ENVIRONMENT, source_of, value_of
from imloop.store.models import Finding, PartyKind, Proposal, Vehicle


def settle_difference(
    caller: Caller, vehicle_id: int, field: str, *, take_over: bool, reason: str, now: datetime
) -> Proposal | None:
    """``take_over``: the stated value is right; a second person then enters it. Else the register is right: the
    findings about it are resolved, and the same statement is no news any more. The police settle every field, the
    environment department those that nobody before it entered."""
    require_kind(caller, PartyKind.POLICE, PartyKind.ENVIRONMENT)
    if not 0 < len(reason.strip()) <= 400:
        raise Malformed(
            "reason-missing",
            Text("请写明理由（400 字以内）。", "Give a reason, in up to 400 characters."),
            at="reason",
        )
    with writing(now, caller) as ledger:
        vehicle = Vehicle.objects.filter(pk=vehicle_id).first()
        if vehicle is None:
            raise Unknown(
                "unknown-vehicle", Text("登记资料中没有这辆车。", "This vehicle is not in the register.")
            )
        law = registers.law_at(day_of(now), caller.place)
        known, said = _difference(vehicle, field, law)
        _require_source(caller, vehicle, field)
        if take_over:
            fields, by = {field: [known, said[0]]}, {"evidence": str(said[1]), "why": reason.strip()}
            body = held_body(vehicle, DIFFERENCE, fields, source_of(caller), **by)
            waits: Proposal = alike(CORRECTION, vehicle.pk, fields) or do_or_propose(
                ledger, CORRECTION, str(vehicle), body, law, reason=reason
            )
            return waits
        vehicle.stated = {**vehicle.stated, field: [*said[:3], day_of(now).isoformat()]}
        vehicle.save(update_fields=["stated"])
        body = {"field": field, "register": known, "stated": said[0], "by": said[1], "reason": reason.strip()}
        ledger.note("difference-settled", str(vehicle), body)
        resolve_differences(ledger, vehicle, (field,), reason.strip(), Finding.Outcome.TRUE)
    return None


def _difference(vehicle: Vehicle, field: str, law: Law) -> tuple[object, list[object]]:
    said = vehicle.stated.get(field)
    known = value_of(vehicle, field) if field in COMPARED else ""
    if (
        not vehicle.registered
        or said is None
        or field not in COMPARED
        or not differs(field, known, said[0], law)
    ):
        raise Conflict(
            "no-difference",
            Text(
                "登记与填报在这一项上没有不一致。",
                "The register and the statement do not differ in this field.",
            ),
        )
    return known, said


def _require_source(caller: Caller, vehicle: Vehicle, field: str) -> None:
    known = vehicle.sources.get(field)
    if caller.kind == PartyKind.ENVIRONMENT and known and known[0] != ENVIRONMENT:
        raise NotAllowed(
            "not-your-word",
            Text(
                "这一项由公安交管登记，请其处理。",
                "The police entered this field; ask them to settle it.",
            ),
        )
