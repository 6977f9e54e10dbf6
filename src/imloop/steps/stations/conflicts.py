"""Separation of test and repair (B7): compare the registers of I-stations and M-stations."""

from __future__ import annotations

from datetime import date

from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text
from imloop.gates.answer import Answer
from imloop.gates.stations.conflict import Firm, conflicts
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, own
from imloop.store.models import Party, PartyKind

_OTHER = {PartyKind.ISTATION: PartyKind.MSTATION, PartyKind.MSTATION: PartyKind.ISTATION}


def conflicts_of(party: Party, day: date) -> Answer:
    """Everything a station shares with stations of the other kind, wherever those are."""
    law = registers.law_at(day, party.place)
    others = Party.objects.filter(kind=_OTHER[PartyKind(party.kind)]).order_by("code")
    return conflicts(_firm(party), map(_firm, others), law)


def conflict_list(caller: Caller, day: date) -> list[tuple[Party, Answer]]:
    """The I-stations of the caller's place that share anything with an M-station; proven ones first."""
    _require_department(caller)
    repairers = [_firm(party) for party in Party.objects.filter(kind=PartyKind.MSTATION).order_by("code")]
    found = []
    for station in Party.objects.filter(own(caller, "place", "code", None), kind=PartyKind.ISTATION).order_by(
        "code"
    ):
        answer = conflicts(_firm(station), repairers, registers.law_at(day, station.place))
        if answer.reasons:
            found.append((station, answer))
    return sorted(found, key=lambda pair: pair[1].allowed)


def ask_conflict(caller: Caller, code: str, day: date) -> Answer:
    """The answer for one station, for a department or the station itself."""
    party = Party.objects.filter(code=code, kind__in=_OTHER).first()
    if party is None:
        party = registers.party(code, PartyKind.ISTATION)
    if code != caller.party_code:
        _require_department(caller)
    return conflicts_of(party, day)


def _require_department(caller: Caller) -> None:
    if not caller.is_department:
        raise NotAllowed("wrong-kind-of-party", Text("仅主管部门可查询。", "Only departments may ask."))


def _firm(party: Party) -> Firm:
    return Firm(
        party.code, party.name, party.uscc, party.legal_person, party.account, party.address, party.phone
    )
