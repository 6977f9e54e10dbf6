"""A run is asked what had been taken back when it came, whatever hour it claims: outages, papers and exits. What had
come before stands, and so does one whose time a department has found to be true."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from imloop.steps.cases.grant_exit import grant_exit
from imloop.steps.cases.release_repair import release_repair
from imloop.steps.outages.declare_outage import end
from imloop.steps.second_person.decide import lapse, reject
from imloop.steps.vehicles.ask_mark import release_mark
from imloop.store.models import Case, Finding, HeldRun, Outage, OutboxEntry, Proposal, Test, User
from stories.inspections.test_sixth_try import run
from stories.outages.test_taken_back import (
    DAY,
    alone,
    failed,
    gate,
    late_repair,
    shown_in,
    taken_back,
    true_one,
    voucher,
)
from stories.second_person import test_as_proposed as as_proposed
from stories.vehicles.tries.test_fourteenth_try import annulled
from support.city import FAR, NEAR, City, at
from support.doors import Doors
from support.messages.uploads import VIN
from support.stories.one_car import ENV, FAIL, POLICE, WRONG, car, mark, permitted, that_car
from support.stories.second_person import TRANSPORT, WORDS, another
from support.stories.settled import Settlement, settle_run

__all__ = ["voucher"]

BESIDES = pytest.mark.parametrize("besides", ["nothing", "aborted"])
"""In time, or told late beside a run that was broken off."""


def is_open() -> bool:
    return Case.objects.filter(closed_at=None).exists()


def way_out(case: str, when: str, kind: str = "no-line") -> Proposal:
    User.objects.filter(party__code=TRANSPORT).update(is_active=False)
    who = replace(another(ENV, "alone"), alone="周末值班，无人可以确认")
    said = {"kind": kind, "to_station": FAR, "expires_on": date(2026, 12, 20), **WORDS}
    made = grant_exit(who, case, now=at(when), **said)
    assert isinstance(made, Proposal)
    return made


def rejected(made: Proposal, when: str) -> Proposal:
    reject(another(TRANSPORT), made.pk, said="没有这回事", now=at(when))
    made.refresh_from_db()
    return made


def settled(city: City, said: dict[str, Any], when: str, station: str = NEAR) -> None:
    settle_run(city.callers[ENV], station, said["test_no"], Settlement("released", "日志相符"), at(when))


# Papers and exits.


@BESIDES
@pytest.mark.parametrize("when", ["11:00", "19:00"])
def test_no_retest_on_a_paper_comes_after_that_was_rejected(city: City, besides: str, when: str) -> None:
    """Within its hours or after them: the retest says that it was within."""
    as_proposed.in_outage(city)
    as_proposed.fails(city)
    made = as_proposed.paper("2026-12-02 10:10", alone=True)
    if besides == "aborted":
        run(city, "2026-12-02 10:50", outcome="aborted")
    rejected(made, f"2026-12-02 {when}")
    run(city, "2026-12-02 10:40", purpose="retest", now=at("2026-12-02 19:10"))
    assert is_open() and not mark(city, "2026-12-02 20:00")


@BESIDES
def test_nor_one_on_a_paper_that_was_rejected_before_its_fail_came(city: City, besides: str) -> None:
    as_proposed.in_outage(city)
    made = as_proposed.paper("2026-12-02 10:10", alone=True)
    rejected(made, "2026-12-02 11:00")
    run(city, "2026-12-02 09:00", now=at("2026-12-02 11:10"), **FAIL)
    if besides == "aborted":
        run(city, "2026-12-02 10:50", outcome="aborted", now=at("2026-12-02 11:15"))
    run(city, "2026-12-02 10:40", purpose="retest", now=at("2026-12-02 11:20"))
    assert is_open() and not mark(city, "2026-12-02 12:00")


@BESIDES
def test_nor_one_elsewhere_after_its_exit_was_rejected(city: City, besides: str) -> None:
    case = failed(city)
    city.repair("2026-12-02 16:00")
    made = way_out(case, "2026-12-03 10:00")
    if besides == "aborted":
        run(city, "2026-12-03 11:00", station=FAR, outcome="aborted")
    rejected(made, "2026-12-03 12:00")
    run(city, "2026-12-03 10:40", station=FAR, purpose="retest", now=at("2026-12-03 12:10"))
    assert is_open() and permitted(city, NEAR, "2026-12-03 12:20"), "its own station tests it"
    assert run(city, "2026-12-03 13:00", purpose="retest")["case_state"] == "closed"


@BESIDES
@pytest.mark.parametrize("what", ["paper", "exit"])
def test_one_that_had_come_stands_whatever_is_told_since(city: City, besides: str, what: str) -> None:
    if what == "paper":
        as_proposed.in_outage(city)
        as_proposed.fails(city)
        day, made = "2026-12-02", as_proposed.paper("2026-12-02 10:10", alone=True)
    else:
        case, day = failed(city), "2026-12-03"
        city.repair("2026-12-02 22:00")
        made = way_out(case, "2026-12-03 10:10")
    where = NEAR if what == "paper" else FAR
    assert run(city, f"{day} 10:40", station=where, purpose="retest")["case_state"] == "closed"
    rejected(made, f"{day} 11:00")
    if besides == "aborted":  # a pass of before the repair is told, and the rest anew
        before = "2026-12-02 08:30" if what == "paper" else "2026-12-02 12:10"
        assert run(city, before, now=at(f"{day} 12:00"))["verdict"] == "pass"
    assert not is_open() and mark(city, f"{day} 13:00")


# An outage that was over earlier, or that another one follows.


@BESIDES
def test_no_retest_comes_after_the_outage_was_found_to_be_over_before_its_paper(
    doors: Doors, voucher: Any, besides: str
) -> None:
    made = shown_in(doors, voucher)
    if besides == "aborted":
        run(doors.city, f"{DAY} 11:20", outcome="aborted")
    number = str(made.done["no"])
    end(doors.city.callers[ENV], number, at=at(f"{DAY} 10:00"), now=at(f"{DAY} 11:30"))
    run(doors.city, f"{DAY} 10:50", purpose="retest", now=at(f"{DAY} 11:40"))
    assert is_open()


def test_one_on_a_paper_that_another_outage_accepts_goes_through(doors: Doors, voucher: Any) -> None:
    """Told late; and told anew by what comes after it."""
    made = shown_in(doors, voucher)
    run(doors.city, f"{DAY} 11:20", outcome="aborted")
    taken_back(made, f"{DAY} 11:30")
    true_one(f"{DAY} 11:35", f"{DAY} 10:00")
    said = run(doors.city, f"{DAY} 10:50", purpose="retest", now=at(f"{DAY} 11:40"))
    assert (said["counts"], said["case_state"]) == ("case", "closed")
    run(doors.city, "2026-12-02 08:30", now=at(f"{DAY} 12:00"), **FAIL)
    for held in HeldRun.objects.filter(settled_at=None):
        settled(doors.city, {"test_no": held.test.test_no}, f"{DAY} 12:10")
    assert Test.objects.get(test_no=said["test_no"]).counts == "case" and not is_open()


def test_and_not_once_that_one_is_taken_back_too(doors: Doors, voucher: Any) -> None:
    first = shown_in(doors, voucher)
    run(doors.city, f"{DAY} 11:20", outcome="aborted")
    taken_back(first, f"{DAY} 11:30")
    true_one(f"{DAY} 11:35", f"{DAY} 10:00")
    second = Outage.objects.get(taken_back_at=None).outage_no
    end(doors.city.callers[ENV], second, at=at(f"{DAY} 10:10"), now=at(f"{DAY} 11:45"))
    run(doors.city, f"{DAY} 10:50", purpose="retest", now=at(f"{DAY} 11:50"))
    assert is_open()


@pytest.mark.parametrize("over", ["ended", "rejected"])
def test_a_pass_waits_once_neither_of_two_outages_explains_it(city: City, over: str) -> None:
    failed(city)
    city.repair("2026-12-03 16:00")
    first = alone(city, "2026-12-05 11:00", "2026-12-04 08:00")
    true_one("2026-12-05 11:30", "2026-12-04 08:30")
    second = str(Outage.objects.exclude(pk=first.done["id"]).get().outage_no)
    said = run(city, "2026-12-04 09:00", purpose="retest", now=at("2026-12-05 12:30"))
    taken_back(first, "2026-12-05 13:00")
    assert not is_open() and not HeldRun.objects.exists()
    if over == "ended":
        end(city.callers[ENV], second, at=at("2026-12-04 08:40"), now=at("2026-12-05 13:30"))
        assert is_open() and not mark(city, "2026-12-05 13:40")
        settled(city, said, "2026-12-05 14:00")
    assert not is_open() and mark(city, "2026-12-05 14:30")


# Runs whose lateness it explained.


def test_one_that_a_department_released_stands_by_its_own_hour(doors: Doors, voucher: Any) -> None:
    """The paper was shown in time, whatever became of its outage."""
    made = shown_in(doors, voucher)
    said = run(doors.city, f"{DAY} 10:50", purpose="retest", now=at("2026-12-05 12:00"))
    assert said["case_state"] == "closed" and made.state == "in_force"
    assert lapse(at("2026-12-05 13:00")) == 1
    assert is_open()
    settled(doors.city, said, "2026-12-05 14:00")
    assert not is_open()
    true_one("2026-12-05 15:00", f"{DAY} 10:00")
    taken = Outage.objects.get(taken_back_at=None).outage_no
    end(doors.city.callers[ENV], taken, at=at(f"{DAY} 10:05"), now=at("2026-12-05 16:00"))
    assert not is_open(), "somebody has looked"


def test_a_fail_that_nothing_answered_when_it_came_counts_on(city: City) -> None:
    """What was repaired since is repaired, whenever it had failed."""
    failed(city)
    made = alone(city, "2026-12-05 09:00", "2026-12-02 10:00")
    said = run(city, "2026-12-02 12:00", now=at("2026-12-05 09:30"), **FAIL)
    assert said.get("refused") == "no-repair-record" or said["counts_why"] == "retest-without-permit"
    city.repair("2026-12-05 18:00")
    taken_back(made, "2026-12-05 19:00")
    assert not HeldRun.objects.exists() and gate(city, "2026-12-05 20:00")
    assert run(city, "2026-12-05 20:30", purpose="retest")["case_state"] == "closed"


@pytest.mark.parametrize("settles", ["released", "rejected"])
def test_a_fail_that_waits_again_is_settled_and_then_the_car_goes_its_way(city: City, settles: str) -> None:
    failed(city)
    city.repair("2026-12-04 16:00")
    made = alone(city, "2026-12-05 09:00", "2026-12-02 10:00")
    said = run(city, "2026-12-02 12:00", now=at("2026-12-05 09:30"), **FAIL)
    taken_back(made, "2026-12-05 10:00")
    assert HeldRun.objects.get(settled_at=None).test.test_no == said["test_no"]
    run(city, "2026-12-05 12:00", purpose="retest")
    assert not mark(city, "2026-12-05 13:00")
    told = Settlement(settles, "调阅录像核实")
    settle_run(city.callers[ENV], NEAR, said["test_no"], told, at("2026-12-05 14:00"))
    assert mark(city, "2026-12-05 15:00")


def test_a_run_of_a_doubtful_car_is_asked_both_questions(city: City) -> None:
    """Whose it was, and then when; each once."""
    failed(city)
    city.repair("2026-12-03 16:00")
    made = alone(city, "2026-12-05 12:00", "2026-12-04 08:00")
    said = run(city, "2026-12-04 09:00", purpose="retest", vehicle=car(vin=WRONG), now=at("2026-12-05 12:30"))
    taken_back(made, "2026-12-05 13:00")
    that_car(city, NEAR, said, "2026-12-05 13:10")
    held = HeldRun.objects.get(settled_at=None)
    assert [each["code"] for each in held.reasons] == ["time-held"] and is_open()
    settled(city, said, "2026-12-05 14:00")
    assert not is_open() and mark(city, "2026-12-05 15:00")


@pytest.mark.parametrize("explained", [True, False])
def test_the_police_hear_of_a_mark_only_where_its_pass_counts_no_more(city: City, explained: bool) -> None:
    failed(city)
    city.repair("2026-12-03 16:00")
    made = alone(city, "2026-12-05 08:30", "2026-12-04 08:00")
    come = "2026-12-05 12:30" if explained else "2026-12-04 09:10"
    run(city, "2026-12-04 09:00", purpose="retest", now=at(come))
    release_mark(city.callers[POLICE], vin=VIN, now=at("2026-12-05 12:40"))
    taken_back(made, "2026-12-05 13:00")
    told = OutboxEntry.objects.filter(topic="mark-doubtful", receiver=POLICE)
    assert told.count() == int(explained) and is_open() is explained


def test_a_repair_of_an_earlier_round_is_released_like_any_other(city: City) -> None:
    case = failed(city)
    made = late_repair(city)
    run(city, "2026-12-08 09:20", purpose="retest", **FAIL)
    taken_back(made, "2026-12-08 10:00")
    annulled(case, "2026-12-08 11:00")
    assert not gate(city, "2026-12-08 12:00")
    waits = Finding.objects.get(code="time-held", subject_kind="repair", resolved_at=None)
    now, number = at("2026-12-08 12:30"), str(Case.objects.get(closed_at=None).case_no)
    release_repair(
        another(ENV, "looker"), number, waits.station_code, waits.subject, reason="看过工单", now=now
    )
    assert gate(city, "2026-12-08 13:00")
