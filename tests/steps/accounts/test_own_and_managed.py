"""What the account pages list is one's own, or what one manages."""

from __future__ import annotations

from datetime import timedelta

from imloop.facts.days import day_of
from imloop.steps.accounts import lookups, staffing
from imloop.steps.accounts.create_user import create_user
from imloop.steps.couriers.lookups import senders
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller, caller_of
from imloop.store.models import Party, PartyKind, User
from support.city import LISTED, NEAR, PLACE, City


def person(name: str, party: str, *, is_head: bool = False) -> User:
    owner = Party.objects.get(code=party)
    return create_user(name, "a-long-password", owner, clock.now(), is_head=is_head)


def test_invitations_are_for_who_manages_the_party(city: City) -> None:
    now = clock.now()
    head, clerk, elsewhere = (
        caller_of(person("head", NEAR, is_head=True)),
        caller_of(person("clerk", NEAR)),
        caller_of(person("other", LISTED, is_head=True)),
    )
    staffing.invite(head, NEAR, name="覃小勇", as_head=False, now=now)
    assert [row.name for row in lookups.invitations(head, NEAR, now)] == ["覃小勇"]
    assert list(lookups.invitations(clerk, NEAR, now)) == []
    assert list(lookups.invitations(elsewhere, NEAR, now)) == []
    assert list(lookups.invitations(head, NEAR, now + timedelta(days=8))) == [], "seven days long"


def test_only_an_administrator_chooses_among_parties(city: City) -> None:
    admin = Caller(f"{PLACE}-admin", PartyKind.ADMIN, "admin", PLACE)
    head = caller_of(person("head", NEAR, is_head=True))
    assert {NEAR, LISTED} <= {row.code for row in lookups.parties(admin)}
    assert f"{PLACE}-environment" in {row.code for row in senders(admin)}
    assert NEAR not in {row.code for row in senders(admin)}
    assert list(lookups.parties(head)) == list(senders(head)) == []


def test_a_lent_right_is_seen_from_both_ends_while_it_lasts(city: City) -> None:
    now = clock.now()
    giver, taker = person("head", NEAR, is_head=True), person("clerk", NEAR)
    person("other", LISTED)
    assert list(lookups.colleagues(giver)) == [taker]
    until = day_of(now) + timedelta(days=3)
    staffing.delegate(caller_of(giver), "clerk", until=until, reason="出差", now=now)
    assert [row.taker for row in lookups.lent_by(giver, day_of(now))] == [taker]
    assert [row.giver for row in lookups.lent_to(taker, day_of(now))] == [giver]
    assert list(lookups.lent_by(giver, until)) == list(lookups.lent_to(giver, day_of(now))) == []
