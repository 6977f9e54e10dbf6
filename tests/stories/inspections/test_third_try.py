"""Ways round of a third kind: names that two records share, facts that come after a hold, histories told twice."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.cases.grant_exit import annul_case
from imloop.steps.cases.release_repair import release_repair
from imloop.steps.inspections.settle_run import Settlement, settle_run
from imloop.steps.outages.declare_outage import Declaration, declare
from imloop.steps.outages.unlock_on_paper import new_unlock, try_unlock
from imloop.steps.ground.ledger import writing
from imloop.steps.vehicles.ask_mark import ask_mark
from imloop.store.models import Case, HeldRun, Notice, Party, PaperUnlock, Standing, Test, Vehicle, Voucher
from support.city import FAR, LISTED, NEAR, OTHER, City, at
from support.messages.uploads import PLATE, VIN, test_message

ENV, POLICE = "450200-environment", "450200-police"
FAIL: dict[str, Any] = {"co": 0.9}
WRONG, OTHER_VIN = VIN[:-1] + "2", "LSVAM4187C2184841"
BROKEN = {"exterior": {"verdict": "fail", "items": {"devices_present": False, "visible_smoke": False}}}
LEFT_OUT: dict[str, Any] = {"exterior": {"verdict": "pass", "items": {}}}


def car(**change: object) -> dict[str, Any]:
    return {
        "vin": VIN,
        "plate": PLATE,
        "fuel": "gasoline",
        "produced_on": "2010-03-01",
        "first_registered_on": "2010-05-01",
        "max_mass_kg": 1800,
        **change,
    }


def permitted(city: City, station: str, when: str) -> bool:
    return bool(ask_permit(city.callers[station], station=station, vin=VIN, at=at(when))["allowed"])


def mark(city: City, when: str, **of: str) -> bool:
    return ask_mark(city.callers[POLICE], at=at(when), **(of or {"vin": VIN})).allowed


def voucher(city: City, when: str, station: str = FAR, **names: str) -> PaperUnlock:
    """A voucher of the station, used then and told at once."""
    party = Party.objects.get(code=station)
    of_day = Voucher.objects.create(
        number=f"V{station}", station=party, day=at(when).date(), code="1", issued_at=at(when), content={}
    )
    with writing(at(when), city.callers[station]) as ledger:
        row = new_unlock(
            ledger, station=party, granted_at=at(when), way="voucher", voucher=of_day,
            shop=Party.objects.get(code=LISTED), settlement_no="J99", certificate_no="H99", reason="x",
            **{"vin": "", "plate": "", **names},
        )
        try_unlock(ledger, row)
    return row


def outage(city: City, starts: str, now: str) -> None:
    declare(
        city.callers[ENV],
        Declaration(scope="place", place="450200", cause="平台停机", starts_at=at(starts), late_reason="恢复后宣布"),
        at(now),
    )


def test_a_voucher_of_two_cars_blocks_no_failed_test(city: City) -> None:
    city.enter()
    outage(city, "2026-03-02 08:00", "2026-03-02 08:10")
    voucher(city, "2026-03-02 09:00", vin=VIN, plate="桂B54321")
    city.test("2026-03-02 09:01", station=FAR, vehicle=car(vin=OTHER_VIN, plate="桂B54321"))
    city.test("2026-03-02 08:30", vehicle=car(), now=at("2026-03-02 09:30"), **FAIL)
    assert Case.objects.filter(closed_at=None).exists()


def test_a_voucher_of_two_cars_blocks_no_declaration(city: City) -> None:
    city.enter()
    city.test("2026-03-02 08:30", station=FAR, vehicle=car(vin=OTHER_VIN, plate="桂B54321"))
    voucher(city, "2026-03-02 09:00", vin=VIN, plate="桂B54321")
    outage(city, "2026-03-02 08:50", "2026-03-02 11:10")


def _merged(city: City) -> Case:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-02 16:00", received_at=at("2026-03-02 14:00").isoformat())
    city.test("2026-03-03 09:00", vehicle=car(), purpose="retest")
    city.test("2026-03-03 12:00", vehicle=car(), **FAIL)
    second = Case.objects.get(closed_at=None)
    city.repair("2026-03-03 18:00", received_at=at("2026-03-03 14:00").isoformat())
    # From the station's spool: it had failed between repair and retest.
    city.test("2026-03-03 08:00", vehicle=car(), now=at("2026-03-03 19:00"), **FAIL)
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
    from imloop.steps.ground.ledger import writing
    from imloop.steps.cases.move_case import decide_and_keep
    from imloop.loop.events import ObjectionRaised
    from imloop.steps.ground import registers

    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    row = Case.objects.get()
    with writing(at("2026-03-02 12:00"), city.callers[ENV]) as ledger:
        decide_and_keep(
            ledger, row, ObjectionRaised(at=at("2026-03-02 12:00"), ground="instrument", words="仪器不准"),
            registers.law_at(date(2026, 3, 2), "450200"), vehicle=row.vehicle, place=row.place,
        )
    city.repair("2026-03-03 16:00")
    city.test("2026-03-04 09:00", vehicle=car(), purpose="retest", **FAIL)
    annul_case(city.callers[ENV], row.case_no, reason="异议成立", evidence="检定书", now=at("2026-03-04 12:00"))
    assert not permitted(city, NEAR, "2026-03-04 13:00")
    assert not mark(city, "2026-03-04 13:00")


def test_a_car_entered_after_its_failed_run_was_held(city: City) -> None:
    """A station once passed an invented car under the plate; the true car failed under it before it was entered."""
    city.test("2026-02-20 09:00", station=FAR, vehicle=car(vin=OTHER_VIN))
    held = city.test("2026-03-02 09:00", vehicle=car(), **FAIL).body
    assert held["counts_why"] == "identity-doubtful"
    city.enter("2026-03-03 08:00")
    with suppress(Refusal):
        city.test("2026-03-04 09:00", station=FAR, vehicle=car())
    assert not mark(city, "2026-03-04 10:00")


def test_the_plate_of_an_invented_car_with_a_case_is_not_taken_from_it(city: City) -> None:
    city.test("2026-02-20 09:00", station=FAR, vehicle=car(vin=OTHER_VIN))
    assert city.test("2026-03-02 09:00", vehicle=car(vin=""), **FAIL).body["counts"] == "case"
    city.enter("2026-03-03 08:00")
    with suppress(Refusal):
        city.test("2026-03-04 09:00", station=FAR, vehicle=car())
    assert not mark(city, "2026-03-04 10:00")


def test_a_held_run_writes_no_vin_into_a_case(city: City) -> None:
    city.test("2026-03-02 09:00", vehicle=car(vin=""), **FAIL)
    city.test("2026-02-25 09:00", station=FAR, vehicle=car(vin=OTHER_VIN), now=at("2026-03-02 11:00"))
    city.enter("2026-03-03 08:00")
    assert Vehicle.objects.get(plate=PLATE).vin == VIN
    with suppress(Refusal):
        city.test("2026-03-04 09:00", station=FAR, vehicle=car())
    assert not mark(city, "2026-03-04 10:00")


def test_the_stricter_of_all_that_was_stated_holds(city: City) -> None:
    city.enter(fuel="")
    city.test("2026-03-02 09:00", vehicle=car(), co=0.6)
    city.repair("2026-03-03 16:00")
    city.test("2026-03-04 09:00", vehicle=car(fuel="cng"), purpose="retest", co=5.0)
    city.repair("2026-03-05 16:00")
    city.test("2026-03-06 09:00", vehicle=car(fuel="cng"), purpose="retest", co=0.6)
    assert Case.objects.get().state != "closed"


def _no_fail(when: str) -> dict[str, Any]:
    trace = test_message(at(when), station=NEAR)["trace"]
    trace["columns"]["no_ppm"] = [5000.0] * 180
    return trace


def idle(co: float = 0.1) -> dict[str, Any]:
    """A two-speed idle run, which measures no NO."""
    high = ["warm"] * 30 + ["high.settle"] * 15 + ["high.sample"] * 30
    phase = [*high, *["idle.settle"] * 15, *["idle.sample"] * 30]
    n = len(phase)
    columns = {
        "t_s": list(range(n)),
        "phase": phase,
        "co_pct": [co] * n,
        "hc_ppm": [30.0 + i % 3 for i in range(n)],
        "co2_pct": [14.6] * n,
        "o2_pct": [0.4] * n,
        "lambda": [1.0] * n,
        "rpm": [2500.0 + i % 7 for i in range(75)] + [800.0 + i % 5 for i in range(45)],
    }
    return {"columns": columns}


def test_a_swallowed_fail_leaves_its_fault(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **BROKEN)
    city.repair("2026-03-04 16:00")
    city.test("2026-03-05 09:00", vehicle=car(), purpose="retest", trace=_no_fail("2026-03-05 09:00"))
    # The station changes its mind: said to be before it, the exterior had failed again.
    city.test("2026-03-05 08:50", vehicle=car(), now=at("2026-03-05 11:00"), purpose="retest", **BROKEN)
    city.repair("2026-03-06 16:00")
    run = city.test("2026-03-07 09:00", vehicle=car(), method="TSI", purpose="retest", trace=idle()).body
    assert run["counts_why"] == "fault-not-retested"


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


def test_a_bi_fuel_car_keeps_its_pass_when_told_again(city: City) -> None:
    city.enter(fuel="gasoline", second_fuel="cng")
    both = {"fuel": "gasoline", "second_fuel": "cng"}
    first = test_message(at("2026-03-02 09:00"), station=NEAR)
    second = {"trace": first["trace"], "ambient": first["ambient"]}
    city.test("2026-03-02 09:00", vehicle=car(**both, rated_power_kw=90), second=second, **FAIL)
    city.repair("2026-03-04 16:00")
    run = city.test("2026-03-05 09:00", vehicle=car(**both), purpose="retest", second=second).body
    assert run["verdict"] == "pass" and run["counts"] == "case", run
    city.test("2026-03-05 08:00", station=FAR, vehicle=car(), now=at("2026-03-05 11:00"))
    assert Case.objects.get().state == "closed"


def test_a_bi_fuel_car_with_a_typing_error_is_settled(city: City) -> None:
    city.enter(fuel="gasoline", second_fuel="cng")
    both = {"fuel": "gasoline", "second_fuel": "cng", "max_mass_kg": 1810}
    first = test_message(at("2026-03-02 09:00"), station=NEAR)
    second = {"trace": first["trace"], "ambient": first["ambient"]}
    run = city.test("2026-03-02 09:00", vehicle=car(**both, vin=WRONG), second=second).body
    assert run["verdict"] == "pass"
    that = str(Vehicle.objects.get(vin=VIN).pk)
    settle_run(city.callers[ENV], NEAR, run["test_no"], Settlement("vehicle", "录入错误", that), at("2026-03-02 12:00"))
    assert Test.objects.get(test_no=run["test_no"]).counts == "cycle"


def test_a_paper_back_dated_into_an_outage_swallows_no_failed_retest(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    outage(city, "2026-03-05 08:00", "2026-03-05 08:10")
    city.repair("2026-03-04 16:00")
    city.test("2026-03-05 13:00", vehicle=car(), purpose="retest", **FAIL)
    voucher(city, "2026-03-05 11:00", station=NEAR, vin=VIN)
    city.test("2026-03-05 11:30", vehicle=car(), purpose="retest", now=at("2026-03-05 14:00"))
    assert not mark(city, "2026-03-05 15:00") and not permitted(city, NEAR, "2026-03-05 15:00")


def test_a_paper_at_another_station_opens_nothing(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    outage(city, "2026-03-05 08:00", "2026-03-05 08:10")
    voucher(city, "2026-03-05 09:00", station=FAR, vin=VIN)
    assert not permitted(city, FAR, "2026-03-05 09:30")


def test_the_same_number_at_two_stations_mixes_nothing_up(city: City) -> None:
    city.enter()
    number = "T-0001"
    city.test("2026-03-02 09:00", vehicle=car(), test_no=number, now=at("2026-03-02 12:00"), **FAIL)
    city.test("2026-03-02 09:30", station=FAR, vehicle=car(), outcome="aborted", now=at("2026-03-02 12:10"))
    city.test("2026-03-02 09:20", station=FAR, vehicle=car(), test_no=number, now=at("2026-03-02 12:20"))
    done = city.repair("2026-03-02 11:50", received_at=at("2026-03-02 10:00").isoformat(), now=at("2026-03-02 12:30"))
    assert "time-held" in [each["code"] for each in done.body["findings"]]
    assert not permitted(city, NEAR, "2026-03-02 13:00")


def _looked_at(city: City, repair: dict[str, Any], when: str) -> None:
    """It was over before the failed run had arrived from the spool: a department releases it, for nothing else."""
    assert "paper-number-reused" not in [each["code"] for each in repair["findings"]]
    who = city.callers[ENV]
    release_repair(who, repair["case"], LISTED, repair["repair_no"], reason="看过工单", now=at(when))


def test_a_corrected_record_of_a_carried_over_repair_has_the_same_papers(city: City) -> None:
    city.enter()
    false = city.test("2026-03-02 10:00", station=FAR, vehicle=car(), **FAIL).body
    papers = {"certificate_no": "H7001", "settlement_no": "J7001", "invoice_no": "25452000000012345678"}
    came = at("2026-03-02 12:00").isoformat()
    city.repair("2026-03-02 16:00", received_at=came, documents=papers, items=[], parts=[])
    annul_case(city.callers[ENV], false["case"], reason="仪器故障", evidence="x", now=at("2026-03-02 18:00"))
    city.test("2026-03-02 09:00", vehicle=car(), now=at("2026-03-02 19:00"), **FAIL)
    assert not permitted(city, NEAR, "2026-03-02 20:00")
    anew = city.repair("2026-03-02 16:00", received_at=came, documents=papers, now=at("2026-03-02 20:00")).body
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
    anew = city.repair("2026-03-03 18:00", received_at=came, documents=papers, now=at("2026-03-03 20:00")).body
    _looked_at(city, anew, "2026-03-03 20:10")
    assert permitted(city, NEAR, "2026-03-03 20:30")


def test_a_case_opened_again_after_its_station_closed_has_a_way_out(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-02 16:00", received_at=at("2026-03-02 14:00").isoformat())
    city.test("2026-03-03 09:00", vehicle=car(), purpose="retest")
    city.test("2026-03-03 08:00", vehicle=car(vin=WRONG), purpose="retest", now=at("2026-03-03 10:00"), **FAIL)
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


def test_whom_a_held_run_may_concern_is_settled_with_one_decision(city: City) -> None:
    """The honest neighbour: the car that came to the register later is on the list, and its own passes count again."""
    city.test("2026-02-20 09:00", station=FAR, vehicle=car(vin=OTHER_VIN))
    held = city.test("2026-03-02 09:00", vehicle=car(), **FAIL).body
    city.enter("2026-03-03 08:00", vin="LSVAM4187C2184842")
    city.test("2026-03-04 09:00", station=FAR, vehicle=car(vin="LSVAM4187C2184842"))
    assert not mark(city, "2026-03-04 10:00", vin="LSVAM4187C2184842")
    settle_run(city.callers[ENV], NEAR, held["test_no"], Settlement("rejected", "套牌"), at("2026-03-04 11:00"))
    assert mark(city, "2026-03-04 12:00", vin="LSVAM4187C2184842")


def test_the_true_car_of_a_held_run_is_chosen_and_has_its_case(city: City) -> None:
    city.test("2026-02-20 09:00", station=FAR, vehicle=car(vin=OTHER_VIN))
    held = city.test("2026-03-02 09:00", vehicle=car(), **FAIL).body
    city.enter("2026-03-03 08:00")
    city.test("2026-03-04 09:00", station=FAR, vehicle=car())
    true = Vehicle.objects.get(vin=VIN)
    settle_run(
        city.callers[ENV], NEAR, held["test_no"], Settlement("vehicle", "看过车", str(true.pk)), at("2026-03-04 11:00")
    )
    case = Case.objects.get(closed_at=None)
    assert case.vehicle == true and case.station is not None and case.station.code == NEAR
    assert Notice.objects.filter(case=case).exists() and not mark(city, "2026-03-04 12:00")


def test_a_plate_kept_for_a_case_goes_on_once_the_case_has_ended(city: City) -> None:
    city.test("2026-02-20 09:00", station=FAR, vehicle=car(vin=OTHER_VIN))
    case = city.test("2026-03-02 09:00", vehicle=car(vin=""), **FAIL).body["case"]
    city.enter("2026-03-03 08:00")
    annul_case(city.callers[ENV], case, reason="另一辆车", evidence="x", now=at("2026-03-03 12:00"))
    assert city.test("2026-03-04 09:00", vehicle=car()).body["counts"] == "cycle"
    assert mark(city, "2026-03-04 10:00")


def test_a_second_fault_of_the_exhaust_does_not_hide_the_first(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), trace=_no_fail("2026-03-02 09:00"))
    city.repair("2026-03-03 16:00")
    again = city.test("2026-03-04 09:00", vehicle=car(), method="TSI", purpose="retest", trace=idle(co=5.0)).body
    assert again["verdict"] == "fail" and again["counts"] == "case"
    city.repair("2026-03-05 16:00")
    run = city.test("2026-03-06 09:00", vehicle=car(), method="TSI", purpose="retest", trace=idle()).body
    assert run["verdict"] == "pass" and run["counts_why"] == "fault-not-retested"
    whole = city.test("2026-03-06 10:00", vehicle=car(), purpose="retest").body
    assert whole["case_state"] == "closed"


def test_what_failed_on_one_fuel_is_not_passed_on_the_other(city: City) -> None:
    city.enter(fuel="gasoline", second_fuel="cng")
    both = {"fuel": "gasoline", "second_fuel": "cng"}
    clean = test_message(at("2026-03-02 09:00"), station=NEAR)
    second = {"trace": clean["trace"], "ambient": clean["ambient"]}
    city.test("2026-03-02 09:00", vehicle=car(**both), second=second, trace=_no_fail("2026-03-02 09:00"))
    assert Case.objects.get().snapshot["failed_items"]
    city.repair("2026-03-03 16:00")
    other = {"trace": idle(), "ambient": clean["ambient"]}
    run = city.test(
        "2026-03-04 09:00", vehicle=car(**both), method="TSI", purpose="retest", trace=idle(), second=other
    ).body
    assert run["verdict"] == "pass" and run["counts_why"] == "fault-not-retested"


def test_idling_answers_no_fault_found_under_load(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-03 16:00")
    run = city.test("2026-03-04 09:00", vehicle=car(), method="TSI", purpose="retest", trace=idle()).body
    assert run["counts_why"] == "fault-not-retested"
    assert city.test("2026-03-04 10:00", vehicle=car(), purpose="retest").body["case_state"] == "closed"
