"""An outage that one person declared and nobody confirmed: what it alone explained waits again, what a true one
explains goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.cases.grant_exit import annul_case
from imloop.steps.cases.release_repair import release_repair
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.steps.outages.declare_outage import Declaration, declare
from imloop.steps.second_person.decide import reject
from imloop.store.models import Case, Finding, HeldRun, Outage, PaperUnlock, Proposal, User
from stories.inspections.test_sixth_try import run
from support.city import NEAR, City, at
from support.doors import Doors
from support.messages.uploads import VIN
from support.stories import outages
from support.stories.one_car import ENV, FAIL, car
from support.stories.second_person import SUPERVISOR, another, confirmed
from support.stories.settled import Settlement, settle_run

DAY = "2026-12-03"
FAILED = "2026-12-02 09:00"


def alone(city: City, when: str, starts: str, **said: Any) -> Proposal:
    User.objects.filter(party__code=SUPERVISOR).update(is_active=False)
    return declared(replace(another(ENV, "declarer"), alone="周末值班，无人可以确认"), when, starts, **said)


def declared(who: Any, when: str, starts: str, **said: Any) -> Proposal:
    why = Declaration(
        scope="platform", cause="机房断电，平台停止服务", late_reason="事后查明", starts_at=at(starts), **said
    )
    made = declare(who, why, at(when))
    assert isinstance(made, Proposal)
    return made


def taken_back(made: Proposal, when: str) -> None:
    reject(another(SUPERVISOR), made.pk, said="没有这回事", now=at(when))


def true_one(when: str, starts: str, **said: Any) -> None:
    """Another person of the department declares it, and it is confirmed."""
    User.objects.filter(party__code=SUPERVISOR).update(is_active=True)
    confirmed(declared(another(ENV, "colleague"), when, starts, **said), at(when))


def gate(city: City, when: str) -> bool:
    return bool(ask_permit(city.callers[NEAR], station=NEAR, vin=VIN, at=at(when))["allowed"])


def failed(city: City) -> str:
    city.enter()
    return str(run(city, FAILED, **FAIL)["case"])


@pytest.fixture
def voucher(doors: Doors) -> Any:
    doors.at("2026-12-02 08:00")
    found = outages.of_day(outages.stock(doors), DAY)
    doors.at("2026-12-02 09:10")
    doors.city.enter()
    outages.upload(doors, FAILED, vehicle=car(), **FAIL)
    return found


def shown_in(doors: Doors, voucher: Any) -> Proposal:
    """A paper used while one person's outage ran opens its gate."""
    made = alone(doors.city, f"{DAY} 10:00", f"{DAY} 09:30")
    doors.at(f"{DAY} 10:40")
    assert outages.redeem(doors, voucher, used=f"{DAY} 10:30")["unlocked"]
    return made


def test_a_paper_it_let_in_opens_nothing_more(doors: Doors, voucher: Any) -> None:
    made = shown_in(doors, voucher)
    assert gate(doors.city, f"{DAY} 10:50")
    taken_back(made, f"{DAY} 11:00")
    assert not gate(doors.city, f"{DAY} 11:10")
    assert run(doors.city, f"{DAY} 11:20", purpose="retest").get("case_state") != "closed"
    assert Finding.objects.filter(code="fallback-outside-outage", resolved_at=None).exists()
    shown = doors.get("public/outages")["outages"]
    assert [each["taken_back_at"][:16] for each in shown] == [f"{DAY}T11:00"]
    assert unlike_the_journal() == []


def test_a_retest_that_had_come_stands(doors: Doors, voucher: Any) -> None:
    made = shown_in(doors, voucher)
    assert run(doors.city, f"{DAY} 10:50", purpose="retest")["case_state"] == "closed"
    taken_back(made, f"{DAY} 11:30")
    assert Case.objects.get().state == "closed"
    assert Finding.objects.filter(code="fallback-outside-outage", resolved_at=None).exists()


@pytest.mark.parametrize("order", ["before", "after"])
def test_another_outage_of_that_hour_accepts_the_paper(doors: Doors, voucher: Any, order: str) -> None:
    made = shown_in(doors, voucher)
    if order == "before":
        true_one(f"{DAY} 10:55", f"{DAY} 10:00")
    taken_back(made, f"{DAY} 11:00")
    assert gate(doors.city, f"{DAY} 11:10") is (order == "before")
    if order == "after":
        true_one(f"{DAY} 11:15", f"{DAY} 10:00")
    assert run(doors.city, f"{DAY} 11:20", purpose="retest")["case_state"] == "closed"
    assert PaperUnlock.objects.get().outage != Outage.objects.get(taken_back_at__isnull=False)


def late_repair(city: City, *, when: str = "2026-12-08 09:00") -> Proposal:
    city.repair("2026-12-03 16:00", now=at("2026-12-07 17:00"))
    made = alone(city, when, "2026-12-03 15:00")
    assert gate(city, "2026-12-08 09:10")
    return made


def test_a_repair_it_explained_waits_again_until_somebody_looks(city: City) -> None:
    case = failed(city)
    taken_back(late_repair(city), "2026-12-08 09:30")
    assert not gate(city, "2026-12-08 10:00") and Case.objects.get().state == "awaiting_repair"
    _released(city, case, "2026-12-08 10:30")
    assert gate(city, "2026-12-08 10:40")
    assert run(city, "2026-12-08 11:00", purpose="retest")["case_state"] == "closed"
    assert unlike_the_journal() == []


def _released(city: City, case: str, when: str) -> None:
    waits = Finding.objects.get(code="time-held", subject_kind="repair", resolved_at=None)
    now: datetime = at(when)
    release_repair(
        another(ENV, "looker"), case, waits.station_code, waits.subject, reason="看过工单", now=now
    )


def test_it_stays_released_when_the_history_is_told_again(city: City) -> None:
    """An aborted, late fail of before has the history told anew; the release came after the repair was held again."""
    case = failed(city)
    taken_back(late_repair(city), "2026-12-08 09:30")
    _released(city, case, "2026-12-08 10:30")
    run(city, "2026-12-02 08:00", now=at("2026-12-08 10:40"), **FAIL)
    for held in HeldRun.objects.filter(settled_at=None):
        said = Settlement("released", "日志相符")
        settle_run(city.callers[ENV], NEAR, held.test.test_no, said, at("2026-12-08 10:45"))
    assert gate(city, "2026-12-08 10:50")


def test_what_a_person_released_or_another_outage_explains_stays(city: City) -> None:
    case = failed(city)
    city.repair("2026-12-03 16:00", now=at("2026-12-07 17:00"))
    _released(city, case, "2026-12-07 18:00")
    made = alone(city, "2026-12-08 09:00", "2026-12-03 15:00")
    taken_back(made, "2026-12-08 09:30")
    assert gate(city, "2026-12-08 10:00")


def test_one_reported_while_it_ran_is_held_too(city: City) -> None:
    failed(city)
    made = alone(city, "2026-12-04 09:00", "2026-12-03 15:00")
    city.repair("2026-12-03 16:00", now=at("2026-12-04 18:00"))
    city.repair("2026-12-04 10:00", now=at("2026-12-04 16:35"), documents={"certificate_no": "H9"})
    taken_back(made, "2026-12-04 19:00")
    held = Finding.objects.filter(code="time-held", resolved_at=None)
    assert held.count() == 1


def test_a_pass_that_came_late_waits_for_a_department(city: City) -> None:
    failed(city)
    city.repair("2026-12-03 16:00")
    made = alone(city, "2026-12-05 12:00", "2026-12-04 08:00")
    said = run(city, "2026-12-04 09:00", purpose="retest", now=at("2026-12-05 12:30"))
    assert said["case_state"] == "closed"
    taken_back(made, "2026-12-05 13:00")
    assert Case.objects.get(closed_at=None)
    held = HeldRun.objects.get()
    released = Settlement("released", "检测线日志和监控相符")
    settle_run(city.callers[ENV], NEAR, held.test.test_no, released, at("2026-12-05 14:00"))
    assert Case.objects.get().state == "closed" and unlike_the_journal() == []


def waits(doors: Doors) -> Proposal:
    return declared(another(ENV, "colleague"), f"{DAY} 10:00", f"{DAY} 09:30")


def test_one_that_waits_can_be_ended_and_counts_until_then(doors: Doors, voucher: Any) -> None:
    """On its page or by the API, once, within its hours, by the department; what was used before its end opens."""
    made = waits(doors)
    doors.at(f"{DAY} 11:30")
    path = f"outages/P{made.pk}/end"
    assert not outages.redeem(doors, voucher, used=f"{DAY} 10:30")["unlocked"]
    assert doors.post(path, {}, by=NEAR, expect=422)["code"] == "unknown-outage"
    early, late = ({"at": at(f"{DAY} {hour}").isoformat()} for hour in ("09:00", "12:00"))
    for wrong in (early, late):
        assert doors.post(path, wrong, by=ENV, expect=422)["code"] == "wrong-value"
    said = doors.post(path, {"at": at(f"{DAY} 11:00").isoformat()}, by=ENV)
    assert (said["outage_no"], said["ends_at"][:16]) == (f"P{made.pk}", f"{DAY}T11:00")
    assert doors.post(path, {}, by=ENV, expect=409)["code"] == "outage-ended"
    assert not gate(doors.city, f"{DAY} 11:40")
    confirmed(made, at(f"{DAY} 12:00"))
    assert Outage.objects.get().ends_at == at(f"{DAY} 11:00")
    assert gate(doors.city, f"{DAY} 12:10") and unlike_the_journal() == []


def test_an_earlier_end_shuts_what_came_after_it_and_nothing_before(doors: Doors, voucher: Any) -> None:
    made = waits(doors)
    confirmed(made, at(f"{DAY} 10:05"))
    doors.at(f"{DAY} 11:40")
    assert outages.redeem(doors, voucher, used=f"{DAY} 11:30")["unlocked"]
    number = Outage.objects.get().outage_no
    doors.at(f"{DAY} 12:00")
    doors.post(f"outages/{number}/end", {"at": at(f"{DAY} 11:45").isoformat()}, by=ENV)
    assert gate(doors.city, f"{DAY} 12:10")


def test_an_end_before_a_paper_takes_its_gate(doors: Doors, voucher: Any) -> None:
    made = waits(doors)
    confirmed(made, at(f"{DAY} 10:05"))
    doors.at(f"{DAY} 11:40")
    assert outages.redeem(doors, voucher, used=f"{DAY} 11:30")["unlocked"]
    number = Outage.objects.get().outage_no
    doors.post(f"outages/{number}/end", {"at": at(f"{DAY} 11:00").isoformat()}, by=ENV)
    assert not gate(doors.city, f"{DAY} 11:50")


def test_a_repair_of_an_earlier_round_is_not_held_for_it(city: City) -> None:
    failed(city)
    city.repair("2026-12-03 16:00")
    run(city, "2026-12-04 09:00", purpose="retest", **FAIL)
    city.repair("2026-12-04 16:00")
    taken_back(alone(city, "2026-12-04 18:00", "2026-12-03 15:00"), "2026-12-04 19:00")
    assert gate(city, "2026-12-04 20:00") and not Finding.objects.filter(code="time-held").exists()


def test_a_case_that_is_over_otherwise_keeps_no_outage(doors: Doors, voucher: Any) -> None:
    """An annulled case goes on nowhere: its paper is a finding, and the outage is taken back all the same."""
    made, case = shown_in(doors, voucher), Case.objects.get()
    words = {"reason": "检验设备当日失准，已核实", "evidence": "柳环函〔2026〕12号"}
    annulled = annul_case(another(ENV, "colleague"), case.case_no, now=at(f"{DAY} 10:50"), **words)
    confirmed(annulled, at(f"{DAY} 10:52"))
    assert Case.objects.get().state == "annulled"
    taken_back(made, f"{DAY} 11:00")
    assert Outage.objects.get().taken_back_at is not None
    assert Finding.objects.filter(code="fallback-outside-outage", resolved_at=None).exists()
    assert Case.objects.get().state == "annulled" and unlike_the_journal() == []
