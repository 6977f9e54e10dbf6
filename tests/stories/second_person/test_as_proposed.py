"""What two people decided is about what the first of them knew: a fail or an answer since is not in it. Proposed anew
it goes through, and what came meanwhile and changes nothing does not stand in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.cases.grant_exit import annul_case, grant_exit, reject_objection
from imloop.steps.cases.objections import raise_objection
from imloop.steps.outages.unlock_by_operator import PaperSeen, unlock_by_operator
from imloop.steps.second_person.decide import reject
from imloop.store.models import Case, CaseEvent, Finding, LineOrder, PaperUnlock, Proposal, Test, User
from stories.inspections.test_sixth_try import run
from stories.vehicles.tries.test_eleventh_try import replated_since
from stories.vehicles.tries.test_seventh_try import NEW_PLATE
from support.city import FAR, LISTED, NEAR, City, at
from support.messages.uploads import PLATE
from support.stories import second_person as two
from support.stories.one_car import ENV, FAIL, OTHER_PLATE, OTHER_VIN, car, permitted
from support.stories.second_person import ADMIN, MARKET, TRANSPORT, WORDS, another, confirmed
from support.stories.settled import Settlement, settle_run

FAILED = "2026-12-02 09:00"
DOWN = "2026-12-02 09:58"
"""It was running when the outage began, and could not be sent."""
OBJECTION = "仪器读数前后不一，请复核这次检验。"


def fails(city: City, when: str = FAILED, **said: Any) -> str:
    city.enter()
    return str(run(city, when, **{**FAIL, **said})["case"])


def late_fail(city: City, when: str, told: str, **said: Any) -> dict[str, Any]:
    """Another run of the line came before it, so that its hour is believed."""
    run(city, told, now=at(told), outcome="aborted", station=said.get("station", NEAR))
    return run(city, when, now=at(told.replace(":00", ":20")), **{**FAIL, **said})


def opinion(city: City, case: str, when: str, to: str = FAR) -> Any:
    said = {"kind": "objection", "to_station": to, "expires_on": date(2026, 12, 20), **WORDS}
    return grant_exit(city.callers[ENV], case, now=at(when), **said)


def annulment(city: City, case: str, when: str) -> Any:
    return annul_case(city.callers[ENV], case, now=at(when), **WORDS)


def objects(case: str, when: str) -> None:
    token = Case.objects.get(case_no=case).owner_token
    raise_objection(token, ground="instrument", words=OBJECTION, now=at(when))


def moved_on(made: Proposal, when: str) -> None:
    with pytest.raises(Refusal, match="case-moved-on"):
        confirmed(made, at(when))
    reject(another(made.asked.code), made.pk, said="案件已变", now=at(when))  # type: ignore[union-attr]


def test_an_opinion_of_a_fail_that_stands_is_given(city: City) -> None:
    made = opinion(city, fails(city), "2026-12-03 09:00")
    confirmed(made, at("2026-12-04 09:00"))
    assert run(city, "2026-12-05 09:00", station=FAR)["case_state"] == "closed"


def test_after_another_fail_it_is_proposed_anew(city: City) -> None:
    case = fails(city)
    made = opinion(city, case, "2026-12-03 09:00")
    late_fail(city, "2026-12-03 11:00", "2026-12-03 12:00")
    moved_on(made, "2026-12-03 13:00")
    confirmed(opinion(city, case, "2026-12-03 14:00"), at("2026-12-03 15:00"))
    assert run(city, "2026-12-04 09:00", station=FAR)["case_state"] == "closed"


def test_a_fail_between_the_two_that_is_told_later_is_not_answered(city: City) -> None:
    made = opinion(city, fails(city), "2026-12-03 09:00")
    confirmed(made, at("2026-12-03 11:30"))
    assert permitted(city, FAR, "2026-12-03 11:40")
    late_fail(city, "2026-12-03 11:00", "2026-12-03 12:00")
    assert not permitted(city, FAR, "2026-12-03 13:00")


def test_who_failed_it_before_its_repair_may_give_an_opinion_again(city: City) -> None:
    case = fails(city)
    confirmed(opinion(city, case, "2026-12-03 09:00"), at("2026-12-03 10:00"))
    assert run(city, "2026-12-04 09:00", station=FAR, **FAIL)["counts"] == "case"
    city.repair("2026-12-05 16:00")
    assert run(city, "2026-12-06 09:00", station=FAR, purpose="retest", **FAIL)["counts"] == "case"
    confirmed(opinion(city, case, "2026-12-06 10:00", NEAR), at("2026-12-06 11:00"))
    assert run(city, "2026-12-07 09:00")["case_state"] == "closed"


def test_no_annulment_once_the_objection_was_answered(city: City) -> None:
    case = fails(city)
    objects(case, "2026-12-02 10:00")
    made = annulment(city, case, "2026-12-02 11:00")
    reject_objection(city.callers[ENV], case, now=at("2026-12-02 12:00"), **WORDS)
    moved_on(made, "2026-12-02 13:00")
    confirmed(annulment(city, case, "2026-12-02 14:00"), at("2026-12-02 15:00"))
    assert Case.objects.get().state == "annulled"


def test_an_objection_of_the_same_test_does_not_stand_in_the_way(city: City) -> None:
    case = fails(city)
    made = annulment(city, case, "2026-12-02 10:00")
    objects(case, "2026-12-02 11:00")
    confirmed(made, at("2026-12-02 12:00"))
    assert Case.objects.get().state == "annulled"


def test_of_two_tests_of_one_number_the_one_objected_to_is_annulled(city: City) -> None:
    case = fails(city, test_no="T1")
    objects(case, "2026-12-02 10:00")
    made = annulment(city, case, "2026-12-02 10:30")
    late_fail(city, "2026-12-02 08:00", "2026-12-02 11:00", station=FAR, test_no="T1")
    confirmed(made, at("2026-12-02 13:00"))
    assert Test.objects.get(station__code=NEAR, test_no="T1").counts_why == "annulled"


@pytest.mark.parametrize("gone", [False, True])
def test_an_objection_of_former_times_names_no_station(city: City, gone: bool) -> None:
    case = fails(city)
    objects(case, "2026-12-02 10:00")
    row = Case.objects.get()
    for told in row.snapshot["objections"]:
        del told["station"], told["test_no"]
    row.save(update_fields=["snapshot"])
    if gone:
        Test.objects.update(case_no="")
        with pytest.raises(Refusal, match="objected-test-gone"):
            annulment(city, case, "2026-12-02 11:00")
        return
    confirmed(annulment(city, case, "2026-12-02 11:00"), at("2026-12-02 12:00"))
    assert Test.objects.get().counts_why == "annulled"


def test_a_line_that_was_locked_since_is_not_unlocked(city: City) -> None:
    made = two.order(city, at("2026-12-02 09:00"))
    confirmed(two.order(city, at("2026-12-02 09:10"), "lock"), at("2026-12-02 09:20"))
    assert isinstance(made, Proposal)
    with pytest.raises(Refusal, match="line-moved-on"):
        confirmed(made, at("2026-12-02 10:00"))
    reject(another(MARKET), made.pk, said="已锁定", now=at("2026-12-02 10:10"))
    confirmed(two.order(city, at("2026-12-02 10:20")), at("2026-12-02 10:30"))
    assert LineOrder.objects.latest("id").kind == "unlock"


def in_outage(city: City) -> None:
    city.enter()
    two.administrator()
    confirmed(two.outage(city, at("2026-12-02 10:00"), another(ADMIN, "declarer")), at("2026-12-02 10:05"))


def paper(when: str, *, alone: bool = False, plate: str = PLATE) -> Any:
    who = another(ENV, "operator")
    if alone:
        User.objects.filter(party__code=TRANSPORT).update(is_active=False)
        who = replace(who, alone="周末值班，无人可以确认")
    seen = PaperSeen(station=NEAR, shop=LISTED, plate=plate, reason="电话核对原件", settlement_no="J77001")
    return unlock_by_operator(who, seen, at(when))


def test_a_paper_opens_the_gate_after_a_fail_that_was_still_on_its_way(city: City) -> None:
    in_outage(city)
    made = paper("2026-12-02 10:10")
    run(city, DOWN, now=at("2026-12-02 10:30"), **FAIL)
    confirmed(made, at("2026-12-02 12:00"))
    assert permitted(city, NEAR, "2026-12-02 12:30")


def test_no_paper_answers_a_fail_between_its_reading_and_its_confirming(city: City) -> None:
    in_outage(city)
    made = paper("2026-12-02 10:10")
    confirmed(made, at("2026-12-02 12:00"))
    assert run(city, "2026-12-02 11:00", now=at("2026-12-02 12:10"), **FAIL)["counts"] == "case"
    assert not permitted(city, NEAR, "2026-12-02 12:30")


def test_a_paper_stays_with_its_car_when_the_plate_goes_to_another(city: City) -> None:
    in_outage(city)
    fails(city)
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    run(city, "2026-12-02 09:30", vehicle=car(vin=OTHER_VIN, plate=OTHER_PLATE), **FAIL)
    made = paper("2026-12-02 10:10")
    replated_since(city, "2026-12-02 10:20", date(2026, 12, 2), NEW_PLATE)
    replated_since(city, "2026-12-02 10:30", date(2026, 12, 2), PLATE, OTHER_VIN)
    confirmed(made, at("2026-12-02 12:00"))
    other = ask_permit(city.callers[NEAR], station=NEAR, vin=OTHER_VIN, at=at("2026-12-02 13:00"))
    assert not other["allowed"]
    assert permitted(city, NEAR, "2026-12-02 13:00"), "of the car that it was read out for"


def test_a_fail_of_before_that_is_told_since_is_weighed_anew(city: City) -> None:
    case = fails(city)
    made = opinion(city, case, "2026-12-02 10:00", "")
    said = late_fail(city, "2026-12-02 08:00", "2026-12-02 11:00", station=FAR)
    settle_run(
        city.callers[ENV], FAR, said["test_no"], Settlement("released", "视频相符"), at("2026-12-02 11:30")
    )
    moved_on(made, "2026-12-02 12:00")


@pytest.mark.parametrize("failed", ["before", "after"])
def test_a_paper_taken_alone_opens_no_gate_once_it_is_rejected(city: City, failed: str) -> None:
    in_outage(city)
    if failed == "before":
        fails(city)
    made = paper("2026-12-02 10:10", alone=True)
    assert permitted(city, NEAR, "2026-12-02 10:30") is (failed == "before")
    reject(another(TRANSPORT), made.pk, said="没有这回事", now=at("2026-12-02 11:00"))
    if failed == "after":
        run(city, DOWN, now=at("2026-12-02 11:10"), **FAIL)
        assert PaperUnlock.objects.get().unlocked_at is not None
    assert not permitted(city, NEAR, "2026-12-02 11:30")
    assert Finding.objects.filter(code="unlock-unconfirmed").exists()
    assert failed == "after" or CaseEvent.objects.filter(kind="UnlockEnded").exists()


def test_a_retest_that_rested_on_it_stays(city: City) -> None:
    in_outage(city)
    fails(city)
    made = paper("2026-12-02 10:10", alone=True)
    assert run(city, "2026-12-02 10:40", purpose="retest")["case_state"] == "closed"
    reject(another(TRANSPORT), made.pk, said="没有这回事", now=at("2026-12-02 11:00"))
    assert Case.objects.get().state == "closed" and Finding.objects.filter(code="unlock-unconfirmed").exists()
