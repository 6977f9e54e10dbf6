"""A run, a repair or a paper about which there are two doubts: nobody frees a car that failed by what is asked of the
one and not of the other. And what passes as it was stated and fails as registered binds like any other fail."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.cases.grant_exit import grant_exit
from imloop.steps.cases.release_repair import release_repair
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.steps.roads.ask_road import ask_road
from imloop.steps.second_person.decide import reject
from imloop.store.models import Case, Finding, HeldRun
from stories.inspections.test_sixth_try import by_two, run
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
from stories.repairs.test_station_papers import confirm, enter, people, photograph
from stories.vehicles.tries.test_fourteenth_held import LEAN
from stories.vehicles.tries.test_fourteenth_try import annulled, opinion_alone
from support.city import FAR, LISTED, NEAR, OTHER, City, at
from support.doors import Doors
from support.stories import outages
from support.stories.one_car import (
    BROKEN,
    ENV,
    FAIL,
    LEFT_OUT,
    OTHER_PLATE,
    OTHER_VIN,
    POLICE,
    VIN,
    WRONG,
    car,
    mark,
    permitted,
    that_car,
)
from support.stories.second_person import TRANSPORT, WORDS, another, confirmed
from support.stories.settled import Settlement, settle_run

__all__ = ["people", "voucher"]

FAILED, REPAIRED, RETEST = "2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00"
OTHER_CAR = {"vin": OTHER_VIN, "plate": OTHER_PLATE}


def is_open() -> bool:
    return Case.objects.filter(closed_at=None).exists()


def lean(city: City, when: str, settled: str = "", **said: Any) -> dict[str, Any]:
    """Under a sign that is typed wrong and as a gas car it passes; a department finds rightly that it is this car,
    which burns petrol, and fails."""
    receipt: dict[str, Any] = run(city, when, vehicle=car(vin=WRONG, fuel="cng"), **LEAN, **said)
    assert receipt["counts_why"] == "identity-doubtful"
    if settled:
        that_car(city, str(said.get("station", NEAR)), receipt, settled)
    return receipt


def settled(city: City, said: dict[str, Any], how: str, when: str, station: str = NEAR) -> None:
    settle_run(city.callers[ENV], station, said["test_no"], Settlement(how, "看过日志和监控"), at(when))


# What passes as it was stated and fails as registered: from its settling on its row says so.


@pytest.mark.parametrize("how", ["as stated", "as registered"])
def test_no_pass_counts_while_a_fail_waits_for_its_time(city: City, how: str) -> None:
    """Which car it was is settled, and that it failed is known."""
    failed(city)
    city.repair("2026-12-02 16:00")
    said: dict[str, Any] = {"station": FAR, "now": at("2026-12-04 12:00")}
    if how == "as stated":
        doubt = run(city, "2026-12-02 12:00", vehicle=car(vin=WRONG), **said, **FAIL)
        that_car(city, FAR, doubt, "2026-12-04 13:00")
    else:
        lean(city, "2026-12-02 12:00", "2026-12-04 13:00", **said)
    run(city, "2026-12-04 15:00", purpose="retest")
    assert not mark(city, "2026-12-04 17:00")


@pytest.mark.parametrize("passed", ["before", "after"])
def test_no_fail_as_registered_keeps_the_hour_of_an_outage_that_was_none(city: City, passed: str) -> None:
    """It failed after its repair, and is told as a run of three days ago."""
    failed(city)
    city.repair("2026-12-04 16:00")
    if passed == "before":
        assert run(city, "2026-12-05 08:00", purpose="retest")["case_state"] == "closed"
    made = alone(city, "2026-12-05 09:00", "2026-12-02 10:00")
    lean(city, "2026-12-02 12:00", "2026-12-05 09:40", now=at("2026-12-05 09:30"))
    taken_back(made, "2026-12-05 10:00")
    if passed == "after":
        run(city, "2026-12-05 12:00", purpose="retest")
    assert not mark(city, "2026-12-05 13:00")


@pytest.mark.parametrize("how", ["as stated", "as registered"])
def test_no_repair_that_was_over_before_a_fail_was_known_answers_it(city: City, how: str) -> None:
    """It failed at five, after its repair, and is told as a run of ten o'clock."""
    failed(city)
    if how == "as stated":
        run(city, f"{DAY} 17:00", outcome="aborted")
        run(city, f"{DAY} 10:00", now=at(f"{DAY} 17:10"), **FAIL)
    else:
        lean(city, f"{DAY} 10:00", f"{DAY} 17:15", now=at(f"{DAY} 17:10"))
    city.repair(f"{DAY} 16:00", now=at(f"{DAY} 17:20"))
    run(city, f"{DAY} 18:00", purpose="retest")
    assert not mark(city, f"{DAY} 19:00")


def test_a_pass_that_is_settled_before_it_is_taken_back(city: City) -> None:
    city.enter()
    bad = lean(city, FAILED)
    good = run(city, "2026-03-02 12:00", vehicle=car(vin=WRONG))
    for each, when in ((good, "2026-03-02 13:00"), (bad, "2026-03-02 14:00")):
        that_car(city, NEAR, each, when)
    assert not mark(city, "2026-03-02 17:00")


def test_it_stands_when_another_fail_of_its_case_is_annulled(city: City) -> None:
    case = failed(city)
    lean(city, "2026-12-02 12:00", "2026-12-02 13:00")
    annulled(case, "2026-12-02 14:00")
    run(city, "2026-12-02 15:00", station=FAR)
    assert is_open() and not mark(city, "2026-12-02 17:00")


@pytest.mark.parametrize("asked", ["before it failed", "after"])
def test_its_station_gives_no_second_opinion(city: City, asked: str) -> None:
    case = failed(city)
    to = {"kind": "objection", "to_station": "", "expires_on": date(2026, 12, 20), **WORDS}
    first, then = ("10:00", "11:00") if asked == "before it failed" else ("14:00", "15:00")
    if asked == "after":
        lean(city, "2026-12-02 12:00", "2026-12-02 13:00", station=FAR)
    made = grant_exit(city.callers[ENV], case, now=at(f"2026-12-02 {first}"), **to)
    confirmed(made, at(f"2026-12-02 {then}"))
    if asked != "after":
        bad = lean(city, "2026-12-02 12:00", station=FAR)
        assert run(city, "2026-12-02 12:30", station=FAR)["case_state"] == "closed"
        that_car(city, FAR, bad, "2026-12-02 13:00")
    assert not permitted(city, FAR, "2026-12-02 16:00") and not mark(city, "2026-12-02 16:00")


def test_a_part_that_a_doubtful_retest_leaves_out_is_not_answered(city: City) -> None:
    city.enter()
    run(city, FAILED, **BROKEN)
    city.repair(REPAIRED)
    that_car(
        city,
        NEAR,
        run(city, RETEST, purpose="retest", vehicle=car(vin=WRONG), **LEFT_OUT),
        "2026-03-05 10:00",
    )
    assert is_open()


# Two doubts at once: what is decided of one is not decided of the other.


@pytest.mark.parametrize("hidden", [False, True])
def test_no_pass_of_a_doubtful_time_counts_once_it_answers_its_fault(city: City, hidden: bool) -> None:
    """Four days late. It had failed stated as a gas car, and passes as one of petrol, as two people enter then; and
    anything told late has it all told anew."""
    run(city, FAILED, vehicle=car(fuel="cng") if hidden else car(), **FAIL)
    city.repair(REPAIRED)
    run(city, RETEST, purpose="retest", now=at("2026-03-09 09:00"))
    city.enter("2026-03-09 10:00")
    by_two(city, "2026-03-09 10:30")
    run(city, "2026-03-09 10:40", station=FAR, outcome="aborted")
    run(city, "2026-03-09 10:35", station=FAR, now=at("2026-03-09 11:10"))
    assert is_open()


@pytest.mark.parametrize("shared", [False, True])
def test_no_repair_keeps_its_time_because_somebody_looked_at_its_papers(city: City, shared: bool) -> None:
    """Its numbers were another car's as well: a department released that while the outage explained its time."""
    case = failed(city)
    made = alone(city, "2026-12-07 09:00", "2026-12-03 15:00")
    numbers = {"certificate_no": "H771", "settlement_no": "J771", "invoice_no": "F771"}
    if shared:
        city.enter(**OTHER_CAR)
        run(city, "2026-12-02 11:00", station=FAR, vehicle=car(**OTHER_CAR), **FAIL)
        city.repair("2026-12-03 12:00", shop=OTHER, documents=numbers, **OTHER_CAR)
    told = city.repair("2026-12-03 16:00", now=at("2026-12-07 17:00"), documents=numbers)
    if shared:
        said = {"reason": "两车由同一单位送修，一张发票", "now": at("2026-12-07 17:20")}
        release_repair(another(ENV, "looker"), case, LISTED, told.body["repair_no"], **said)
    assert gate(city, "2026-12-07 17:30")
    taken_back(made, "2026-12-07 18:00")
    assert not gate(city, "2026-12-07 19:00")


@pytest.mark.parametrize("again", [False, True])
def test_no_paper_that_its_record_contradicted_opens_again(doors: Doors, voucher: Any, again: bool) -> None:
    """By the record nothing was done. Then its outage is taken back, and a true one accepts the paper."""
    made = shown_in(doors, voucher)
    doors.at(f"{DAY} 11:00")
    outages.repair(doors, done="2026-12-02 16:00", items=[], parts=[])
    assert not gate(doors.city, f"{DAY} 11:05")
    taken_back(made, f"{DAY} 11:10")
    if again:
        true_one(f"{DAY} 11:20", f"{DAY} 10:00")
    assert not gate(doors.city, f"{DAY} 11:30")


# A department finds that the time of a run holds: that it was made then, not that it came then.

HOLDS = [False, True]


@pytest.mark.parametrize("holds", HOLDS)
def test_no_release_gives_back_a_paper_that_was_none(doors: Doors, voucher: Any, holds: bool) -> None:
    made = shown_in(doors, voucher)
    run(doors.city, f"{DAY} 11:20", outcome="aborted")
    taken_back(made, f"{DAY} 11:30")
    said = run(doors.city, f"{DAY} 10:50", purpose="retest", now=at("2026-12-04 12:00"))
    settled(doors.city, said, "released" if holds else "rejected", "2026-12-04 12:30")
    assert is_open()


@pytest.mark.parametrize("holds", HOLDS)
def test_nor_a_repair_that_was_held_again(city: City, holds: bool) -> None:
    failed(city)
    made = late_repair(city)
    run(city, "2026-12-08 09:40", outcome="aborted")
    taken_back(made, "2026-12-08 10:00")
    said = run(city, "2026-12-08 09:20", purpose="retest", now=at("2026-12-09 12:00"))
    settled(city, said, "released" if holds else "rejected", "2026-12-09 12:30")
    assert is_open()


@pytest.mark.parametrize("holds", HOLDS)
def test_nor_a_way_out_that_was_rejected(city: City, holds: bool) -> None:
    made = opinion_alone(failed(city), "2026-12-03 10:00")
    run(city, "2026-12-03 12:00", station=FAR, outcome="aborted")
    reject(another(TRANSPORT), made.pk, said="没有这回事", now=at("2026-12-03 12:30"))
    said = run(city, "2026-12-03 11:00", station=FAR, now=at("2026-12-04 12:00"))
    settled(city, said, "released" if holds else "rejected", "2026-12-04 12:30", FAR)
    assert is_open()


def test_no_fail_is_gone_because_its_hour_was_a_lie(city: City) -> None:
    """It failed today, and is told as a run of a case that is over; the department finds that nothing was tested then,
    and may say so: it counts as made when it came."""
    failed(city)
    city.repair("2026-12-02 16:00")
    assert run(city, f"{DAY} 09:00", purpose="retest")["case_state"] == "closed"
    said = run(city, "2026-12-02 12:00", now=at("2026-12-05 09:10"), **FAIL)
    settled(city, said, "later", "2026-12-05 09:40")
    assert Case.objects.get(closed_at=None).opened_at == at("2026-12-05 09:10")
    assert not mark(city, "2026-12-05 13:00")
    city.repair(
        "2026-12-06 16:00", documents={"certificate_no": "H9", "invoice_no": "F9", "settlement_no": "J9"}
    )
    assert run(city, "2026-12-07 09:00", purpose="retest")["case_state"] == "closed"
    assert mark(city, "2026-12-07 10:00") and unlike_the_journal() == []


def test_no_pass_is_made_later(city: City) -> None:
    """Whose hour does not hold proves nothing."""
    failed(city)
    city.repair("2026-12-02 16:00")
    said = run(city, "2026-12-03 09:00", purpose="retest", now=at("2026-12-06 09:00"))
    with pytest.raises(Refusal, match="wrong-value"):
        settled(city, said, "later", "2026-12-06 09:40")
    assert is_open()


@pytest.mark.parametrize("by", [NEAR, FAR])
def test_no_pass_that_is_told_after_a_fail_gives_the_road(city: City, by: str) -> None:
    """It was made after it, without a permit, and is said to have been before."""
    city.enter(due_on="2025-05-31")
    assert run(city, "2026-03-02 10:00", station=by, **FAIL)["counts"] == "case"
    run(city, FAILED, now=at("2026-03-02 11:00"))
    assert not ask_road(city.callers[POLICE], vin=VIN, at=at("2026-03-02 16:00")).allowed


# Papers that a station enters for a repairer without access, in the first phase.


@pytest.mark.parametrize("by", ["shop", "station"])
def test_no_papers_that_a_station_enters_answer_a_fail_that_came_after_them(people: Doors, by: str) -> None:
    """It failed at five, and is told as a run of ten o'clock: a department has to look, not its own colleague."""
    doors, city = people, people.city
    doors.at("2026-02-02 09:30")
    outages.upload(doors, "2026-02-02 09:00", co=0.9)
    run(city, "2026-02-03 17:00", outcome="aborted")
    run(city, "2026-02-03 10:00", now=at("2026-02-03 17:10"), **FAIL)
    doors.at("2026-02-03 17:20")
    if by == "shop":
        city.repair("2026-02-03 16:00", now=at("2026-02-03 17:20"))
    else:
        told = enter(doors, done="2026-02-03 16:00")
        photograph(doors, told, "settlement", "invoice")
        assert confirm(doors, told, expect=403)["code"] == "held-besides"
    run(city, "2026-02-03 18:00", purpose="retest")
    assert is_open()


@pytest.mark.parametrize("by", ["shop", "station"])
def test_nor_does_the_former_phase_go_on_for_who_enters_them(people: Doors, by: str) -> None:
    """Weeks after it ended two people of a station say that it was repaired in time: a department looks, as it does
    at what a repairer tells."""
    doors = people
    doors.at("2026-02-02 09:30")
    outages.upload(doors, "2026-02-02 09:00", co=0.9)
    doors.at("2026-03-20 09:00")
    if by == "shop":
        doors.city.repair("2026-02-20 16:00", now=at("2026-03-20 09:00"))
    else:
        told = enter(doors, done="2026-02-20 16:00")
        photograph(doors, told, "settlement", "invoice")
        assert confirm(doors, told, expect=403)["code"] == "held-besides"
    run(doors.city, "2026-03-20 10:00", purpose="retest")
    assert is_open()


@pytest.mark.parametrize("order", ["annulled first", "taken back first"])
def test_no_repair_of_an_annulled_case_keeps_an_outage_that_goes(city: City, order: str) -> None:
    """Another station's fail of before it is told later, and has a case of its own."""
    case = failed(city)
    made = late_repair(city)
    if order == "taken back first":
        taken_back(made, "2026-12-08 09:30")
    annulled(case, "2026-12-08 10:00")
    if order == "annulled first":
        taken_back(made, "2026-12-08 10:30")
    said = run(city, "2026-12-02 11:00", station=FAR, now=at("2026-12-08 12:00"), **FAIL)
    for _ in HeldRun.objects.filter(settled_at=None):
        settled(city, said, "released", "2026-12-08 12:30", FAR)
    assert is_open() and not permitted(city, FAR, "2026-12-08 13:00")


# Honest neighbours that are held, and not told what to do next.


def test_a_paper_finds_the_case_that_goes_on(doors: Doors, voucher: Any) -> None:
    """Its case was found to be part of another while it waited for its outage: the fail that did so came after it was
    shown, which is what its station is told."""
    city = doors.city
    city.repair("2026-12-02 16:00")
    assert run(city, f"{DAY} 08:30", purpose="retest")["case_state"] == "closed"
    run(city, f"{DAY} 09:30", **FAIL)
    doors.at(f"{DAY} 10:40")
    outages.redeem(doors, voucher, used=f"{DAY} 10:30")
    run(city, f"{DAY} 08:00", now=at(f"{DAY} 11:00"), **FAIL)
    true_one(f"{DAY} 12:00", f"{DAY} 10:00")
    said = Finding.objects.filter(subject_kind="unlock", resolved_at=None).values_list("code", flat=True)
    assert list(said) == ["paper-before-fail"]
