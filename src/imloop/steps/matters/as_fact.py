"""A matter's row as the table sees it, and back: state, clocks, requirements and what was said so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import msgspec

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.matters import By, Kind, Matter, State, Step
from imloop.matters.clocks import Clock
from imloop.matters.matter import Act, Exhibit, Holder, Requirement
from imloop.steps.ground.access import OFFICES, Caller, covers
from imloop.steps.ground.actor import Actor
from imloop.steps.matters.roles import subject_of
from imloop.steps.second_person.who_may import accounts_alike
from imloop.store.models import Evidence, MatterEvent, Party, PartyKind, User
from imloop.store.models import Matter as Row


def as_fact(row: Row) -> Matter:
    """As far as the row itself tells: enough for lists."""
    return Matter(
        Kind(row.kind),
        subject_of(Kind(row.kind), row.party),
        State(row.state),
        msgspec.convert(row.data.get("clocks", []), tuple[Clock, ...]),
        row.data.get("facts", {}),
        msgspec.convert(row.data.get("requirements", []), tuple[Requirement, ...]),
    )


def whole(row: Row) -> Matter:
    """With the steps so far and whether something of it is published: what conditions ask."""
    acts = tuple(_act(event) for event in row.events.order_by("number"))
    shown = row.publications.filter(withdrawn_at__isnull=True).exists()
    fact = replace(as_fact(row), acts=acts, published=shown)
    if not fact.kind.is_penalty:
        return fact
    return replace(fact, holder=holder_of(row), exhibits=exhibits_of(row))


def _act(event: MatterEvent) -> Act:
    who = Actor.read(event.actor)
    return Act(Step(event.kind), who.person, who.party, day_of(event.at), event.data)


def put(row: Row, matter: Matter) -> None:
    """Write the fact into the row, which is not saved yet."""
    row.state = matter.state
    row.due_on = matter.due_on
    row.data["facts"] = plain(matter.facts)
    row.data["clocks"] = msgspec.to_builtins(matter.clocks)
    row.data["requirements"] = msgspec.to_builtins(matter.requirements)


def plain(values: Mapping[str, object]) -> dict[str, object]:
    """As JSON keeps them: days as words."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}


def by_of(caller: Caller, place: str) -> By:
    """The person who acts, and whom the department can name: its own people, and other departments of the place."""
    if not caller.is_department:
        return By(caller.user)
    everybody = list(User.objects.filter(party__code=caller.party_code).order_by("username"))
    offices = Party.objects.filter(kind__in=(*OFFICES,)).exclude(kind=PartyKind.ADMIN)
    return By(
        caller.user,
        tuple(
            (user.username, _named(user.first_name or user.username)) for user in everybody if user.is_active
        ),
        tuple(
            (office.code, _named(office.name))
            for office in offices.exclude(code=caller.party_code).order_by("code")
            if covers(office.place, place)
        ),
        accounts_alike(everybody),
    )


def _named(name: str) -> Text:
    return Text(name, name)


FIRST_FILE = 501


def exhibits_of(row: Row) -> tuple[Exhibit, ...]:
    """Everything in the file: what was named has the numbers from 1 on, in the order in which it was added, files have
    those from 501 on; a number stays with its piece, as the facts of a penalty case name them. A test or repair
    concerns the station that sent it, anything else the party."""
    return tuple(_numbered(row)) + tuple(
        Exhibit(number, file.name, "", file.sha256, day_of(file.uploaded_at))
        for number, file in enumerate(row.attachments.order_by("id").defer("body"), FIRST_FILE)
    )


def _numbered(row: Row) -> Iterator[Exhibit]:
    found = list(row.evidence.order_by("id"))
    codes = {each.reference.partition("/")[0] for each in found if each.kind in _BY_STATION}
    names = dict(Party.objects.filter(code__in=codes).values_list("code", "name"))
    for number, each in enumerate(found, 1):
        about = names.get(each.reference.partition("/")[0], "") if each.kind in _BY_STATION else ""
        called = f"{each.reference} {each.words}".strip()
        yield Exhibit(number, called, about, each.sha256, day_of(each.added_at))


_BY_STATION = (Evidence.Kind.TEST, Evidence.Kind.REPAIR)


def holder_of(row: Row) -> Holder:
    office = Party.objects.filter(code=row.office).first() if row.office else None
    party = row.party.name if row.party else ""
    return Holder(office.kind, office.place, party) if office else Holder(party=party)
