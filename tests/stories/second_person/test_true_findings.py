"""That a finding is true takes two people of the office that has it, each of whom has looked at what it is about."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from imloop.facts.refusal import Malformed, NotAllowed
from imloop.steps.desk.acts import lapse_proposals
from imloop.steps.desk.work_list import tasks
from imloop.steps.findings.lookups import counted_together, findings
from imloop.steps.findings.proposed import deciders
from imloop.steps.findings.resolve_finding import resolve
from imloop.steps.ground import clock
from imloop.steps.ground.access import caller_for
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.steps.second_person.decide import confirm
from imloop.store.models import Finding, Matter, Party, Proposal, Test
from support.casework.leads import TRUE, called_true, look
from support.city import NEAR, PLACE, City, at
from support.people import person
from support.stories.second_person import another

ENVIRONMENT, MARKET = f"{PLACE}-environment", f"{PLACE}-market"
NOT_TRUE = {"outcome": "not_true", "reason": "录入有误，已更正"}
TO_MARKET = {"outcome": "handed_over", "handed_to": MARKET, "reason": "涉及计量器具"}
MEASURE = {
    "kind": "suspension",
    "step": "open",
    "party": NEAR,
    "open-ground": "false_report",
    "open-findings": "不符",
    "open-evidence": "线索",
    "sure": "1",
}


@pytest.fixture
def lead(city: City, monkeypatch: pytest.MonkeyPatch) -> Finding:
    city.test("2026-11-30 09:00", co=0.9)
    monkeypatch.setattr(clock, "now", lambda: at("2026-12-02 09:30"))
    return Finding.objects.create(
        created_at=at("2026-11-30 09:10"),
        code="claim-differs",
        station_code=NEAR,
        subject=Test.objects.get().test_no,
        subject_kind="test",
        data={"code": "claim-differs", "text": "上报值与逐秒数据不符", "text_en": "differs"},
    )


@pytest.fixture
def first(lead: Finding) -> Client:
    window = person(ENVIRONMENT, name="first")
    look(window, lead)
    return window


@pytest.fixture
def second(lead: Finding) -> Client:
    return person(ENVIRONMENT, name="second")


def proposed(first: Client, row: Finding) -> Proposal:
    """And where it leads."""
    answer = first.post(f"/findings/{row.pk}", TRUE)
    made = Proposal.objects.get(kind="finding-true", state="waiting")
    assert answer["Location"] == f"/proposals/{made.pk}"
    return made


def said(window: Client, made: Proposal, what: str) -> int:
    return window.post(f"/proposals/{made.pk}", {"what": what, "said": "已核对录像"}).status_code


def links(code: str, user: str) -> set[str]:
    listed = tasks(caller_for(Party.objects.get(code=code), user), clock.now())
    return {task.link for task in listed}


def test_both_have_looked_at_it(lead: Finding, second: Client) -> None:
    first = person(ENVIRONMENT, name="first")
    assert first.post(f"/findings/{lead.pk}", TRUE).status_code == 422 and not Proposal.objects.exists()
    look(first, lead)
    made = proposed(first, lead)
    refused = second.post(f"/proposals/{made.pk}", {"what": "confirm", "said": "已核对录像"})
    assert refused.status_code == 422 and "先打开这条线索涉及的对象" in refused.content.decode()
    look(second, lead)
    assert said(second, made, "confirm") == 302
    lead.refresh_from_db()
    assert (lead.outcome, lead.resolved_by) == ("true", f"{ENVIRONMENT}/first")
    page = first.get(f"/findings/{lead.pk}").content.decode()
    assert "first" in page and "确认：" in page and "second" in page, "the history names both"
    assert unlike_the_journal() == []


def test_while_it_waits_it_is_open_and_shows_by_whom(lead: Finding, first: Client, second: Client) -> None:
    made = proposed(first, lead)
    lead.refresh_from_db()
    assert (lead.outcome, lead.resolved_at) == ("", None)
    for window in (first, second):
        page = window.get(f"/findings/{lead.pk}").content.decode()
        assert "已提出属实，待另一人确认" in page and "first" in page and f"/proposals/{made.pk}" in page
        assert 'name="outcome"' not in page
        assert "已提出属实" in window.get("/findings").content.decode()
    assert f"线索 {lead.pk}" in second.get(f"/proposals/{made.pk}").content.decode()
    other = person(MARKET).get(f"/findings/{lead.pk}").content.decode()
    assert "已提出属实" in other and f"/proposals/{made.pk}" not in other, "not theirs to confirm"
    assert "已提出属实" not in person(NEAR).get(f"/findings/{lead.pk}").content.decode(), "not the party's"
    of_place = findings(caller_for(Party.objects.get(code=ENVIRONMENT)))
    assert counted_together(of_place)["true"] == 0
    assert counted_together(of_place)["open"] >= 1
    assert f"/proposals/{made.pk}" in links(ENVIRONMENT, "second")
    for user in ("first", "second"):
        assert f"/findings/{lead.pk}" not in links(ENVIRONMENT, user), "it waits as a proposal"


def test_nothing_slips_past_what_waits(lead: Finding, first: Client, second: Client) -> None:
    made = proposed(first, lead)
    for window in (first, second):
        look(window, lead)
        for form in (TRUE, {**TRUE, "reason": "另有说法"}, NOT_TRUE, TO_MARKET):
            refused = window.post(f"/findings/{lead.pk}", form)
            assert refused.status_code == 422 and "等待另一人确认" in refused.content.decode(), form
        assert window.post("/matters/open", {**MEASURE, "finding": str(lead.pk)}).status_code == 422
    assert not Matter.objects.exists() and Proposal.objects.count() == 1
    assert said(first, made, "withdraw") == 302
    assert second.post(f"/findings/{lead.pk}", NOT_TRUE).status_code == 302
    lead.refresh_from_db()
    assert lead.outcome == "not_true"
    assert unlike_the_journal() == []


def test_what_was_handed_over_is_not_taken_back_meanwhile(lead: Finding, second: Client) -> None:
    market = person(MARKET)
    second.post(f"/findings/{lead.pk}", TO_MARKET)
    look(market, lead)
    made = proposed(market, lead)
    assert made.asked is not None and made.asked.code == MARKET
    back = {"do": "reopen", "reason": "移送有误"}
    assert "收回" not in second.get(f"/findings/{lead.pk}").content.decode()
    assert second.post(f"/findings/{lead.pk}", back).status_code == 422
    assert said(second, made, "confirm") in (403, 404, 422), "another office's"
    colleague = person(MARKET, name="li")
    look(colleague, lead)
    assert said(colleague, made, "confirm") == 302
    lead.refresh_from_db()
    assert lead.outcome == "true"


def test_rejected_it_is_open_again_and_the_history_says_so(
    lead: Finding, first: Client, second: Client
) -> None:
    made = proposed(first, lead)
    assert said(second, made, "reject") == 302
    assert f"/findings/{lead.pk}" in links(ENVIRONMENT, "first")
    page = first.get(f"/findings/{lead.pk}").content.decode()
    assert "第二人退回" in page and 'name="outcome"' in page
    assert "第二人退回" not in person(NEAR).get(f"/findings/{lead.pk}").content.decode()
    assert proposed(first, lead).pk != made.pk, "and may be proposed anew"


def test_what_nobody_confirms_lapses_and_waits_again(
    lead: Finding, first: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = proposed(first, lead)
    late = made.expires_at + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: late)
    assert f"/findings/{lead.pk}" in links(ENVIRONMENT, "first"), "before anything swept it up, too"
    assert lapse_proposals(late) == 1
    lead.refresh_from_db()
    assert (lead.outcome, lead.resolved_at) == ("", None)
    assert f"/findings/{lead.pk}" in links(ENVIRONMENT, "first")


def test_who_decided_it_before_does_not_confirm(lead: Finding, first: Client, second: Client) -> None:
    look(second, lead)
    second.post(f"/findings/{lead.pk}", NOT_TRUE)
    first.post(f"/findings/{lead.pk}", {"do": "reopen", "reason": "复核有疑"})
    made = proposed(first, lead)
    assert said(second, made, "confirm") == 422
    with pytest.raises(NotAllowed, match="acted-before"):
        confirm(another(ENVIRONMENT, "second"), made.pk, said="已核对录像", now=clock.now())
    third = person(ENVIRONMENT, name="third")
    look(third, lead)
    assert said(third, made, "confirm") == 302


def test_both_count_as_having_acted(lead: Finding, first: Client, second: Client) -> None:
    called_true(first, second, lead)
    found = deciders(Finding.objects.filter(pk=lead.pk))
    assert found == [f"{ENVIRONMENT}/first", f"{ENVIRONMENT}/second"]


def test_by_the_api_it_is_proposed_and_confirmed(city: City, lead: Finding, second: Client) -> None:
    ours = city.client(ENVIRONMENT)
    ours.get(f"/api/v1/tests/{lead.subject}?station={NEAR}")
    answer = ours.post(f"/api/v1/findings/{lead.pk}/resolve", TRUE, content_type="application/json")
    assert answer.status_code == 202, answer.content
    told = answer.json()
    assert (told["kind"], told["state"], told["asked"]) == ("finding-true", "waiting", ENVIRONMENT)
    (row,) = ours.get("/api/v1/findings", {"code": "claim-differs"}).json()["findings"]
    assert (row["proposal"], row["proposed_by"], row["outcome"]) == (told["id"], told["proposed_by"], "")
    (row,) = city.client(NEAR).get("/api/v1/findings", {"code": "claim-differs"}).json()["findings"]
    assert (row["proposal"], row["proposed_by"]) == (None, "")
    step = {"step": "confirm", "said": "已核对录像"}
    own = ours.post(f"/api/v1/proposals/{told['id']}", step, content_type="application/json")
    assert own.json()["code"] == "second-person-needed"
    look(second, lead)
    assert said(second, Proposal.objects.get(pk=told["id"]), "confirm") == 302
    (row,) = ours.get("/api/v1/findings", {"state": "true"}).json()["findings"]
    assert (row["number"], row["proposal"], row["reason"]) == (lead.pk, None, TRUE["reason"])


def test_before_the_day_of_the_law_one_person_says_it(lead: Finding) -> None:
    made = resolve(another(ENVIRONMENT), lead.pk, outcome="true", reason="核实", now=at("2026-11-30 18:00"))
    assert isinstance(made, Finding) and made.outcome == "true"


def test_a_reason_says_something(lead: Finding) -> None:
    who = another(ENVIRONMENT)
    with pytest.raises(Malformed) as caught:
        resolve(who, lead.pk, outcome="true", reason="好好好好", now=clock.now())
    assert [each.path for each in caught.value.problems] == ["$.reason"] and caught.value.cite
