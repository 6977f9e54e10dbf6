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


# --- batch 2
def second_run(co: float) -> dict[str, Any]:
    m = message_of(at(FAILED), station=NEAR, co=co)
    return {"trace": m["trace"], "ambient": m["ambient"]}


@pytest.mark.parametrize("registered", [True, False])
def test_unnamed_second(city: City, registered: bool) -> None:
    if registered:
        city.enter()
    r = run(city, FAILED, second=second_run(0.9))
    assert r["counts"] == "case", r
    city.repair("2026-03-04 16:00")
    r = run(city, RETEST, purpose="retest")
    assert r["counts_why"] == "fault-not-retested", r
    assert run(city, "2026-03-05 10:00", purpose="retest", second=second_run(0.12))["case_state"] == "closed"


@pytest.mark.parametrize("origin", ["spot_check_retest", "remote_sensing_retest", "registration", "transfer_in"])
def test_origin(city: City, origin: str) -> None:
    city.enter()
    r = run(city, FAILED, purpose=origin, **BROKEN)
    assert r["counts"] == "case" and r["notice"]
    assert not permitted(city, FAR, "2026-03-03 10:00")
    assert "refused" in run(city, "2026-03-03 10:00", station=FAR)
    city.repair("2026-03-04 16:00")
    assert "refused" in run(city, "2026-03-05 08:00", station=FAR)
    assert run(city, RETEST, purpose="retest", exterior={"verdict": "pass", "items": {}})["counts_why"]
    case = Case.objects.get()
    annul_case(city.callers[ENV], case.case_no, reason="x", evidence="x", now=at("2026-03-05 12:00"))
    assert not Case.objects.filter(closed_at=None).exists()


def test_swap(city: City) -> None:
    a, b = car(), car(vin=OTHER_VIN, plate=OTHER_PLATE)
    city.enter(); city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    run(city, FAILED, **FAIL); run(city, "2026-03-02 09:30", vehicle=b, **FAIL)
    city.repair("2026-03-04 16:00")
    city.enter("2026-03-04 18:00", plate=OTHER_PLATE)
    by_two(city, "2026-03-04 19:00")
    city.enter("2026-03-04 19:10", vin=OTHER_VIN, plate=PLATE)
    by_two(city, "2026-03-04 19:30")
    print(list(Vehicle.objects.values("vin", "plate")))
    r = run(city, RETEST, vehicle=car(vin=""), purpose="retest")
    print(r.get("refused"), r.get("counts"), r.get("counts_why"))
    assert Case.objects.filter(vehicle__vin=OTHER_VIN, closed_at=None).exists()
    r = run(city, "2026-03-05 10:00", vehicle=car(vin=OTHER_VIN, plate=""), purpose="retest")
    assert r.get("refused") == "no-repair-record", r
    for vin in (OTHER_VIN,):
        assert not mark(city, "2026-03-05 12:00", vin=vin)
    assert not mark(city, "2026-03-05 12:00", plate=PLATE)


@pytest.mark.parametrize("kind", ["moved_out", "cancelled", "sold", "moved_in"])
def test_status(city: City, kind: str) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    change_vehicle(city.callers[POLICE], ReportedChange(kind=kind, on=date(2026, 3, 3), vin=VIN), at("2026-03-03 09:00"))
    assert "refused" in run(city, "2026-03-03 10:00", station=FAR)
    if kind in ("moved_out", "cancelled"):
        change_vehicle(city.callers[POLICE], ReportedChange(kind="moved_in", on=date(2026, 3, 4), vin=VIN, new_plate=OTHER_PLATE), at("2026-03-04 09:00"))
        by_two(city, "2026-03-04 09:30")
    assert "refused" in run(city, "2026-03-04 10:00", station=FAR, vehicle=car(plate=OTHER_PLATE))
    assert not mark(city, "2026-03-04 11:00")


def test_ringelmann_column(city: City) -> None:
    city.enter(fuel="diesel", rated_power_kw="100")
    d = car(fuel="diesel", rated_power_kw=100.0)
    def t(grade):
        tr = lug()
        if grade is not None:
            tr["columns"]["ringelmann_grade"] = [grade] * 60
        return tr
    r = run(city, FAILED, vehicle=d, method="LUGDOWN", line="02", trace=t(3), obd=DARK)
    assert r["verdict"] == "fail", r
    city.repair("2026-03-04 16:00")
    r = run(city, RETEST, vehicle=d, method="LUGDOWN", line="02", purpose="retest", trace=t(None), obd=DARK)
    assert r["counts_why"] == "fault-not-retested", r
    r = run(city, "2026-03-05 09:30", vehicle={**d, "rated_speed_rpm": 3000}, method="FREEACC", line="02", purpose="retest", trace={"columns": _accelerations(0.5)}, obd=DARK)
    assert r["counts_why"] == "fault-not-retested", r
    r = run(city, "2026-03-05 10:00", vehicle=d, method="LUGDOWN", line="02", purpose="retest", trace=t(0), obd=DARK)
    assert r["case_state"] == "closed", r


def test_smoke_of_free_acc_by_ringelmann(city: City) -> None:
    city.enter(fuel="diesel")
    Line.objects.filter(code="02").update(methods=["LUGDOWN", "FREEACC", "RINGELMANN"])
    d = car(fuel="diesel", rated_speed_rpm=3000)
    r = run(city, FAILED, vehicle=d, method="FREEACC", line="02", trace={"columns": _accelerations(4.0)}, obd=DARK)
    assert r["verdict"] == "fail"
    city.repair("2026-03-04 16:00")
    r = run(city, RETEST, vehicle=d, method="RINGELMANN", line="02", purpose="retest", trace={"columns": {"t_s": list(range(60)), "ringelmann_grade": [0] * 60}}, obd=DARK)
    assert r["verdict"] == "pass" and r["counts_why"] == "fault-not-retested", r
    # a failed retest by other things
    r = run(city, "2026-03-05 10:00", vehicle=d, method="FREEACC", line="02", purpose="retest", trace={"columns": _accelerations(0.5)}, obd=DARK)
    assert r["case_state"] == "closed"


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 0, 1), (1, 0, 1)])
def test_same_number_in_one_group(city: City, order: tuple[int, ...]) -> None:
    import msgspec
    from imloop.exchange.uploads.intake import upload_of_test, write
    city.enter()
    sent = [
        upload_of_test(msgspec.json.encode(message_of(at(FAILED), station=NEAR, vehicle=car(), test_no="T-1", **how)), city.callers[NEAR], at("2026-03-02 10:00"))
        for how in (FAIL, {})
    ]
    write([sent[i] for i in order])
    print([ (t.result, t.counts) for t in Test.objects.all()])
    assert Test.objects.count() == 1


def test_repair_of_two(city: City) -> None:
    """names of both"""
    b = car(vin=OTHER_VIN, plate=OTHER_PLATE)
    city.enter(); city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    run(city, FAILED, **FAIL); run(city, "2026-03-02 09:30", vehicle=b, **FAIL)
    try:
        done = city.repair("2026-03-04 16:00", plate=OTHER_PLATE).body
        print(done)
        assert 0
    except Refusal as r:
        print(r.code)
    city.repair("2026-03-04 16:00", vin="", case_no=Case.objects.get(vehicle__vin=VIN).case_no)
    assert permitted(city, NEAR, "2026-03-04 18:00")
    assert "refused" in run(city, RETEST, vehicle=b)


def test_register_learns_second_fuel(city: City) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    city.enter("2026-03-03 09:00", second_fuel="cng"); by_two(city, "2026-03-03 09:30")
    city.repair("2026-03-04 16:00")
    r = run(city, RETEST, purpose="retest")
    assert r["counts"] == "nothing"
    r = run(city, "2026-03-05 10:00", vehicle=car(fuel="cng", second_fuel="gasoline"), purpose="retest", second=second_run(0.12))
    assert r["case_state"] == "closed", r


def test_released_after_retest(city: City) -> None:
    city.enter()
    case = run(city, FAILED, now=at("2026-03-02 15:00"), **FAIL)["case"]
    early = at("2026-03-02 10:00").isoformat()
    held = city.repair("2026-03-02 13:00", received_at=early, now=at("2026-03-02 16:00")).body
    r = run(city, "2026-03-02 17:00", purpose="retest")
    assert r["refused"] == "time-held"
    release_repair(city.callers[ENV], case, LISTED, held["repair_no"], reason="x", now=at("2026-03-02 18:00"))
    r = run(city, "2026-03-02 17:00", purpose="retest", now=at("2026-03-02 18:10"))
    assert r["refused"] == "record-after-retest", r


def test_limits_by_day(city: City) -> None:
    """law of the arrival day stricter"""
    from imloop.law import load
    a, b = load().at(date(2019, 4, 30), "450200"), load().at(date(2019, 5, 1), "450200")
    print(a.word("limit_set.ASM"), b.word("limit_set.ASM"))
    d = car(fuel="diesel", rated_speed_rpm=3000)
    for station, came, why in ((FAR, "2019-04-30 23:30", None), (NEAR, "2019-05-01 08:00", "time-held")):
        r = run(city, "2019-04-30 23:00", vehicle=d, station=station, line="02", method="FREEACC", trace={"columns": _accelerations(2.0)}, now=at(came))
        assert (r["verdict"], r["counts_why"]) == ("pass", why), r
    r = run(city, "2019-04-30 23:10", vehicle=d, line="02", method="FREEACC", trace={"columns": _accelerations(0.5)}, now=at("2019-05-01 08:00"))
    assert r["counts"] == "cycle"


def test_two_provinces(city: City) -> None:
    from imloop.steps.ground.access import caller_for
    from imloop.store.models import Party, Standing
    there = "330100001"
    party = Party.objects.create(code=there, kind="istation", name="杭州站", place="330100")
    Standing.objects.create(party=party, state="networked", since=date(2015, 1, 1), cite="x")
    Line.objects.create(station=party, code="01", methods=["ASM", "TSI"], since=date(2015, 1, 1))
    city.callers[there] = caller_for(party)
    city.enter()
    run(city, FAILED, **FAIL)
    for p in ("periodic", "retest", "transfer_in"):
        assert "refused" in run(city, "2026-03-03 09:00", station=there, purpose=p)
    city.repair("2026-03-03 16:00", shop=UNLISTED)
    assert run(city, "2026-03-04 09:00", station=there)["refused"] == "not-this-station"
    grant_exit(city.callers[ENV], Case.objects.get().case_no, kind="moved", to_station=there, reason="x", evidence="x", expires_on=date(2026, 3, 20), now=at("2026-03-04 10:00"))
    assert run(city, "2026-03-05 09:00", station=there)["refused"] == "repairer-not-listed"
