"""A caller's roles in a matter, and which matters a caller may see."""

from __future__ import annotations

from django.db.models import Q

from imloop.matters import Kind, Role
from imloop.steps.ground.access import Caller, covers, place_prefix
from imloop.store.models import Matter, Party, PartyKind


def subject_of(kind: Kind, party: Party | None) -> str:
    """``istation``, ``mstation`` or ``vehicle``: what a matter is about."""
    if party is not None:
        return party.kind
    return {Kind.ISTATION_APPLICATION: "istation", Kind.MSTATION_APPLICATION: "mstation"}.get(kind, "vehicle")


def roles_of(
    caller: Caller, *, place: str, subject: str, party_code: str = "", office: str = ""
) -> frozenset[Role]:
    """A station is concerned by what is about itself; a department acts inside its own place only. ``office``: the
    code of the department in charge where the subject alone does not say who that is."""
    if party_code and caller.party_code == party_code:
        return frozenset({Role.CONCERNED})
    if not caller.is_department or not covers(caller.place, place):
        return frozenset()
    found = _by_subject(caller, subject)
    if not office:
        return found
    return found | {Role.AUTHORITY} if caller.party_code == office else found - {Role.AUTHORITY}


def _by_subject(caller: Caller, subject: str) -> frozenset[Role]:
    if caller.kind == PartyKind.ENVIRONMENT:
        in_charge = subject in ("istation", "vehicle")
        return frozenset({Role.ENVIRONMENT, *((Role.AUTHORITY,) if in_charge else ())})
    if caller.kind == PartyKind.TRANSPORT:
        if not caller.place.endswith("00"):
            return frozenset({Role.COUNTY_TRANSPORT})
        in_charge = subject == "mstation"
        # A city without county offices does their part itself.
        both = {Role.CITY_TRANSPORT, Role.COUNTY_TRANSPORT}
        return frozenset(both | ({Role.AUTHORITY} if in_charge else set()))
    single = {
        PartyKind.MARKET: Role.MARKET,
        PartyKind.POLICE: Role.POLICE,
        PartyKind.SUPERVISOR: Role.APPEAL,
    }
    return frozenset({single[PartyKind(caller.kind)]} if caller.kind in single else ())


def visible(caller: Caller) -> Q:
    """The matters a caller may see. What concerns a vehicle's owner is for environment, police and supervisor."""
    if not caller.is_department:
        return Q(party__code=caller.party_code)
    seen = Q(place__startswith=place_prefix(caller.place))
    if caller.kind not in (PartyKind.ENVIRONMENT, PartyKind.POLICE, PartyKind.SUPERVISOR):
        seen &= ~Q(kind=Kind.SCRAPPAGE)
    if caller.kind == PartyKind.POLICE:
        seen &= Q(kind=Kind.SCRAPPAGE)
    return seen


def roles_in(caller: Caller, row: Matter) -> frozenset[Role]:
    return roles_of(
        caller,
        place=row.place,
        subject=subject_of(Kind(row.kind), row.party),
        party_code=row.party.code if row.party else "",
        office=row.office,
    )
