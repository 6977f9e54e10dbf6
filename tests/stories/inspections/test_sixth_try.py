from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.cases.grant_exit import annul_case, grant_exit
from imloop.steps.cases.release_repair import release_repair
from imloop.steps.inspections.settle_run import Settlement, settle_run
from imloop.steps.vehicles.decide_held import confirm
from imloop.steps.vehicles.register.change_vehicle import ReportedChange, change_vehicle
from imloop.store.models import Case, Certificate, Equipment, HeldChange, Line, Test, Vehicle
from support.city import FAR, LISTED, NEAR, OTHER, UNLISTED, City, at
from support.messages.lively_runs import lug_down
from support.messages.uploads import PLATE, VIN
from support.messages.uploads import test_message as message_of
from support.stories.one_car import BROKEN, ENV, FAIL, OTHER_PLATE, OTHER_VIN, POLICE, car, mark, permitted
from stories.inspections.test_faults_answered import idle
from stories.inspections.test_fifth_tables import _accelerations
from stories.lines.test_lines import check, equip, NEEDED, GOOD

FAILED, RETEST = "2026-03-02 09:00", "2026-03-05 09:00"


def run(city: City, when: str, **said: Any) -> dict[str, Any]:
    try:
        return city.test(when, **{"vehicle": car(), **said}).body
    except Refusal as refusal:
        return {"refused": refusal.code}


def by_two(city: City, when: str) -> None:
    for held in HeldChange.objects.filter(state="waiting"):
        confirm(replace(city.callers[POLICE], user="second"), held.pk, said="x", now=at(when))


def hc(value: float) -> dict[str, Any]:
    trace: dict[str, Any] = message_of(at(FAILED), station=NEAR)["trace"]
    trace["columns"]["hc_ppm"] = [value + i % 3 for i in range(180)]
    return trace


# 1 a failed retest restated
def test_restated_failed_retest(city: City) -> None:
    city.enter(fuel="")
    r = run(city, FAILED, trace=hc(900))
    assert r["counts"] == "case", r
    city.repair("2026-03-04 16:00")
    r = run(city, RETEST, vehicle=car(fuel="cng"), purpose="retest", trace=hc(900), **BROKEN)
    print(r["parts"], r["counts"], r["counts_why"])
    city.repair("2026-03-06 16:00")
    r = run(city, "2026-03-07 09:00", method="TSI", purpose="retest", trace=idle())
    print(r.get("counts"), r.get("counts_why"), r.get("case_state"), r.get("refused"))
    assert r["counts_why"] == "fault-not-retested"


def lug(power: float = 1.0) -> dict[str, Any]:
    c = lug_down()
    c["power_kw"] = [each * power for each in c["power_kw"]]
    return {"columns": c}


def test_lug_down_power(city: City) -> None:
    city.enter(fuel="diesel")
    d = {"fuel": "diesel", "rated_power_kw": 200.0}
    r = run(city, FAILED, vehicle=car(**d), method="LUGDOWN", line="02", trace=lug(), obd=DARK)
    print(r["verdict"], r["counts"], r["reasons"], [i for i in Test.objects.get().verdict["items"]])
    city.repair("2026-03-04 16:00")
    r = run(city, RETEST, vehicle=car(**{**d, "rated_power_kw": 100.0}), method="LUGDOWN", line="02", purpose="retest", trace=lug(), obd=DARK, **BROKEN)
    assert (r["parts"]["exhaust"], r["counts"]) == ("pass", "case")
    city.repair("2026-03-06 16:00")
    free = {"fuel": "diesel", "rated_power_kw": 200.0, "rated_speed_rpm": 3000}
    r = run(city, "2026-03-07 09:00", vehicle=car(**free), method="FREEACC", line="02", purpose="retest", trace={"columns": _accelerations(0.5)}, obd=DARK)
    assert (r["verdict"], r["counts_why"]) == ("pass", "fault-not-retested")
    r = run(city, "2026-03-07 10:00", vehicle=car(**d), method="LUGDOWN", line="02", purpose="retest", trace=lug(1.5), obd=DARK)
    assert r["case_state"] == "closed", r


DARK = {"communication": True, "mil_on": False, "mil_lamp_ok": True}


# 2 line checks
def _checked(city: City, day: str) -> None:
    for kind in NEEDED:
        check(city, kind, f"{day} 07:00")


def test_check_failed_after(city: City) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    city.repair("2026-03-04 16:00")
    equip(city)
    _checked(city, "2026-03-05")
    check(city, "analyser_gas", "2026-03-05 10:00", values=GOOD["analyser_gas"] | {"co_pct": 0.9})
    r = run(city, "2026-03-05 09:50", purpose="retest", now=at("2026-03-05 10:30"))
    assert r["counts_why"] == "time-held"


def test_instrument_certificate(city: City) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    city.repair("2026-03-04 16:00")
    equip(city)
    _checked(city, "2026-03-04")
    Certificate.objects.filter(equipment__kind="analyser").update(until=date(2026, 3, 5))
    r = run(city, "2026-03-04 18:00", purpose="retest", now=at("2026-03-05 08:30"))
    assert r["counts_why"] == "time-held", r


def test_line_gone(city: City) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    city.repair("2026-03-04 16:00")
    Line.objects.filter(station__code=NEAR, code="01").update(until=date(2026, 3, 5))
    r = run(city, "2026-03-04 18:00", purpose="retest", now=at("2026-03-05 08:30"))
    assert r["counts_why"] == "time-held", r


# 4 phase border
def test_phase_border(city: City) -> None:
    city.enter()
    run(city, "2026-02-27 09:00", **FAIL)
    done = city.repair("2026-02-28 20:00", shop=UNLISTED, now=at("2026-03-01 15:00")).body
    print([f["code"] for f in done["findings"]])
    assert not permitted(city, NEAR, "2026-03-01 16:00")


# 5
@pytest.mark.parametrize("registered", [True, False])
def test_other_fuel(city: City, registered: bool) -> None:
    if registered:
        city.enter(fuel="")
    assert run(city, FAILED, vehicle=car(fuel="cng"), co=0.9)["counts"] == "case"
    city.repair("2026-03-04 16:00")
    r = run(city, RETEST, vehicle=car(fuel="gasoline"), purpose="retest")
    assert r["counts_why"] == "fault-not-retested", r


# 6
def test_transposed(city: City) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    new = VIN[:-2] + VIN[-1] + VIN[-2]
    city.enter("2026-03-03 09:00", vin=new)
    by_two(city, "2026-03-03 10:00")
    r = run(city, "2026-03-04 09:00", station=FAR, vehicle=car(vin=new))
    assert r["counts_why"] == "identity-doubtful", r
    assert not mark(city, "2026-03-04 10:00", plate=PLATE)


# 7
def test_plate_only_and_vin_row(city: City) -> None:
    city.enter(vin="")
    run(city, FAILED, vehicle=car(vin=""), **FAIL)
    r = run(city, "2026-03-03 09:00", station=FAR, vehicle=car(plate=""))
    print(r)
    city.enter("2026-03-04 09:00")
    print(list(Vehicle.objects.values("vin", "plate", "registered")))
    assert not mark(city, "2026-03-04 10:00", vin=VIN)


# 8
def test_vinless_new_plate(city: City) -> None:
    city.enter(vin="")
    run(city, FAILED, vehicle=car(vin=""), **FAIL)
    change_vehicle(city.callers[POLICE], ReportedChange(kind="sold", on=date(2026, 3, 3), plate=PLATE, new_plate=OTHER_PLATE), at("2026-03-03 09:00"))
    r = run(city, "2026-03-04 09:00", station=FAR, vehicle=car(vin="", plate=OTHER_PLATE))
    assert r["refused"]
    r = run(city, "2026-03-04 10:00", station=FAR, vehicle=car(vin="", plate=PLATE))
    print(r)
    assert not mark(city, "2026-03-04 10:00", plate=OTHER_PLATE)
