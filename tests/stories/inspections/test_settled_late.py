"""What is settled, or arrives, after other things have happened means the same as if it had come in time."""

from __future__ import annotations

from datetime import date

import pytest

from imloop.steps.cases.grant_exit import annul_case
from imloop.steps.cases.release_repair import release_repair
from imloop.steps.vehicles.ask_mark import ask_mark
from imloop.store.models import Case, Finding, Notice, Party, Standing, Test, Vehicle
from support.city import FAR, LISTED, NEAR, OTHER, City, at
from support.messages.uploads import VIN
from support.stories.one_car import (
    BROKEN,
    ENV,
    FAIL,
    LEFT_OUT,
    POLICE,
    WHOLE,
    WRONG,
    car,
    permitted,
    that_car,
)


def annul(city: City, case: str, when: str) -> None:
    annul_case(city.callers[ENV], case, reason="仪器故障", evidence="检定书", now=at(when))


def test_a_repair_outlives_the_case_that_was_annulled(city: City) -> None:
    city.enter()
    false = city.test("2026-03-02 10:00", station=FAR, vehicle=car(), **FAIL).body
    city.repair("2026-03-02 16:00", received_at=at("2026-03-02 12:00").isoformat())
    annul(city, false["case"], "2026-03-02 18:00")
    city.test("2026-03-02 09:00", vehicle=car(), now=at("2026-03-02 19:00"), **FAIL)  # from a spool
    (case,) = Case.objects.filter(closed_at=None)
    # It was over before that fail was known: a department has to look.
    assert case.state == "awaiting_repair" and not permitted(city, NEAR, "2026-03-02 19:30")
    held = Finding.objects.get(code="fail-told-late", subject_kind="repair")
    said = {"reason": "看过检测线日志", "now": at("2026-03-02 20:00"), "fail_hour_holds": True}
    release_repair(city.callers[ENV], case.case_no, held.station_code, held.subject, **said)
    assert permitted(city, NEAR, "2026-03-03 09:00")
    shown = city.client(NEAR).get(f"/api/v1/cases/{case.case_no}").json()
    assert [each["shop"] for each in shown["repairs"]] == [LISTED]
    assert city.test("2026-03-03 09:30", vehicle=car(), purpose="retest").body["counts"] == "case"


def test_no_repair_before_the_fail_outlives_anything(city: City) -> None:
    city.enter()
    false = city.test("2026-03-02 10:00", station=FAR, vehicle=car(), **FAIL).body
    city.repair("2026-03-02 16:00", received_at=at("2026-03-02 12:00").isoformat())
    annul(city, false["case"], "2026-03-02 18:00")
    city.test("2026-03-03 09:00", vehicle=car(), **FAIL)
    assert not permitted(city, NEAR, "2026-03-03 10:00")


def test_a_fail_settled_after_its_station_closed_has_a_way_out(city: City) -> None:
    city.enter()
    run = city.test("2026-03-02 09:00", vehicle=car(vin=WRONG), **FAIL).body
    Standing.objects.create(
        party=Party.objects.get(code=NEAR), state="suspended", since=date(2026, 3, 3), cite="第五十四条"
    )
    that_car(city, NEAR, run, "2026-03-04 10:00")
    case = Case.objects.get()
    assert [each["kind"] for each in case.snapshot["exits"]] == ["station-closed"]
    assert Notice.objects.filter(case=case).exists()


def test_a_pass_settled_late_answers_the_case_it_met(city: City) -> None:
    """It met a broken exterior; that another pass has closed the case since does not make it whole."""
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **BROKEN)
    city.repair("2026-03-04 16:00")
    doubtful = city.test("2026-03-05 09:00", vehicle=car(vin=WRONG), purpose="retest", **LEFT_OUT).body
    whole = city.test("2026-03-05 11:00", vehicle=car(), purpose="retest", **WHOLE).body
    that_car(city, NEAR, doubtful, "2026-03-05 15:00")
    runs = {run.test_no: (run.counts, run.counts_why) for run in Test.objects.all()}
    assert runs[doubtful["test_no"]] == ("nothing", "fault-not-retested")
    assert runs[whole["test_no"]] == ("case", None)


def test_a_whole_pass_settled_late_closes_the_case_it_met(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **BROKEN)
    city.repair("2026-03-04 16:00")
    doubtful = city.test("2026-03-05 09:00", vehicle=car(vin=WRONG), purpose="retest", **WHOLE).body
    that_car(city, NEAR, doubtful, "2026-03-05 15:00")
    assert Case.objects.get().state == "closed"
    assert Test.objects.get(test_no=doubtful["test_no"]).counts == "case"


def test_a_pass_before_the_fail_is_not_asked_for_its_fault(city: City) -> None:
    """Uploaded late, and older than the fault: it is the cycle's pass, and the case stays."""
    city.enter()
    city.test("2026-03-02 12:00", vehicle=car(), **BROKEN)
    early = city.test("2026-03-02 09:00", vehicle=car(), now=at("2026-03-02 13:00"), **LEFT_OUT).body
    assert early["counts"] == "cycle"
    assert Case.objects.get().state == "awaiting_repair"


def test_a_settled_pass_is_judged_by_the_register_even_without_a_case(city: City) -> None:
    city.enter()  # gasoline
    run = city.test("2026-03-05 09:00", vehicle=car(vin=WRONG, fuel="cng"), co=0.6).body
    assert run["verdict"] == "pass"
    that_car(city, NEAR, run, "2026-03-05 15:00")
    kept = Test.objects.get(test_no=run["test_no"])
    assert (kept.result, kept.counts) == ("fail", "case")
    assert not ask_mark(city.callers[POLICE], vin=VIN, at=at("2026-03-05 16:00")).allowed


def test_a_number_another_shop_reported_first_is_looked_at_by_a_department(city: City) -> None:
    """Nobody can burn the numbers of a competitor's papers: the honest one is released with one decision."""
    city.enter()
    other = {"vin": "LSVAM4187C2184841", "plate": "桂B54321"}
    city.enter(**other)
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.test("2026-03-02 09:00", station=FAR, vehicle=car(**other), **FAIL)
    papers = {"certificate_no": "H7001", "settlement_no": "J7001", "invoice_no": "25452000000012345678"}
    city.repair("2026-03-03 16:00", shop=OTHER, documents=papers, **other)
    honest = city.repair("2026-03-04 16:00", documents=papers).body
    assert [reason["code"] for reason in honest["retest"]["reasons"]] == ["documents-elsewhere"]
    case = Case.objects.get(vehicle__vin=VIN)
    release_repair(
        city.callers[ENV],
        case.case_no,
        LISTED,
        honest["repair_no"],
        reason="看过发票原件",
        now=at("2026-03-04 17:00"),
    )
    assert permitted(city, NEAR, "2026-03-04 18:00")
    assert not Finding.objects.filter(code="paper-number-reused", resolved_at=None).exists()


def test_a_run_broken_off_makes_no_vehicle_that_others_are_confused_with(city: City) -> None:
    """A control unit was replaced: somebody's aborted run under its VIN is no reason to doubt the honest car."""
    city.enter()
    spare = "LSVAM4187C2184841"
    city.test("2026-03-01 09:00", station=FAR, vehicle=car(vin=spare, plate=""), outcome="aborted")
    obd = {"obd": {"ecus": [{"name": "engine", "vin": spare}]}}
    ran = city.test("2026-03-02 09:00", vehicle=car(), **obd).body
    assert ran["counts"] == "cycle"


def test_a_vehicle_that_was_tested_is_still_told_apart_by_its_control_unit(city: City) -> None:
    city.enter()
    spare = "LSVAM4187C2184841"
    city.test("2026-03-01 09:00", station=FAR, vehicle=car(vin=spare, plate="桂B54321"))
    obd = {"obd": {"ecus": [{"name": "engine", "vin": spare}]}}
    assert city.test("2026-03-02 09:00", vehicle=car(), **obd).body["counts_why"] == "identity-doubtful"


def test_electric_all_of_a_sudden_exempts_no_unregistered_car(city: City) -> None:
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    Vehicle.objects.update(fuel="electric")  # as an older version took it over from a station
    city.repair("2026-03-04 16:00")
    assert permitted(city, NEAR, "2026-03-04 17:00")


def test_a_run_while_a_repairer_says_it_had_the_car_is_named(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-04 16:00")
    meanwhile = city.test(
        "2026-03-04 14:00", vehicle=car(), now=at("2026-03-04 17:00"), outcome="aborted"
    ).body
    after = city.test("2026-03-04 16:30", vehicle=car(), now=at("2026-03-04 17:30"), outcome="aborted").body
    assert "vehicle-elsewhere" in [each["code"] for each in meanwhile["findings"]]
    assert "vehicle-elsewhere" not in [each["code"] for each in after["findings"]]


@pytest.mark.parametrize(("vin", "named"), [("", True), (VIN, False)])
def test_a_message_without_vin_for_a_car_that_has_one_is_named(city: City, vin: str, named: bool) -> None:
    city.enter()
    ran = city.test("2026-03-02 09:00", vehicle=car(vin=vin)).body
    assert ("vin-missing" in [each["code"] for each in ran["findings"]]) is named
