"""What was taken back, and what is told or settled after that: outages, exits, cases that were annulled or are part of
another. Nobody frees a car that failed by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from imloop.steps.cases.grant_exit import annul_case, grant_exit
from imloop.steps.outages.declare_outage import end
from imloop.steps.second_person.decide import reject
from imloop.steps.vehicles.ask_mark import release_mark
from imloop.store.models import Case, Outage, OutboxEntry, Proposal, User
from stories.inspections.test_sixth_try import run
from stories.outages.test_taken_back import (
    DAY,
    alone,
    failed,
    gate,
    late_repair,
    shown_in,
    taken_back,
    voucher,
)
from stories.second_person import test_as_proposed as as_proposed
from support.city import FAR, NEAR, City, at
from support.doors import Doors
from support.stories import outages
from support.stories.one_car import (
    ENV,
    FAIL,
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
from support.stories.second_person import SUPERVISOR, TRANSPORT, WORDS, another, confirmed
from support.stories.settled import Settlement, settle_run

__all__ = ["voucher"]

OTHER = {"vin": OTHER_VIN, "plate": OTHER_PLATE}


def annulled(case: str, when: str) -> None:
    """By two people, and rightly."""
    User.objects.filter(party__code=SUPERVISOR).update(is_active=True)
    confirmed(annul_case(another(ENV, "honest"), case, now=at(when), **WORDS), at(when))


def is_open() -> bool:
    return Case.objects.filter(closed_at=None).exists()


# A retest that comes after the outage on which it rests was taken back, and says that it was made before: in time it
# is refused, told late it is asked what had been taken back when it came.


@pytest.mark.parametrize("besides", ["nothing", "aborted"])
def test_no_retest_on_its_paper_comes_after_an_outage_was_taken_back(
    doors: Doors, voucher: Any, besides: str
) -> None:
    """A run that was broken off half an hour later makes the retest one that is told late."""
    made = shown_in(doors, voucher)
    if besides == "aborted":
        run(doors.city, f"{DAY} 11:20", outcome="aborted")
    taken_back(made, f"{DAY} 11:30")
    run(doors.city, f"{DAY} 10:50", purpose="retest", now=at(f"{DAY} 11:40"))
    assert is_open()


def test_nor_one_of_a_doubtful_car(doors: Doors, voucher: Any) -> None:
    taken_back(shown_in(doors, voucher), f"{DAY} 11:30")
    wrong = car(vin=WRONG)
    said = run(doors.city, f"{DAY} 10:50", purpose="retest", vehicle=wrong, now=at(f"{DAY} 11:40"))
    that_car(doors.city, NEAR, said, f"{DAY} 12:00")
    assert is_open()


@pytest.mark.parametrize("besides", ["nothing", "aborted"])
def test_nor_on_a_repair_that_it_alone_explained(city: City, besides: str) -> None:
    failed(city)
    made = late_repair(city)
    if besides == "aborted":
        run(city, "2026-12-08 09:40", outcome="aborted")
    taken_back(made, "2026-12-08 10:00")
    assert not gate(city, "2026-12-08 10:05")
    run(city, "2026-12-08 09:20", purpose="retest", now=at("2026-12-08 10:10"))
    assert is_open()


# A run whose time an outage explained, and that did not count when that was taken back, is asked for its time again.


@pytest.mark.parametrize("when", ["before", "after"])
def test_no_pass_of_a_doubtful_car_keeps_the_time_of_an_outage_that_was_none(city: City, when: str) -> None:
    """Its car was settled before the outage was taken back, or after."""
    failed(city)
    city.repair("2026-12-03 16:00")
    made = alone(city, "2026-12-05 12:00", "2026-12-04 08:00")
    wrong = car(vin=WRONG)
    said = run(city, "2026-12-04 09:00", purpose="retest", vehicle=wrong, now=at("2026-12-05 12:30"))
    if when == "before":
        that_car(city, NEAR, said, "2026-12-05 12:40")
    taken_back(made, "2026-12-05 13:00")
    if when == "after":
        that_car(city, NEAR, said, "2026-12-05 13:10")
    assert is_open()


def test_nor_one_that_waited_for_another_fail(city: City) -> None:
    failed(city)
    city.repair("2026-12-03 16:00")
    doubt = run(city, "2026-12-03 18:00", station=FAR, vehicle=car(vin=WRONG), **FAIL)
    made = alone(city, "2026-12-05 12:00", "2026-12-04 08:00")
    said = run(city, "2026-12-04 09:00", purpose="retest", now=at("2026-12-05 12:30"))
    assert said["counts_why"] == "failed-run-waits"
    taken_back(made, "2026-12-05 13:00")
    rejected = Settlement("rejected", "套用的号牌")
    settle_run(city.callers[ENV], FAR, doubt["test_no"], rejected, at("2026-12-05 13:10"))
    assert not mark(city, "2026-12-05 14:00")


@pytest.mark.parametrize("passed", ["before", "after"])
@pytest.mark.parametrize("outage", [False, True])
def test_nor_a_fail_that_a_repair_has_answered_since(city: City, passed: str, outage: bool) -> None:
    """It failed after its repair, and is told as a run of three days ago."""
    failed(city)
    city.repair("2026-12-04 16:00")
    if passed == "before":
        assert run(city, "2026-12-05 08:00", purpose="retest")["case_state"] == "closed"
    made = alone(city, "2026-12-05 09:00", "2026-12-02 10:00") if outage else None
    run(city, "2026-12-02 12:00", now=at("2026-12-05 09:30"), **FAIL)
    if made is not None:
        taken_back(made, "2026-12-05 10:00")
    if passed == "after":
        run(city, "2026-12-05 12:00", purpose="retest")
    assert not mark(city, "2026-12-05 13:00")


@pytest.mark.parametrize("marked", [False, True])
def test_no_mark_stands_untold_on_a_pass_that_waits_again(city: City, marked: bool) -> None:
    """The police hear of every mark whose pass counts for nothing any more."""
    failed(city)
    city.repair("2026-12-03 16:00")
    made = alone(city, "2026-12-05 12:00", "2026-12-04 08:00")
    run(city, "2026-12-04 09:00", purpose="retest", now=at("2026-12-05 12:30"))
    if marked:
        release_mark(city.callers[POLICE], vin=VIN, now=at("2026-12-05 12:40"))
    taken_back(made, "2026-12-05 13:00")
    told = OutboxEntry.objects.filter(topic="mark-doubtful", receiver=POLICE).exists()
    assert is_open() and told is marked


# A repair that an outage alone explained is held again in every round, and in whichever case it counts since.


def test_no_repair_that_was_held_again_counts_because_its_case_was_annulled(city: City) -> None:
    """Another station had found it failed as well, and that fail stands."""
    case = failed(city)
    run(city, "2026-12-02 11:30", outcome="aborted")
    run(city, "2026-12-02 11:00", station=FAR, now=at("2026-12-02 12:00"), **FAIL)
    city.repair("2026-12-03 16:00", now=at("2026-12-07 17:00"))
    taken_back(alone(city, "2026-12-08 09:00", "2026-12-03 15:00"), "2026-12-08 09:30")
    assert not permitted(city, NEAR, "2026-12-08 09:40")
    annulled(case, "2026-12-08 10:00")
    assert Case.objects.get(closed_at=None).station.code == FAR  # type: ignore[union-attr]
    assert not permitted(city, FAR, "2026-12-08 11:00")


def test_nor_one_of_a_round_whose_failed_retest_was_annulled(city: City) -> None:
    case = failed(city)
    made = late_repair(city)
    assert run(city, "2026-12-08 09:20", purpose="retest", **FAIL)["counts"] == "case"
    taken_back(made, "2026-12-08 10:00")
    annulled(case, "2026-12-08 11:00")
    assert is_open() and not gate(city, "2026-12-08 12:00")


# One case that an authority has ended, or that is part of another, keeps no outage in force for other cars.


def two_papers(doors: Doors, voucher: Any) -> tuple[Proposal, str]:
    """Two cars are shown papers while one person's outage runs; the case of the other one is annulled."""
    city = doors.city
    city.enter(**OTHER)
    case = str(run(city, "2026-12-02 10:00", station=FAR, vehicle=car(**OTHER), **FAIL)["case"])
    doors.at("2026-12-02 10:30")
    second = outages.of_day(outages.stock(doors, FAR), DAY)
    made = shown_in(doors, voucher)
    doors.at(f"{DAY} 10:42")
    said = {"by": FAR, "vehicle": OTHER, "documents": {"settlement_no": "J-88", "certificate_no": "H-88"}}
    assert outages.redeem(doors, second, used=f"{DAY} 10:35", **said)["unlocked"]
    return made, case


@pytest.mark.parametrize("ended", ["nothing", "annulled"])
@pytest.mark.parametrize("how", ["rejected", "over"])
def test_no_outage_stays_in_force_because_a_case_has_ended(
    doors: Doors, voucher: Any, ended: str, how: str
) -> None:
    made, case = two_papers(doors, voucher)
    if ended == "annulled":
        annulled(case, f"{DAY} 10:50")
    if how == "rejected":
        taken_back(made, f"{DAY} 11:00")
    else:
        end(doors.city.callers[ENV], str(made.done["no"]), at=at(f"{DAY} 10:00"), now=at(f"{DAY} 11:00"))
    assert not gate(doors.city, f"{DAY} 11:10")


def test_nor_because_a_case_is_part_of_another(doors: Doors, voucher: Any) -> None:
    """No authority has ended it: a fail before the pass between two cases of the other car is told late."""
    city, other = doors.city, {"station": FAR, "vehicle": car(**OTHER)}
    city.enter(**OTHER)
    run(city, "2026-12-01 09:00", **other, **FAIL)
    city.repair("2026-12-01 16:00", **OTHER)
    assert run(city, "2026-12-02 09:00", **other)["case_state"] == "closed"
    run(city, "2026-12-02 10:00", **other, **FAIL)
    city.repair("2026-12-02 16:00", now=at(f"{DAY} 17:00"), **OTHER)
    made = alone(city, f"{DAY} 17:30", "2026-12-02 08:30")
    run(city, "2026-12-02 08:30", **other, now=at(f"{DAY} 17:35"), **FAIL)
    assert run(city, f"{DAY} 17:40", **other)["case_state"] == "closed"
    doors.at(f"{DAY} 18:00")
    assert outages.redeem(doors, voucher, used=f"{DAY} 17:50")["unlocked"]
    taken_back(made, f"{DAY} 18:10")
    assert not gate(city, f"{DAY} 18:20")


# A record that comes late, of a paper that was taken back: only a paper that stands excuses its record.

WORKED = "2026-12-02 16:00"


@pytest.mark.parametrize("shown", [False, True])
@pytest.mark.parametrize("comes", [f"{DAY} 16:30", "2026-12-07 10:00"])
def test_no_paper_of_an_outage_that_was_none_excuses_its_record(
    doors: Doors, voucher: Any, shown: bool, comes: str
) -> None:
    """While that outage ran, a day after the work, or days after it was taken back."""
    city = doors.city
    made = shown_in(doors, voucher) if shown else alone(city, f"{DAY} 10:00", f"{DAY} 09:30")
    first, then = f"{DAY} 17:00", comes
    if comes > first:
        taken_back(made, first)
    city.repair(WORKED if comes > first else "2026-12-02 14:00", now=at(then))
    if comes < first:
        taken_back(made, first)
    assert not gate(city, "2026-12-07 11:00")


@pytest.mark.parametrize("shown", [False, True])
def test_nor_does_one_that_was_rejected(city: City, shown: bool) -> None:
    """The outage was a true one, and over that evening."""
    as_proposed.in_outage(city)
    run(city, "2026-12-02 09:00", now=at("2026-12-02 10:06"), **FAIL)
    if shown:
        made = as_proposed.paper("2026-12-02 16:10", alone=True)
        reject(another(TRANSPORT), made.pk, said="没有这回事", now=at("2026-12-02 16:30"))
    number = Outage.objects.get().outage_no
    end(city.callers[ENV], number, at=None, now=at("2026-12-02 17:00"))
    city.repair("2026-12-02 15:00", now=at("2026-12-07 10:00"))
    assert not gate(city, "2026-12-07 11:00")


# An exit that took effect alone, and was rejected while its case was closed, or had become part of another.


def opinion_alone(case: str, when: str) -> Proposal:
    User.objects.filter(party__code=TRANSPORT).update(is_active=False)
    who = replace(another(ENV, "alone"), alone="周末值班，无人可以确认")
    said = {"kind": "objection", "to_station": FAR, "expires_on": date(2026, 12, 20), **WORDS}
    made = grant_exit(who, case, now=at(when), **said)
    assert isinstance(made, Proposal)
    return made


@pytest.mark.parametrize("rejected", ["while closed", "once open"])
def test_no_exit_opens_a_gate_after_it_was_rejected(city: City, rejected: str) -> None:
    """Its own station had closed the case; a fail of that morning is told after that, and takes the pass back."""
    case = failed(city)
    city.repair("2026-12-02 16:00")
    made = opinion_alone(case, "2026-12-03 10:00")
    assert run(city, "2026-12-03 11:00", purpose="retest")["case_state"] == "closed"
    if rejected == "while closed":
        reject(another(TRANSPORT), made.pk, said="没有这回事", now=at("2026-12-03 12:00"))
    run(city, "2026-12-03 09:00", now=at("2026-12-03 13:00"), **FAIL)
    if rejected == "once open":
        reject(another(TRANSPORT), made.pk, said="没有这回事", now=at("2026-12-03 13:30"))
    assert is_open() and not permitted(city, FAR, "2026-12-03 14:00")
    assert run(city, "2026-12-03 15:00", station=FAR).get("case_state") != "closed"


def test_nor_one_of_a_case_that_is_part_of_another(city: City) -> None:
    failed(city)
    city.repair("2026-12-02 16:00")
    assert run(city, "2026-12-03 11:00", purpose="retest")["case_state"] == "closed"
    made = opinion_alone(str(run(city, "2026-12-03 13:00", **FAIL)["case"]), "2026-12-03 14:00")
    run(city, "2026-12-03 09:00", now=at("2026-12-03 15:00"), **FAIL)
    reject(another(TRANSPORT), made.pk, said="没有这回事", now=at("2026-12-03 16:00"))
    assert is_open() and not permitted(city, FAR, "2026-12-03 17:00")
