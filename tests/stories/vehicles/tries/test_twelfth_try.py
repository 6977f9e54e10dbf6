"""What a message says of its vehicle so that it is not judged, an engine whose speed nobody states, a pass that is
taken back, a failed run that is dated before the repair: nobody frees a car that failed by what counts for nothing."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from imloop.steps.roads.ask_road import ask_road
from imloop.store.models import Case, HeldRun, Test, Vehicle
from stories.inspections.test_fifth_tables import free_accelerations
from stories.inspections.test_sixth_try import by_two, failed, run, second_run
from stories.vehicles.tries.test_eleventh_try import accelerated
from stories.vehicles.tries.test_tenth_try import opinion
from support.city import FAR, NEAR, City, at
from support.messages.lively_runs import lug_down
from support.messages.uploads import VIN
from support.messages.uploads import test_message as message_of
from support.stories.one_car import (
    BROKEN,
    ENV,
    FAIL,
    LEFT_OUT,
    POLICE,
    WHOLE,
    WRONG,
    car,
    mark,
    permitted,
    that_car,
)
from support.stories.settled import Settlement, settle_run

FAILED, REPAIRED, RETEST = "2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00"
SEEN = {"fail-not-counted", "aborted-after-fail", "exhaust-of-exempt"}


def codes(said: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in said["findings"]}


# A failed run that its sender makes count for nothing

HOLE = [second if second < 60 else second + 9 for second in range(180)]
HECTOPASCALS = {"temperature_c": 25.0, "humidity_pct": 54.0, "pressure_kpa": 1013.0}


def driven(co: float, **columns: object) -> dict[str, Any]:
    message: Any = message_of(at(FAILED), station=NEAR, co=co)
    return {"trace": {"columns": {**message["trace"]["columns"], **columns}}}


def void(way: str, co: float) -> dict[str, Any]:
    """A whole run, and words by which it decides nothing."""
    words: dict[str, dict[str, Any]] = {
        "no fuel": {"vehicle": car(fuel=None)},
        "a fuel that nobody reads": {"vehicle": car(fuel="油")},
        "a fuel of another method": {"vehicle": car(fuel="diesel")},
        "no exhaust, and a hole": {"vehicle": car(fuel="electric"), **driven(co, t_s=HOLE)},
        "no exhaust, broken off": {"vehicle": car(fuel="electric"), "outcome": "aborted"},
        "no fuel, broken off": {"vehicle": car(fuel=None), "outcome": "aborted"},
        "no fuel, a comparison": {"vehicle": car(fuel=None), "purpose": "comparison"},
        "no fuel, and a hole": {"vehicle": car(fuel=None), **driven(co, clock_s=HOLE)},
        "a motorcycle, broken off": {"vehicle": car(vehicle_type="M21"), "outcome": "aborted"},
        "a motorcycle, and a hole": {"vehicle": car(vehicle_type="M21"), **driven(co, clock_s=HOLE)},
        "a hole": driven(co, clock_s=HOLE),
        "a hole, broken off": {"outcome": "aborted", **driven(co, clock_s=HOLE)},
        "impossible air": {"ambient": HECTOPASCALS},
        "impossible air, broken off": {"ambient": HECTOPASCALS, "outcome": "aborted"},
        "a second fuel without a name": {"second": second_run(co)},
    }
    return {"vehicle": car(), "co": co, **words[way]}


WAYS = (
    *("no fuel", "a fuel that nobody reads", "a fuel of another method", "no exhaust, and a hole"),
    *("no exhaust, broken off", "no fuel, broken off", "no fuel, a comparison", "no fuel, and a hole"),
    *("a motorcycle, broken off", "a motorcycle, and a hole", "a hole", "a hole, broken off"),
    *("impossible air", "impossible air, broken off", "a second fuel without a name"),
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("entered", [True, False])
def test_a_fail_that_is_made_to_count_for_nothing_is_seen_at_once(
    city: City, way: str, entered: bool
) -> None:
    """Or it counts, where the register knows better than its sender."""
    if entered:
        city.enter()
    said = run(city, FAILED, **void(way, 0.9))
    assert said["counts"] == "case" or codes(said) & SEEN
    assert said["verdict"] == "fail" or said["counts"] == "nothing"


@pytest.mark.parametrize("way", WAYS)
def test_a_run_that_shows_no_fail_is_no_finding(city: City, way: str) -> None:
    """But for the exhaust of a car that has none."""
    assert codes(run(city, FAILED, **void(way, 0.1))) & SEEN <= {"exhaust-of-exempt"}


@pytest.mark.parametrize("of", [{}, {"fuel": None}])
def test_a_run_that_was_broken_off_before_its_end_is_no_finding(city: City, of: dict[str, Any]) -> None:
    """A cold engine shows much, and a car that stalls is taken off the line."""
    half = {name: values[:60] for name, values in driven(0.45)["trace"]["columns"].items()}
    said = run(city, FAILED, vehicle=car(**of), outcome="aborted", trace={"columns": half})
    assert not codes(said) & SEEN


# What a retest says of its kind


@pytest.mark.parametrize("kind", ["M21", "N11", "H51"])
@pytest.mark.parametrize("entered", [True, False])
def test_no_failed_retest_is_that_of_another_kind_of_vehicle(city: City, kind: str, entered: bool) -> None:
    """Nothing was said of its type when it failed, and it was judged: its repair is used up as well."""
    if entered:
        city.enter()
    run(city, FAILED, **FAIL)
    city.repair(REPAIRED)
    said = run(city, RETEST, purpose="retest", vehicle=car(vehicle_type=kind), **FAIL)
    assert (said["verdict"], said["counts"]) == ("fail", "case")
    assert not permitted(city, NEAR, "2026-03-05 10:00")


@pytest.mark.parametrize(
    ("then", "now", "closes"), [("", "K33", True), ("K33", "", True), ("", "M21", False)]
)
def test_a_type_that_is_added_or_left_out_is_asked_of_a_pass(
    city: City, then: str, now: str, closes: bool
) -> None:
    city.enter()
    run(city, FAILED, vehicle=car(vehicle_type=then), **FAIL)
    city.repair(REPAIRED)
    said = run(city, RETEST, purpose="retest", vehicle=car(vehicle_type=now))
    assert (said["case_state"] == "closed") is closes
    assert closes or "vehicle-out-of-scope" in [reason["code"] for reason in said["reasons"]]


# An engine whose speed nobody states

UNSAID = {"cut_off_rpm": None, "gearbox": None}


@pytest.mark.parametrize(
    "now", [UNSAID, {**UNSAID, "rated_speed_rpm": 1500}, {**UNSAID, "cut_off_rpm": 1200}]
)
def test_an_engine_is_accelerated_as_far_as_it_was_seen_to_go(city: City, now: dict[str, Any]) -> None:
    city.enter(fuel="diesel")
    assert accelerated(city, FAILED, 4.0, 3900, **UNSAID)["counts"] == "case"
    city.repair(REPAIRED)
    idle = accelerated(city, RETEST, 0.5, 1200, **now)
    assert [reason["code"] for reason in idle["reasons"]] == ["engine-speed-not-reached"] * 3
    assert idle["counts"] == "nothing" and not mark(city, "2026-03-05 10:00")
    whole = accelerated(city, "2026-03-05 11:00", 0.5, 3800, **now)
    assert whole["case_state"] == "closed" and mark(city, "2026-03-05 12:00")


def test_nor_where_a_department_says_that_it_was_this_car(city: City) -> None:
    city.enter(fuel="diesel")
    accelerated(city, FAILED, 4.0, 3900, **UNSAID)
    city.repair(REPAIRED)
    idle = accelerated(city, RETEST, 0.5, 1200, vin=WRONG, **UNSAID)
    assert (idle["verdict"], idle["counts_why"]) == ("pass", "identity-doubtful")
    that_car(city, NEAR, idle, "2026-03-05 10:00")
    assert Test.objects.get(test_no=idle["test_no"]).counts_why == "not-decided", "as under its own VIN"
    assert Case.objects.get(closed_at=None) and not mark(city, "2026-03-05 11:00")


def test_a_failed_retest_at_idle_answers_no_smoke(city: City) -> None:
    """It fails by its exterior alone."""
    city.enter(fuel="diesel")
    accelerated(city, FAILED, 4.0, 3900, **UNSAID)
    city.repair(REPAIRED)
    columns = free_accelerations(0.5)
    columns["rpm"] = [min(rpm, 1200) for rpm in columns["rpm"]]
    lazy = {"method": "FREEACC", "line": "02", "trace": {"columns": columns}}
    diesel = car(fuel="diesel", **UNSAID)
    assert run(city, RETEST, vehicle=diesel, purpose="retest", **lazy, **BROKEN)["counts"] == "case"
    city.repair("2026-03-06 16:00")
    said = run(city, "2026-03-07 09:00", vehicle=diesel, purpose="retest", **lazy)
    assert said["counts"] == "nothing" and not mark(city, "2026-03-07 10:00")


def test_the_registers_word_of_its_speed_stands_before_what_was_seen(city: City) -> None:
    """The instrument had counted every turn twice."""
    city.enter(fuel="diesel")
    accelerated(city, FAILED, 4.0, 7800, **UNSAID)
    city.repair(REPAIRED)
    assert accelerated(city, RETEST, 0.5, 3900, **UNSAID)["counts"] == "nothing"
    city.enter("2026-03-05 10:00", fuel="diesel", rated_speed_rpm="3400")
    by_two(city, "2026-03-05 10:30")
    assert accelerated(city, "2026-03-05 11:00", 0.5, 3900, **UNSAID)["case_state"] == "closed"


# A pass that is taken back


def may_drive(city: City, when: str) -> bool:
    return ask_road(city.callers[POLICE], vin=VIN, at=at(when)).allowed


@pytest.mark.parametrize("vin", [VIN, WRONG])
@pytest.mark.parametrize("released", ["", "2026-03-02 10:30"])
def test_no_pass_that_is_taken_back_leaves_a_day_behind(city: City, vin: str, released: str) -> None:
    """Its inspection had ended a year ago; the fail before the pass comes late, and may be doubtful."""
    city.enter(due_on="2025-05-31")
    run(city, "2026-03-02 10:00")
    assert may_drive(city, "2026-03-02 10:20")
    said = run(city, FAILED, vehicle=car(vin=vin), now=at("2026-03-02 11:00"), **FAIL)
    assert str(Vehicle.objects.get(vin=VIN).due_on) == "2025-05-31" and not may_drive(
        city, "2026-03-02 12:00"
    )
    if vin == WRONG and released:
        rejected = Settlement("rejected", "套用的号牌")
        settle_run(city.callers[ENV], NEAR, said["test_no"], rejected, at("2026-03-02 13:00"))
        assert may_drive(city, "2026-03-02 14:00") and mark(city, "2026-03-02 14:00")


def test_what_it_gave_is_there_again_once_it_is_answered(city: City) -> None:
    city.enter(due_on="2025-05-31")
    run(city, "2026-03-02 10:00")
    run(city, FAILED, now=at("2026-03-02 11:00"), **FAIL)
    city.repair(REPAIRED)
    assert run(city, RETEST, purpose="retest")["case_state"] == "closed" and may_drive(
        city, "2026-03-05 10:00"
    )
    # A fail between repair and retest comes to be known last: back to the year before.
    run(city, "2026-03-05 08:00", now=at("2026-03-05 11:00"), station=FAR, **FAIL)
    assert str(Vehicle.objects.get().due_on) == "2025-05-31" and not may_drive(city, "2026-03-05 12:00")


# A failed run that is dated before the repair

LATER = "2026-03-05 20:10"
"""It failed once more that evening, after its retest."""


def repaired_and_passed(city: City) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    city.repair(REPAIRED)
    assert run(city, RETEST, purpose="retest")["case_state"] == "closed" and mark(city, "2026-03-05 10:00")


@pytest.mark.parametrize("station", [NEAR, FAR])
@pytest.mark.parametrize("vin", [VIN, WRONG])
def test_no_fail_of_a_doubtful_time_is_answered_by_a_repair_since(city: City, station: str, vin: str) -> None:
    repaired_and_passed(city)
    said = run(city, "2026-03-04 10:00", station=station, vehicle=car(vin=vin), now=at(LATER), **FAIL)
    assert said["counts"] == "nothing" and not mark(city, "2026-03-06 09:00")
    if vin == WRONG:
        that_car(city, station, said, "2026-03-06 09:10")
    held = HeldRun.objects.get(settled_at=None)
    assert "late" in [reason.get("item") for reason in held.reasons] and not mark(city, "2026-03-06 09:20")
    released = Settlement("released", "检测线日志和监控相符")
    settle_run(city.callers[ENV], station, said["test_no"], released, at("2026-03-06 10:00"))
    assert mark(city, "2026-03-06 11:00")


def test_nor_refused_because_the_repair_was_still_to_come(city: City) -> None:
    """The retest failed, and is said to have been made two days before."""
    failed(city)
    said = run(city, "2026-03-03 09:00", purpose="retest", now=at(LATER), **FAIL)
    assert said["counts_why"] == "time-held"
    assert run(city, "2026-03-05 20:30", purpose="retest")["counts_why"] == "failed-run-waits"
    assert not mark(city, "2026-03-05 21:00")


def test_nor_by_a_second_opinion_since(city: City) -> None:
    city.enter()
    opinion(city, run(city, FAILED, **FAIL)["case"], when="2026-03-04 12:00")
    assert run(city, RETEST, station=FAR)["case_state"] == "closed"
    said = run(city, "2026-03-04 10:00", now=at(LATER), **FAIL)
    assert said["counts_why"] == "time-held" and not mark(city, "2026-03-06 09:00")


@pytest.mark.parametrize("settled", ["released", "rejected"])
def test_what_a_department_finds_of_it_holds(city: City, settled: str) -> None:
    """Dated after the repair and before the pass: it was not answered."""
    repaired_and_passed(city)
    said = run(city, "2026-03-04 14:00", now=at(LATER), station=FAR, **FAIL)
    assert said["counts_why"] == "time-held" and not mark(city, "2026-03-06 09:00")
    found = Settlement(settled, "检测线日志和监控")
    settle_run(city.callers[ENV], FAR, said["test_no"], found, at("2026-03-06 10:00"))
    assert mark(city, "2026-03-06 11:00") is (settled == "rejected")


def test_a_late_fail_without_anything_that_answers_it_takes_effect_at_once(city: City) -> None:
    city.enter()
    said = run(city, FAILED, now=at("2026-03-05 09:00"), **FAIL)
    assert said["counts"] == "case" and not HeldRun.objects.exists()
    city.repair("2026-03-06 16:00")
    assert run(city, "2026-03-07 09:00", purpose="retest")["case_state"] == "closed"


# Whatever is said of it, and whatever is left out, while its readings are the same


def _stated(dice: Random, fuel: str) -> dict[str, Any]:
    others = (None, "cng", "lpg", "gasoline", "diesel", "electric", "hybrid_gasoline", "hybrid_diesel", "Z")
    said: dict[str, Any] = {
        "fuel": dice.choice([*[fuel] * 6, *others]),
        "second_fuel": dice.choice([*[None] * 6, "cng", "gasoline"]),
        "vehicle_type": dice.choice(["", "", "K33", "K33", "M21", "H51"]),
        "produced_on": dice.choice([None, "2010-03-01", "2000-03-01", "2019-03-01", "2012-03-01"]),
        "first_registered_on": dice.choice([None, "2010-05-01", "2000-05-01", "2019-05-01"]),
        "max_mass_kg": dice.choice([None, 1800, 5000]),
        "rated_power_kw": dice.choice([None, 50.0, 100.0, 200.0]),
        "rated_speed_rpm": dice.choice([None, None, 1500, 3000]),
        "cut_off_rpm": dice.choice([None, None, 1000, 4000]),
        "gearbox": dice.choice([None, "manual", "automatic"]),
        "emission_stage": dice.choice(["", "4", "1"]),
    }
    return car(**{name: value for name, value in said.items() if dice.random() < 0.7})


def _told(dice: Random, lamp: bool) -> dict[str, Any]:
    obd = {"communication": True, "mil_on": lamp, "mil_lamp_ok": True, "dashboard_matches": True}
    obd = {name: value for name, value in obd.items() if dice.random() < 0.7}
    exterior = [*[WHOLE["exterior"]] * 3, LEFT_OUT["exterior"], None, {"verdict": "pass"}, BROKEN["exterior"]]
    return {"obd": dice.choice([None, obd, obd]), "exterior": dice.choice(exterior)}


def _readings(dice: Random) -> tuple[str, dict[str, Any]]:
    """The fuel of the car, and what its instruments read, once and for ever."""
    smoke = {"method": "FREEACC", "line": "02", "trace": {"columns": free_accelerations(4.0)}}
    weak = {"method": "LUGDOWN", "line": "02", "trace": {"columns": lug_down()}}
    two = {"co": dice.choice([0.1, 0.9]), "second": second_run(dice.choice([0.1, 0.9]))}
    near = {"co": dice.choice([0.7, 0.75, 0.78, 0.8, 0.82, 0.9])}
    kinds = [("gasoline", near), ("gasoline", near), ("gasoline", two), ("diesel", smoke), ("diesel", weak)]
    return dice.choice(kinds)


@pytest.mark.parametrize("seed", range(60))
def test_no_words_about_a_car_close_its_case_while_its_readings_are_the_same(city: City, seed: int) -> None:
    dice = Random(seed)
    fuel, readings = _readings(dice)
    if dice.random() < 0.6:
        entered = {"fuel": fuel, "vehicle_type": "K33", "rated_power_kw": "200", "max_mass_kg": "1800"}
        city.enter(**{name: value if dice.random() < 0.6 else "" for name, value in entered.items()})
    lamp = dice.random() < 0.4
    first = run(city, FAILED, vehicle=_stated(dice, fuel), **_told(dice, lamp), **readings)
    if first["counts"] != "case" or "fail" not in (first["parts"]["exhaust"], first["parts"]["obd"]):
        return
    for day in (4, 6):
        city.repair(f"2026-03-{day:02} 16:00")
        said = {"vehicle": _stated(dice, fuel), "purpose": "retest", **_told(dice, lamp), **readings}
        last = run(city, f"2026-03-{day + 1:02} 09:00", **said)
        assert last.get("case_state") != "closed", (first["reasons"], said["vehicle"], last["findings"])
    assert Case.objects.get(closed_at=None) and not mark(city, "2026-03-08 10:00")
