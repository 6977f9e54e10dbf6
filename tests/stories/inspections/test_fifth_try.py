"""Whose number it is, who might still work, whose turn it is: nobody gets round a failed run by what two records share,
by a day that has passed, or by saying it once more."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import msgspec
import pytest

from imloop.exchange.uploads.intake import take_test
from imloop.facts.refusal import Refusal
from imloop.steps.cases.grant_exit import annul_case, grant_exit
from imloop.steps.cases.objections import raise_objection
from imloop.steps.cases.release_repair import release_repair
from imloop.steps.outages.declare_outage import Declaration, declare
from imloop.store.models import Case, Certificate, Finding, Notice, Party, Standing, Test
from support.city import FAR, LISTED, NEAR, OTHER, UNLISTED, City, at
from support.messages.uploads import VIN
from support.messages.uploads import test_message as message_of
from support.stories.one_car import (
    ENV,
    FAIL,
    OTHER_PLATE,
    OTHER_VIN,
    car,
    mark,
    permitted,
)
from support.stories.settled import Settlement, settle_run

FAILED, RETEST = "2026-03-02 09:00", "2026-03-05 09:00"
NUMBER = "T-0001"


def run(city: City, when: str, **said: Any) -> dict[str, Any]:
    """The receipt, or the code of the refusal; of the one car, unless it says of another."""
    try:
        return city.test(when, **{"vehicle": car(), **said}).body
    except Refusal as refusal:
        return {"refused": refusal.code}


def failed(city: City, when: str = FAILED, **said: Any) -> str:
    """Its case."""
    city.enter()
    return str(city.test(when, vehicle=car(), **{**FAIL, **said}).body["case"])


def closed(code: str, since: date, state: str = "suspended") -> None:
    Standing.objects.create(party=Party.objects.get(code=code), state=state, since=since, cite="x")


def second_opinion(city: City, case: str, until: date = date(2026, 3, 20), kind: str = "objection") -> None:
    grant_exit(
        city.callers[ENV],
        case,
        kind=kind,
        to_station=FAR,
        reason="x",
        evidence="x",
        expires_on=until,
        now=at("2026-03-02 15:00"),
    )


def found(receipt: dict[str, Any]) -> list[str]:
    return [each["code"] for each in receipt["findings"]]


# Who might still work


def test_a_suspended_station_has_not_retested_the_evening_before(city: City) -> None:
    failed(city)
    city.repair("2026-03-04 16:00")
    closed(NEAR, date(2026, 3, 5))
    said = run(city, "2026-03-04 18:00", purpose="retest", now=at("2026-03-05 15:00"))
    assert (said["counts_why"], Case.objects.get().state) == ("time-held", "awaiting_retest")
    assert not mark(city, "2026-03-05 16:00")
    released = Settlement("released", "检测线日志和监控相符")
    settle_run(city.callers[ENV], NEAR, said["test_no"], released, at("2026-03-05 17:00"))
    assert mark(city, "2026-03-05 18:00")


def test_its_failed_runs_of_the_evening_before_count(city: City) -> None:
    """The honest direction, and the strict one: a fail frees nobody."""
    city.enter()
    closed(NEAR, date(2026, 3, 5))
    said = run(city, "2026-03-04 18:00", now=at("2026-03-05 15:00"), **FAIL)
    assert said["counts"] == "case" and not mark(city, "2026-03-05 16:00")


def test_what_a_working_station_sends_the_next_morning_counts(city: City) -> None:
    failed(city)
    city.repair("2026-03-04 16:00")
    closed(FAR, date(2026, 3, 5))
    said = run(city, "2026-03-04 18:00", purpose="retest", now=at("2026-03-05 08:00"))
    assert said["case_state"] == "closed"


def test_nor_has_one_whose_certificate_has_lapsed(city: City) -> None:
    failed(city)
    city.repair("2026-03-04 16:00")
    station = Party.objects.get(code=NEAR)
    span = {"since": date(2020, 3, 5), "until": date(2026, 3, 5)}
    Certificate.objects.create(party=station, kind="cma", number="x", **span)
    said = run(city, "2026-03-04 18:00", purpose="retest", now=at("2026-03-05 15:00"))
    assert said["counts_why"] == "time-held"


@pytest.mark.parametrize("state", ["suspended", "revoked", "withdrawn"])
def test_a_shop_that_left_the_list_has_not_repaired_the_evening_before(city: City, state: str) -> None:
    case = failed(city)
    closed(LISTED, date(2026, 3, 5), state)
    done = city.repair("2026-03-04 20:00", now=at("2026-03-05 15:00")).body
    assert "time-held" in found(done) and not permitted(city, NEAR, "2026-03-05 16:00")
    office = city.callers[ENV]
    release_repair(office, case, LISTED, done["repair_no"], reason="看过工单", now=at("2026-03-05 17:00"))
    assert permitted(city, NEAR, "2026-03-05 18:00")


def test_no_outage_explains_that_it_left_the_list(city: City) -> None:
    failed(city)
    closed(LISTED, date(2026, 3, 5), "revoked")
    city.repair("2026-03-04 20:00", now=at("2026-03-05 15:00"))
    said = Declaration(
        scope="place",
        place="450200",
        cause="平台停机",
        starts_at=at("2026-03-04 19:00"),
        ends_at=at("2026-03-05 14:00"),
        late_reason="恢复后宣布",
    )
    declare(city.callers[ENV], said, at("2026-03-05 16:00"))
    assert not permitted(city, NEAR, "2026-03-05 17:00")


def test_what_a_listed_shop_reports_the_next_day_opens_the_retest(city: City) -> None:
    failed(city)
    closed(OTHER, date(2026, 3, 5))
    city.repair("2026-03-04 20:00", now=at("2026-03-05 15:00"))
    assert permitted(city, NEAR, "2026-03-05 16:00")


def test_the_owners_other_station_is_no_way_out_without_a_repair(city: City) -> None:
    case = failed(city)
    closed(NEAR, date(2026, 3, 3))
    second_opinion(city, case, kind="station-closed")
    assert run(city, "2026-03-04 09:00", station=FAR)["refused"] == "no-repair-record"
    city.repair("2026-03-04 16:00")
    assert run(city, RETEST, station=FAR, purpose="retest")["case_state"] == "closed"


def test_a_way_out_ends_with_its_day_by_the_runs_own_day(city: City) -> None:
    case = failed(city)
    second_opinion(city, case, date(2026, 3, 4), kind="no-line")
    city.repair("2026-03-04 16:00")
    assert run(city, "2026-03-05 00:01", station=FAR)["refused"] == "not-this-station"
    said = run(city, "2026-03-04 18:00", station=FAR, purpose="retest", now=at("2026-03-05 08:00"))
    assert said["case_state"] == "closed"


# Whose number


def test_a_fail_of_another_station_with_the_same_number_is_not_annulled_with_it(city: City) -> None:
    city.enter()
    false = city.test("2026-03-02 10:00", station=FAR, vehicle=car(), test_no=NUMBER, **FAIL).body
    annul_case(
        city.callers[ENV], false["case"], reason="仪器故障", evidence="检定书", now=at("2026-03-02 15:00")
    )
    run(city, FAILED, test_no=NUMBER, now=at("2026-03-02 16:00"), **FAIL)
    assert Case.objects.get(closed_at=None).station == Party.objects.get(code=NEAR)


@pytest.mark.parametrize("numbers", [(NUMBER, NUMBER), (NUMBER, NUMBER.lower()), (NUMBER, "T-0002")])
def test_a_repair_that_was_over_before_its_fail_had_arrived_waits(
    city: City, numbers: tuple[str, str]
) -> None:
    """Two stations may give their runs one number: which of them the repair answers is asked by station and number."""
    case = failed(city, test_no=numbers[0])
    second_opinion(city, case)
    run(city, "2026-03-03 09:00", station=FAR, test_no=numbers[1], now=at("2026-03-03 20:00"), **FAIL)
    came = at("2026-03-03 11:00").isoformat()
    done = city.repair("2026-03-03 18:00", received_at=came, now=at("2026-03-03 21:00")).body
    assert "fail-told-late" in found(done) and not permitted(city, FAR, "2026-03-03 22:00")
    said = {"reason": "看过", "now": at("2026-03-04 09:00"), "fail_hour_holds": True}
    release_repair(city.callers[ENV], case, LISTED, done["repair_no"], **said)
    assert permitted(city, FAR, "2026-03-04 10:00")


def test_a_second_opinion_of_the_same_number_has_a_notice_of_its_own(city: City) -> None:
    case = failed(city, test_no=NUMBER)
    second_opinion(city, case)
    run(city, "2026-03-03 09:00", station=FAR, test_no=NUMBER, **FAIL)
    assert sorted(Notice.objects.values_list("round", flat=True)) == [1, 2]


def test_a_repair_number_of_another_shop_is_not_released_with_it(city: City) -> None:
    case = failed(city, now=at("2026-03-02 15:00"))
    early = {"repair_no": "W1", "received_at": at("2026-03-02 10:00").isoformat()}
    city.repair("2026-03-02 13:00", **early, now=at("2026-03-02 16:00"))
    city.repair("2026-03-02 13:30", shop=OTHER, **early, items=[], parts=[], now=at("2026-03-02 16:10"))
    office = city.callers[ENV]
    said = {"reason": "看过", "fail_hour_holds": True}
    release_repair(office, case, OTHER, "W1", **said, now=at("2026-03-03 09:00"))
    assert not permitted(city, NEAR, "2026-03-03 10:00")
    release_repair(office, case, LISTED, "W1", **said, now=at("2026-03-03 11:00"))
    assert permitted(city, NEAR, "2026-03-03 12:00")


def test_a_repair_that_is_released_after_the_next_fail_answers_that_one_not(city: City) -> None:
    case = failed(city, now=at("2026-03-02 15:00"))
    early = at("2026-03-02 10:00").isoformat()
    held = city.repair("2026-03-02 13:00", received_at=early, now=at("2026-03-02 16:00")).body
    city.repair("2026-03-03 13:00", shop=OTHER)
    run(city, "2026-03-03 18:00", purpose="retest", **FAIL)
    with pytest.raises(Refusal, match="repair-not-held"):
        release_repair(
            city.callers[ENV], case, LISTED, held["repair_no"], reason="看过", now=at("2026-03-04 09:00")
        )
    assert not permitted(city, NEAR, "2026-03-04 10:00")


def test_a_number_in_other_letters_is_another_run(city: City) -> None:
    failed(city, test_no="T-a1")
    assert run(city, "2026-03-02 09:30", test_no="T-A1")["refused"] == "no-repair-record"
    assert Test.objects.get().test_no == "T-a1"


# Once more


def test_bytes_that_were_refused_are_judged_by_their_own_time_again(city: City) -> None:
    failed(city)
    body = msgspec.json.encode(message_of(at("2026-03-03 09:00"), station=NEAR, vehicle=car()))

    def refused(now: str) -> str:
        with pytest.raises(Refusal) as refusal:
            take_test(body, city.callers[NEAR], at(now))
        return refusal.value.code

    assert refused("2026-03-03 09:10") == "no-repair-record"
    came = at("2026-03-02 12:00").isoformat()
    city.repair("2026-03-03 08:55", received_at=came, now=at("2026-03-03 10:00"))
    assert refused("2026-03-03 10:10") == "record-after-retest"
    assert run(city, "2026-03-03 10:20", purpose="retest")["case_state"] == "closed"


def test_a_message_of_one_station_is_not_sent_with_the_key_of_another(city: City) -> None:
    failed(city)
    body = msgspec.json.encode(message_of(at(RETEST), station=NEAR, vehicle=car()))
    with pytest.raises(Refusal) as refused:
        take_test(body, city.callers[FAR], at("2026-03-05 09:10"))
    assert refused.value.code == "not-your-station" and not mark(city, "2026-03-05 10:00")


def test_a_fail_is_not_changed_into_a_pass_under_its_number(city: City) -> None:
    city.enter()
    body = message_of(at(FAILED), station=NEAR, vehicle=car(), **FAIL)
    take_test(msgspec.json.encode(body), city.callers[NEAR], at("2026-03-02 09:10"))
    body["trace"]["columns"]["co_pct"] = [0.1] * 180  # type: ignore[index]
    with pytest.raises(Refusal) as refused:
        take_test(json.dumps(body).encode(), city.callers[NEAR], at("2026-03-02 09:20"))
    assert refused.value.code == "test-no-taken" and not mark(city, "2026-03-02 10:00")


@pytest.mark.parametrize("where", [NEAR, FAR])
def test_a_pass_of_the_very_second_of_the_fail_frees_nobody(city: City, where: str) -> None:
    city.enter()
    run(city, FAILED, station=where)
    run(city, FAILED, **FAIL)
    assert Case.objects.filter(closed_at=None).exists() and not mark(city, "2026-03-02 10:00")


@pytest.mark.parametrize("started", ["2026-03-02T15:59:59-10:00", "2026-03-03T10:00:00+14:00"])
def test_an_offset_moves_no_run_to_before_the_fail(city: City, started: str) -> None:
    """Both are moments after the fail, whatever their clock says."""
    failed(city)
    said = message_of(at(FAILED), station=NEAR, vehicle=car(), started_at=started, ended_at=started)
    with pytest.raises(Refusal) as refused:
        take_test(msgspec.json.encode(said), city.callers[NEAR], at("2026-03-04 09:00"))
    assert refused.value.code == "no-repair-record" and not mark(city, "2026-03-04 10:00")


@pytest.mark.parametrize(("seconds", "allowed"), [("09:05:00", True), ("09:05:01", False)])
def test_two_clocks_may_differ_so_much_and_no_second_more(city: City, seconds: str, allowed: bool) -> None:
    """The retest began before the record had come."""
    failed(city)
    city.repair("2026-03-05 08:00", now=at(f"2026-03-05 {seconds}"))
    said = run(city, RETEST, purpose="retest", now=at("2026-03-05 09:10"))
    assert ("refused" not in said) is allowed and mark(city, "2026-03-05 10:00") is allowed


@pytest.mark.parametrize(("arrived", "why"), [("09:00:00", None), ("09:00:01", "time-held")])
def test_a_day_is_a_day_to_the_second(city: City, arrived: str, why: str | None) -> None:
    city.enter()
    assert run(city, FAILED, now=at(f"2026-03-03 {arrived}"))["counts_why"] == why


# Whose turn


def test_a_second_opinion_is_for_the_station_it_names_and_once(city: City) -> None:
    second_opinion(city, failed(city))
    assert not permitted(city, NEAR, "2026-03-02 16:00") and permitted(city, FAR, "2026-03-02 16:00")
    assert run(city, "2026-03-02 14:50", station=FAR)["refused"] == "not-this-station"
    assert run(city, "2026-03-03 10:00", station=FAR, **FAIL)["counts"] == "case"
    for station in (NEAR, FAR):
        assert not permitted(city, station, "2026-03-03 16:00")
    city.repair("2026-03-04 16:00")
    assert run(city, RETEST, station=FAR, purpose="retest")["case_state"] == "closed"


def test_an_objection_in_the_owners_name_opens_nothing(city: City) -> None:
    failed(city)
    raise_objection(
        Case.objects.get().owner_token,
        ground="instrument",
        words="检验当天仪器未校准，数据不可信",
        now=at("2026-03-02 12:00"),
    )
    for station in (NEAR, FAR):
        assert not permitted(city, station, "2026-03-02 13:00")
        assert "refused" in run(city, "2026-03-02 13:10", station=station)
    assert not mark(city, "2026-03-02 14:00")


def test_a_case_annulled_by_mistake_frees_no_fail_that_comes_after(city: City) -> None:
    """What the department took for a typing error was one of two fails; the other had waited in the spool."""
    case = failed(city)
    annul_case(city.callers[ENV], case, reason="录入错误", evidence="x", now=at("2026-03-02 12:00"))
    run(city, "2026-03-02 09:30", now=at("2026-03-02 13:00"), **FAIL)
    assert run(city, "2026-03-03 09:00", station=FAR)["refused"] == "not-this-station"
    assert not mark(city, "2026-03-03 10:00")


def test_a_fault_of_its_own_keeps_no_stations_clock(city: City) -> None:
    city.enter()
    own = Declaration(scope="own_fault", cause="断电", starts_at=at("2026-03-02 08:00"), late_reason="x")
    declare(city.callers[NEAR], own, at("2026-03-02 10:00"))
    assert run(city, FAILED, now=at("2026-03-05 12:00"))["counts_why"] == "time-held"
    for scope in ("stations", "platform", "place", "link"):
        said = Declaration(
            scope=scope, place="450200", stations=(NEAR,), cause="断电", starts_at=at("2026-03-02 08:00")
        )
        with pytest.raises(Refusal):
            declare(city.callers[NEAR], said, at("2026-03-02 10:00"))


def test_a_shop_off_the_list_and_a_listed_one_make_no_repair_together(city: City) -> None:
    failed(city)
    city.repair("2026-03-03 16:00", shop=UNLISTED)
    assert not permitted(city, NEAR, "2026-03-03 17:00")
    city.repair("2026-03-04 16:00", items=[], parts=[])
    assert not permitted(city, NEAR, "2026-03-04 17:00")
    city.repair("2026-03-05 16:00")
    assert permitted(city, NEAR, "2026-03-05 17:00")


def test_a_running_number_that_is_left_out_moves_no_pass_before_a_fail_elsewhere(city: City) -> None:
    failed(city)
    said = run(city, "2026-03-02 08:50", station=FAR, now=at("2026-03-02 12:00"), sequence=None)
    assert said["counts_why"] == "time-held" and not mark(city, "2026-03-02 13:00")


def test_the_exterior_is_answered_with_a_verdict_where_it_failed_by_one(city: City) -> None:
    failed(city, co=0.1, exterior={"verdict": "fail", "items": {}})
    city.repair("2026-03-04 16:00")
    less = run(city, RETEST, purpose="retest", exterior={"items": {"visible_smoke": False}})
    assert less["counts_why"] == "fault-not-retested"
    whole = run(city, "2026-03-05 10:00", purpose="retest", exterior={"verdict": "pass", "items": {}})
    assert whole["case_state"] == "closed"


def test_nobody_elses_run_is_taken_back_by_all_this(city: City) -> None:
    """The honest neighbour: another car at both stations on the same days."""
    failed(city, test_no=NUMBER)
    other = car(vin=OTHER_VIN, plate=OTHER_PLATE)
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    assert run(city, FAILED, station=FAR, vehicle=other, test_no=NUMBER)["counts"] == "cycle"
    assert mark(city, "2026-03-02 10:00", vin=OTHER_VIN) and not mark(city, "2026-03-02 10:00", vin=VIN)
    assert not Finding.objects.filter(station_code=FAR, code="time-held").exists()
