"""A case in the hands of another place, exhaust that was never measured, a plate that nobody bears any more: nobody
frees a car that failed where other rules hold, by instruments that read nothing, or by the name it gave back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from imloop.law import load
from imloop.law.overlay import overlay
from imloop.steps.appointments.ask_reception import ask_reception
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.cases.grant_exit import grant_exit
from imloop.steps.ground import registers
from imloop.steps.ground.access import caller_for
from imloop.store.models import Case, Line, Party, Standing, Test, Vehicle
from stories.inspections.test_sixth_try import failed, run
from stories.vehicles.tries.test_seventh_try import NEW_PLATE, replated
from support.city import FAR, NEAR, City, at
from support.doors import Doors
from support.messages.lively_runs import lug_down
from support.messages.runs import im195_columns, law_of, vmas_columns
from support.messages.uploads import PLATE, VIN
from support.messages.uploads import test_message as message_of
from support.people import clerk
from support.stories import outages
from support.stories.one_car import ENV, FAIL, OTHER_VIN, car, mark, permitted
from support.stories.settled import Settlement, settle_run

FAILED, REPAIRED, RETEST = "2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00"
THERE, PLACE_THERE = "450103001", "450100"
"""A station of a city that has no rules of its own: the country asks for a repair, not for the same station."""
LAX = f"""
values:
  limits.ASM.a.co_5025_pct: {{value: 5.0, place: "{PLACE_THERE}"}}
  limits.ASM.a.co_2540_pct: {{value: 5.0, place: "{PLACE_THERE}"}}
"""
HIGH = f"""
values:
  altitude.lugdown: {{value: true}}
  altitude.m: {{value: 4000, place: "{PLACE_THERE}"}}
  tsi.average_s: {{value: 29, place: "{PLACE_THERE}"}}
"""
EVAPORATIVE = """
values:
  evaporative.required: {value: true, place: "450200"}
"""
TIGHT: dict[str, Any] = {"start_kpa": 3.6, "loss_kpa": 0.5, "seconds": 120, "cap_ok": True}
LAW = law_of()


def there(city: City, methods: tuple[str, ...] = ("ASM", "TSI", "LUGDOWN")) -> None:
    station = Party.objects.create(code=THERE, kind="istation", name="外地站", place=PLACE_THERE)
    Standing.objects.create(party=station, state="networked", since=date(2015, 1, 1), cite="-")
    Line.objects.create(station=station, code="01", methods=list(methods), since=date(2015, 1, 1))
    city.callers[THERE] = caller_for(station)


def assumed(patch: pytest.MonkeyPatch, text: str) -> None:
    book = overlay(load(), text)
    patch.setattr(registers, "load", lambda: book)


def let_go(city: City, case: str, *, by: str = ENV, when: str = "2026-03-04 17:00") -> None:
    """Its line is out of order: any station may retest it."""
    way = {"kind": "line-broken", "to_station": "", "reason": "x", "evidence": "x"}
    grant_exit(city.callers[by], case, expires_on=date(2026, 3, 20), now=at(when), **way)


def received(city: City, station: str, when: str) -> bool:
    where: dict[str, Any] = {"station": station, "line": "01", "method": "ASM", "vin": VIN}
    return bool(ask_reception(city.callers[station], at=at(when), **where)["allowed"])


# Another place


def test_no_station_of_another_place_hears_that_it_may_retest(city: City) -> None:
    there(city)
    case = failed(city)
    assert permitted(city, NEAR, RETEST) and not permitted(city, THERE, RETEST)
    assert received(city, NEAR, RETEST) and not received(city, THERE, RETEST)
    assert run(city, RETEST, station=THERE, purpose="retest")["refused"] == "not-this-station"
    let_go(city, case)
    assert permitted(city, THERE, RETEST) and received(city, THERE, RETEST)
    assert run(city, RETEST, station=THERE, purpose="retest")["case_state"] == "closed"


@pytest.mark.parametrize("late", [False, True])
def test_a_way_out_leads_to_no_other_limits(city: City, monkeypatch: pytest.MonkeyPatch, late: bool) -> None:
    """Told at once, or once a later run of it is known."""
    assumed(monkeypatch, LAX)
    there(city)
    let_go(city, failed(city))
    if late:
        run(city, "2026-03-05 12:00", outcome="aborted")
    said = run(city, RETEST, station=THERE, purpose="retest", now=at("2026-03-05 13:00"), **FAIL)
    assert (said["verdict"], said["counts_why"]) == ("pass", "fault-not-retested")
    assert Case.objects.get(closed_at=None) and not mark(city, "2026-03-05 14:00")
    said = run(city, "2026-03-05 15:00", station=THERE, purpose="retest")
    assert said["case_state"] == "closed" and mark(city, "2026-03-05 16:00")


def test_who_never_failed_elsewhere_is_judged_where_it_is_tested(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    assumed(monkeypatch, LAX)
    there(city)
    city.enter()
    assert run(city, FAILED, station=THERE, **FAIL)["counts"] == "cycle" and mark(city, "2026-03-02 10:00")


def test_what_its_place_checks_is_checked_wherever_it_is_retested(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    assumed(monkeypatch, EVAPORATIVE)
    there(city)
    city.enter()
    case = run(city, FAILED, evaporative=TIGHT, **FAIL)["case"]
    city.repair(REPAIRED)
    let_go(city, case)
    said = run(city, RETEST, station=THERE, purpose="retest")
    assert (said["verdict"], said["counts_why"]) == ("pass", "fault-not-retested")
    said = run(city, "2026-03-05 10:00", station=THERE, purpose="retest", evaporative=TIGHT)
    assert said["case_state"] == "closed"


def test_the_air_is_that_of_the_place_where_it_is_retested(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thin air smokes more; the limits of its case are the same there."""
    assumed(monkeypatch, HIGH)
    there(city)
    smoky = {**lug_down(), "k_per_m": [1.5] * 60}
    smoky.pop("opacity_pct")
    said: dict[str, Any] = {
        "vehicle": car(fuel="diesel", rated_speed_rpm=3000, rated_power_kw=100),
        "method": "LUGDOWN",
        "trace": {"columns": smoky},
    }
    case = run(city, FAILED, line="02", **said)["case"]
    city.repair(REPAIRED)
    let_go(city, case)
    assert run(city, RETEST, station=THERE, purpose="retest", **said)["case_state"] == "closed"


def test_paper_opens_no_retest_where_its_place_accepts_none(doors: Doors) -> None:
    """It failed where no rule accepts paper; the outage is where it was let go to."""
    city = doors.city
    there(city)
    office = Party.objects.create(code="450100-environment", kind="environment", name="-", place=PLACE_THERE)
    city.callers[office.code] = caller_for(office, clerk(office))
    city.enter()
    doors.at("2026-03-04 08:00")
    voucher = outages.of_day(outages.stock(doors), "2026-03-04")
    case = run(city, FAILED, station=THERE, **FAIL)["case"]
    let_go(city, case, by=office.code, when="2026-03-03 09:00")
    doors.at("2026-03-04 10:10")
    outages.declare(doors)
    told = outages.redeem(doors, voucher)
    assert not told["unlocked"] and [each["code"] for each in told["findings"]] == ["paper-not-accepted"]
    assert run(city, "2026-03-04 10:30", purpose="retest")["refused"] == "no-repair-record"


# Exhaust that was not measured


def retested(city: City, method: str, columns: dict[str, Any]) -> dict[str, Any]:
    station = Party.objects.get(code=NEAR)
    Line.objects.create(station=station, code="03", methods=["VMAS", "IM195"], since=date(2015, 1, 1))
    failed(city)
    line = "01" if method == "ASM" else "03"
    return run(city, RETEST, purpose="retest", method=method, line=line, trace={"columns": columns})


def every(columns: dict[str, Any], **change: float) -> dict[str, Any]:
    rows = len(columns["t_s"])
    return {**columns, **{name: [value] * rows for name, value in change.items()}}


DIRTY = {"co": 30.0, "hc": 5.0, "nox": 5.0}
UNMEASURED = {
    "the flow meter reads nothing": ("VMAS", {"flow_std_ls": 0.0}),
    "it runs backwards": ("VMAS", {"flow_std_ls": -95.0}),
    "the diluted gas is air": ("VMAS", {"o2_dilute_pct": 20.8}),
    "the air has no oxygen": ("VMAS", {"o2_ambient_pct": 0.5}),
    "hardly any flow": ("VMAS", {"flow_std_ls": 3.0}),
    "nothing is drawn": ("IM195", {"flow_std_ls": 0.0}),
    "the tunnel runs backwards": ("IM195", {"flow_std_ls": -80.0}),
    "the tunnel holds air": (
        "IM195",
        {"co_dilute_ppm": 0.0, "hc_dilute_ppm": 0.0, "nox_dilute_ppm": 0.0, "co2_dilute_pct": 0.04},
    ),
    "more in the air than in the exhaust": (
        "IM195",
        {"co_background_ppm": 1e5, "hc_background_ppm": 1e5, "nox_background_ppm": 1e5},
    ),
}


@pytest.mark.parametrize("how", UNMEASURED)
def test_what_was_not_measured_passes_nobody(city: City, how: str) -> None:
    method, change = UNMEASURED[how]
    columns = (vmas_columns if method == "VMAS" else im195_columns)(LAW, **DIRTY)
    said = retested(city, method, every(columns, **change))
    assert said["verdict"] == "invalid" and not mark(city, "2026-03-05 10:00"), said
    assert Case.objects.get().state == "awaiting_retest"


@pytest.mark.parametrize("method", ["VMAS", "IM195"])
def test_a_thrifty_clean_car_passes(city: City, method: str) -> None:
    """60 g/km of CO2, and in one gas a little less than nothing: the drift of a zero."""
    columns = (vmas_columns if method == "VMAS" else im195_columns)(LAW)
    columns = every(columns, **({"flow_std_ls": 8.5} if method == "VMAS" else {"co2_dilute_pct": 0.2}))
    if method == "IM195":
        columns = every(columns, co_dilute_ppm=4.5, co_background_ppm=5.0)
    assert retested(city, method, columns)["case_state"] == "closed"


def test_a_fail_that_was_half_measured_stays_a_fail(city: City) -> None:
    """What the run does not show stands in the way of a pass alone."""
    columns = every(vmas_columns(LAW, **DIRTY), hc_ppm=-900.0)
    said = retested(city, "VMAS", columns)
    assert said["verdict"] == "fail" and said["case_state"] == "awaiting_repair"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"co2_pct": 60.0}, "invalid"),
        ({"co2_pct": 1e8}, "invalid"),
        ({"co2_pct": 16.0}, "fail"),
        ({"co_pct": -5.0}, "invalid"),
        ({"co_pct": -0.02}, "pass"),
        ({"co_pct": 0.1, "no_ppm": -400.0}, "invalid"),
        ({"co_pct": 0.1, "co2_pct": 16.0}, "pass"),
    ],
)
def test_readings_of_no_exhaust(city: City, change: dict[str, float], verdict: str) -> None:
    trace: Any = message_of(at(RETEST), station=NEAR, **FAIL)["trace"]
    said = retested(city, "ASM", every(trace["columns"], **change))
    assert said["verdict"] == verdict and (said["case_state"] == "closed") is (verdict == "pass"), said


@pytest.mark.parametrize(("k", "verdict"), [(-4.0, "invalid"), (-0.05, "pass")])
def test_smoke_below_zero(city: City, k: float, verdict: str) -> None:
    diesel: dict[str, Any] = {"line": "02", "method": "LUGDOWN"}
    diesel["vehicle"] = car(fuel="diesel", rated_speed_rpm=3000, rated_power_kw=100)
    measured = {name: each for name, each in lug_down().items() if name != "opacity_pct"}
    assert run(city, FAILED, trace={"columns": every(measured, k_per_m=4.0)}, **diesel)["counts"] == "case"
    city.repair(REPAIRED)
    said = run(city, RETEST, purpose="retest", trace={"columns": every(measured, k_per_m=k)}, **diesel)
    assert said["verdict"] == verdict and (said["case_state"] == "closed") is (verdict == "pass")


@pytest.mark.parametrize(("loss", "closes"), [(-900.0, False), (-1.6, False), (-0.1, True), (1.5, True)])
def test_a_tank_whose_pressure_rises(
    city: City, monkeypatch: pytest.MonkeyPatch, loss: float, closes: bool
) -> None:
    assumed(monkeypatch, EVAPORATIVE)
    city.enter()
    assert run(city, FAILED, evaporative={**TIGHT, "loss_kpa": 2.0})["counts"] == "case"
    city.repair(REPAIRED)
    said = run(city, RETEST, purpose="retest", evaporative={**TIGHT, "loss_kpa": loss})
    assert (said["case_state"] == "closed") is closes


@pytest.mark.parametrize(("fuel", "closes"), [("gasoline", False), ("cng", True)])
def test_a_second_run_on_the_same_fuel_is_none_on_the_other(city: City, fuel: str, closes: bool) -> None:
    """The register knows both fuels; what was driven only the station can say."""
    city.enter(fuel="gasoline", second_fuel="cng")
    clean: Any = message_of(at(FAILED), station=NEAR)
    dirty: Any = message_of(at(FAILED), station=NEAR, **FAIL)
    on_gas = {"trace": dirty["trace"], "ambient": clean["ambient"]}
    assert run(city, FAILED, vehicle=car(second_fuel="cng"), second=on_gas)["counts"] == "case"
    city.repair(REPAIRED)
    again = {"trace": clean["trace"], "ambient": clean["ambient"]}
    said = run(city, RETEST, purpose="retest", vehicle=car(second_fuel=fuel), second=again)
    assert (said.get("case_state") == "closed") is closes and (
        said.get("refused") == "malformed"
    ) is not closes


# A plate that it gave back


def test_the_plate_that_it_gave_back_names_it_as_long_as_nobody_bears_it(city: City) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    replated(city, "2026-03-03 09:00")
    for station in (NEAR, FAR):
        said = run(city, "2026-03-03 12:00", station=station, vehicle=car(vin=""), purpose="registration")
        assert said["counts_why"] == "identity-doubtful"
    assert not mark(city, "2026-03-03 13:00")
    its_own = Settlement("vehicle", "看过车", str(Vehicle.objects.get(vin=VIN).pk))
    settle_run(city.callers[ENV], FAR, said["test_no"], its_own, at("2026-03-03 14:00"))
    assert Test.objects.get(test_no=said["test_no"]).counts == "nothing" and not mark(
        city, "2026-03-03 15:00"
    )


def test_nor_does_a_run_from_before_the_fail_make_a_bearer_of_it(city: City) -> None:
    city.enter()
    replated(city, "2026-03-01 08:00")
    assert run(city, "2026-03-01 09:00", vehicle=car(vin=""))["counts"] == "cycle"
    run(city, FAILED, vehicle=car(plate=NEW_PLATE), **FAIL)
    said = run(city, "2026-03-03 12:00", station=FAR, vehicle=car(vin=""))
    assert said["counts_why"] == "identity-doubtful"


@pytest.mark.parametrize("names", [{"vin": OTHER_VIN}, {"vin": ""}])
def test_who_bears_that_plate_now_is_tested_by_it(city: City, names: dict[str, str]) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    replated(city, "2026-03-03 09:00")
    city.enter("2026-03-03 10:00", vin=OTHER_VIN)
    said = run(city, "2026-03-03 12:00", station=FAR, vehicle=car(**names))
    assert said["counts"] == "cycle" and mark(city, "2026-03-03 13:00", vin=OTHER_VIN)
    assert not mark(city, "2026-03-03 13:00", vin=VIN)


def test_the_plate_of_a_car_that_has_passed_waits_for_nobody(city: City) -> None:
    failed(city)
    run(city, RETEST, purpose="retest")
    replated(city, "2026-03-06 09:00")
    assert run(city, "2026-03-06 10:00", station=FAR, vehicle=car(vin=""))["counts"] == "cycle"
    asked = ask_permit(city.callers[FAR], station=FAR, plate=PLATE, at=at("2026-03-06 11:00"))
    assert not asked["allowed"]
