"""Who may confirm: another person, of the office that the law names, who has not acted on the object before."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller, caller_of, covers, place_prefix
from imloop.steps.ground.actor import Actor
from imloop.steps.second_person.kinds import act_of, acts
from imloop.steps.second_person.rules import OWN
from imloop.store.models import Party, PartyKind, Proposal, User

_OF_ANY_PLACE = Q(party=None, asked=None, vehicle__isnull=False)
"""What the operator loads of vehicles, which have none."""


def of_the_office(caller: Caller, row: Proposal) -> bool:
    """Of the party that is asked, or of any of that kind in charge of the place; of what is of
    no place, any of that kind."""
    if row.needs == OWN:
        return row.asked is not None and caller.party_code == row.asked.code
    if _of_any_place(row):
        return caller.kind == row.needs
    return caller.kind == row.needs and covers(caller.place, row.place)


def asked_of(caller: Caller) -> Q:
    """The same as a filter."""
    here = Q(place__startswith=place_prefix(caller.place)) | _OF_ANY_PLACE
    return Q(needs=OWN, asked__code=caller.party_code) | (Q(needs=caller.kind) & here)


def require_second_person(caller: Caller, row: Proposal) -> None:
    """Refuse who proposed it (under another name, too), and who acted on the object before."""
    if not of_the_office(caller, row):
        raise NotAllowed(
            "not-yours-to-confirm",
            Text("由另一部门的人员确认。", "People of another office confirm this."),
        )
    people = set(caller.who.people)
    if act_of(row.kind).head and not User.objects.filter(username=caller.user, is_head=True).exists():
        raise NotAllowed("heads-only", Text("由该单位负责人确认。", "The head of that party confirms this."))
    only = act_of(row.kind).only
    if only is not None and only(row) != caller.user:
        raise NotAllowed("not-yours-to-confirm", Text("由本人确认。", "Only the person named confirms this."))
    if not people or people & _people([row.proposed_by]) or _same_person(people, row):
        raise NotAllowed(
            "second-person-needed",
            Text(
                "须由提出人以外的另一人确认；同一人的另一个账号也不行。",
                "Another person must confirm it: not who proposed it, under no other account of theirs either.",
            ),
        )
    acted = _people(act_of(row.kind).before(row))
    if people & acted or _are_alike(people, acted):
        raise NotAllowed(
            "acted-before",
            Text(
                "您此前办理过这一对象的事项（如下令锁定、核实线索、宣布故障），须由另一人确认。",
                "You acted on this object before (ordered the lock, resolved its findings, declared the outage): "
                "another person must confirm it.",
            ),
        )


def may_confirm(caller: Caller, row: Proposal) -> bool:
    """For the page: whether the buttons are there."""
    if row.state not in Proposal.OPEN or not of_the_office(caller, row):
        return False
    try:
        require_second_person(caller, row)
    except NotAllowed:
        return False
    return True


def to_confirm(caller: Caller, rows: Iterable[Proposal]) -> list[Proposal]:
    """Those that the caller may confirm; of a list one row speaks for all."""
    of_list: dict[str, bool] = {}
    found = []
    for row in rows:
        known = of_list.get(row.batch) if row.batch else None
        may = may_confirm(caller, row) if known is None else known
        of_list[row.batch] = may
        if may:
            found.append(row)
    return found


def those_who_may(row: Proposal) -> list[User]:
    """Active people who could confirm it now."""
    act = act_of(row.kind)
    users = _of_office(row).filter(is_active=True).select_related("party")
    users = users.filter(is_head=True) if act.head else users
    if act.only is not None:
        users = users.filter(username=act.only(row))
    barred = _people([row.proposed_by, *act.before(row)])
    theirs = list(User.objects.filter(username__in=barred))
    return [
        user
        for user in users
        if user.username not in barred
        and not any(alike(user, other) for other in theirs)
        and act.seen(caller_of(user))
    ]


def is_empty(needs: str, caller: Caller, owner: Party | None = None) -> bool:
    """Whether nobody but the caller is active in the office that confirms what they would propose."""
    party = owner or Party.objects.filter(code=caller.party_code).first()
    there = _of_office(Proposal(needs=needs, place=caller.place, asked=party)).filter(is_active=True)
    return not there.exclude(username__in=caller.who.people).exists()


def _of_office(row: Proposal) -> QuerySet[User]:
    if row.needs == OWN:
        return User.objects.filter(party=row.asked)
    kind = Party.objects.filter(kind=row.needs)
    parties = [party.pk for party in kind if _of_any_place(row) or covers(party.place, row.place)]
    return User.objects.filter(party__in=parties)


def _of_any_place(row: Proposal) -> bool:
    return row.party_id is None and row.asked_id is None and row.vehicle_id is not None


def _people(lines: Iterable[str]) -> set[str]:
    return {name for line in lines for name in Actor.read(line).people}


def _same_person(people: set[str], row: Proposal) -> bool:
    """Whether one of them is who proposed it."""
    return _are_alike(people, _people([row.proposed_by]))


def _are_alike(people: set[str], others: set[str]) -> bool:
    """As far as accounts tell: the same identity card, address or user name but for its case; the same name where one
    of the two has shown no card."""
    if not others:
        return False
    known = list(User.objects.filter(username__in=people | others))
    mine = [user for user in known if user.username in people]
    return any(alike(one, other) for one in mine for other in known if other.username in others)


def accounts_alike(people: Iterable[User]) -> dict[str, frozenset[str]]:
    """Each account with the others of the same natural person; those that have none are left out."""
    known = list(people)
    found = {
        one.username: frozenset(other.username for other in known if other.pk != one.pk and alike(one, other))
        for one in known
    }
    return {name: others for name, others in found.items() if others}


def alike(one: User, other: User) -> bool:
    if one.natural_person and other.natural_person:
        return one.natural_person == other.natural_person
    same_mail = one.email != "" and one.email.casefold() == other.email.casefold()
    same_name = one.first_name != "" and one.first_name == other.first_name
    return same_mail or same_name or one.username.casefold() == other.username.casefold()


def seen_by(caller: Caller) -> Q:
    """A party's own proposals, those that its people may confirm, and for the supervisor all of the place."""
    hidden = [act.kind for act in acts() if not act.seen(caller)]
    return _of_party(caller) & ~Q(kind__in=hidden) if hidden else _of_party(caller)


def _of_party(caller: Caller) -> Q:
    here = Q(place__startswith=place_prefix(caller.place)) | _OF_ANY_PLACE
    if caller.kind in (PartyKind.SUPERVISOR, PartyKind.ADMIN):
        return here
    mine = Q(party__code=caller.party_code) | Q(asked__code=caller.party_code)
    return mine | (here & Q(needs=caller.kind)) if caller.is_department else mine


def sees_proposal(caller: Caller, row: Proposal) -> bool:
    return Proposal.objects.filter(seen_by(caller), pk=row.pk).exists()
