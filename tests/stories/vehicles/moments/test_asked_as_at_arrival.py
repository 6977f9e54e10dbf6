"""A department settles which car a doubtful run was of: that asks exactly what its arrival would have asked, had the
car been certain, whoever typed a sign wrong and whenever the department looks."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from imloop.exchange.uploads.decode_inspection import decode_kept_test
from imloop.gates.inspections.counts import JUDGED_ANEW
from imloop.papers.assemble import report_pdf
from imloop.proof.journal import receipt_hash
from imloop.steps.cases.grant_exit import annul_case
from imloop.steps.inspections.replay import replay_test
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.steps.reports.compare_stations import period_of, station_rows
from imloop.store.models import Case, Finding, JournalEntry, Notice, OutboxEntry, Test, Vehicle
from stories.inspections.test_fourth_try import obd
from stories.inspections.test_sixth_try import run
from stories.outages.test_taken_back import true_one
from stories.vehicles.tries.test_ninth_try import assumed
from support.city import FAR, NEAR, City, at
from support.people import person
from support.stories.one_car import (
    ENV,
    FAIL,
    OTHER_PLATE,
    OTHER_VIN,
    VIN,
    WRONG,
    car,
    mark,
    permitted,
    that_car,
)
from support.stories.settled import Settlement, settle_run

FAILED, REPAIRED, RETEST = "2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00"
LEAN: dict[str, Any] = {"co": 0.6}
"""Too much for petrol, and not for gas."""
GAS = {"fuel": "cng"}
STRICT = "values:" + "".join(
    f"""
  limits.ASM.a.{item}:
    - {{value: 0.8, until: 2026-03-05, place: "450200"}}
    - {{value: 0.5, from: 2026-03-05, place: "450200"}}"""
    for item in ("co_5025_pct", "co_2540_pct")
)
BOTH = pytest.mark.parametrize("vin", [VIN, WRONG])
"""Under its own VIN, or one that is typed wrong."""


def told(city: City, when: str, vin: str, looked: str, *, station: str = NEAR, **said: Any) -> Test:
    """The department finds that it was this car, where that is doubtful. As it is kept then."""
    stated = car(vin=vin, **said.pop("states", {}))
    receipt = run(city, when, station=station, vehicle=stated, **said)
    if vin == WRONG:
        assert receipt["counts_why"] == "identity-doubtful"
        that_car(city, station, receipt, looked)
    return Test.objects.get(test_no=receipt["test_no"])


def released(city: City, kept: Test, when: str) -> None:
    said = Settlement("released", "检测线日志和监控相符")
    settle_run(city.callers[ENV], kept.station.code, kept.test_no, said, at(when))


def codes(kept: Test) -> list[str]:
    return sorted(Finding.objects.filter(subject=kept.test_no).values_list("code", flat=True))


# What fails as it is registered is a failed run with everything that follows from one


@BOTH
def test_what_fails_as_registered_has_its_case_its_notice_and_its_way_on(city: City, vin: str) -> None:
    city.enter()
    kept = told(city, FAILED, vin, "2026-03-02 15:00", states=GAS, **LEAN)
    (case,) = Case.objects.filter(closed_at=None)
    assert case.snapshot["failed_test"] == kept.test_no == Notice.objects.get(case=case).content["test_no"]
    assert {each["item"] for each in Notice.objects.get().content["items"]} == {"co_5025_pct", "co_2540_pct"}
    assert not permitted(city, NEAR, "2026-03-03 09:00")
    city.repair(REPAIRED)
    assert permitted(city, NEAR, RETEST)
    assert run(city, RETEST, purpose="retest")["case_state"] == "closed" and mark(city, "2026-03-05 10:00")


def test_its_row_says_so_its_receipt_does_not_and_the_journal_tells_both(city: City) -> None:
    city.enter()
    kept = told(city, FAILED, WRONG, "2026-03-02 15:00", states=GAS, **LEAN)
    assert (kept.result, kept.verdict["verdict"], kept.counts, kept.counts_why) == (
        "fail",
        "fail",
        "case",
        None,
    )
    assert kept.receipt["verdict"] == "pass" and kept.case_no == Case.objects.get().case_no
    (body,) = OutboxEntry.objects.filter(topic="run-settled").values_list("body", flat=True)
    noted = msgspec.json.decode(JournalEntry.objects.get(kind="run-settled").body)
    assert body["result"] == noted["result"] == "fail" and noted["law"] == kept.law_hash
    assert noted["verdict"] == receipt_hash("sha256", kept.verdict)
    assert replay_test(kept, decode_kept_test)["same"] and unlike_the_journal() == []
    again = run(city, FAILED, vehicle=car(vin=WRONG, **GAS), test_no=kept.test_no, **LEAN)
    assert again["verdict"] == "pass", "the same bytes have the same receipt"


def test_the_message_s_own_words_are_in_the_verdict_that_is_reached_then(city: City) -> None:
    """What the station claimed, and what its control unit said, is compared with the new verdict."""
    city.enter()
    claimed = {"verdict": "pass"}
    kept = told(city, FAILED, WRONG, "2026-03-02 15:00", states=GAS, claimed=claimed, **LEAN)
    assert (kept.receipt["claim"]["agrees"], kept.verdict["claim"]["agrees"]) == (True, False)
    assert replay_test(kept, decode_kept_test)["same"] and unlike_the_journal() == []


@BOTH
def test_lists_and_figures_count_it_among_the_failed(city: City, vin: str) -> None:
    city.enter()
    kept = told(city, FAILED, vin, "2026-03-02 15:00", states=GAS, **LEAN)
    rows = station_rows(city.callers[ENV], period_of(date(2026, 3, 1), date(2026, 3, 31)))
    assert {row.code: row.failed.part for row in rows if row.failed.part} == {NEAR: 1}
    assert (
        kept.test_no in person(ENV).get("/tests", {"result": "fail", "since": "2026-03-02"}).content.decode()
    )


def test_once_it_failed_nothing_that_is_entered_later_lets_it_pass(city: City) -> None:
    """Its time waits for a second word, and meanwhile the register makes it a gas car."""
    city.enter()
    run(city, FAILED, **FAIL)
    city.repair(REPAIRED)
    late = {"now": at("2026-03-05 12:00"), "states": GAS}
    kept = told(city, "2026-03-03 09:00", WRONG, "2026-03-05 13:00", **late, **LEAN)
    assert (kept.result, kept.counts_why) == ("fail", "time-held")
    Vehicle.objects.update(facts={**Vehicle.objects.get().facts, "fuel": "cng"}, fuel="cng")
    released(city, kept, "2026-03-05 14:00")
    kept.refresh_from_db()
    assert kept.result == "fail" and kept.counts_why != "not-decided" and unlike_the_journal() == []


@pytest.mark.parametrize("registered", [True, False])
@BOTH
def test_a_failed_retest_that_is_told_after_the_pass_takes_it_back(
    city: City, vin: str, registered: bool
) -> None:
    """Its case is closed by then: as it was stated when it failed it is asked all the same."""
    if registered:
        city.enter()
    run(city, FAILED, **FAIL)
    city.repair(REPAIRED)
    run(city, "2026-03-05 11:00", purpose="retest")
    assert Case.objects.get().state == "closed"
    retest = {"purpose": "retest", "now": at("2026-03-05 12:00"), "states": GAS}
    told(city, RETEST, vin, "2026-03-05 15:00", **retest, **LEAN)
    assert Case.objects.filter(closed_at=None).count() == 1
    assert not mark(city, "2026-03-05 16:00") and not permitted(city, NEAR, "2026-03-05 16:00")


def test_what_passed_before_anybody_looked_is_taken_back(city: City) -> None:
    city.enter()
    said = run(city, FAILED, vehicle=car(vin=WRONG, **GAS), **LEAN)
    assert run(city, "2026-03-02 14:00", station=FAR)["counts"] == "cycle"
    that_car(city, NEAR, said, "2026-03-02 15:00")
    assert not mark(city, "2026-03-02 16:00") and not permitted(city, FAR, "2026-03-02 16:00")


@BOTH
def test_it_waits_where_a_repair_since_may_answer_it_and_fails_once_released(city: City, vin: str) -> None:
    """It is told two days late, after the repair of another fail."""
    city.enter()
    run(city, FAILED, **FAIL)
    city.repair(REPAIRED)
    late = {"now": at("2026-03-05 12:00"), "states": GAS}
    kept = told(city, "2026-03-03 09:00", vin, "2026-03-05 13:00", **late, **LEAN)
    assert kept.counts_why == "time-held"
    released(city, kept, "2026-03-05 14:00")
    kept.refresh_from_db()
    assert kept.case_no and Case.objects.get().failed_at == at(FAILED), "it had no permit: a fault beside"


@BOTH
def test_what_decides_nothing_as_registered_is_no_pass(city: City, vin: str) -> None:
    """A diesel by the register, in a test for petrol."""
    city.enter(fuel="diesel")
    kept = told(city, FAILED, vin, "2026-03-02 15:00")
    assert kept.counts_why == "not-decided" and not mark(city, "2026-03-02 16:00")
    assert not Case.objects.exists()


@BOTH
def test_a_case_of_it_is_annulled_like_any_other(city: City, vin: str) -> None:
    """The register was wrong, say: the fail does not stand, and the car goes on."""
    city.enter()
    told(city, FAILED, vin, "2026-03-02 15:00", states=GAS, **LEAN)
    case = Case.objects.get()
    annul_case(city.callers[ENV], case.case_no, reason="x", evidence="x", now=at("2026-03-03 09:00"))
    assert Test.objects.get().counts_why == "annulled"
    assert run(city, "2026-03-03 10:00")["counts"] == "cycle" and mark(city, "2026-03-03 11:00")


@BOTH
def test_another_stations_case_that_rests_on_it_is_not_taken_over(city: City, vin: str) -> None:
    city.enter()
    told(city, "2026-03-02 10:00", vin, "2026-03-02 12:00", station=FAR, states=GAS, **LEAN)
    said = run(city, FAILED, now=at("2026-03-02 13:00"), **FAIL)
    assert said["counts_why"] == "time-held"
    city.repair(REPAIRED)
    assert not permitted(city, NEAR, RETEST)


# Its time, by what is known of the car


@BOTH
def test_no_pass_of_the_evening_before_the_limits_is_told_after_midnight(
    city: City, monkeypatch: pytest.MonkeyPatch, vin: str
) -> None:
    assumed(monkeypatch, STRICT)
    city.enter()
    kept = told(city, "2026-03-04 23:50", vin, "2026-03-05 09:00", now=at("2026-03-05 00:20"), **LEAN)
    assert kept.counts_why == "time-held" and not mark(city, "2026-03-05 10:00")
    released(city, kept, "2026-03-05 11:00")
    assert mark(city, "2026-03-05 12:00")


@BOTH
def test_a_run_that_a_true_outage_kept_is_settled_with_one_word(city: City, vin: str) -> None:
    city.enter()
    true_one("2026-12-01 10:00", "2026-12-01 08:00")
    kept = told(city, "2026-12-01 09:00", vin, "2026-12-03 15:00", now=at("2026-12-03 12:00"))
    assert kept.counts == "cycle" and mark(city, "2026-12-03 16:00")


# What is found of it


@BOTH
@pytest.mark.parametrize("shows", [{}, LEAN])
def test_what_contradicts_the_register_is_a_finding_once(city: City, vin: str, shows: dict[str, Any]) -> None:
    city.enter()
    kept = told(city, FAILED, vin, "2026-03-02 15:00", states=GAS, **shows)
    assert codes(kept).count("fuel-differs") == 1


@BOTH
def test_a_run_while_a_repairer_had_the_car_is_named(city: City, vin: str) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    city.repair(REPAIRED)
    run(city, "2026-03-04 18:00", outcome="aborted")
    kept = told(city, "2026-03-04 14:00", vin, "2026-03-05 09:00", now=at("2026-03-04 19:00"))
    assert "vehicle-elsewhere" in codes(kept)


@BOTH
def test_a_run_while_it_is_tested_elsewhere_is_named_and_none_overlaps_itself(city: City, vin: str) -> None:
    city.enter()
    alone = told(city, "2026-03-01 09:00", vin, "2026-03-01 15:00")
    assert "runs-overlap" not in codes(alone)
    run(city, FAILED, station=FAR)
    assert "runs-overlap" in codes(told(city, "2026-03-02 09:01", vin, "2026-03-02 15:00"))


@BOTH
def test_an_honest_typing_error_costs_a_look_and_nothing_else(city: City, vin: str) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    city.repair(REPAIRED)
    kept = told(city, RETEST, vin, "2026-03-05 15:00", purpose="retest")
    assert kept.counts == "case" and Case.objects.get().state == "closed" and mark(city, "2026-03-05 16:00")
    assert not set(codes(kept)) & {"fuel-differs", "restated", "runs-overlap", "plate-differs", "time-held"}


@BOTH
def test_a_fail_that_another_word_would_pass_stays_one(city: City, vin: str) -> None:
    """Told as petrol, and registered as gas: under its own VIN the register's word frees it at once; settled it is
    retested, or a department annuls it."""
    city.enter(fuel="cng")
    kept = told(city, FAILED, vin, "2026-03-02 15:00", **LEAN)
    assert kept.result == ("pass" if vin == VIN else "fail")
    assert mark(city, "2026-03-02 16:00") is (vin == VIN)


def test_the_pages_of_the_run_and_of_its_case_say_so(city: City) -> None:
    city.enter()
    kept = told(city, FAILED, WRONG, "2026-03-02 15:00", states=GAS, **LEAN)
    case, office = Case.objects.get(), person(ENV)
    shown = office.get(f"/tests/{kept.test_no}", {"station": NEAR}).content.decode()
    assert str(JUDGED_ANEW) in shown and case.case_no in shown and "tag fail" in shown
    assert kept.test_no in office.get(f"/cases/{case.case_no}").content.decode()
    assert report_pdf(kept).startswith(b"%PDF")
    answer = city.client(NEAR).get(f"/api/v1/cases/{case.case_no}")
    assert msgspec.json.decode(answer.content)["state"] == "awaiting_repair"


@pytest.mark.parametrize("shows", [FAIL, {**LEAN, "states": GAS}])
def test_the_car_that_its_control_unit_names_is_asked_as_well(city: City, shows: dict[str, Any]) -> None:
    """It may have been that car, whatever the department found."""
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    names = {"vin": OTHER_VIN[:-1] + "2", "plate": OTHER_PLATE}
    shown = {name: value for name, value in shows.items() if name != "states"}
    kept = run(city, FAILED, vehicle=car(**names, **shows.get("states", {})), obd=obd(VIN), **shown)
    assert kept["counts_why"] == "identity-doubtful"
    its = Settlement("vehicle", "看过车", str(Vehicle.objects.get(vin=OTHER_VIN).pk))
    settle_run(city.callers[ENV], NEAR, kept["test_no"], its, at("2026-03-02 15:00"))
    assert Case.objects.get(closed_at=None).vehicle.vin == OTHER_VIN
    city.enter("2026-03-03 08:00")
    assert run(city, "2026-03-04 09:00", station=FAR)["counts_why"] == "identity-doubtful"
    assert not mark(city, "2026-03-04 10:00")
