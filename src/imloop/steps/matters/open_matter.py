"""Opening a matter: an application, a measure, a nomination for scrappage, or one that follows from a lead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import msgspec
from django.db.models import QuerySet

from imloop.facts.days import day_of
from imloop.facts.places import known_place
from imloop.facts.records.application import Application
from imloop.facts.refusal import Conflict, Malformed, Problem, Unknown
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters import Kind, New, Role, Step, take
from imloop.matters.labels import KINDS
from imloop.matters.stations.conditions import unmet
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.ledger import writing
from imloop.steps.matters.as_fact import by_of
from imloop.steps.matters.kept.new_row import About, opened
from imloop.steps.matters.roles import roles_of
from imloop.steps.matters.take_step import locked_by_token, step_on
from imloop.steps.stations import standing
from imloop.steps.vehicles.find_vehicle import require_vehicle
from imloop.steps.vehicles.scrap_history import require_ground
from imloop.store.models import Matter, Party, PartyKind, Standing

_GONE = (Standing.State.STRUCK_OFF, Standing.State.REVOKED, Standing.State.WITHDRAWN)


def apply(application: Application, now: datetime) -> Matter:
    """A public application to become an I- or M-station; no account is needed. Refused with every condition that is
    not confirmed. The answer's ``token`` is the applicant's key to it."""
    kind = Kind(f"{application.subject}-application")
    _require_office(application)
    law = registers.law_at(day_of(now), application.place)
    require_conditions(application, law)
    about = About(application.place, application.name, form=msgspec.to_builtins(application))
    with writing(now, Caller("applicant", "public", application.name, application.place)) as ledger:
        _refuse_twin(kind, application, law.on)
        new = New(kind, application.subject)
        decision = take(new, Step.APPLY, {}, frozenset({Role.CONCERNED}), law.on, law)
        return opened(ledger, kind, about, Step.APPLY, decision, law)


def resubmit(token: str, application: Application, now: datetime) -> Matter:
    """The completed application after it was returned."""
    with writing(now, Caller("applicant", "public", application.name, application.place)) as ledger:
        row = locked_by_token(token)
        if row.kind != f"{application.subject}-application" or row.place != application.place:
            raise Conflict(
                "another-application",
                Text(
                    "申请种类和所在地不能改变，请另行申请。",
                    "Kind and place cannot be changed; apply again for others.",
                ),
            )
        law = registers.law_at(day_of(now), row.place)
        require_conditions(application, law)
        row.data["form"] = msgspec.to_builtins(application)
        row.title = application.name[:120]
        step_on(ledger, row, Step.RESUBMIT, {}, frozenset({Role.CONCERNED}), law)
    return row


def open_measure(
    caller: Caller, kind: str, party_code: str, given: Mapping[str, object], now: datetime
) -> Matter:
    """A department opens a suspension, strike-off or revocation; a station asks for its own exit (withdrawal)."""
    wanted = _kind(kind, Kind.SUSPENSION, Kind.STRIKE_OFF, Kind.REVOCATION, Kind.WITHDRAWAL)
    step = Step.APPLY if wanted is Kind.WITHDRAWAL else Step.OPEN
    with writing(now, caller) as ledger:
        party = _registered_party(party_code)
        law = registers.law_at(day_of(now), party.place)
        _require_fitting(wanted, party, law.on)
        roles = roles_of(caller, place=party.place, subject=party.kind, party_code=party.code)
        _refuse_open(wanted, Matter.objects.filter(party=party))
        new, by = New(wanted, party.kind), by_of(caller, party.place)
        decision = take(new, step, given, roles, law.on, law, by)
        return opened(ledger, wanted, About(party.place, party.name, party=party), step, decision, law)


def _registered_party(code: str) -> Party:
    party = Party.objects.filter(code=code, kind__in=(PartyKind.ISTATION, PartyKind.MSTATION)).first()
    if party is None:
        raise Unknown("unknown-station", Text(f"{code} 未登记。", f"{code} is not registered."))
    return party


def nominate_for_scrappage(
    caller: Caller, given: Mapping[str, object], now: datetime, *, vin: str = "", plate: str = ""
) -> Matter:
    """The environment department nominates a vehicle (A11), only where the law's grounds hold in its history."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    law = registers.law_at(day_of(now), caller.place)
    with writing(now, caller) as ledger:
        vehicle = require_vehicle(vin, plate)
        _refuse_open(Kind.SCRAPPAGE, Matter.objects.filter(vehicle=vehicle))
        place = require_ground(vehicle, caller, law)
        roles = roles_of(caller, place=place, subject="vehicle")
        new = New(Kind.SCRAPPAGE, "vehicle")
        decision = take(new, Step.OPEN, given, roles, law.on, law, by_of(caller, place))
        about = About(place, str(vehicle), vehicle=vehicle)
        return opened(ledger, Kind.SCRAPPAGE, about, Step.OPEN, decision, law)


def _require_office(application: Application) -> None:
    """An application must reach a department: the place's one has to be on this platform."""
    kind = PartyKind.ENVIRONMENT if application.subject == PartyKind.ISTATION else PartyKind.TRANSPORT
    if registers.department(kind, known_place(application.place)) is None:
        words = Text(
            f"{application.place} 没有使用本平台的主管部门，请核对县区代码。",
            f"No department of {application.place} uses this platform; check the code.",
        )
        raise Malformed("unknown-place", words, problems=(Problem("$.place", "unknown-place", words),))


def require_conditions(application: Application, law: Law) -> None:
    """Refuses with every condition that is not confirmed or not proven."""
    problems = unmet(application.subject, application.conditions, law)
    if problems:
        raise Malformed("conditions-not-met", problems[0].text, problems=problems)


def _refuse_twin(kind: Kind, application: Application, day: date) -> None:
    """One open application per applicant, and none for a station that has its standing."""
    known = Party.objects.filter(
        kind=application.subject, uscc=application.uscc, place=application.place
    ).first()
    if known is not None and standing.is_active(known, day):
        raise Conflict(
            "station-active-already",
            Text(f"{known.name}已在名录内。", f"{known.name} is already on the list."),
        )
    if any(
        row.data["form"]["uscc"] == application.uscc
        for row in Matter.objects.filter(kind=kind, closed_at__isnull=True, place=application.place)
    ):
        raise Conflict(
            "applied-already",
            Text("该单位已有未办结的申请。", "This applicant already has an open application."),
        )


def _refuse_open(kind: Kind, found: QuerySet[Matter]) -> None:
    if found.filter(kind=kind, closed_at__isnull=True).exists():
        what = KINDS[kind]
        raise Conflict(
            "matter-open-already",
            Text(f"已有未办结的“{what.zh}”。", f"“{what.en}” is already open."),
        )


def _require_fitting(kind: Kind, party: Party, day: date) -> None:
    fits = {Kind.STRIKE_OFF: PartyKind.ISTATION, Kind.REVOCATION: PartyKind.MSTATION}
    if kind in fits and party.kind != fits[kind]:
        what = KINDS[kind]
        raise Malformed(
            "wrong-value",
            Text(f"“{what.zh}”不适用于{party.name}。", f"“{what.en}” does not apply to {party.name}."),
        )
    if set(standing.states_on(party, day)) & set(_GONE):
        raise Conflict(
            "station-gone",
            Text(f"{party.name}已注销、取消或者退出。", f"{party.name} has already left the list."),
        )


def _kind(text: str, *allowed: Kind) -> Kind:
    if text not in allowed:
        raise Malformed(
            "wrong-value",
            Text(f"kind：可选 {' '.join(allowed)}。", f"kind: choose one of {' '.join(allowed)}."),
        )
    return Kind(text)
