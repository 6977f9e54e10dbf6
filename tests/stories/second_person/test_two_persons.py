"""What frees or binds is proposed by one person and done when another confirms it: every kind, both ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Refusal, Unknown
from imloop.steps.cases.grant_exit import grant_exit
from imloop.steps.couriers.receivers import add_receiver
from imloop.steps.desk.acts import ACTS, lapse_proposals
from imloop.steps.desk.work_list import tasks
from imloop.steps.ground.access import SYSTEM, caller_for
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.steps.outages.paper_files import Photograph
from imloop.steps.second_person.decide import confirm, proposal, reject, withdraw
from imloop.steps.second_person.lookups import file_of, files_of
from imloop.store.models import (
    Case,
    JournalEntry,
    LineOrder,
    Matter,
    OutboxEntry,
    PaperUnlock,
    Party,
    Proposal,
    Receiver,
    User,
)
from support.city import LISTED, NEAR, City, at
from support.stories.second_person import (
    ENV,
    MARKET,
    NOW,
    STORIES,
    SUPERVISOR,
    TRANSPORT,
    annulment,
    another,
    confirmed,
    decision,
    entry,
    exit_,
    order,
    paper,
    price,
)
from support.stories.two_cities import PNG

every_kind = pytest.mark.parametrize("kind", STORIES)


def propose(city: City, kind: str) -> Proposal:
    made = STORIES[kind].propose(city, NOW)
    assert isinstance(made, Proposal) and made.kind == kind
    return made


def test_every_kind_has_a_story() -> None:
    assert {act.kind for act in ACTS} - STORIES.keys() == {"visit-officer"}, (
        "its story: test_visit_officers.py"
    )


@every_kind
def test_proposed_it_is_not_done_and_confirmed_it_is(city: City, kind: str) -> None:
    story, row = STORIES[kind], propose(city, kind)
    assert not story.done(), "one person alone does nothing"
    second = another(story.office)
    assert row.asked is not None and row.asked.code == story.office
    assert f"/proposals/{row.pk}" in {task.link for task in tasks(second, NOW)}
    assert OutboxEntry.objects.filter(receiver=story.office, topic="proposal").exists(), "told"

    confirm(second, row.pk, said="已核对原始材料", now=NOW + timedelta(hours=1))
    assert story.done()
    row.refresh_from_db()
    said = entry("proposal-confirmed")
    assert (row.state, row.decided_by) == ("confirmed", second.actor)
    assert said["proposed_by"] == row.proposed_by and said["actor"]["person"] == second.user
    assert unlike_the_journal() == []
    with pytest.raises(Conflict, match="decided-already"):
        confirm(second, row.pk, said="再确认一次", now=NOW)


@every_kind
@pytest.mark.parametrize("step", ["reject", "withdraw", "lapse"])
def test_not_confirmed_nothing_happens(city: City, kind: str, step: str) -> None:
    story, row = STORIES[kind], propose(city, kind)
    if step == "reject":
        reject(another(story.office), row.pk, said="与档案不符", now=NOW)
    elif step == "withdraw":
        withdraw(another(row.party.code, "colleague"), row.pk, said="填错了机构", now=NOW)  # type: ignore[union-attr]
    else:
        assert lapse_proposals(row.expires_at) == 0
        late = row.expires_at + timedelta(minutes=1)
        with pytest.raises(Conflict, match="proposal-lapsed"):
            confirm(another(story.office), row.pk, said="已核对材料", now=late)
        assert lapse_proposals(late) == 1
    assert not story.done()
    row.refresh_from_db()
    assert row.state in ("rejected", "withdrawn", "lapsed")
    assert unlike_the_journal() == []


@every_kind
def test_who_proposed_does_not_confirm(city: City, kind: str) -> None:
    row = propose(city, kind)
    assert row.party is not None
    username = row.proposed_by.partition("/")[2]
    for who in (replace(caller_for(row.party), user=username), replace(caller_for(row.party), user="")):
        with pytest.raises(NotAllowed):
            confirm(who, row.pk, said="我自己核对过", now=NOW)
    assert not STORIES[kind].done()


@pytest.mark.parametrize("alike", [{"natural_person": "h"}, {"email": "Li@X.cn"}, {"first_name": "李大勇"}])
def test_one_person_with_two_accounts_is_one_person(city: City, alike: dict[str, str]) -> None:
    row = propose(city, "exit")
    second = another(TRANSPORT)
    User.objects.filter(username__in=(row.proposed_by.partition("/")[2], second.user)).update(**alike)
    with pytest.raises(NotAllowed, match="second-person-needed"):
        confirm(second, row.pk, said="已核对材料", now=NOW)


def test_namesakes_with_cards_of_their_own_are_two(city: City) -> None:
    row = propose(city, "exit")
    second = another(TRANSPORT)
    first = row.proposed_by.partition("/")[2]
    User.objects.filter(username=first).update(first_name="王伟", natural_person="a")
    User.objects.filter(username=second.user).update(first_name="王伟", natural_person="b")
    assert confirm(second, row.pk, said="已核对材料", now=NOW).state == "confirmed"


def test_who_ordered_the_lock_does_not_confirm_the_unlock(city: City) -> None:
    locker = another(MARKET, "locker")
    line = Party.objects.get(code=NEAR).lines.get(code="01")
    LineOrder.objects.create(
        line=line, kind="lock", approver=locker.actor, since=NOW, until=NOW + timedelta(days=9)
    )
    made = order(city, NOW)
    assert isinstance(made, Proposal)
    with pytest.raises(NotAllowed, match="acted-before"):
        confirm(locker, made.pk, said="已核对材料", now=NOW)
    confirm(another(MARKET), made.pk, said="已核对材料", now=NOW)


def test_who_opened_the_case_does_not_confirm_its_decision(city: City) -> None:
    made = decision(city, NOW)
    assert isinstance(made, Proposal)
    with pytest.raises(NotAllowed, match="acted-before"):
        confirm(another(ENV, "opener"), made.pk, said="已核对材料", now=NOW)
    confirm(another(ENV), made.pk, said="已核对材料", now=NOW)
    event = Matter.objects.get().events.get(kind="decide")
    assert event.actor == made.proposed_by, "it stays the step of whoever decided"
    assert entry("matter-step")["proposed_by"] == made.proposed_by


def test_who_declared_the_outage_does_not_unlock_in_it(city: City) -> None:
    with pytest.raises(NotAllowed, match="declared-it"):
        paper(city, NOW, city.callers[ENV])


def test_the_second_person_sees_the_photograph_and_the_unlock_keeps_it(city: City) -> None:
    row = paper(city, NOW, files=[Photograph("settlement", "a.png", PNG)])
    assert isinstance(row, Proposal)
    (kept,) = files_of(row)
    assert bytes(file_of(another(TRANSPORT), row.pk, kept.sha256, NOW).body) == PNG
    assert entry("looked-up")["sha256"] == kept.sha256
    confirmed(row, NOW)
    assert [file.sha256 for file in PaperUnlock.objects.get().files.all()] == [kept.sha256]


def test_it_is_judged_by_the_facts_of_that_moment(city: City) -> None:
    row = propose(city, "exit")
    confirmed(annulment(city, NOW), NOW)
    with pytest.raises(Refusal):
        confirm(another(TRANSPORT), row.pk, said="已核对材料", now=NOW)
    row.refresh_from_db()
    assert row.state == "waiting"
    reject(another(TRANSPORT), row.pk, said="案件已撤销", now=NOW)


def test_who_left_proposes_nothing_any_more(city: City) -> None:
    row = propose(city, "exit")
    User.objects.filter(username=row.proposed_by.partition("/")[2]).update(is_active=False)
    with pytest.raises(Conflict, match="proposer-left"):
        confirm(another(TRANSPORT), row.pk, said="已核对材料", now=NOW)


def test_what_could_not_be_done_is_refused_at_once(city: City) -> None:
    confirmed(annulment(city, NOW), NOW)
    entries = JournalEntry.objects.count()
    with pytest.raises(Refusal):
        exit_(city, NOW)  # of a case that is no more
    assert Proposal.objects.count() == 1 and JournalEntry.objects.count() == entries


def test_the_same_is_not_proposed_twice(city: City) -> None:
    propose(city, "exit")
    with pytest.raises(Conflict, match="proposed-already"):
        exit_(city, NOW)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda c: exit_(c, NOW, reason="。"), "reason"),
        (lambda c: exit_(c, NOW, reason="。。。。。。。。"), "reason"),
        (lambda c: exit_(c, NOW, reason="好好好好好好好好"), "reason"),
        (lambda c: exit_(c, NOW, evidence="x"), "evidence"),
        (lambda c: exit_(c, NOW, expires_on=date(9999, 12, 31)), "expires_on"),
        (lambda c: order(c, NOW, until=at("2099-01-01 00:00")), "until"),
        (lambda c: order(c, NOW, reason="."), "reason"),
        (lambda c: price(c, NOW, since=date(2026, 1, 2)), "since"),
        (lambda c: price(c, NOW, cite="文"), "cite"),
    ],
)
def test_dots_far_days_and_last_years_prices_are_refused(
    city: City, make: Callable[[City], object], field: str
) -> None:
    with pytest.raises(Malformed) as caught:
        make(city)
    assert [problem.path for problem in caught.value.problems] == [f"$.{field}"]
    assert caught.value.cite or field == "since", "with the clause"
    assert not Proposal.objects.exists()


def test_what_is_set_up_on_the_server_waits_for_the_departments_head(city: City) -> None:
    said = {"name": "省厅", "way": "folder", "address": "/srv/out", "topics": [], "now": NOW}
    made = add_receiver(SYSTEM, code="out", party=ENV, **said)
    assert isinstance(made, Proposal) and made.party is None and not Receiver.objects.exists()
    with pytest.raises(NotAllowed, match="heads-only"):
        confirm(another(ENV, "clerk", head=False), made.pk, said="已核对地址", now=NOW)
    confirm(another(ENV, "head"), made.pk, said="已核对地址", now=NOW)
    assert Receiver.objects.get().party.code == ENV and unlike_the_journal() == []
    assert isinstance(add_receiver(SYSTEM, code="own", party=NEAR, **said), Receiver), "a station's own"


def test_earlier_days_stay_as_they_were(city: City) -> None:
    case: str = city.test("2026-11-02 09:00", co=0.9).body["case"]
    way = {
        "kind": "other",
        "to_station": "",
        "reason": "x",
        "evidence": "x",
        "expires_on": date(2026, 12, 31),
    }
    assert isinstance(grant_exit(city.callers[ENV], case, now=at("2026-11-03 09:00"), **way), Case)


def test_others_do_not_see_it(city: City) -> None:
    row = propose(city, "price")
    for code in (TRANSPORT, NEAR, LISTED):
        with pytest.raises(Unknown):
            proposal(city.callers[code], row.pk)
    assert proposal(city.callers[SUPERVISOR], row.pk) == row
