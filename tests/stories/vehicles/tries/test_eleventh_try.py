"""What a retest leaves unsaid, a second opinion of who failed it, one person's list or back-dated plate, a rule that
began since: nobody frees a car that failed by facts that only one of those who know it has said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from imloop.facts.refusal import Unlawful
from imloop.steps.cases.release_repair import release_repair
from imloop.steps.second_person.decide import confirm
from imloop.steps.vehicles.register.change_vehicle import ReportedChange, change_vehicle
from imloop.store.models import Case, HeldRun, Party, Proposal, Test, Vehicle
from stories.inspections.test_fifth_tables import free_accelerations
from stories.inspections.test_sixth_try import diesel, failed, run
from stories.vehicles.tries.test_ninth_try import PLACE_THERE, THERE, assumed, let_go, there
from stories.vehicles.tries.test_seventh_try import NEW_PLATE
from stories.vehicles.tries.test_tenth_try import failed_besides, opinion
from support.city import FAR, LISTED, NEAR, City, at
from support.messages.lively_runs import lug_down
from support.messages.uploads import PLATE, VIN
from support.stories.one_car import (
    ENV,
    FAIL,
    OTHER_PLATE,
    OTHER_VIN,
    POLICE,
    WRONG,
    car,
    mark,
    permitted,
    that_car,
)
from support.stories.settled import Settlement, settle_run

FAILED, REPAIRED, RETEST = "2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00"


# What a retest leaves unsaid

GOVERNED = {"fuel": "diesel", "cut_off_rpm": 4000, "gearbox": "manual"}
"""Its governor is all that tells how far it has to be accelerated."""


def accelerated(city: City, when: str, peak: float, most_rpm: float, **states: Any) -> dict[str, Any]:
    columns = free_accelerations(peak)
    columns["rpm"] = [most_rpm if rpm > 800 else rpm for rpm in columns["rpm"]]
    vehicle = car(**{**GOVERNED, **states})
    return run(city, when, method="FREEACC", line="02", vehicle=vehicle, trace={"columns": columns})


@pytest.mark.parametrize("restated", [{"cut_off_rpm": 1000}, {"cut_off_rpm": None}, {"gearbox": "automatic"}])
def test_it_is_accelerated_as_far_as_when_it_failed(city: City, restated: dict[str, Any]) -> None:
    """An engine that is hardly accelerated does not smoke."""
    city.enter(fuel="diesel")
    assert accelerated(city, FAILED, 4.0, 3900)["counts"] == "case"
    city.repair(REPAIRED)
    idle = accelerated(city, RETEST, 0.5, 2900 if "gearbox" in restated else 1200, **restated)
    assert idle["verdict"] == "invalid" and not mark(city, "2026-03-05 10:00")
    whole = accelerated(city, "2026-03-05 11:00", 0.5, 3900, **restated)
    assert whole["case_state"] == "closed" and mark(city, "2026-03-05 12:00")


YOUNG = {"produced_on": "2019-03-01", "first_registered_on": "2019-05-01"}
CLEAN = {"communication": True, "mil_on": False}


def diagnosed(city: City, when: str, obd: dict[str, Any]) -> dict[str, Any]:
    return run(city, when, vehicle=car(**YOUNG), obd=obd)


@pytest.mark.parametrize("then", [{"communication": False}, {**CLEAN, "mil_on": True}])
def test_a_unit_that_communicates_again_says_whether_its_lamp_is_on(city: City, then: dict[str, Any]) -> None:
    city.enter(**YOUNG)
    assert diagnosed(city, FAILED, then)["counts"] == "case"
    city.repair(REPAIRED)
    said = diagnosed(city, RETEST, {"communication": True})
    assert said["counts_why"] == "not-decided" and not mark(city, "2026-03-05 10:00")
    assert diagnosed(city, "2026-03-05 11:00", CLEAN)["case_state"] == "closed"


def test_a_line_that_reads_no_lamp_says_what_is_missing(city: City) -> None:
    city.enter(**YOUNG)
    said = diagnosed(city, FAILED, {"communication": True})
    assert (said["verdict"], said["counts"]) == ("invalid", "nothing")
    assert "obd-data-missing" in [reason["code"] for reason in said["reasons"]]


# A second opinion


@pytest.mark.parametrize("to", [NEAR, ""])
def test_no_station_gives_a_second_opinion_on_its_own_fail_without_a_permit(city: City, to: str) -> None:
    """The case is another station's; this one failed it, too."""
    city.enter()
    case = run(city, FAILED, station=FAR, **FAIL)["case"]
    failed_besides(city, "2026-03-02 11:00", now="2026-03-02 12:00")
    if to:
        with pytest.raises(Unlawful, match="opinion-of-its-own"):
            opinion(city, case, to)
    else:
        opinion(city, case, to)
    assert "refused" in run(city, "2026-03-03 09:00")
    assert Case.objects.get().state == "awaiting_repair" and not mark(city, "2026-03-03 10:00")


def test_who_failed_it_before_it_was_repaired_may_give_one(city: City) -> None:
    """It failed again after that, at the station of its case."""
    city.enter()
    case = run(city, FAILED, station=FAR, **FAIL)["case"]
    failed_besides(city, "2026-03-02 11:00", now="2026-03-02 12:00")
    city.repair(REPAIRED)
    assert run(city, RETEST, station=FAR, purpose="retest", **FAIL)["counts"] == "case"
    opinion(city, case, NEAR, when="2026-03-05 15:00")
    assert run(city, "2026-03-06 09:00")["case_state"] == "closed"


# A plate that is said to have been given back long ago


def replated_since(city: City, when: str, since: date, plate: str, vin: str = VIN) -> None:
    change = ReportedChange(kind="sold", on=since, vin=vin, new_plate=plate)
    change_vehicle(city.callers[POLICE], change, at(when))


def _failed_by_its_plate(city: City) -> None:
    """The register knew its VIN alone."""
    city.enter(plate="")
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    assert run(city, FAILED, vehicle=car(vin=""), **FAIL)["counts"] == "case"


@pytest.mark.parametrize("first", [date(2026, 3, 3), date(2010, 1, 1)])
@pytest.mark.parametrize("then", [date(2026, 3, 4), date(2011, 1, 1), date(2009, 1, 1)])
@pytest.mark.parametrize("borne", [True, False])
def test_the_day_since_when_it_has_another_plate_is_no_day_before_it_was_told(
    city: City, first: date, then: date, borne: bool
) -> None:
    """It got the plate and gave it back, each on whatever day; another car bears that plate now, or nobody."""
    _failed_by_its_plate(city)
    replated_since(city, "2026-03-03 10:00", first, PLATE)
    replated_since(city, "2026-03-04 10:00", then, NEW_PLATE)
    if borne:
        replated_since(city, "2026-03-04 11:00", then, PLATE, OTHER_VIN)
    said = run(city, "2026-03-05 09:00", station=FAR, vehicle=car(plate=NEW_PLATE))
    assert said["counts_why"] == "identity-doubtful" and not mark(city, "2026-03-05 10:00")
    its_own = Settlement("vehicle", "看过车", str(Vehicle.objects.get(vin=VIN).pk))
    settle_run(city.callers[ENV], FAR, said["test_no"], its_own, at("2026-03-05 11:00"))
    assert Test.objects.get(test_no=said["test_no"]).counts == "cycle"


def test_who_never_bore_that_plate_waits_for_nobody(city: City) -> None:
    _failed_by_its_plate(city)
    replated_since(city, "2026-03-04 10:00", date(2011, 1, 1), NEW_PLATE)
    said = run(city, "2026-03-05 09:00", station=FAR, vehicle=car(plate=NEW_PLATE))
    assert said["counts"] == "cycle" and mark(city, "2026-03-05 10:00")


# What one person enters of a car that failed

STRONG = {"rated_power_kw": 200.0}
"""By half that power the same lug-down passes."""


def lugged(city: City, when: str, **states: Any) -> dict[str, Any]:
    return diesel(city, when, "LUGDOWN", lug_down(), states={**STRONG, **states})


@pytest.mark.parametrize("by", [POLICE, ENV])
def test_one_person_enters_no_car_that_failed_as_another_one(city: City, by: str) -> None:
    """No authority had entered it. With a second person it is another matter."""
    assert lugged(city, FAILED)["counts"] == "case"
    city.enter("2026-03-03 09:00", by=by, fuel="diesel", rated_power_kw="100")
    city.repair(REPAIRED)
    assert lugged(city, RETEST)["verdict"] == "fail" and not mark(city, "2026-03-05 10:00")
    (held,) = Proposal.objects.all()
    assert held.body["fields"] == {"rated_power_kw": ["", 100.0]}
    confirm(
        replace(city.callers[by], user="second"), held.pk, said="与合格证一致", now=at("2026-03-05 11:00")
    )
    city.repair("2026-03-05 18:00")
    assert lugged(city, "2026-03-06 09:00")["case_state"] == "closed" and mark(city, "2026-03-06 10:00")


@pytest.mark.parametrize(("failed_on", "entered"), [("gasoline", "cng"), ("cng", "gasoline")])
def test_nor_on_another_fuel(city: City, failed_on: str, entered: str) -> None:
    assert run(city, FAILED, vehicle=car(fuel=failed_on), **FAIL)["counts"] == "case"
    city.enter("2026-03-03 09:00", fuel=entered)
    city.repair(REPAIRED)
    said = run(city, RETEST, vehicle=car(fuel=entered), purpose="retest")
    assert said["counts_why"] == "fault-not-retested" and not mark(city, "2026-03-05 10:00")


def test_what_agrees_with_how_it_failed_is_entered_by_one(city: City) -> None:
    """The station stated it with its mass, its days and its fuel."""
    assert run(city, FAILED, **FAIL)["counts"] == "case"
    city.enter("2026-03-03 09:00")
    assert not Proposal.objects.exists() and Vehicle.objects.get().facts["max_mass_kg"] == 1800.0
    city.repair(REPAIRED)
    assert run(city, RETEST, purpose="retest")["case_state"] == "closed" and mark(city, "2026-03-05 10:00")


@pytest.mark.parametrize("waits", [True, False])
def test_one_person_fills_no_blank_while_a_failed_run_waits(city: City, waits: bool) -> None:
    """It may be of that car, and is, as a department finds."""
    city.enter(fuel="diesel")
    held = lugged(city, FAILED, vin=WRONG)
    assert held["counts_why"] == "identity-doubtful"
    settle = Settlement("vehicle" if waits else "rejected", "看过车", str(Vehicle.objects.get(vin=VIN).pk))
    if not waits:
        settle_run(city.callers[ENV], NEAR, held["test_no"], settle, at("2026-03-02 16:00"))
    city.enter("2026-03-02 17:00", fuel="diesel", rated_power_kw="100")
    assert Proposal.objects.exists() is waits
    if waits:
        settle_run(city.callers[ENV], NEAR, held["test_no"], settle, at("2026-03-02 18:00"))
        city.repair(REPAIRED)
        assert lugged(city, RETEST)["verdict"] == "fail" and not mark(city, "2026-03-05 10:00")


# Which car it was, and when


@pytest.mark.parametrize("when", [RETEST, "2026-03-09 09:00"])
def test_which_car_it_was_says_nothing_of_when(city: City, when: str) -> None:
    """A typing error, in a pass that came days late, or in time."""
    failed(city)
    said = run(city, when, purpose="retest", vehicle=car(vin=WRONG), now=at("2026-03-09 10:00"))
    late = when == RETEST
    that_car(city, NEAR, said, "2026-03-09 11:00")
    held = HeldRun.objects.get()
    assert (held.settled_at is None) is late and mark(city, "2026-03-09 12:00") is not late
    if late:
        assert [reason["item"] for reason in held.reasons] == ["late"]
        released = Settlement("released", "检测线日志和监控相符")
        settle_run(city.callers[ENV], NEAR, said["test_no"], released, at("2026-03-09 13:00"))
    assert Case.objects.get().state == "closed" and mark(city, "2026-03-09 14:00")


def test_a_pass_of_another_time_that_would_not_hold_by_the_register_is_not_asked_when(city: City) -> None:
    city.enter(fuel="diesel", rated_power_kw="200")
    weak = {"vin": WRONG, "rated_power_kw": 100.0}
    said = diesel(city, FAILED, "LUGDOWN", lug_down(), states=weak, now=at("2026-03-09 10:00"))
    that_car(city, NEAR, said, "2026-03-09 11:00")
    assert HeldRun.objects.get().settled_at and not mark(city, "2026-03-09 12:00")


# A limit, and a rule for repairs, that began meanwhile


def _tighter(patch: pytest.MonkeyPatch, *, elsewhere: bool = False) -> None:
    """In the city from 5 March; ``elsewhere`` it stays as it was."""
    lines = [
        f"  limits.ASM.a.{item}:\n"
        f"    - {{value: 0.8, until: 2026-03-05, place: '450200'}}\n"
        f"    - {{value: 0.5, from: 2026-03-05, place: '450200'}}\n"
        + (f"    - {{value: 0.8, place: '{PLACE_THERE}'}}\n" if elsewhere else "")
        for item in ("co_5025_pct", "co_2540_pct")
    ]
    assumed(patch, "values:\n" + "".join(lines))


BETWEEN = {"co": 0.7, "purpose": "retest", "now": at("2026-03-05 00:20")}
"""Passes by the limit of before; said to be of the evening, it comes after midnight."""


@pytest.mark.parametrize("stated", ["electric", "gasoline"])
def test_no_limit_is_escaped_by_what_is_stated_that_evening(
    city: City, monkeypatch: pytest.MonkeyPatch, stated: str
) -> None:
    """It is judged by the register, on whose fuel the limit falls."""
    _tighter(monkeypatch)
    failed(city)
    said = run(city, "2026-03-04 23:50", vehicle=car(fuel=stated), **BETWEEN)
    assert said["counts_why"] == "time-held" and not mark(city, "2026-03-05 10:00")
    released = Settlement("released", "检测线日志和监控相符")
    settle_run(city.callers[ENV], NEAR, said["test_no"], released, at("2026-03-05 11:00"))
    assert Case.objects.get().state == "closed"


@pytest.mark.parametrize("late", [True, False])
def test_nor_by_going_to_another_place_that_evening(
    city: City, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    """The limit is that of the place where it failed; a later run is known by then, or not."""
    _tighter(monkeypatch, elsewhere=True)
    there(city)
    let_go(city, failed(city))
    if late:
        run(city, "2026-03-05 00:10", station=THERE, outcome="aborted")
    said = run(city, "2026-03-04 23:50", station=THERE, **BETWEEN)
    assert said["counts_why"] == "time-held" and not mark(city, "2026-03-05 10:00")


def test_one_that_came_that_evening_counts_there(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    _tighter(monkeypatch, elsewhere=True)
    there(city)
    let_go(city, failed(city))
    said = run(city, "2026-03-04 23:50", station=THERE, **{**BETWEEN, "now": at("2026-03-04 23:55")})
    assert said["case_state"] == "closed"


REPAIRS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "repair.scope_enforced": ("false", "true", {}),
    "repair.elsewhere": ("false", "true", {}),
    "repair.least_hours": ("0", "0.5", {"parts": [], "items": [{"code": "O2S", "name": "检查", "hours": 0}]}),
}
"""Rules for repairs, before and from 5 March, and a record that the first allows."""


@pytest.mark.parametrize("rule", REPAIRS)
@pytest.mark.parametrize("came", ["2026-03-05 00:20", "2026-03-04 23:58"])
def test_no_repair_of_the_evening_before_a_rule_holds(
    city: City, monkeypatch: pytest.MonkeyPatch, rule: str, came: str
) -> None:
    before, after, said = REPAIRS[rule]
    day = "place: '450200'"
    values = f"[{{value: {before}, until: 2026-03-05, {day}}}, {{value: {after}, from: 2026-03-05, {day}}}]"
    assumed(monkeypatch, f"values:\n  {rule}: {values}\n")
    Party.objects.filter(code=LISTED).update(capability=["diesel"] if "scope" in rule else [])
    city.enter()
    case = run(city, FAILED, **FAIL)["case"]
    if "elsewhere" in rule:
        run(city, "2026-03-04 21:00", station=FAR, outcome="aborted")
    record = city.repair("2026-03-04 23:50", now=at(came), **said).body
    escapes = came > "2026-03-05"
    assert record["retest"]["allowed"] is not escapes and permitted(city, NEAR, RETEST) is not escapes
    if escapes:
        office = city.callers["450200-transport"]
        release_repair(
            office, case, LISTED, record["repair_no"], reason="工单、照片相符", now=at("2026-03-05 08:00")
        )
        assert permitted(city, NEAR, RETEST)
