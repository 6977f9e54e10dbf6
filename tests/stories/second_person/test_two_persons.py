"""What frees or binds is proposed by one person and done when another confirms it: every kind, both ways."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Refusal, Unknown, Unlawful
from imloop.steps.accounts import second_factor
from imloop.steps.accounts.staffing import reset_second_factor
from imloop.steps.cases.grant_exit import annul_case, grant_exit
from imloop.steps.couriers.receivers import add_receiver
from imloop.steps.desk.acts import ACTS, lapse_proposals
from imloop.steps.desk.work_list import tasks
from imloop.steps.ground.access import Caller, caller_for
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.steps.lines.lock_line import NewOrder, order_line
from imloop.steps.outages.declare_outage import Declaration, declare
from imloop.steps.outages.unlock_by_operator import PaperSeen, unlock_by_operator
from imloop.steps.prices.publish_price import NewPrice, set_price
from imloop.steps.second_person.decide import confirm, proposal, reject, withdraw
from imloop.store.models import (
    Case,
    Fee,
    JournalEntry,
    LineOrder,
    Outage,
    OutboxEntry,
    PaperUnlock,
    Party,
    PartyKind,
    Proposal,
    Receiver,
    SecondFactor,
    User,
)
from support.city import FAR, LISTED, NEAR, PLACE, City, at
from support.messages.uploads import PLATE
from support.stories.second_person import another, confirmed

ENV, TRANSPORT, MARKET, SUPERVISOR, ADMIN = (
    f"{PLACE}-{kind}" for kind in ("environment", "transport", "market", "supervisor", "admin")
)
NOW = at("2026-12-02 10:00")
WORDS = {"reason": "原站停业，已实地核实", "evidence": "柳环函〔2026〕12号"}


@dataclass(frozen=True)
class Story:
    """``propose`` is told who and when; ``done`` says whether it has happened; ``office``: who confirms."""

    propose: Callable[[City, datetime], object]
    done: Callable[[], bool]
    office: str


def failed(city: City) -> str:
    case: str = city.test("2026-12-01 09:00", co=0.9).body["case"]
    return case


def exit_(city: City, now: datetime, **change: Any) -> object:
    case = Case.objects.first() or Case.objects.get(case_no=failed(city))
    said = {"kind": "no-line", "to_station": FAR, "expires_on": date(2026, 12, 20), **WORDS, **change}
    return grant_exit(city.callers[ENV], case.case_no, now=now, **said)


def annulment(city: City, now: datetime) -> object:
    case = Case.objects.first() or Case.objects.get(case_no=failed(city))
    return annul_case(city.callers[ENV], case.case_no, now=now, **WORDS)


def order(
    city: City, now: datetime, kind: str = "unlock", who: Caller | None = None, **change: Any
) -> object:
    wanted = NewOrder(
        **{"kind": kind, "methods": ["ASM"], "until": NOW + timedelta(days=3), **WORDS, **change}
    )
    return order_line(who or city.callers[ENV], NEAR, "01", wanted, now)


def outage(city: City, now: datetime, who: Caller | None = None) -> object:
    said = Declaration(scope="platform", cause="机房断电，平台停止服务", starts_at=NOW)
    return declare(who or city.callers[ENV], said, now)


def paper(city: City, now: datetime, who: Caller | None = None) -> object:
    if not Outage.objects.exists():
        failed(city)
        declarer = another(ADMIN, "declarer") if Party.objects.filter(code=ADMIN) else city.callers[ENV]
        confirmed(outage(city, NOW, declarer), NOW)
    seen = PaperSeen(station=NEAR, shop=LISTED, plate=PLATE, settlement_no="J1", reason="电话核对结算清单")
    return unlock_by_operator(who or another(ENV, "operator"), seen, now)


def price(city: City, now: datetime, **change: Any) -> object:
    said = {"place": PLACE, "method": "ASM", "yuan": Decimal("90"), "since": date(2026, 12, 2)}
    wanted = NewPrice(**{**said, "cite": "柳价费〔2026〕8号", **change})
    return set_price(city.callers[MARKET], wanted, now)


def administrator() -> Caller:
    Party.objects.get_or_create(
        code=ADMIN, defaults={"kind": PartyKind.ADMIN, "name": "admin", "place": PLACE}
    )
    return another(ADMIN, "administrator")


def factor(city: City, now: datetime) -> object:
    who = administrator()
    user = User.objects.get(username=another(ENV, "loser").user)
    second_factor.begin(user)
    return reset_second_factor(who, "loser", reason="手机丢失，当面核对", now=now)


def courier(city: City, now: datetime) -> object:
    said = {"code": "out", "name": "省厅", "way": "http", "address": "https://example.gov.cn/in"}
    return add_receiver(administrator(), party=ENV, topics=[], now=now, **said)


STORIES = {
    "exit": Story(exit_, lambda: bool(Case.objects.get().snapshot["exits"]), TRANSPORT),
    "annulment": Story(annulment, lambda: Case.objects.get().state == "annulled", SUPERVISOR),
    "line-lock": Story(lambda c, n: order(c, n, "lock"), LineOrder.objects.exists, MARKET),
    "line-unlock": Story(order, LineOrder.objects.exists, MARKET),
    "outage": Story(outage, Outage.objects.exists, SUPERVISOR),
    "paper-unlock": Story(paper, PaperUnlock.objects.exists, TRANSPORT),
    "price": Story(price, Fee.objects.exists, MARKET),
    "second-factor": Story(factor, lambda: not SecondFactor.objects.exists(), ENV),
    "courier": Story(courier, Receiver.objects.exists, ENV),
}
every_kind = pytest.mark.parametrize("kind", STORIES)


def entry(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(JournalEntry.objects.filter(kind=kind).latest("number").body)
    return found


def propose(city: City, kind: str) -> Proposal:
    made = STORIES[kind].propose(city, NOW)
    assert isinstance(made, Proposal) and made.kind == kind
    return made


def test_every_kind_has_a_story() -> None:
    assert {act.kind for act in ACTS} - STORIES.keys() == {"draw-void"}, "its story is that of a draw"


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


def test_who_declared_the_outage_does_not_unlock_in_it(city: City) -> None:
    with pytest.raises(NotAllowed, match="declared-it"):
        paper(city, NOW, city.callers[ENV])


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


# Nobody there who could confirm.

GLASS = {
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
        from imloop.store.models import Finding

        assert Finding.objects.get(code="unlock-unconfirmed").subject == row.done["no"]
    elif kind == "outage":
        assert Outage.objects.get().ends_at == later
    else:
        assert LineOrder.objects.get().until == later
    assert unlike_the_journal() == []


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
