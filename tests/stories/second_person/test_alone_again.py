"""Alone on duty a second time: what nobody confirmed is not done anew every day; what was confirmed, and another
object of another day, is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from imloop.facts.refusal import Conflict
from imloop.steps.desk.acts import lapse_proposals
from imloop.steps.lines.lock_line import NewOrder, order_line
from imloop.steps.outages.declare_outage import Declaration, declare
from imloop.steps.second_person.decide import reject, withdraw
from imloop.store.models import LineOrder, Proposal, User
from support.city import FAR, NEAR, City
from support.stories.second_person import ENV, MARKET, NOW, SUPERVISOR, WORDS, another, confirmed, order

NEXT = NOW + timedelta(days=1, hours=1)


def alone(city: City, now: datetime, name: str = "alone", where: tuple[str, str] = (NEAR, "01")) -> Proposal:
    User.objects.filter(party__code__in=(MARKET, SUPERVISOR)).update(is_active=False)
    who = replace(another(ENV, name), alone="周末值班，无人可以确认")
    wanted = NewOrder(kind="unlock", methods=[], until=now + timedelta(days=1), **WORDS)
    made = order_line(who, *where, wanted, now)
    assert isinstance(made, Proposal) and made.state == "in_force"
    return made


def refused(city: City, now: datetime, name: str = "alone") -> str:
    with pytest.raises(Conflict) as caught:
        alone(city, now, name)
    return caught.value.code


@pytest.mark.parametrize("how", ["rejected", "withdrawn", "lapsed", "waits"])
@pytest.mark.parametrize("name", ["alone", "colleague"])
def test_what_was_not_confirmed_is_not_done_alone_again(city: City, how: str, name: str) -> None:
    made = alone(city, NOW)
    if how == "rejected":
        reject(another(MARKET), made.pk, said="没有这回事", now=NOW + timedelta(hours=1))
    elif how == "withdrawn":
        withdraw(another(ENV), made.pk, said="不需要了", now=NOW + timedelta(hours=1))
    elif how == "lapsed":
        assert lapse_proposals(NEXT) == 1
    assert refused(city, NEXT, name) == "glass-broken-before"
    assert LineOrder.objects.count() == 1
    assert isinstance(order(city, NEXT, who=another(ENV, name), until=NEXT + timedelta(days=1)), Proposal)


def test_after_the_laws_days_it_may_be(city: City) -> None:
    alone(city, NOW)
    lapse_proposals(NEXT)
    assert refused(city, NOW + timedelta(days=29)) == "glass-broken-before"
    assert alone(city, NOW + timedelta(days=30, minutes=1))


def test_what_was_confirmed_bars_nothing(city: City) -> None:
    confirmed(alone(city, NOW), NOW + timedelta(hours=2))
    assert alone(city, NEXT)


def test_another_line_of_the_same_night_is_another_object(city: City) -> None:
    """Not once the first was taken back: then nobody else confirms what this person does."""
    alone(city, NOW)
    assert alone(city, NOW + timedelta(hours=1), where=(NEAR, "02"))
    lapse_proposals(NEXT + timedelta(hours=2))
    with pytest.raises(Conflict, match="glass-broken-before"):
        alone(city, NEXT + timedelta(hours=3), where=(FAR, "01"))
    assert alone(city, NEXT + timedelta(hours=3), "colleague", (FAR, "01"))


def test_an_outage_under_another_scope_is_the_same(city: City) -> None:
    User.objects.filter(party__code=SUPERVISOR).update(is_active=False)

    def declared(name: str, now: datetime, **said: object) -> object:
        what = Declaration(**{"scope": "platform", "cause": "机房断电", "starts_at": now, **said})  # type: ignore[arg-type]
        return declare(replace(another(ENV, name), alone="周末值班，无人可以确认"), what, now)

    made = declared("alone", NOW)
    assert isinstance(made, Proposal)
    lapse_proposals(NEXT)
    with pytest.raises(Conflict, match="glass-broken-before"):
        declared("colleague", NEXT, scope="stations", stations=(NEAR,))
