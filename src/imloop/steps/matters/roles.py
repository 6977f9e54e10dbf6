"""A caller's roles in a matter, and which matters a caller may see."""

from __future__ import annotations

from django.db.models import Q

from imloop.matters import Kind, Role, State
from imloop.steps.ground.access import Caller, covers, place_prefix
from imloop.store.models import Matter, Party, PartyKind, User


def subject_of(kind: Kind, party: Party | None) -> str:
    """``istation``, ``mstation`` or ``vehicle``: what a matter is about."""
    if party is not None:
        return party.kind
    return {Kind.ISTATION_APPLICATION: "istation", Kind.MSTATION_APPLICATION: "mstation"}.get(kind, "vehicle")


PENALTIES = (Kind.PENALTY, Kind.SIMPLE_PENALTY)
BEFORE_THE_NOTICE = frozenset(
    {
        State.FILING,
        State.INVESTIGATING,
        State.CASE_REVIEW,
        State.NOTICE_DUE,
        State.NO_CASE,
        State.TRANSFERRED,
    }
)
"""States of a penalty case of which the party does not know yet."""


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
    }
    if caller.kind == PartyKind.SUPERVISOR:
        return frozenset({Role.APPEAL, Role.SUPERVISOR})
    return frozenset({single[PartyKind(caller.kind)]} if caller.kind in single else ())


def possible_roles(caller: Caller) -> frozenset[Role]:
    """Every role somebody like the caller can have in any matter."""
    if not caller.is_department:
        return frozenset({Role.CONCERNED})
    subjects = ("istation", "mstation", "vehicle")
    found = (_by_subject(caller, subject) for subject in subjects)
    return frozenset({Role.AUTHORITY}).union(*found)


def visible(caller: Caller) -> Q:
    """The matters a caller may see: a department its own, and of others' in its place. What concerns a vehicle's owner,
    or somebody in no register, is for environment, police and supervisor; a complaint is for the office that has it
    and for supervision, never for who pays rewards."""
    if not caller.is_department:
        return Q(party__code=caller.party_code) & ~Q(state__in=BEFORE_THE_NOTICE)
    seen = Q(place__startswith=place_prefix(caller.place))
    own = Q(office=caller.party_code)
    if caller.kind not in (PartyKind.ENVIRONMENT, PartyKind.POLICE, PartyKind.SUPERVISOR):
        seen &= own | ~Q(kind=Kind.SCRAPPAGE) & ~Q(kind__in=PENALTIES, party=None)
    if caller.kind == PartyKind.POLICE:
        seen &= own | Q(kind__in=(Kind.SCRAPPAGE, Kind.COMPLAINT))
    if is_payer(caller):
        return seen & ~Q(kind=Kind.COMPLAINT)
    if caller.kind != PartyKind.SUPERVISOR:
        seen &= own | ~Q(kind=Kind.COMPLAINT)
    return seen


def is_payer(caller: Caller) -> bool:
    """Whether the head of the party marked the person as one who pays rewards."""
    return bool(caller.user) and User.objects.filter(username=caller.user, pays_rewards=True).exists()


def roles_in(caller: Caller, row: Matter) -> frozenset[Role]:
    return roles_of(
        caller,
        place=row.place,
        subject=subject_of(Kind(row.kind), row.party),
        party_code=row.party.code if row.party else "",
        office=row.office,
    )
