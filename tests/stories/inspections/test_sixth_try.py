"""Two honest-looking exceptions together, and what was allowed only yesterday: nobody frees a car that failed by what a
failed retest says of it, by another fuel, by a day, a check or a list that came later, or by a row of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import pytest

from imloop.exchange.uploads.intake import upload_of_test, write
from imloop.facts.refusal import Refusal
from imloop.sim.city.checks import GOOD
from imloop.steps.cases.grant_exit import annul_case, grant_exit
from imloop.steps.cases.release_repair import release_repair
from imloop.steps.ground.access import caller_for
from imloop.steps.second_person.decide import confirm
from imloop.steps.vehicles.register.change_vehicle import ReportedChange, change_vehicle
from imloop.store.models import Case, Certificate, Line, Party, Proposal, Standing, Test, Vehicle
from stories.inspections.test_faults_answered import idle
from stories.inspections.test_fifth_tables import free_accelerations
from stories.lines.test_lines import NEEDED, check, equip
from support.city import FAR, LISTED, NEAR, UNLISTED, City, at
from support.messages.lively_runs import lug_down
from support.messages.uploads import PLATE, VIN
from support.messages.uploads import test_message as message_of
from support.stories.one_car import BROKEN, ENV, FAIL, OTHER_PLATE, OTHER_VIN, POLICE, car, mark, permitted
from support.stories.settled import Settlement, settle_run

FAILED, REPAIRED, RETEST = "2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00"
DARK = {"communication": True, "mil_on": False, "mil_lamp_ok": True}
SWAPPED = VIN[:-2] + VIN[-1] + VIN[-2]


def run(city: City, when: str, **said: Any) -> dict[str, Any]:
    """The receipt, or the code of the refusal; of the one car, unless it says of another."""
    try:
        return city.test(when, **{"vehicle": car(), **said}).body
    except Refusal as refusal:
        return {"refused": refusal.code}


def failed(city: City, **said: Any) -> str:
    """Its case, repaired since."""
    city.enter()
    case = str(run(city, FAILED, **{**FAIL, **said})["case"])
    city.repair(REPAIRED)
    return case


def by_two(city: City, when: str) -> None:
    """A second person of the police confirms what waits."""
    for held in Proposal.objects.filter(state="waiting"):
        confirm(replace(city.callers[POLICE], user="second"), held.pk, said="与登记档案一致", now=at(when))


def diesel(city: City, when: str, method: str, columns: dict[str, Any], **said: Any) -> dict[str, Any]:
    vehicle = car(fuel="diesel", rated_speed_rpm=3000, **said.pop("states", {}))
    wanted = {"method": method, "line": "02", "trace": {"columns": columns}, "obd": DARK}
    return run(city, when, vehicle=vehicle, **wanted, **said)


def second_run(co: float) -> dict[str, Any]:
    message = message_of(at(FAILED), station=NEAR, co=co)
    return {"trace": message["trace"], "ambient": message["ambient"]}


# What a failed retest says of the vehicle, and on what it was driven


def test_a_failed_retest_of_a_weaker_engine_answers_nothing(city: City) -> None:
    """It fails by its exterior, so that nobody asks by whose power its exhaust passed; then idling is enough."""
    city.enter(fuel="diesel")
    strong = {"rated_power_kw": 200.0}
    assert diesel(city, FAILED, "LUGDOWN", lug_down(), states=strong)["verdict"] == "fail"
    city.repair(REPAIRED)
    weak = diesel(city, RETEST, "LUGDOWN", lug_down(), states={"rated_power_kw": 100.0}, **BROKEN)
    assert (weak["parts"]["exhaust"], weak["counts"]) == ("pass", "case")
    city.repair("2026-03-06 16:00")
    last = diesel(city, "2026-03-07 09:00", "FREEACC", free_accelerations(0.5), states=strong)
    assert (last["verdict"], last["counts_why"]) == ("pass", "fault-not-retested")
    columns = lug_down()
    columns["power_kw"] = [1.5 * power for power in columns["power_kw"]]
    assert diesel(city, "2026-03-07 10:00", "LUGDOWN", columns, states=strong)["case_state"] == "closed"


@pytest.mark.parametrize("registered", [True, False])
def test_gas_is_not_answered_on_petrol(city: City, registered: bool) -> None:
    """The register, where there is one, knows no fuel."""
    if registered:
        city.enter(fuel="")
    run(city, FAILED, vehicle=car(fuel="cng"), **FAIL)
    city.repair(REPAIRED)
    assert run(city, RETEST, purpose="retest")["counts_why"] == "fault-not-retested"
    again = run(city, "2026-03-05 10:00", purpose="retest", vehicle=car(fuel="cng"))
    assert again["case_state"] == "closed"


def test_by_the_register_it_is_one_fuel_whatever_is_typed(city: City) -> None:
    failed(city, vehicle=car(fuel="cng"))
    assert run(city, RETEST, purpose="retest")["case_state"] == "closed"


@pytest.mark.parametrize("co", [0.12, 0.9])
def test_a_second_run_on_a_fuel_that_nobody_names_decides_nothing(city: City, co: float) -> None:
    """It may have been any fuel: it is not judged as a second run on petrol, and beside it nothing passes."""
    failed(city)
    unnamed = run(city, RETEST, purpose="retest", second=second_run(co))
    assert (unnamed["verdict"], unnamed["counts"]) == ("invalid", "nothing")
    assert "fuel-unknown" in [reason["code"] for reason in unnamed["reasons"]]
    assert run(city, "2026-03-05 10:00", purpose="retest")["case_state"] == "closed"


def test_a_second_fuel_that_the_register_learns_is_driven(city: City) -> None:
    failed(city)
    city.enter("2026-03-04 17:00", second_fuel="cng")
    by_two(city, "2026-03-04 17:10")
    assert run(city, RETEST, purpose="retest")["counts"] == "nothing"
    both = car(fuel="cng", second_fuel="gasoline")
    whole = run(city, "2026-03-05 10:00", vehicle=both, purpose="retest", second=second_run(0.12))
    assert whole["case_state"] == "closed"


def test_dark_smoke_is_looked_for_again(city: City) -> None:
    """It was seen beside a lug-down; a retest without that column, or by another method, does not see it."""
    city.enter(fuel="diesel", rated_power_kw="100")
    assert diesel(city, FAILED, "LUGDOWN", {**lug_down(), "ringelmann_grade": [3] * 60})["verdict"] == "fail"
    city.repair(REPAIRED)
    for when, method, columns in (
        (RETEST, "LUGDOWN", lug_down()),
        ("2026-03-05 09:30", "FREEACC", free_accelerations(0.5)),
    ):
        assert diesel(city, when, method, columns)["counts_why"] == "fault-not-retested"
    clean = diesel(city, "2026-03-05 10:00", "LUGDOWN", {**lug_down(), "ringelmann_grade": [0] * 60})
    assert clean["case_state"] == "closed"


def test_the_eye_does_not_answer_the_smoke_meter(city: City) -> None:
    city.enter(fuel="diesel")
    Line.objects.filter(code="02").update(methods=["FREEACC", "RINGELMANN"])
    assert diesel(city, FAILED, "FREEACC", free_accelerations(4.0))["verdict"] == "fail"
    city.repair(REPAIRED)
    seen = {"t_s": list(range(60)), "ringelmann_grade": [0] * 60}
    assert diesel(city, RETEST, "RINGELMANN", seen)["counts_why"] == "fault-not-retested"
    assert diesel(city, "2026-03-05 10:00", "FREEACC", free_accelerations(0.5))["case_state"] == "closed"


@pytest.mark.parametrize("how", [{"method": "TSI", "trace": idle()}, {"vehicle": car(fuel="lpg")}])
def test_a_second_opinion_measures_what_failed(city: City, how: dict[str, Any]) -> None:
    city.enter(fuel="")
    case = run(city, FAILED, **FAIL)["case"]
    grant_exit(
        city.callers[ENV],
        case,
        kind="objection",
        to_station=FAR,
        reason="x",
        evidence="x",
        expires_on=date(2026, 3, 20),
        now=at("2026-03-02 15:00"),
    )
    assert run(city, "2026-03-03 09:00", station=FAR, **how)["counts_why"] == "fault-not-retested"
    assert run(city, "2026-03-03 10:00", station=FAR)["case_state"] == "closed"


# What was allowed only yesterday


def _checked(city: City, *days: str) -> None:
    equip(city)
    for day in days:
        for kind in NEEDED:
            check(city, kind, f"{day} 07:00")


def _gas_failed(city: City, when: str) -> None:
    check(city, "analyser_gas", when, values=GOOD["analyser_gas"] | {"co_pct": 0.9})  # type: ignore[index]


def test_a_check_that_failed_since_holds_what_is_said_to_be_before_it(city: City) -> None:
    failed(city)
    _checked(city, "2026-03-05")
    _gas_failed(city, "2026-03-05 10:00")
    check(city, "analyser_gas", "2026-03-05 10:10")
    held = run(city, "2026-03-05 09:50", purpose="retest", now=at("2026-03-05 10:30"))
    assert held["counts_why"] == "time-held"
    after = run(city, "2026-03-05 10:40", purpose="retest")
    assert after["case_state"] == "closed"


def test_a_failed_run_before_it_counts_and_a_check_of_another_line_holds_nothing(city: City) -> None:
    failed(city)
    _checked(city, "2026-03-05")
    _gas_failed(city, "2026-03-05 10:00")
    assert (
        run(city, "2026-03-05 09:50", purpose="retest", now=at("2026-03-05 10:30"), **FAIL)["counts"]
        == "case"
    )
    other = car(vin=OTHER_VIN, plate=OTHER_PLATE)
    assert (
        run(city, "2026-03-05 09:50", station=FAR, vehicle=other, now=at("2026-03-05 10:30"))["counts"]
        == "cycle"
    )


@pytest.mark.every_case("each case asks the database something else")
@pytest.mark.parametrize("what", ["verification", "line", "nothing"])
def test_a_line_that_may_not_test_in_the_morning_has_not_passed_it_in_the_evening(
    city: City, what: str
) -> None:
    """What is merely due in the morning holds nothing."""
    failed(city)
    _checked(city, "2026-03-04")
    if what == "verification":
        Certificate.objects.filter(equipment__kind="analyser").update(until=date(2026, 3, 5))
    if what == "line":
        Line.objects.filter(station__code=NEAR, code="01").update(until=date(2026, 3, 5))
    said = run(city, "2026-03-04 18:00", purpose="retest", now=at("2026-03-05 08:30"))
    assert said["counts_why"] == (None if what == "nothing" else "time-held")


@pytest.mark.parametrize(("reported", "opens"), [("2026-02-28 23:30", True), ("2026-03-01 00:30", False)])
@pytest.mark.parametrize("lacks", ["list", "certificate"])
def test_a_rule_that_begins_today_is_not_escaped_by_work_of_yesterday(
    city: City, lacks: str, reported: str, opens: bool
) -> None:
    """What was reported by then stays good; what is reported after is looked at first."""
    city.enter()
    case = run(city, "2026-02-27 09:00", **FAIL)["case"]
    how: dict[str, Any] = {"shop": UNLISTED}
    if lacks == "certificate":
        how = {"documents": {"settlement_no": "J1", "invoice_no": "F1"}}
    done = city.repair("2026-02-28 20:00", now=at(reported), **how).body
    assert permitted(city, NEAR, "2026-03-01 09:00") is opens
    if not opens:
        shop = how.get("shop", LISTED)
        release_repair(
            city.callers[ENV], case, shop, done["repair_no"], reason="看过工单", now=at("2026-03-01 10:00")
        )
        assert permitted(city, NEAR, "2026-03-01 11:00")


@pytest.mark.parametrize(
    ("smoke", "came", "why"),
    [
        (2.0, "2019-04-30 23:30", None),
        (2.0, "2019-05-01 08:00", "time-held"),
        (0.5, "2019-05-01 08:00", None),
    ],
)
def test_a_limit_that_begins_today_is_not_escaped_by_a_run_of_yesterday(
    city: City, smoke: float, came: str, why: str | None
) -> None:
    said = diesel(city, "2019-04-30 23:00", "FREEACC", free_accelerations(smoke), now=at(came))
    assert (said["verdict"], said["counts_why"]) == ("pass", why)


def test_a_release_makes_no_retest_before_it_good(city: City) -> None:
    city.enter()
    case = run(city, FAILED, now=at("2026-03-02 15:00"), **FAIL)["case"]
    early = at("2026-03-02 10:00").isoformat()
    held = city.repair("2026-03-02 13:00", received_at=early, now=at("2026-03-02 16:00")).body
    assert run(city, "2026-03-02 17:00", purpose="retest")["refused"] == "fail-told-late"
    said = {"reason": "看过", "now": at("2026-03-02 18:00"), "fail_hour_holds": True}
    release_repair(city.callers[ENV], case, LISTED, held["repair_no"], **said)
    again = run(city, "2026-03-02 17:00", purpose="retest", now=at("2026-03-02 18:10"))
    assert again["refused"] == "record-after-retest"


# Rows of the register


def test_a_vin_of_which_two_signs_changed_places_is_the_same_car_corrected(city: City) -> None:
    failed(city)
    city.enter("2026-03-05 09:00", vin=SWAPPED)
    by_two(city, "2026-03-05 10:00")
    said = run(city, "2026-03-06 09:00", station=FAR, vehicle=car(vin=SWAPPED))
    assert said["counts_why"] == "identity-doubtful" and not mark(city, "2026-03-06 10:00", plate=PLATE)


def test_a_car_known_by_its_plate_is_not_freed_by_a_row_of_its_vin(city: City) -> None:
    """It failed under the plate, and passed elsewhere under its VIN alone; then the register brought them together."""
    city.enter(vin="")
    case = run(city, FAILED, vehicle=car(vin=""), **FAIL)["case"]
    assert run(city, "2026-03-03 09:00", station=FAR, vehicle=car(plate=""))["counts"] == "cycle"
    city.enter("2026-03-04 09:00")
    assert not mark(city, "2026-03-04 10:00", vin=VIN)
    city.repair(REPAIRED, vin="", case_no=case)
    said = run(city, RETEST, purpose="retest")
    known = Vehicle.objects.get(vin="")
    was = Settlement("vehicle", "看过车", str(known.pk))
    settle_run(city.callers[ENV], NEAR, said["test_no"], was, at("2026-03-05 10:00"))
    assert Case.objects.get().state == "closed" and mark(city, "2026-03-05 11:00", vin=VIN)


def test_two_cars_that_failed_are_not_freed_by_each_others_plates(city: City) -> None:
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    run(city, "2026-03-02 09:30", vehicle=car(vin=OTHER_VIN, plate=OTHER_PLATE), **FAIL)
    failed(city)
    city.enter("2026-03-04 18:00", plate=OTHER_PLATE)
    by_two(city, "2026-03-04 18:10")
    city.enter("2026-03-04 19:00", vin=OTHER_VIN, plate=PLATE)
    by_two(city, "2026-03-04 19:10")
    for names in ({"vin": "", "plate": PLATE}, {"vin": OTHER_VIN, "plate": ""}):
        assert run(city, RETEST, purpose="retest", vehicle=car(**names))["refused"] == "no-repair-record"
    assert not mark(city, "2026-03-05 12:00", plate=PLATE)
    own = run(city, "2026-03-05 10:00", vehicle=car(plate=OTHER_PLATE), purpose="retest")
    assert own["case_state"] == "closed"


def test_one_record_with_the_names_of_two_cars_is_a_repair_of_neither(city: City) -> None:
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    run(city, "2026-03-02 09:30", vehicle=car(vin=OTHER_VIN, plate=OTHER_PLATE), **FAIL)
    city.enter()
    run(city, FAILED, **FAIL)
    with pytest.raises(Refusal) as refused:
        city.repair(REPAIRED, plate=OTHER_PLATE)
    assert refused.value.code == "vehicle-differs" and not permitted(city, NEAR, RETEST)


@pytest.mark.parametrize("kind", ["moved_out", "cancelled", "sold"])
def test_what_becomes_of_a_vehicle_and_a_new_plate_leave_its_case_open(city: City, kind: str) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    police = city.callers[POLICE]
    for day, what, plate in ((3, kind, ""), (4, "moved_in", OTHER_PLATE)):
        change = ReportedChange(kind=what, on=date(2026, 3, day), vin=VIN, new_plate=plate)
        change_vehicle(police, change, at(f"2026-03-{day:02} 09:00"))
        by_two(city, f"2026-03-{day:02} 09:30")
    assert (
        run(city, "2026-03-04 10:00", station=FAR, vehicle=car(plate=OTHER_PLATE))["refused"]
        == "not-this-station"
    )
    assert not mark(city, "2026-03-04 11:00")


@pytest.mark.parametrize("how", ["open", "closed"])
def test_one_person_fills_nothing_in_between_that_the_retest_is_judged_by(city: City, how: str) -> None:
    """By a weaker engine the same run would pass. Without an open case a blank is filled at once."""
    city.enter(fuel="diesel")
    strong = {"rated_power_kw": 200.0 if how == "open" else 100.0}
    diesel(city, FAILED, "LUGDOWN", lug_down(), states=strong)
    city.repair(REPAIRED) if how == "open" else None
    city.enter("2026-03-04 17:00", fuel="diesel", rated_power_kw="100")
    assert Vehicle.objects.get().facts.get("rated_power_kw") == (None if how == "open" else 100.0)
    if how == "open":
        assert (
            diesel(city, RETEST, "LUGDOWN", lug_down(), states={"rated_power_kw": 100.0})["verdict"] == "fail"
        )
        by_two(city, "2026-03-05 10:00")
        assert Vehicle.objects.get().facts["rated_power_kw"] == 100.0


# Purposes, places, numbers


@pytest.mark.parametrize(
    "purpose", ["spot_check_retest", "remote_sensing_retest", "registration", "transfer_in"]
)
def test_the_purpose_of_the_failed_run_opens_no_way_out(city: City, purpose: str) -> None:
    city.enter()
    said = run(city, FAILED, purpose=purpose, **BROKEN)
    assert said["notice"] and run(city, "2026-03-03 10:00", station=FAR)["refused"] == "not-this-station"
    city.repair(REPAIRED)
    quick = run(city, RETEST, purpose="retest", exterior={"verdict": "pass", "items": {}})
    assert quick["counts_why"] == "fault-not-retested"
    annul_case(city.callers[ENV], said["case"], reason="x", evidence="x", now=at("2026-03-05 12:00"))
    assert Test.objects.get(test_no=said["test_no"]).counts_why == "annulled"


def test_a_station_of_another_province_asks_by_the_law_of_the_case(city: City) -> None:
    there = Party.objects.create(code="330100001", kind="istation", name="杭州站", place="330100")
    Standing.objects.create(party=there, state="networked", since=date(2015, 1, 1), cite="x")
    Line.objects.create(station=there, code="01", methods=["ASM"], since=date(2015, 1, 1))
    city.callers[there.code] = caller_for(there)
    city.enter()
    case = run(city, FAILED, **FAIL)["case"]
    city.repair("2026-03-03 16:00", shop=UNLISTED)
    for purpose in ("periodic", "retest", "transfer_in"):
        said = run(city, "2026-03-04 09:00", station=there.code, purpose=purpose)
        assert said["refused"] == "not-this-station"
    way = {"kind": "moved", "to_station": there.code, "reason": "x", "evidence": "x"}
    grant_exit(city.callers[ENV], case, expires_on=date(2026, 3, 20), now=at("2026-03-04 10:00"), **way)
    assert run(city, RETEST, station=there.code)["refused"] == "repairer-not-listed"


@pytest.mark.parametrize("order", [(0, 1), (0, 0, 1), (0, 1, 0, 1)])
def test_in_one_group_the_first_of_a_number_stands(city: City, order: tuple[int, ...]) -> None:
    city.enter()
    said = [message_of(at(FAILED), station=NEAR, vehicle=car(), test_no="T-1", **how) for how in (FAIL, {})]
    now = at("2026-03-02 10:00")
    sent = [upload_of_test(msgspec.json.encode(each), city.callers[NEAR], now) for each in said]
    write([sent[place] for place in order])
    assert Test.objects.get().result == "fail" and not mark(city, "2026-03-02 11:00")
