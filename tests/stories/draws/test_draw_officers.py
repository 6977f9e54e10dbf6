"""Officers of a drawn visit are accounts: each says by their own log-in that they were there, and nobody picks them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from imloop.proof.check_draw import check
from imloop.proof.journal import published_in
from imloop.steps.accounts.create_user import create_user
from imloop.steps.desk.acts import lapse_proposals
from imloop.steps.desk.work_list import tasks
from imloop.steps.journal.seals import seal
from imloop.store.models import Draw, DrawOfficer, DrawVisit, JournalEntry, OutboxEntry, Party, Proposal, User
from support.city import FAR, NEAR, at
from support.doors import Doors
from support.stories.draw_story import ENVIRONMENT, MARKET, DrawStory
from support.stories.drawn_officers import NAMES, PEOPLE, OfficersStory, caller, plan_of_december

NOW = at("2026-12-15 10:00")


@pytest.fixture
def story(doors: Doors) -> OfficersStory:
    return OfficersStory(doors)


def rows_of(name: str, when: str = "2026-12-15 11:00") -> list[str]:
    """What of visits waits for the person, by its words."""
    mine = [task for task in tasks(caller(name), at(when)) if task.waits_for == name]
    return [task.what.en for task in mine if task.kind in ("draw", "proposal")]


def of_department(code: str, story: OfficersStory, visit: DrawVisit) -> str:
    return next(name for name in story.team(visit) if name in PEOPLE[code])


def test_two_officers_confirm_and_one_of_them_records(story: OfficersStory) -> None:
    visit = story.at_the_door()
    lead, member = story.team(visit)
    assert {lead in PEOPLE[ENVIRONMENT], member in PEOPLE[ENVIRONMENT]} == {True, False}, "of two departments"
    assert any("you are drawn" in row for row in rows_of(lead)) and any(
        "you are drawn" in row for row in rows_of(member)
    )
    began = story.visit(visit, "begin", by=lead)
    assert "looked_at" in began
    early = story.result(visit, by=lead, expect=409)
    assert early["code"] == "officers-unconfirmed" and NAMES[member] in str(early)
    assert any("confirm having been on the site" in row for row in rows_of(member))
    story.visit(visit, "confirm", by=member)
    assert any("record the result" in row for row in rows_of(member))
    outsider = next(name for name in PEOPLE[ENVIRONMENT] if name not in (lead, member))
    assert not any("record the result" in task.what.en for task in tasks(caller(outsider), NOW)), (
        "a colleague's task"
    )
    story.result(visit, by=member)
    visit.refresh_from_db()
    assert visit.recorded_by.startswith(f"{visit.member.partition('/')[0]}/{member}")
    kinds = set(JournalEntry.objects.values_list("kind", flat=True))
    assert {"draw-visit-begun", "proposed", "proposal-confirmed", "draw-visit-recorded"} <= kinds


def test_nobody_but_those_drawn_takes_part(story: OfficersStory) -> None:
    """Not who prepared, fixed or revealed; not a colleague; not somebody who says that they were there."""
    visit = story.at_the_door()
    lead, member = story.team(visit)
    outsider = next(name for name in PEOPLE[ENVIRONMENT] if name not in (lead, member))
    for by in (ENVIRONMENT, MARKET, outsider):
        refused = story.visit(visit, "begin", by=by, expect=403)
        assert refused["code"] == "not-an-officer" and NAMES[lead] in str(refused)
    story.visit(visit, "begin", by=lead)
    assert story.visit(visit, "confirm", by=outsider, expect=409)["code"] == "not-asked"
    asked = Proposal.objects.get(kind="visit-officer")
    own_word = {"step": "confirm", "said": "我替他确认"}
    assert story.doors.post(f"proposals/{asked.pk}", own_word, by=outsider, expect=403)
    assert story.visit(visit, "confirm", by=lead, expect=409)["code"] == "not-asked", (
        "not for the other either"
    )
    story.visit(visit, "confirm", by=member)
    for outcome in ("sound", "impossible"):
        for by in (MARKET, outsider):
            assert story.result(visit, by=by, expect=403, outcome=outcome)["code"] == "not-an-officer"
    assert not DrawVisit.objects.exclude(outcome="").exists()


def test_one_officer_alone_says_nothing_not_even_that_it_was_impossible(story: OfficersStory) -> None:
    visit = story.at_the_door()
    lead, member = story.team(visit)
    assert story.result(visit, by=lead, expect=409, outcome="impossible")["code"] == "visit-not-begun"
    story.visit(visit, "begin", by=lead)
    assert story.result(visit, by=lead, expect=409, outcome="impossible")["code"] == "officers-unconfirmed"
    story.visit(visit, "confirm", by=member)
    story.result(visit, by=lead, outcome="impossible")


def test_a_name_is_no_account(story: OfficersStory) -> None:
    story.prepare()
    refused = story.join(ENVIRONMENT, 422, inspectors=["韦晓东", "env-li"])
    assert refused["code"] == "no-such-officer" and "inspectors" in json.dumps(refused)
    said = json.dumps(refused, ensure_ascii=False)
    assert "韦晓东" in said and "env-li" in said and "检查人员" in said, (
        "what, why by which clause, and what to send"
    )
    assert story.join(ENVIRONMENT, 422, inspectors=["mkt-liao"])["code"] == "no-such-officer", (
        "of another office"
    )
    User.objects.filter(username="env-mo").update(is_active=False)
    assert story.join(ENVIRONMENT, 422)["code"] == "no-such-officer", "who left"
    story.join(ENVIRONMENT, 201, inspectors=["env-li", "env-wei"])


def test_who_left_before_the_list_is_fixed_is_not_drawn(story: OfficersStory) -> None:
    story.prepare()
    for by in (ENVIRONMENT, MARKET):
        story.join(by)
    User.objects.filter(username="env-mo").update(is_active=False)
    assert story.step("commit", by=MARKET, expect=422)["code"] == "no-such-officer"
    story.join(ENVIRONMENT, inspectors=["env-li", "env-wei"])
    story.step("commit", by=MARKET, expect=201)


def test_a_draw_of_earlier_days_keeps_its_names(doors: Doors) -> None:
    """Prepared before the day; its visits go on as they were ordered."""
    story = DrawStory(doors)
    story.visited()
    assert not DrawOfficer.objects.exists() and "officers" not in Draw.objects.get().frame["rules"]
    visit = DrawVisit.objects.first()
    assert visit is not None
    refused = story.step(f"visits/{visit.unit}/ask", by=MARKET, expect=409)
    assert refused["code"] == "draw-by-name"


def test_who_cannot_come_is_replaced_by_the_next_in_order(story: OfficersStory) -> None:
    visit = story.at_the_door()
    gone = of_department(MARKET, story, visit)
    stays = of_department(ENVIRONMENT, story, visit)
    assert story.leave(visit, gone, ground="tired", expect=422)["code"] == "wrong-value"
    assert story.leave(visit, gone, reason="。", expect=422)["code"] == "reason-missing"
    for by in (stays, ENVIRONMENT):
        assert story.leave(visit, gone, by=by, expect=403)["code"] == "not-yours-to-send-back"
    came = story.leave(visit, gone)["next"]
    assert came in PEOPLE[MARKET] and came != gone and set(story.team(visit)) == {stays, came}
    assert story.visit(visit, "begin", by=gone, expect=403)["code"] == "not-an-officer"
    assert any("you are drawn" in row for row in rows_of(came)) and not rows_of(gone)
    told = [row.body for row in OutboxEntry.objects.filter(topic="draw-officers", receiver=MARKET)]
    assert told[-1]["officers"][0]["officer"] == came and told[-1]["stepped_back"] == gone
    assert not any(visit.unit in json.dumps(body) or visit.name in json.dumps(body) for body in told)
    story.visit(visit, "begin", by=stays)
    story.visit(visit, "confirm", by=came)
    story.result(visit, by=stays)


def test_the_head_sends_away_whom_they_must_but_comes_not_in_their_place(story: OfficersStory) -> None:
    visit = story.at_the_door()
    gone = of_department(MARKET, story, visit)
    head, other = (name for name in PEOPLE[MARKET] if name != gone)
    User.objects.filter(username=head).update(is_head=True)
    stays = of_department(ENVIRONMENT, story, visit)
    answer = story.step(
        f"visits/{visit.unit}/step-back",
        {"officer": gone, "ground": "absent", "reason": "住院，不能到场"},
        by=head,
        expect=None if _next_is(story, visit, gone, other) else 403,
    )
    if answer.get("code"):
        assert answer["code"] == "next-oneself"
        story.leave(visit, gone)
    story.visit(visit, "begin", by=stays)
    came = of_department(MARKET, story, visit)
    story.visit(visit, "confirm", by=came)
    User.objects.filter(username__in=PEOPLE[MARKET]).exclude(username=came).update(is_head=True)
    boss = next(name for name in PEOPLE[MARKET] if name != came)
    refused = story.leave(visit, came, by=boss, expect=409)
    assert refused["code"] == "officer-was-there", "whoever saw the station is not sent away"
    assert story.leave(visit, came, expect=409)["code"] == "officer-was-there", "nor was absent after all"
    story.leave(visit, came, ground="conflicted", reason="到场后发现亲属在该站工作")


def _next_is(story: OfficersStory, visit: DrawVisit, gone: str, name: str) -> bool:
    from imloop.proof import draw as proof
    from imloop.steps.draws.numbers import seed_of
    from imloop.steps.draws.seats import accounts_behind

    draw = Draw.objects.get()
    numbers = {user.username: number for number, user in accounts_behind(draw).items()}
    team = [numbers[each] for each in story.team(visit)]
    staying = [each for each in team if each != numbers[gone]]
    assert draw.people is not None
    return proof.stand_in(seed_of(draw), draw.period, visit.unit, draw.people, team, staying) == numbers[name]


def test_where_nobody_is_left_only_impossible_may_be_said(story: OfficersStory) -> None:
    visit = story.at_the_door()
    stays = of_department(ENVIRONMENT, story, visit)
    for _ in PEOPLE[MARKET]:
        last = story.leave(visit, of_department(MARKET, story, visit))
    assert last["next"] == "" and story.team(visit) == [stays]
    story.visit(visit, "begin", by=stays)
    assert story.result(visit, by=stays, expect=409)["code"] == "too-few-officers"
    assert story.result(visit, by=MARKET, expect=403, outcome="impossible")["code"] == "not-an-officer"
    story.result(visit, by=stays, outcome="impossible")


def test_who_did_not_confirm_in_time_is_asked_again(story: OfficersStory) -> None:
    visit = story.at_the_door()
    lead, member = story.team(visit)
    story.visit(visit, "begin", by=lead)
    assert story.visit(visit, "ask", by=lead, expect=409)["code"] == "nobody-to-ask"
    assert lapse_proposals(NOW + timedelta(hours=73)) == 1
    story.doors.at("2026-12-18 12:00")
    assert any("ask again" in row for row in rows_of(lead, "2026-12-18 12:00"))
    assert story.visit(visit, "confirm", by=member, expect=409)["code"] == "not-asked"
    assert story.visit(visit, "ask", by=lead)["officers"] == [member]
    story.visit(visit, "confirm", by=member)
    story.result(visit, by=lead)


def test_who_was_not_there_says_so_and_the_next_comes(story: OfficersStory) -> None:
    visit = story.at_the_door()
    lead, member = story.team(visit)
    story.visit(visit, "begin", by=lead)
    row = Proposal.objects.get(kind="visit-officer")
    story.doors.post(f"proposals/{row.pk}", {"step": "reject", "said": "当天未到场"}, by=member)
    assert story.result(visit, by=lead, expect=409)["code"] == "officers-unconfirmed"
    came = story.leave(visit, member)["next"]
    assert story.visit(visit, "confirm", by=came)["officer"] == came, "asked at once, as the visit has begun"
    story.result(visit, by=lead)


def test_who_works_or_worked_there_is_not_drawn(story: OfficersStory) -> None:
    """The same card in a station's account, closed or not; its legal person; and what is found out afterwards."""
    station, card = Party.objects.get(code=NEAR), "c" * 32
    create_user("tester", "a-long-password", station, at("2026-11-02 09:00"))
    User.objects.filter(username="tester").update(natural_person=card, is_active=False)
    User.objects.filter(username="env-li").update(natural_person=card)
    Party.objects.filter(code=FAR).update(legal_person=NAMES["mkt-liao"])
    story.committed()
    people = Draw.objects.get().people
    assert people is not None
    number = {each["name"]: each["id"] for each in people["roster"]}
    barred = {(each["inspector"], each["unit"]) for each in people["conflicts"]}
    assert barred == {(number["李丽"], NEAR), (number["廖了"], FAR)}


def test_a_conflict_found_on_the_day_ends_in_the_next(story: OfficersStory) -> None:
    visit = story.at_the_door()
    gone, stays = of_department(MARKET, story, visit), of_department(ENVIRONMENT, story, visit)
    station = Party.objects.get(code=visit.unit)
    create_user("tester", "a-long-password", station, at("2026-12-11 09:00"), name=NAMES[gone])
    refused = story.visit(visit, "begin", by=stays, expect=409)
    assert refused["code"] == "officer-conflicted" and NAMES[gone] in str(refused)
    story.leave(visit, gone, ground="conflicted", reason="曾在该站任职，应当回避")
    story.visit(visit, "begin", by=stays)


def test_one_person_under_two_accounts_is_one(story: OfficersStory) -> None:
    story.prepare()
    for by in (ENVIRONMENT, MARKET):
        story.join(by)
    User.objects.filter(username="mkt-qin").update(first_name=NAMES["env-li"])
    refused = story.step("commit", by=MARKET, expect=409)
    assert refused["code"] == "same-person-twice" and "mkt-qin" in str(refused)
    for name, card in (("env-li", "a" * 32), ("mkt-qin", "b" * 32)):
        User.objects.filter(username=name).update(natural_person=card)
    story.step("commit", by=MARKET, expect=201)


def test_the_last_visitors_do_not_come_again(story: OfficersStory) -> None:
    story.published()
    visit = DrawVisit.objects.get(stratum="I")
    came = {NAMES[name] for name in story.team(visit)}
    later = plan_of_december(period="2027Q1", first="2027-01-18", last="2027-01-29", visits={"I": 2})
    for day, source in enumerate(later["sources"], 12):
        source["on"], source["fallback"]["on"] = f"2027-01-{day}", f"2027-01-{day + 2}"
    story.doors.at("2027-01-08 09:00")
    story.no = story.doors.post("draws", later, by=ENVIRONMENT, expect=201)["no"]
    for by in (ENVIRONMENT, MARKET):
        story.join(by)
    story.step("commit", by=MARKET, expect=201)
    people = Draw.objects.get(no=story.no).people
    assert people is not None
    number = {each["id"]: each["name"] for each in people["roster"]}
    assert {number[each["inspector"]] for each in people["conflicts"] if each["unit"] == visit.unit} == came


def test_the_published_file_proves_who_was_there_and_names_no_log_in(story: OfficersStory) -> None:
    visit = story.at_the_door()
    story.leave(visit, of_department(MARKET, story, visit))
    for each in DrawVisit.objects.all():
        first, second = story.team(each)
        story.visit(each, "begin", by=first)
        story.visit(each, "confirm", by=second)
        story.result(each, by=second)
    story.step("publish", {}, by=ENVIRONMENT, expect=201)
    seal(at("2026-12-15 11:05"))
    export = Client().get(f"/api/v1/public/draws/{story.no}").json()
    roots = published_in(Client().get("/api/v1/public/journal/root?days=366").json())
    found = check(export, roots)
    assert (found.faults, found.open) == ([], [])
    text = json.dumps(export, ensure_ascii=False)
    assert NAMES["env-li"] in text and not any(name in text for name in NAMES), "people by name, no user name"
    assert "外出培训" not in text, "why somebody could not come stays inside"
    told = next(each for each in export["visits"] if each["id"] == visit.unit)
    told["stepped_back"][0]["next"] = next(
        each["id"]
        for each in export["people"]["roster"]
        if each["id"] not in (told["stepped_back"][0]["next"], told["stepped_back"][0]["id"])
        and each["department"] == MARKET
    )
    assert any("is not the next that was drawn" in fault for fault in check(export, roots).faults)
    told["officers"] = told["officers"][:1]
    assert any("1 officers were at" in fault for fault in check(export, roots).faults)


def test_before_the_visits_are_over_nobody_outside_learns_of_them(story: OfficersStory) -> None:
    visit = story.at_the_door()
    story.doors.at("2026-12-24 10:00")
    for address in (f"/public/draws/{story.no}", f"/api/v1/public/draws/{story.no}"):
        text = Client().get(address).content.decode()
        assert not any(each in text for each in (visit.unit, visit.name, *NAMES, *NAMES.values())), address
