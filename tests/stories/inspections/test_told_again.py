"""A history that is told again, because a fact came late or a case was annulled, is told whole: nobody's failed run,
repair or way on is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from imloop.steps.cases.grant_exit import annul_case, grant_exit
from imloop.steps.cases.objections import raise_objection
from imloop.steps.cases.release_repair import release_repair
from imloop.steps.vehicles.ask_mark import release_mark
from imloop.store.models import Case, Notice, OutboxEntry, Party, Standing, Test, Vehicle
from support.city import FAR, LISTED, NEAR, City, at
from support.messages.uploads import VIN
from support.stories.one_car import ENV, FAIL, POLICE, WRONG, car, mark, permitted, that_car
from support.stories.settled import Settlement, settle_run


def _merged(city: City, to_station: str = "") -> Case:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-02 16:00", received_at=at("2026-03-02 14:00").isoformat())
    city.test("2026-03-03 09:00", vehicle=car(), purpose="retest")
    city.test("2026-03-03 12:00", vehicle=car(), **FAIL)
    second = Case.objects.get(closed_at=None)
    if to_station:
        words = {"kind": "moved", "reason": "迁出", "evidence": "x", "expires_on": date(2026, 3, 20)}
        grant_exit(
            city.callers[ENV], second.case_no, to_station=to_station, now=at("2026-03-03 15:00"), **words
        )
    done = city.repair("2026-03-03 18:00", received_at=at("2026-03-03 14:00").isoformat()).body
    # From the station's spool: it had failed between repair and retest.
    city.test("2026-03-03 08:00", vehicle=car(), now=at("2026-03-03 19:00"), **FAIL)
    first = Case.objects.get(closed_at=None).case_no
    _looked_at(city, {**done, "case": first}, "2026-03-03 19:20")
    assert permitted(city, NEAR, "2026-03-03 19:30")
    return second


def test_a_merged_cases_repair_outlives_a_second_telling(city: City) -> None:
    _merged(city)
    city.test("2026-03-03 18:30", station=FAR, vehicle=car(), outcome="aborted", now=at("2026-03-03 20:00"))
    city.test("2026-03-03 18:20", station=FAR, vehicle=car(), now=at("2026-03-03 20:10"))
    assert permitted(city, NEAR, "2026-03-03 20:30")


def test_an_honest_pass_outlives_a_second_telling(city: City) -> None:
    _merged(city)
    city.test("2026-03-04 09:00", vehicle=car(), purpose="retest")
    assert mark(city, "2026-03-04 10:00")
    city.test("2026-03-03 18:20", station=FAR, vehicle=car(), now=at("2026-03-04 10:10"))
    assert mark(city, "2026-03-04 11:00")


def test_a_repair_may_name_the_case_that_was_merged(city: City) -> None:
    second = _merged(city)
    city.test("2026-03-04 09:00", vehicle=car(), purpose="retest", **FAIL)
    city.repair("2026-03-05 16:00", case_no=second.case_no)
    assert permitted(city, NEAR, "2026-03-05 17:00")


def test_annulling_the_first_fail_does_not_annul_the_second(city: City) -> None:
    """The objection was to the first; the vehicle truly failed again before it was answered."""
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    row = Case.objects.get()
    words = "检验当天仪器未校准，数据不可信"
    raise_objection(row.owner_token, ground="instrument", words=words, now=at("2026-03-02 12:00"))
    city.repair("2026-03-03 16:00")
    city.test("2026-03-04 09:00", vehicle=car(), purpose="retest", **FAIL)
    annul_case(
        city.callers[ENV], row.case_no, reason="异议成立", evidence="检定书", now=at("2026-03-04 12:00")
    )
    assert not permitted(city, NEAR, "2026-03-04 13:00") and not mark(city, "2026-03-04 13:00")
    (case,) = Case.objects.filter(closed_at=None)
    assert (case.round, case.failed_at) == (1, at("2026-03-04 09:00"))
    assert Notice.objects.filter(case=case).exists()


def test_a_repair_that_ends_as_the_retest_begins_is_told_as_it_was_taken(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-04 16:00")
    city.test("2026-03-04 16:00", vehicle=car(), purpose="retest")
    assert Case.objects.get().state == "closed"
    city.test("2026-03-04 10:00", station=FAR, vehicle=car(), now=at("2026-03-04 17:00"))
    assert Case.objects.get().state == "closed"


def test_a_failed_retest_as_the_repair_ends_is_not_forgotten(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-04 16:00")
    city.test("2026-03-04 16:00", vehicle=car(), purpose="retest", **FAIL)
    assert not permitted(city, NEAR, "2026-03-04 16:30")
    city.test("2026-03-04 10:00", station=FAR, vehicle=car(), now=at("2026-03-04 17:00"))
    city.test("2026-03-04 10:30", vehicle=car(), now=at("2026-03-04 17:00"))
    assert not permitted(city, NEAR, "2026-03-04 17:30")


def test_a_case_that_a_late_fact_opened_has_its_notice(city: City) -> None:
    """A pass comes late that closes the case before a later failed run: that run has a case and a notice of its own."""
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-02 16:00", received_at=at("2026-03-02 14:00").isoformat())
    city.test("2026-03-03 12:00", vehicle=car(), purpose="retest", **FAIL)
    city.test("2026-03-03 09:00", vehicle=car(), purpose="retest", now=at("2026-03-03 14:00"))
    case = Case.objects.get(closed_at=None)
    assert case.round == 1 and case.failed_at == at("2026-03-03 12:00")
    assert Notice.objects.filter(case=case).exists()


def test_the_same_number_at_two_stations_mixes_nothing_up(city: City) -> None:
    city.enter()
    number = "T-0001"
    city.test("2026-03-02 09:00", vehicle=car(), test_no=number, now=at("2026-03-02 12:00"), **FAIL)
    city.test("2026-03-02 09:30", station=FAR, vehicle=car(), outcome="aborted", now=at("2026-03-02 12:10"))
    city.test("2026-03-02 09:20", station=FAR, vehicle=car(), test_no=number, now=at("2026-03-02 12:20"))
    done = city.repair(
        "2026-03-02 11:50", received_at=at("2026-03-02 10:00").isoformat(), now=at("2026-03-02 12:30")
    )
    assert "fail-told-late" in [each["code"] for each in done.body["findings"]]
    assert not permitted(city, NEAR, "2026-03-02 13:00")


def _looked_at(city: City, repair: dict[str, Any], when: str) -> None:
    """It was over before the failed run had arrived from the spool: a department releases it, for nothing else."""
    assert "paper-number-reused" not in [each["code"] for each in repair["findings"]]
    said = {"reason": "看过检测线日志", "now": at(when), "fail_hour_holds": True}
    release_repair(city.callers[ENV], repair["case"], LISTED, repair["repair_no"], **said)


def test_a_corrected_record_of_a_carried_over_repair_has_the_same_papers(city: City) -> None:
    city.enter()
    false = city.test("2026-03-02 10:00", station=FAR, vehicle=car(), **FAIL).body
    papers = {"certificate_no": "H7001", "settlement_no": "J7001", "invoice_no": "25452000000012345678"}
    came = at("2026-03-02 12:00").isoformat()
    city.repair("2026-03-02 16:00", received_at=came, documents=papers, items=[], parts=[])
    annul_case(city.callers[ENV], false["case"], reason="仪器故障", evidence="x", now=at("2026-03-02 18:00"))
    city.test("2026-03-02 09:00", vehicle=car(), now=at("2026-03-02 19:00"), **FAIL)
    assert not permitted(city, NEAR, "2026-03-02 20:00")
    anew = city.repair(
        "2026-03-02 16:00", received_at=came, documents=papers, now=at("2026-03-02 20:00")
    ).body
    _looked_at(city, anew, "2026-03-02 21:00")
    assert permitted(city, NEAR, "2026-03-03 09:00")


def test_a_corrected_record_after_a_merge_has_the_same_papers(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-02 16:00", received_at=at("2026-03-02 14:00").isoformat())
    city.test("2026-03-03 09:00", vehicle=car(), purpose="retest")
    city.test("2026-03-03 12:00", vehicle=car(), **FAIL)
    papers = {"certificate_no": "H7001", "settlement_no": "J7001", "invoice_no": "25452000000012345678"}
    came = at("2026-03-03 14:00").isoformat()
    city.repair("2026-03-03 18:00", received_at=came, documents=papers, items=[], parts=[])
    city.test("2026-03-03 08:00", vehicle=car(), now=at("2026-03-03 19:00"), **FAIL)
    anew = city.repair(
        "2026-03-03 18:00", received_at=came, documents=papers, now=at("2026-03-03 20:00")
    ).body
    _looked_at(city, anew, "2026-03-03 20:10")
    assert permitted(city, NEAR, "2026-03-03 20:30")


def test_a_case_opened_again_after_its_station_closed_has_a_way_out(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-02 16:00", received_at=at("2026-03-02 14:00").isoformat())
    city.test("2026-03-03 09:00", vehicle=car(), purpose="retest")
    city.test(
        "2026-03-03 08:00", vehicle=car(vin=WRONG), purpose="retest", now=at("2026-03-03 10:00"), **FAIL
    )
    run = Test.objects.get(vehicle=None)
    Standing.objects.create(
        party=Party.objects.get(code=NEAR), state="suspended", since=date(2026, 3, 4), cite="x"
    )
    that = str(Vehicle.objects.get(vin=VIN).pk)
    settle_run(city.callers[ENV], NEAR, run.test_no, Settlement("vehicle", "x", that), at("2026-03-05 10:00"))
    assert [each["kind"] for each in Case.objects.get(closed_at=None).snapshot["exits"]] == ["station-closed"]


def test_what_is_left_after_an_annulment_has_a_way_out_of_a_closed_station(city: City) -> None:
    city.enter()
    case = city.test("2026-03-02 09:00", vehicle=car(), **FAIL).body["case"]
    city.repair("2026-03-03 16:00")
    city.test("2026-03-04 09:00", vehicle=car(), purpose="retest", **FAIL)
    Standing.objects.create(
        party=Party.objects.get(code=NEAR), state="suspended", since=date(2026, 3, 5), cite="x"
    )
    annul_case(city.callers[ENV], case, reason="x", evidence="x", now=at("2026-03-06 12:00"))
    assert [each["kind"] for each in Case.objects.get(closed_at=None).snapshot["exits"]] == ["station-closed"]


def test_what_was_objected_to_falls_though_an_older_fail_came_since(city: City) -> None:
    city.enter()
    second = city.test("2026-03-02 10:00", vehicle=car(), **FAIL).body
    row = Case.objects.get()
    words = "检验当天仪器未校准，数据不可信"
    raise_objection(row.owner_token, ground="instrument", words=words, now=at("2026-03-02 12:00"))
    first = city.test("2026-03-02 09:00", vehicle=car(), now=at("2026-03-02 13:00"), **FAIL).body
    annul_case(
        city.callers[ENV], row.case_no, reason="异议成立", evidence="检定书", now=at("2026-03-03 12:00")
    )
    why = dict(Test.objects.values_list("test_no", "counts_why"))
    assert (why[first["test_no"]], why[second["test_no"]]) == (None, "annulled")
    assert not mark(city, "2026-03-04 13:00")


def test_a_run_of_the_same_number_casts_no_doubt_on_a_mark(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), test_no="T-0001")
    release_mark(city.callers[POLICE], vin=VIN, now=at("2026-03-02 10:00"))
    city.test("2026-03-02 11:30", station=FAR, vehicle=car(), test_no="T-0001")
    city.test("2026-03-02 11:20", station=FAR, vehicle=car(), now=at("2026-03-02 13:00"), **FAIL)
    assert Test.objects.get(station__code=FAR, test_no="T-0001").counts == "nothing"
    assert not OutboxEntry.objects.filter(topic="mark-doubtful").exists()


def test_a_merged_cases_exit_outlives_a_second_telling(city: City) -> None:
    second = _merged(city, to_station=FAR)
    assert second.state == "awaiting_repair"
    city.test("2026-03-03 17:00", vehicle=car(vin=WRONG), now=at("2026-03-03 20:10"))
    _it_is_that_car(city, Test.objects.get(vehicle=None), "2026-03-03 20:20")
    assert permitted(city, FAR, "2026-03-04 09:00")


def _it_is_that_car(city: City, run: Test, when: str) -> None:
    said = Settlement("vehicle", "录入错误", str(Vehicle.objects.get(vin=VIN).pk))
    settle_run(city.callers[ENV], run.station.code, run.test_no, said, at(when))


def _held(city: City) -> dict[str, Any]:
    """A repair that was reported too late to count by itself."""
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    done = city.repair("2026-03-03 16:00", now=at("2026-03-05 08:00")).body
    assert [each["code"] for each in done["findings"]] == ["time-held"]
    return done


def _let_go(city: City, done: dict[str, Any]) -> None:
    who, now = city.callers[ENV], at("2026-03-05 10:00")
    row = release_repair(who, done["case"], LISTED, done["repair_no"], reason="看过工单", now=now)
    assert row.state == Case.objects.get().state


def test_a_retest_beside_the_release_of_its_repair_is_told_as_it_was_taken(city: City) -> None:
    """By the line's clock it began three minutes before: two clocks may differ by that."""
    _let_go(city, _held(city))
    city.test("2026-03-05 09:57", vehicle=car(), purpose="retest", now=at("2026-03-05 10:05"))
    assert Case.objects.get().state == "closed"
    city.test("2026-03-04 10:00", station=FAR, vehicle=car(), now=at("2026-03-05 11:00"))
    assert Case.objects.get().state == "closed"
    assert Test.objects.get(started_at=at("2026-03-05 09:57")).counts == "case"


@pytest.mark.parametrize(("begun", "state"), [("09:57", "closed"), ("09:50", "awaiting_retest")])
def test_a_retest_that_waited_is_asked_again_when_its_repair_is_released(
    city: City, begun: str, state: str
) -> None:
    """It was doubtful whose run it was; when that was settled, the repair was still held."""
    done = _held(city)
    doubtful = {"vehicle": car(vin=WRONG), "purpose": "retest", "now": at("2026-03-05 09:58")}
    run = city.test(f"2026-03-05 {begun}", **doubtful).body
    that_car(city, NEAR, run, "2026-03-05 09:59")
    assert Test.objects.get(test_no=run["test_no"]).counts_why == "retest-without-permit"
    _let_go(city, done)
    assert Case.objects.get().state == state
