"""Opening a penalty case: against a station or repairer, about a vehicle, or against somebody in no register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Problem, Unknown
from imloop.facts.text import Text
from imloop.matters import Kind, New, State, Step, take
from imloop.matters.matter import Holder
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, covers
from imloop.steps.ground.ledger import writing
from imloop.steps.matters.as_fact import by_of
from imloop.steps.matters.file_effects import carry_along
from imloop.steps.matters.kept.new_row import About, opened
from imloop.steps.matters.roles import PENALTIES, roles_of
from imloop.steps.vehicles.find_vehicle import require_vehicle
from imloop.store.models import Matter, MatterLink, Party, PartyKind

OPENERS = (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET, PartyKind.POLICE)
NOBODY = "other"
"""The subject of a case against somebody who is in no register."""
_STEPS = {Kind.PENALTY: Step.PROPOSE, Kind.SIMPLE_PENALTY: Step.DECIDE_ON_THE_SPOT}


def open_penalty(
    caller: Caller,
    kind: str,
    given: Mapping[str, object],
    now: datetime,
    *,
    party_code: str = "",
    vin: str = "",
    plate: str = "",
) -> Matter:
    """The department that opens it is in charge of it to the end. Opened by the table: refused where the law punishes
    nothing, or another department decides."""
    wanted = _kind(kind)
    if caller.kind not in OPENERS:
        raise NotAllowed("not-your-step", Text("由主管部门立案。", "A department opens penalty cases."))
    with writing(now, caller) as ledger:
        about = _about(caller, party_code.strip(), vin, plate, given)
        law = registers.law_at(day_of(now), about.place)
        subject = subject_named(about)
        roles = roles_of(caller, place=about.place, subject=subject, office=caller.party_code)
        holder = Holder(caller.kind, caller.place, about.party.name if about.party else "")
        step = _STEPS[wanted]
        new = New(wanted, subject, holder)
        decision = take(new, step, given, roles, law.on, law, by_of(caller, about.place))
        twin = _twin(caller, str(decision.values.get("twin") or ""))
        _refuse_twice(caller, about, decision.values)
        row = opened(ledger, wanted, about, step, decision, law)
        if twin is not None:
            MatterLink.objects.create(matter=row, other=twin, kind=MatterLink.Kind.TWIN, at=ledger.now)
            carry_along(twin, row)
        return row


_CAME_TO_NOTHING = (State.NO_CASE, State.TRANSFERRED, State.DROPPED, State.OVERTURNED, State.MERGED)


def _refuse_twice(caller: Caller, about: About, said: Mapping[str, object]) -> None:
    """One act is fined once (Penalty Law art. 29): none is opened beside another of the same party, act and day."""
    found = Matter.objects.filter(kind__in=PENALTIES, party=about.party, vehicle=about.vehicle)
    if about.party is None and about.vehicle is None:
        found = found.filter(title=about.title[:120])
    acted = said["acted_on"]
    same = {"violation": said["violation"], "payer": said["payer"], "party_name": said["party_name"]}
    for row in found.exclude(state__in=_CAME_TO_NOTHING):
        facts = row.data["facts"]
        if facts.get("acted_on") == str(acted) and same.items() <= facts.items():
            raise Conflict(
                "punished-already",
                Text(
                    f"{row.matter_no} 已对同一当事人的同一行为立案或者处罚，一事不再罚。",
                    f"{row.matter_no} is about the same act of the same party already: one act is fined once.",
                ),
            )


def _twin(caller: Caller, number: str) -> Matter | None:
    """The case against another party to the same act, whose evidence this one begins with."""
    if not number:
        return None
    found = Matter.objects.filter(matter_no=number, kind__in=PENALTIES, office=caller.party_code).first()
    if found is None:
        words = Text(f"本部门没有处罚案件 {number}。", f"This department has no penalty case {number}.")
        raise Malformed("unknown-matter", words, problems=(Problem("$.twin", "unknown-matter", words),))
    return found


def subject_named(about: About) -> str:
    if about.party is not None:
        return about.party.kind
    return "vehicle" if about.vehicle is not None else NOBODY


def _about(caller: Caller, code: str, vin: str, plate: str, given: Mapping[str, object]) -> About:
    if code:
        party = Party.objects.filter(code=code, kind__in=(PartyKind.ISTATION, PartyKind.MSTATION)).first()
        if party is None:
            raise Unknown(
                "unknown-station", Text(f"{code} 未登记。", f"{code} is not registered."), at="party"
            )
        if not covers(caller.place, party.place):
            raise NotAllowed("not-your-place", Text("只能办理本地的事项。", "Only within your own area."))
        return About(party.place, party.name, party=party, office=caller.party_code)
    if vin or plate:
        vehicle = require_vehicle(vin, plate)
        return About(caller.place, str(vehicle), vehicle=vehicle, office=caller.party_code)
    name = str(given.get("party_name") or "").strip()
    if not name:
        words = Text("请写明当事人。", "Name the party.")
        raise Malformed("missing", words, problems=(Problem("$.party", "missing", words),))
    return About(caller.place, name, office=caller.party_code)


def _kind(text: str) -> Kind:
    if text not in _STEPS:
        words = Text(f"kind：可选 {' '.join(_STEPS)}。", f"kind: choose one of {' '.join(_STEPS)}.")
        raise Malformed("wrong-value", words, problems=(Problem("$.kind", "wrong-value", words),))
    return Kind(text)
