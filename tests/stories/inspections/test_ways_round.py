"""Ways that once freed a car that had failed, or held an honest one: none of them works."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from imloop.facts.refusal import Refusal
from imloop.steps.accounts.keys import issue_key, revoke_key
from imloop.steps.cases.grant_exit import annul_case, grant_exit
from imloop.steps.second_person.decide import confirm
from imloop.steps.vehicles.register.enter_vehicles import Seen, enter_vehicles
from imloop.store.models import Case, HeldRun, Line, Party, Proposal, Standing, Test, Vehicle
from support.city import FAR, NEAR, City, at
from support.messages.uploads import REGISTERED, VIN, test_message
from support.stories.one_car import (
    BROKEN,
    ENV,
    FAIL,
    LEFT_OUT,
    OTHER_VIN,
    POLICE,
    WRONG,
    car,
    mark,
    permitted,
)
from support.stories.settled import Settlement, settle_run


def test_a_late_fail_elsewhere_swallows_a_failed_retest(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-04 16:00")
    city.test("2026-03-05 09:00", vehicle=car(), purpose="retest", **FAIL)  # truly failed again, at NEAR
    city.test("2026-03-02 08:50", station=FAR, vehicle=car(), now=at("2026-03-05 11:00"), **FAIL)
    assert not permitted(city, FAR, "2026-03-05 11:30")
    with pytest.raises(Refusal):
        city.test("2026-03-05 12:00", station=FAR, vehicle=car(), purpose="retest")
    assert not mark(city, "2026-03-05 13:00")


def test_a_case_of_last_cycle_is_reopened_to_swallow_a_fresh_fail(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-04 16:00")
    city.test("2026-03-05 09:00", vehicle=car(), purpose="retest")
    city.test("2026-09-02 09:00", vehicle=car(), **FAIL)  # no repair since
    city.test("2026-03-02 08:50", station=FAR, vehicle=car(), now=at("2026-09-02 11:00"), **FAIL)
    assert not permitted(city, FAR, "2026-09-02 11:30")
    assert Case.objects.filter(closed_at=None).exists()


def test_a_suspended_stations_late_fail_gives_an_exit(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    Standing.objects.create(
        party=Party.objects.get(code=FAR), state="suspended", since=date(2026, 3, 3), cite="x"
    )
    city.test("2026-03-02 08:50", station=FAR, vehicle=car(), now=at("2026-03-04 11:00"), **FAIL)
    case = Case.objects.get()
    assert case.station.code == NEAR and case.snapshot["exits"] == []


def test_annulling_one_fail_annuls_another_that_arrives_later(city: City) -> None:
    city.enter()
    false = city.test("2026-03-02 10:00", station=FAR, vehicle=car(), **FAIL).body
    annul_case(
        city.callers[ENV], false["case"], reason="FAR 仪器故障", evidence="检定书", now=at("2026-03-02 15:00")
    )
    city.test(
        "2026-03-02 09:00", vehicle=car(), now=at("2026-03-02 16:00"), **FAIL
    )  # honest, from NEAR's spool
    assert Case.objects.filter(closed_at=None).exists()


def test_annulling_a_usurped_case_frees_the_true_fail(city: City) -> None:
    city.enter()
    case = city.test("2026-03-02 09:00", vehicle=car(), **FAIL).body["case"]
    city.test("2026-03-02 08:30", station=FAR, vehicle=car(), now=at("2026-03-02 11:00"), **FAIL)
    annul_case(city.callers[ENV], case, reason="FAR 仪器故障", evidence="检定书", now=at("2026-03-02 15:00"))
    passed = city.test("2026-03-03 09:00", station=FAR, vehicle=car()).body
    assert passed["counts"] == "nothing" and not mark(city, "2026-03-03 10:00")


def _faulty(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **BROKEN)
    city.repair("2026-03-04 16:00")


def test_a_released_time_forgets_the_fault(city: City) -> None:
    _faulty(city)
    late = city.test(
        "2026-03-05 09:00", now=at("2026-03-08 09:00"), vehicle=car(), purpose="retest", **LEFT_OUT
    ).body
    assert late["counts_why"] == "time-held"
    held = Settlement("released", "断网")
    settle_run(city.callers[ENV], NEAR, late["test_no"], held, at("2026-03-08 15:00"))
    assert Test.objects.get(test_no=late["test_no"]).counts_why == "fault-not-retested"
    assert Case.objects.get().state == "awaiting_retest"


def test_a_typing_error_forgets_the_fault(city: City) -> None:
    _faulty(city)
    run = city.test("2026-03-05 09:00", vehicle=car(vin=WRONG), purpose="retest", **LEFT_OUT).body
    settle_run(
        city.callers[ENV],
        NEAR,
        run["test_no"],
        Settlement("vehicle", "录入错误", str(Vehicle.objects.get().pk)),
        at("2026-03-05 15:00"),
    )
    assert Case.objects.get().state == "awaiting_retest"


def test_a_waiting_fail_forgets_the_fault(city: City) -> None:
    _faulty(city)
    doubt = city.test("2026-03-05 08:00", vehicle=car(vin=OTHER_VIN), station=FAR, **FAIL).body
    city.test("2026-03-05 09:00", vehicle=car(), purpose="retest", **LEFT_OUT)
    settle_run(city.callers[ENV], FAR, doubt["test_no"], Settlement("rejected", "x"), at("2026-03-05 15:00"))
    assert Case.objects.get().state == "awaiting_retest"


def test_a_second_fault_hides_the_first(city: City) -> None:
    _faulty(city)
    city.test("2026-03-05 09:00", vehicle=car(), purpose="retest", **LEFT_OUT, **FAIL)
    city.repair("2026-03-06 16:00")
    run = city.test("2026-03-07 09:00", vehicle=car(), purpose="retest", **LEFT_OUT).body
    assert run["counts_why"] == "fault-not-retested"


def test_a_typing_error_is_not_judged_by_the_register(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), co=0.6)
    city.repair("2026-03-04 16:00")
    run = city.test("2026-03-05 09:00", vehicle=car(vin=WRONG, fuel="cng"), purpose="retest", co=0.6).body
    settle_run(
        city.callers[ENV],
        NEAR,
        run["test_no"],
        Settlement("vehicle", "录入错误", str(Vehicle.objects.get().pk)),
        at("2026-03-05 15:00"),
    )
    assert Case.objects.get().state != "closed"


def test_an_asm_fail_of_no_is_answered_by_tsi(city: City) -> None:
    city.enter()
    trace = test_message(at("2026-03-02 09:00"), station=NEAR)["trace"]
    trace["columns"]["no_ppm"] = [5000.0] * 180
    assert city.test("2026-03-02 09:00", vehicle=car(), trace=trace).body["counts"] == "case"
    city.repair("2026-03-04 16:00")
    phase = (
        ["warm"] * 30
        + ["high.settle"] * 15
        + ["high.sample"] * 30
        + ["idle.settle"] * 15
        + ["idle.sample"] * 30
    )
    n = len(phase)
    columns = {
        "t_s": list(range(n)),
        "phase": phase,
        "co_pct": [0.1] * n,
        "hc_ppm": [30.0 + i % 3 for i in range(n)],
        "co2_pct": [14.6] * n,
        "o2_pct": [0.4] * n,
        "lambda": [1.0] * n,
        "rpm": [2500.0 + i % 7 for i in range(75)] + [800.0 + i % 5 for i in range(45)],
    }
    run = city.test(
        "2026-03-05 09:00", vehicle=car(), method="TSI", purpose="retest", trace={"columns": columns}
    ).body
    assert run["counts_why"] == "fault-not-retested"


def test_a_blank_is_no_number(city: City) -> None:
    city.enter()
    for number in (" ", "\x85", "."):
        with pytest.raises(Refusal):
            city.test("2026-03-02 09:00", station=FAR, test_no=number, vehicle=car(vin=OTHER_VIN), **FAIL)
    assert not HeldRun.objects.exists()


def test_a_station_writes_the_vin_of_a_registered_plate(city: City) -> None:
    city.enter(vin="")
    city.test("2026-03-02 09:00", vehicle=car(vin=""), **FAIL)
    city.test("2026-02-25 09:00", station=FAR, vehicle=car(vin=OTHER_VIN), now=at("2026-03-02 11:00"))
    city.enter("2026-03-03 08:00")  # the police bring VIN and plate
    with pytest.raises(Refusal):
        city.test("2026-03-04 09:00", station=FAR, vehicle=car(plate=""))
    assert not mark(city, "2026-03-04 10:00")


def test_merged_and_split_again_the_repair_is_lost(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-02 16:00", received_at=at("2026-03-02 14:00").isoformat())
    city.test("2026-03-03 09:00", vehicle=car(), purpose="retest")
    city.test("2026-03-04 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-05 16:00", received_at=at("2026-03-05 12:00").isoformat())
    assert permitted(city, NEAR, "2026-03-05 17:00")
    doubt = city.test(
        "2026-03-02 20:00", vehicle=car(vin=OTHER_VIN), station=FAR, now=at("2026-03-05 18:00"), **FAIL
    ).body
    settle_run(city.callers[ENV], FAR, doubt["test_no"], Settlement("rejected", "x"), at("2026-03-05 19:00"))
    assert permitted(city, NEAR, "2026-03-05 20:00")


def test_another_is_not_the_candidate(city: City) -> None:
    city.enter()
    city.test("2026-03-02 08:00", vehicle=car(vin=OTHER_VIN, plate="桂B54321"))
    run = city.test("2026-03-02 09:00", station=FAR, vehicle=car(plate="桂B54321"), **FAIL).body
    said = Settlement("vehicle", "套牌", "another")
    with pytest.raises(Refusal):
        settle_run(city.callers[ENV], FAR, run["test_no"], said, at("2026-03-02 15:00"))
    assert not Case.objects.filter(vehicle__vin=VIN).exists()


def test_a_pass_said_to_be_before_a_known_fail_waits(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    run = city.test("2026-03-02 08:50", station=FAR, vehicle=car(), now=at("2026-03-02 12:00")).body
    assert run["counts"] == "nothing"


@pytest.mark.parametrize(("maker", "behalf"), [("head", ""), ("deputy", "head")])
def test_one_person_by_key_and_page(city: City, maker: str, behalf: str) -> None:
    city.enter()
    police = city.callers[POLICE]
    token = issue_key(
        Party.objects.get(code=POLICE), at("2026-03-01 08:00"), replace(police, user=maker, behalf=behalf)
    )
    machine = replace(police, user="")
    enter_vehicles([(2, {**REGISTERED, "fuel": "electric"})], machine, at("2026-03-02 08:00"), Seen())
    revoke_key(token.split("_")[1], at("2026-03-02 10:00"), police, reason="x") if maker == "head" else None
    with pytest.raises(Refusal):
        confirm(
            replace(police, user=maker),
            Proposal.objects.get().pk,
            said="x",
            now=at("2026-03-02 11:00"),
        )


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("tests", lambda: test_message(timezone.now() - timedelta(minutes=5), station=NEAR, fee_yuan="NaN")),
    ],
)
def test_no_500(city: City, path, message) -> None:
    client = city.client(NEAR)
    client.raise_request_exception = False
    assert (
        client.post(f"/api/v1/{path}", json.dumps(message()), content_type="application/json").status_code
        < 500
    )


def test_another_citys_rule_lets_a_third_station_close_it(city: City) -> None:
    """The gate says no (row.place), the retelling says yes (snapshot.place)."""
    from imloop.steps.ground.access import caller_for

    there = "450300001"
    party = Party.objects.create(code=there, kind="istation", name="桂林站", place="450300")
    Standing.objects.create(party=party, state="networked", since=date(2015, 1, 1), cite="x")
    Line.objects.create(station=party, code="01", methods=["ASM"], since=date(2015, 1, 1))
    city.callers[there] = caller_for(party)
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.test("2026-03-02 08:50", station=there, vehicle=car(), now=at("2026-03-02 13:00"), **FAIL)
    city.repair("2026-03-04 16:00")
    assert not permitted(city, FAR, "2026-03-04 18:00")
    city.test("2026-03-04 18:30", station=FAR, vehicle=car(), outcome="aborted")  # makes the next one "late"
    run = city.test("2026-03-04 18:00", station=FAR, vehicle=car(), now=at("2026-03-04 19:00")).body
    assert run["counts"] == "nothing"


def test_a_doubtful_fail_of_last_year_opens_the_permit_of_a_fresh_fail(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-02 16:00", received_at=at("2026-03-02 14:00").isoformat())
    city.test("2026-03-03 09:00", vehicle=car(), purpose="retest")
    city.test("2026-09-02 09:00", station=FAR, vehicle=car(), **FAIL)  # truly failed at FAR, no repair
    city.test(
        "2026-03-02 20:00", vehicle=car(vin=OTHER_VIN), now=at("2026-09-02 11:00"), **FAIL
    )  # NEAR: doubtful
    assert not permitted(city, NEAR, "2026-09-02 12:00")


def test_annulling_a_false_old_fail_gives_the_honest_passes_back(city: City) -> None:
    city.enter()
    passed = city.test("2026-03-05 09:00", vehicle=car()).body
    false = city.test("2020-03-02 08:50", station=FAR, vehicle=car(), now=at("2026-03-07 11:00"), **FAIL).body
    annul_case(city.callers[ENV], false["case"], reason="虚假", evidence="x", now=at("2026-03-07 15:00"))
    assert Test.objects.get(test_no=passed["test_no"]).counts == "cycle" and mark(city, "2026-03-07 16:00")


def test_the_plate_arrives_at_the_register(city: City) -> None:
    city.enter(plate="")
    city.test("2026-03-02 09:00", vehicle=car(vin=""), **FAIL)
    city.enter("2026-03-03 08:00")  # now the register knows VIN and plate
    city.test("2026-03-04 09:00", station=FAR, vehicle=car(plate=""))
    assert not mark(city, "2026-03-04 10:00")


def _exit(city: City, case: str, kind: str = "objection") -> None:
    grant_exit(
        city.callers[ENV],
        case,
        kind=kind,
        to_station=FAR,
        reason="x",
        evidence="x",
        expires_on=date(2026, 3, 20),
        now=at("2026-03-02 15:00"),
    )


def _brought_to_far(city: City, when: str) -> None:
    with suppress(Refusal):
        city.test(when, station=FAR, vehicle=car(), purpose="retest")


def _it_is_that_car(city: City, station: str, run: dict[str, object], when: str) -> None:
    said = Settlement("vehicle", "录入错误", str(Vehicle.objects.get().pk))
    settle_run(city.callers[ENV], station, str(run["test_no"]), said, at(when))


def test_a_typing_error_takes_no_case_over(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), **FAIL)
    city.repair("2026-03-04 16:00")
    city.test("2026-03-05 09:00", vehicle=car(), purpose="retest", **FAIL)  # truly failed
    late = {"station": FAR, "vehicle": car(vin=WRONG), "now": at("2026-03-05 11:00")}
    run = city.test("2026-03-02 08:50", **late, **FAIL).body
    _it_is_that_car(city, FAR, run, "2026-03-05 12:00")
    _brought_to_far(city, "2026-03-05 15:00")
    assert not mark(city, "2026-03-05 16:00")
    assert HeldRun.objects.get().settled_at is None and Case.objects.get().station.code == NEAR
    settle_run(
        city.callers[ENV], FAR, run["test_no"], Settlement("rejected", "日志不符"), at("2026-03-05 17:00")
    )
    assert not permitted(city, FAR, "2026-03-05 18:00")


def test_an_unused_second_opinion_swallows_no_failed_retest(city: City) -> None:
    city.enter()
    _exit(city, city.test("2026-03-02 09:00", vehicle=car(), **FAIL).body["case"])
    city.repair("2026-03-03 16:00")
    city.test("2026-03-03 17:00", vehicle=car(), purpose="retest", **FAIL)  # truly failed
    city.test("2026-03-02 16:00", station=FAR, vehicle=car(), now=at("2026-03-03 18:00"), **FAIL)
    _brought_to_far(city, "2026-03-03 19:00")
    assert not mark(city, "2026-03-03 20:00")


def test_annulling_the_second_opinion_leaves_the_first_fail(city: City) -> None:
    city.enter()
    case = city.test("2026-03-02 09:00", vehicle=car(), **FAIL).body["case"]
    _exit(city, case)
    city.test("2026-03-03 09:00", station=FAR, vehicle=car(), **FAIL)
    annul_case(city.callers[ENV], case, reason="FAR 仪器故障", evidence="x", now=at("2026-03-03 15:00"))
    _brought_to_far(city, "2026-03-04 09:00")
    assert not mark(city, "2026-03-04 10:00")


def test_a_true_fail_that_waits_is_not_overtaken(city: City) -> None:
    city.enter()
    _exit(city, city.test("2026-03-02 09:00", vehicle=car(), **FAIL).body["case"])
    city.repair("2026-03-03 16:00")
    typo = city.test("2026-03-03 17:00", vehicle=car(vin=WRONG), purpose="retest", **FAIL).body
    city.test("2026-03-02 16:00", station=FAR, vehicle=car(), now=at("2026-03-03 18:00"), **FAIL)
    _it_is_that_car(city, NEAR, typo, "2026-03-03 18:30")
    _brought_to_far(city, "2026-03-03 19:00")
    assert not mark(city, "2026-03-03 20:00")
