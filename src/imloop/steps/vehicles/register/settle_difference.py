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
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.second_person.propose import alike, do_or_propose
from imloop.steps.second_person.rules import rules_of
from imloop.steps.vehicles.register.correct_register import CORRECTION
from imloop.steps.vehicles.register.hold_change import DIFFERENCE, held_body
from imloop.steps.vehicles.register.resolve_differences import resolve_differences
from imloop.steps.vehicles.register.word import ENVIRONMENT, source_of, value_of
from imloop.steps.vehicles.texts import FIELD_NAMES
from imloop.store.models import Finding, PartyKind, Proposal, Vehicle

KIND = "register-right"


def settle_difference(
    caller: Caller, vehicle_id: int, field: str, *, take_over: bool, reason: str, now: datetime
) -> Proposal | None:
    """``take_over``: the stated value is right; a second person then enters it. Else the register is right: the
    findings about it are true, which a second person confirms, and the same statement is no news any more. The police
    settle every field, the environment department those that nobody before it entered."""
    require_kind(caller, PartyKind.POLICE, PartyKind.ENVIRONMENT)
    if not 0 < len(reason.strip()) <= 400:
        raise Malformed(
            "reason-missing",
            Text("请写明理由（400 字以内）。", "Give a reason, in up to 400 characters."),
            at="reason",
        )
    with writing(now, caller) as ledger:
        vehicle = _vehicle(vehicle_id)
        law = registers.law_at(day_of(now), caller.place)
        known, said = _difference(vehicle, field, law)
        _require_source(caller, vehicle, field)
        _require_nothing_waits(vehicle, field, now)
        if take_over:
            fields, by = {field: [known, said[0]]}, {"evidence": str(said[1]), "why": reason.strip()}
            body = held_body(vehicle, DIFFERENCE, fields, source_of(caller), **by)
            waits: Proposal = alike(ledger, CORRECTION, vehicle.pk, fields) or do_or_propose(
                ledger, CORRECTION, str(vehicle), body, law, reason=reason
            )
            return waits
        _require_not_taken_over(vehicle, field, now)
        if rules := rules_of(KIND, law):
            rules.require_words(reason=reason)
        body = {"vehicle": vehicle.pk, "field": field, "said": said[:3], "reason": reason.strip()}
        made = do_or_propose(ledger, RIGHT, _named(vehicle, field), body, law, reason=reason)
    return made if isinstance(made, Proposal) else None


def _settle(ledger: Ledger, by: Caller, subject: str, body: Body) -> Vehicle:
    vehicle, field, reason = _vehicle(_number(body)), str(body["field"]), str(body["reason"])
    known, said = _difference(vehicle, field, registers.law_at(day_of(ledger.now), by.place))
    _require_source(by, vehicle, field)
    if said[:3] != body["said"]:
        raise Conflict(
            "stated-anew",
            Text(
                "提出后又有新的填报，请退回，重新提出。",
                "Something else was stated since: reject it and propose it anew.",
            ),
        )
    vehicle.stated = {**vehicle.stated, field: [*said[:3], day_of(ledger.now).isoformat()]}
    vehicle.save(update_fields=["stated"])
    told = {"field": field, "register": known, "stated": said[0], "by": said[1], "reason": reason}
    ledger.note("difference-settled", str(vehicle), told)
    resolve_differences(ledger, vehicle, (field,), reason, Finding.Outcome.TRUE)
    return vehicle


def proposed_right(vehicle: Vehicle, now: datetime) -> dict[str, Proposal]:
    """Field → what waits for a second person about it."""
    found = Proposal.objects.filter(kind=KIND, state__in=Proposal.OPEN, expires_at__gte=now)
    rows = found.filter(subject__startswith=_named(vehicle, "")).select_related("party")
    return {row.subject.rpartition("/")[2]: row for row in rows}


def _require_nothing_waits(vehicle: Vehicle, field: str, now: datetime) -> None:
    if field in proposed_right(vehicle, now):
        raise Conflict(
            "proposed-already",
            Text(
                "已提出登记无误，正等待另一人确认；要作其他处理，须先撤回或退回。",
                "That the register is right is proposed and waits for a second person: it has to be withdrawn or "
                "rejected before anything else is decided.",
            ),
        )


def _require_not_taken_over(vehicle: Vehicle, field: str, now: datetime) -> None:
    open_ = Proposal.objects.filter(kind=CORRECTION.kind, vehicle=vehicle, state__in=Proposal.OPEN)
    if open_.filter(expires_at__gte=now, body__fields__has_key=field).exists():
        raise Conflict(
            "proposed-already",
            Text(
                "已提出按填报更正，正等待另一人确认；要认定登记无误，须先撤回或退回。",
                "To enter what was stated is proposed and waits for a second person: it has to be withdrawn or "
                "rejected before the register is called right.",
            ),
        )


def _named(vehicle: Vehicle, field: str) -> str:
    return f"vehicle/{vehicle.pk}/{field}"


def _number(body: Body) -> int:
    """The vehicle's; ``about`` where it was proposed before its looks were kept."""
    return int(body.get("vehicle") or body["about"])


def _vehicle(number: int) -> Vehicle:
    found = Vehicle.objects.filter(pk=number).first()
    if found is None:
        raise Unknown(
            "unknown-vehicle", Text("登记资料中没有这辆车。", "This vehicle is not in the register.")
        )
    return found


def _shows(row: Proposal) -> list[tuple[Text, str]]:
    body = row.body
    field = FIELD_NAMES.get(body["field"], Text(body["field"], body["field"]))
    return [
        (Text("登记项", "field"), field.zh),
        (Text("填报", "stated"), f"{body['said'][0]}（{body['said'][1]}）"),
    ]


RIGHT = register(
    Act(
        kind=KIND,
        name=Text("认定登记无误、填报有误", "the register is right, the statement wrong"),
        carry_out=_settle,
        link=lambda row: f"/vehicles/{_number(row.body)}",
        shows=_shows,
    )
)


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
