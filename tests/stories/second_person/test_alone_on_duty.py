"""Alone on duty: it takes effect where nobody is there who could confirm it, is told, and is taken back unless it is
confirmed within a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from imloop.facts.refusal import Conflict, Malformed, Unlawful
from imloop.steps.accounts import second_factor
from imloop.steps.accounts.staffing import reset_second_factor
from imloop.steps.cases.grant_exit import annul_case
from imloop.steps.cases.objections import raise_objection
from imloop.steps.desk.acts import lapse_proposals
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.steps.second_person.decide import reject
from imloop.store.models import Case, Finding, LineOrder, Outage, OutboxEntry, Proposal, SecondFactor, User
from support.city import FAR, City
from support.stories.second_person import (
    ADMIN,
    ENV,
    MARKET,
    NOW,
    STORIES,
    SUPERVISOR,
    TRANSPORT,
    WORDS,
    administrator,
    another,
    confirmed,
    entry,
    exit_,
    failed,
    order,
    outage,
    paper,
)

GLASS = {
    "exit": (exit_, TRANSPORT),
    "line-unlock": (order, MARKET),
    "line-lock": (lambda c, n, who=None: order(c, n, "lock", who), MARKET),
    "outage": (outage, SUPERVISOR),
    "paper-unlock": (paper, TRANSPORT),
}


def broken(city: City, kind: str) -> Proposal:
    make, office = GLASS[kind]
    if kind == "paper-unlock":
        failed(city)
        administrator()
        confirmed(outage(city, NOW, another(ADMIN, "declarer")), NOW)
    User.objects.filter(party__code=office).update(is_active=False)
    who = replace(another(ENV, "alone"), alone="周末值班，无人可以确认")
    made = make(city, NOW, who=who)  # type: ignore[operator]
    assert isinstance(made, Proposal) and made.state == "in_force"
    return made


@pytest.mark.parametrize("kind", GLASS)
def test_alone_on_duty_it_takes_effect_and_is_told(city: City, kind: str) -> None:
    row = broken(city, kind)
    assert STORIES[kind].done()
    assert row.expires_at == NOW + timedelta(hours=24)
    told = set(
        OutboxEntry.objects.filter(topic="proposal", subject=row.subject).values_list("receiver", flat=True)
    )
    assert {GLASS[kind][1], ENV, SUPERVISOR} <= told
    assert entry("broke-glass")["alone"] == "周末值班，无人可以确认"
    confirmed(row, NOW + timedelta(hours=3))
    assert STORIES[kind].done() and unlike_the_journal() == []


@pytest.mark.parametrize("kind", GLASS)
@pytest.mark.parametrize("how", ["reject", "lapse"])
def test_not_confirmed_it_is_taken_back(city: City, kind: str, how: str) -> None:
    row = broken(city, kind)
    later = NOW + timedelta(hours=25 if how == "lapse" else 1)
    if how == "reject":
        reject(another(GLASS[kind][1]), row.pk, said="没有这回事", now=later)
    else:
        assert lapse_proposals(later) == 1
    row.refresh_from_db()
    assert row.state in ("rejected", "lapsed")
    if kind == "paper-unlock":
        assert Finding.objects.get(code="unlock-unconfirmed").subject == row.done["no"]
    elif kind == "exit":
        (way_out,) = Case.objects.get().snapshot["exits"]
        assert datetime.fromisoformat(way_out["ended_at"]) == later and "stays" not in row.done
    elif kind == "outage":
        assert Outage.objects.get().ends_at == later
    else:
        assert LineOrder.objects.get().until == later
    assert unlike_the_journal() == []


def test_a_retest_that_rested_on_an_exit_stays_when_it_is_taken_back(city: City) -> None:
    row = broken(city, "exit")
    case = Case.objects.get()
    city.repair("2026-12-02 14:00", case_no=case.case_no)
    city.test("2026-12-02 15:00", station=FAR)
    reject(another(TRANSPORT), row.pk, said="没有这回事", now=NOW + timedelta(hours=20))
    case.refresh_from_db()
    row.refresh_from_db()
    assert case.state == "closed" and row.done["stays"], "measured is measured; the journal says why it stays"
    assert entry("proposal-rejected")["done"]["stays"] == row.done["stays"] and unlike_the_journal() == []


def test_an_exit_that_was_taken_back_opens_no_other_station(city: City) -> None:
    row = broken(city, "exit")
    case = Case.objects.get()
    city.repair("2026-12-02 14:00", case_no=case.case_no)
    assert lapse_proposals(NOW + timedelta(hours=25)) == 1
    with pytest.raises(Unlawful, match="not-this-station"):
        city.test("2026-12-03 15:00", station=FAR)
    # Nor what says only now that it was measured while the exit held: what had come by then stands (above).
    with pytest.raises(Unlawful, match="not-this-station"):
        city.test("2026-12-03 10:55", station=FAR, test_no="EARLIER", now=NOW + timedelta(hours=26))
    city.test("2026-12-03 16:00")
    case.refresh_from_db()
    assert (row.kind, case.state) == ("exit", "closed")


def test_the_objection_that_an_exit_answered_waits_again(city: City) -> None:
    case = Case.objects.get(case_no=failed(city))
    raise_objection(case.owner_token, ground="instrument", words="检测前没有预热，请核查", now=NOW)
    User.objects.filter(party__code=TRANSPORT).update(is_active=False)
    who = replace(another(ENV, "alone"), alone="周末值班，无人可以确认")
    exit_(city, NOW, who, kind="objection")
    case.refresh_from_db()
    assert case.objected_at is None
    assert lapse_proposals(NOW + timedelta(hours=25)) == 1
    case.refresh_from_db()
    assert case.objected_at == NOW and unlike_the_journal() == []


def test_the_glass_is_not_broken_where_somebody_is_there(city: City) -> None:
    who = replace(another(ENV, "alone"), alone="周末值班，无人可以确认")
    with pytest.raises(Conflict, match="second-person-there"):
        order(city, NOW, who=who)
    User.objects.filter(party__code=MARKET).update(is_active=False)
    with pytest.raises(Malformed):
        order(city, NOW, who=replace(who, alone="."))
    assert not LineOrder.objects.exists()


def test_what_cannot_be_taken_back_waits(city: City) -> None:
    User.objects.filter(party__code=SUPERVISOR).update(is_active=False)
    case = failed(city)
    who = replace(city.callers[ENV], alone="周末值班，无人可以确认")
    with pytest.raises(Unlawful, match="no-break-glass"):
        annul_case(who, case, now=NOW, **WORDS)


def test_a_reset_that_nobody_confirms_closes_the_account(city: City) -> None:
    """The only person of a department lost the phone: the reset works at once, and is a stranger's until confirmed."""
    administrator()
    User.objects.filter(party__code=ENV).update(is_active=False)
    loser = User.objects.get(username=another(ENV, "loser").user)
    second_factor.begin(loser)
    who = replace(another(ADMIN, "administrator"), alone="该部门只有一人，手机丢失")
    made = reset_second_factor(who, "loser", reason="手机丢失，当面核对", now=NOW)
    assert isinstance(made, Proposal) and made.state == "in_force" and not SecondFactor.objects.exists()
    assert lapse_proposals(NOW + timedelta(hours=25)) == 1
    loser.refresh_from_db()
    assert not loser.is_active and unlike_the_journal() == []
