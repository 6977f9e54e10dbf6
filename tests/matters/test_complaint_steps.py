"""The way of a complaint through the table: clocks of each office, ways out, what only a second person may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unlawful
from imloop.law import load
from imloop.matters import By, Kind, Matter, New, Role, State, Step, take
from imloop.matters.complaints.categories import CATEGORIES
from imloop.matters.complaints.rows import outcome_of
from imloop.matters.diagram import reachable
from imloop.matters.matter import Act

DAY = date(2026, 9, 1)
OFFICE, REPORTER = frozenset({Role.AUTHORITY}), frozenset({Role.CONCERNED})
SUPERVISOR, PAYER = frozenset({Role.SUPERVISOR}), frozenset({Role.PAYER})
PEOPLE = (("wei", None), ("li", None))


def step(
    matter: Matter | New,
    name: Step,
    given: dict[str, object] | None = None,
    roles: frozenset[Role] = OFFICE,
    day: date = DAY,
    person: str = "wei",
) -> Matter:
    """The matter after a step, which it remembers as stored ones do."""
    law = load().at(day, "450200")
    by = By(person, tuple((code, "") for code, _ in PEOPLE))  # type: ignore[misc]
    decision = take(matter, name, given or {}, roles, day, law, by)
    act = Act(name, person, "office", day, decision.values)
    return replace(decision.matter, acts=(*decision.matter.acts, act))


def received(receiver: str = "environment", day: date = DAY, channel: str = "web") -> Matter:
    said = {"receiver": receiver, "category": "smoky_vehicle", "channel": channel}
    return step(New(Kind.COMPLAINT, receiver), Step.RECEIVE, said, REPORTER, day, "")


def clocks(matter: Matter) -> dict[str, str]:
    return {clock.name: clock.due_on.isoformat() for clock in matter.clocks if clock.ended_on is None}


CHECK = {"checked_on": "2026-09-10", "how": "visit", "findings": "冒黑烟，检测不合格"}
SENT = {"assigned_to": "li", "how": "visit"}
FOUND = {"found": "属实"}
TRUE = {"template": "founded", "done": "责令维修"}


def accepted(receiver: str = "environment") -> Matter:
    return step(step(received(receiver), Step.TRIAGE, {"priority": "normal"}), Step.ACCEPT)


def checked(receiver: str = "environment") -> Matter:
    sent = step(accepted(receiver), Step.SEND_OUT, SENT)
    return step(sent, Step.LOOK_INTO, CHECK, day=date(2026, 9, 21))


def answered(receiver: str = "environment") -> Matter:
    found = step(checked(receiver), Step.FIND_TRUE, FOUND, day=date(2026, 9, 21))
    return step(found, Step.ANSWER, TRUE, day=date(2026, 9, 22))


@pytest.mark.parametrize(
    ("receiver", "on_receipt", "on_acceptance"),
    [
        ("environment", {"transfer": "2026-09-04", "tell": "2026-09-16"}, {"finish": "2026-10-31"}),
        ("transport", {"transfer": "2026-09-04", "tell": "2026-09-16"}, {"finish": "2026-10-31"}),
        ("market-complaint", {"transfer": "2026-09-04", "tell": "2026-09-10"}, {"finish": "2026-11-09"}),
        ("market-report", {"transfer": "2026-09-04", "check": "2026-09-21"}, {"check": "2026-09-21"}),
    ],
)
def test_the_clocks_of_each_office(
    receiver: str, on_receipt: dict[str, str], on_acceptance: dict[str, str]
) -> None:
    assert clocks(received(receiver)) == on_receipt
    assert clocks(accepted(receiver)) == on_acceptance


def test_times_are_extended_once_with_a_reason() -> None:
    longer = step(accepted(), Step.EXTEND, {"clock": "finish", "reason": "案情复杂"})
    assert clocks(longer) == {"finish": "2026-11-30"}
    with pytest.raises(Unlawful) as refused:
        step(longer, Step.EXTEND, {"clock": "finish", "reason": "案情复杂"})
    assert refused.value.code == "not-extendable" and "12369" not in refused.value.cite
    report = step(accepted("market-report"), Step.EXTEND, {"clock": "check", "reason": "案情复杂"})
    assert clocks(report) == {"check": "2026-10-19"}


def test_a_named_reporter_of_the_market_is_told_after_the_decision() -> None:
    found = step(checked("market-report"), Step.FIND_TRUE, FOUND, day=date(2026, 9, 21))
    assert clocks(found) == {"told": "2026-09-29"}
    assert "told" not in clocks(step(found, Step.ANSWER, TRUE, day=date(2026, 9, 22)))


def test_what_is_anothers_is_passed_on_and_the_others_clocks_begin() -> None:
    passed = step(
        received(channel="hotline"),
        Step.REFER,
        {"receiver": "market-complaint", "reason": "收费问题"},
        day=date(2026, 9, 4),
    )
    assert passed.state is State.RECEIVED
    assert clocks(passed) == {"transfer": "2026-09-09", "tell": "2026-09-15", "hotline": "2026-09-08"}
    with pytest.raises(Unlawful) as refused:
        step(passed, Step.REFER, {"receiver": "market-complaint", "reason": "收费问题"})
    assert refused.value.code == "same-office"


def test_offices_do_not_play_it_to_and_fro() -> None:
    passed = received()
    for receiver in ("transport", "environment", "transport"):
        passed = step(passed, Step.REFER, {"receiver": receiver, "reason": "不归我们管"})
    with pytest.raises(Unlawful) as refused:
        step(passed, Step.REFER, {"receiver": "environment", "reason": "也不归我们管"})
    assert refused.value.code == "passed-on-too-often" and refused.value.cite


def test_from_receipt_to_the_paid_reward() -> None:
    done = answered()
    assert (done.state, outcome_of(done)) == (State.ANSWERED, "founded")
    assert clocks(done) == {"state": "2026-10-22"}
    rated = step(done, Step.RATE, {"stars": "5"}, REPORTER, person="")
    granted = {"decision_no": "柳环罚〔2026〕1号", "in_force_on": "2026-09-22"}
    with pytest.raises(Unlawful) as alone:
        step(rated, Step.GRANT_REWARD, granted)
    assert alone.value.code == "second-person-needed", "who found it true does not pay for it"
    due = step(rated, Step.GRANT_REWARD, granted, person="lan")
    assert due.state is State.REWARD_DUE
    paid = step(due, Step.PAY_REWARD, {}, PAYER)
    assert paid.state is State.PAID and not paid.state.is_open


def test_it_is_reopened_once_and_the_work_runs_anew() -> None:
    again = step(answered(), Step.REOPEN, {"reopen_why": "第二天又冒黑烟"}, REPORTER, date(2026, 9, 25), "")
    assert clocks(again) == {"finish": "2026-11-24"}
    sent = step(again, Step.SEND_OUT, SENT)
    looked = step(sent, Step.LOOK_INTO, CHECK, day=date(2026, 9, 28))
    found = step(looked, Step.FIND_UNTRUE, FOUND)
    told = step(found, Step.ANSWER, {"template": "unfounded", "said": "复查合格"})
    with pytest.raises(Unlawful) as refused:
        step(told, Step.REOPEN, {"reopen_why": "还是不满意"}, REPORTER, person="")
    assert refused.value.code == "reopened-already" and "信访" in refused.value.cite
    with pytest.raises(Unlawful) as none_due:
        step(told, Step.GRANT_REWARD, {"decision_no": "1", "in_force_on": "2026-09-22"}, person="lan")
    assert none_due.value.code == "reward-not-founded"


def test_nobody_closes_it_while_the_answer_may_be_disputed() -> None:
    with pytest.raises(Unlawful) as refused:
        step(answered(), Step.FINISH, day=date(2026, 10, 22))
    assert refused.value.code == "answer-may-be-disputed"
    assert step(answered(), Step.FINISH, day=date(2026, 10, 23)).state is State.CLOSED
    rated = step(answered(), Step.RATE, {"stars": "1"}, REPORTER, person="")
    assert step(rated, Step.FINISH).state is State.CLOSED


def test_that_it_was_made_up_takes_another_person() -> None:
    said = step(checked(), Step.CALL_MALICIOUS, {"signs": "举报人自认编造"})
    with pytest.raises(NotAllowed):
        step(said, Step.CONFIRM_MALICIOUS, {"reason": "属实"})
    for person in ("wei", ""):
        with pytest.raises(Unlawful) as refused:
            step(said, Step.CONFIRM_MALICIOUS, {"reason": "属实"}, SUPERVISOR, person=person)
        assert refused.value.code == "second-person-needed"
    assert (
        step(said, Step.CONFIRM_MALICIOUS, {"reason": "属实"}, SUPERVISOR, person="lu").state
        is State.MALICIOUS
    )
    back = step(said, Step.DENY_MALICIOUS, {"reason": "证据不足"}, SUPERVISOR, person="lu")
    assert (back.state, set(clocks(back))) == (State.ACCEPTED, {"finish"})


def test_a_reward_is_not_given_up_early() -> None:
    granted = {"decision_no": "1", "in_force_on": "2026-09-22"}
    due = step(answered(), Step.GRANT_REWARD, granted, person="lan")
    due = replace(due, facts={**due.facts, "collect_by": "2026-12-01"})
    with pytest.raises(Unlawful) as refused:
        step(due, Step.FORFEIT, day=date(2026, 12, 1))
    assert refused.value.code == "reward-still-due"
    assert step(due, Step.FORFEIT, day=date(2026, 12, 2)).state is State.CLOSED


@pytest.mark.parametrize(
    ("matter", "name", "given", "path"),
    [
        (received(), Step.TRIAGE, {}, "$.priority"),
        (received(), Step.REFER, {"receiver": "the mayor", "reason": "x"}, "$.receiver"),
        (received(), Step.NOT_ACCEPT, {"why": "lazy", "go_to": "12345"}, "$.why"),
        (accepted(), Step.SEND_OUT, {"assigned_to": "nobody", "how": "visit"}, "$.assigned_to"),
        (
            step(accepted(), Step.SEND_OUT, SENT),
            Step.LOOK_INTO,
            {**CHECK, "checked_on": "gestern"},
            "$.checked_on",
        ),
    ],
)
def test_wrong_answers_are_named_by_their_field(
    matter: Matter, name: Step, given: dict[str, object], path: str
) -> None:
    with pytest.raises(Malformed) as refused:
        step(matter, name, given)
    assert path in [problem.path for problem in refused.value.problems]


def test_a_visit_is_not_of_tomorrow_and_nothing_is_answered_before_it_is_found() -> None:
    sent = step(accepted(), Step.SEND_OUT, SENT)
    with pytest.raises(Unlawful) as refused:
        step(sent, Step.LOOK_INTO, CHECK, day=date(2026, 9, 9))
    assert refused.value.code == "in-the-future"
    with pytest.raises(Conflict):
        step(sent, Step.ANSWER, TRUE)


def test_every_state_is_reached_and_the_reporter_never_handles() -> None:
    states = reachable(Kind.COMPLAINT)
    wanted = {State.MERGED, State.MALICIOUS, State.WITHDRAWN, State.NOT_ACCEPTED, State.PAID, State.CLOSED}
    assert wanted <= states
    with pytest.raises(NotAllowed):
        step(received(), Step.TRIAGE, {"priority": "low"}, REPORTER)
    assert {category.code for category in CATEGORIES} >= {"false_test", "other"}
