"""What was tried and held at the counters: names of two cars, moments of other laws, closed stations, objections, new
plates, records of others, calls of other desks. Nobody frees a car that failed without a repair."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from imloop.facts.refusal import NotAllowed, Refusal
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.cases.grant_exit import annul_case, grant_exit, reject_objection
from imloop.steps.cases.objections import raise_objection
from imloop.steps.cases.release_repair import release_repair
from imloop.steps.ground.access import Caller
from imloop.steps.lines.enter_equipment import end_line, set_line
from imloop.steps.lines.lock_line import NewOrder, order_line
from imloop.steps.outages.declare_outage import Declaration, declare
from imloop.steps.outages.unlock_by_operator import PaperSeen, unlock_by_operator
from imloop.steps.stations.certificates import NewCertificate, enter_certificate
from imloop.steps.vehicles.ask_mark import release_mark
from imloop.steps.vehicles.enrol_guest_vehicle import NewEnrolment, enrol
from imloop.steps.vehicles.register.change_vehicle import ReportedChange, change_vehicle
from imloop.steps.vehicles.register.enter_vehicles import Seen, enter_vehicles
from imloop.store.models import Case, Party, Standing
from stories.inspections.test_sixth_try import by_two, failed, run
from stories.vehicles.tries.test_eighth_held import frees_nobody
from stories.vehicles.tries.test_seventh_try import replated
from support.city import FAR, LISTED, NEAR, UNLISTED, City, at
from support.messages.uploads import PLATE, REGISTERED, VIN
from support.stories.one_car import FAIL, OTHER_PLATE, OTHER_VIN, WRONG, car, mark, permitted
from support.stories.settled import Settlement, settle_run

FAILED, REPAIRED, RETEST = "2026-03-02 09:00", "2026-03-04 16:00", "2026-03-05 09:00"


def frees_it(city: City, when: str, **said: Any) -> bool:
    """Does any station retest it, or the police give it the mark?"""
    runs = [run(city, when, station=station, purpose="retest", **said) for station in (NEAR, FAR)]
    return mark(city, when) or not all(frees_nobody(each) for each in runs)


# Names, moments, numbers


@pytest.mark.parametrize(
    "names",
    [
        (OTHER_VIN, PLATE),
        (VIN, OTHER_PLATE),
        (VIN.lower(), ""),
        (VIN + "1", PLATE),
        (VIN[-8:], PLATE),
        (WRONG, PLATE),
        ("", "桂b·12345"),
        ("", "桂B12345挂"),
    ],
)
def test_no_permit_by_the_names_of_a_car_that_was_repaired(city: City, names: tuple[str, str]) -> None:
    city.enter()
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    run(city, FAILED, **FAIL)
    run(city, "2026-03-02 10:00", vehicle=car(vin=OTHER_VIN, plate=OTHER_PLATE), **FAIL)
    city.repair(REPAIRED, vin=OTHER_VIN, plate=OTHER_PLATE)
    for station in (NEAR, FAR):
        try:
            found = ask_permit(
                city.callers[station], station=station, vin=names[0], plate=names[1], at=at(RETEST)
            )
        except Refusal as refusal:
            assert refusal.code == "plate-ambiguous"
        else:
            assert not found["allowed"]
        assert frees_nobody(run(city, RETEST, station=station, vehicle=car(vin=names[0], plate=names[1])))
    assert not mark(city, "2026-03-06 09:00")


@pytest.mark.parametrize("when", ["1950-01-01 09:00", "2030-01-01 09:00", "2099-12-31 09:00"])
def test_no_permit_of_another_year(city: City, when: str) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    assert not permitted(city, NEAR, when) and not permitted(city, FAR, when)


def test_no_repair_under_the_numbers_of_another_case(city: City) -> None:
    city.enter()
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    mine = run(city, FAILED, **FAIL)["case"]
    other = run(city, "2026-03-02 10:00", vehicle=car(vin=OTHER_VIN, plate=OTHER_PLATE), **FAIL)["case"]
    claims = [(mine, OTHER_VIN, OTHER_PLATE), (mine, OTHER_VIN, ""), (mine, "", OTHER_PLATE)]
    claims += [(other, VIN, ""), (other, "", PLATE), ("", OTHER_VIN, PLATE), (mine, VIN[-6:], OTHER_PLATE)]
    for case_no, vin, plate in claims:
        with pytest.raises(Refusal):
            city.repair(REPAIRED, case_no=case_no, vin=vin, plate=plate)
    assert not permitted(city, NEAR, RETEST)


def test_no_second_case_ends_with_the_first(city: City) -> None:
    """Known by its plate at one station and by its VIN at the other; only one of the two was repaired for."""
    run(city, FAILED, station=FAR, vehicle=car(vin=""), **FAIL)
    run(city, "2026-03-02 11:00", vehicle=car(plate=""), **FAIL)
    city.repair(REPAIRED, plate="")
    assert run(city, RETEST, purpose="retest", vehicle=car(plate=""))["case_state"] == "closed"
    city.enter("2026-03-05 12:00")
    by_two(city, "2026-03-05 12:30")
    assert not frees_it(city, "2026-03-06 09:00") and Case.objects.filter(closed_at=None).count() == 1


REWORK: list[dict[str, Any]] = [
    {"items": [], "parts": []},
    {"items": [{"code": "O2S", "name": "返修", "hours": 0}], "parts": []},
    {"documents": {}},
    {"documents": {"certificate_no": "H-99"}},
    {"shop": UNLISTED},
    {"finished_at": "2026-03-05T08:00:00+08:00", "received_at": "2026-03-04T17:00:00+08:00"},
]


@pytest.mark.parametrize("said", REWORK)
def test_rework_under_warranty_is_a_repair_like_any_other(city: City, said: dict[str, Any]) -> None:
    failed(city)
    assert run(city, RETEST, purpose="retest", **FAIL)["case_state"] == "awaiting_repair"
    city.repair("2026-03-06 16:00", **{"shop": LISTED, **said})
    assert not permitted(city, NEAR, "2026-03-07 09:00") and not frees_it(city, "2026-03-07 09:00")
    city.repair("2026-03-07 16:00")
    assert run(city, "2026-03-08 09:00", purpose="retest")["case_state"] == "closed"


# What happens to its station, its case, its plate


@pytest.mark.parametrize("late", [True, False])
def test_no_closing_of_its_station_is_a_repair(city: City, late: bool) -> None:
    city.enter()
    if not late:
        run(city, FAILED, **FAIL)
    station = Party.objects.get(code=NEAR)
    Standing.objects.create(party=station, state="suspended", since=date(2026, 3, 3), cite="-")
    if late:
        assert run(city, FAILED, now=at("2026-03-03 08:00"), **FAIL)["counts"] == "case"
    for purpose in ("periodic", "transfer_in", "retest"):
        assert frees_nobody(run(city, "2026-03-04 09:00", station=FAR, purpose=purpose))
    assert not frees_it(city, "2026-03-04 10:00") and not permitted(city, FAR, "2026-03-04 11:00")


def test_no_objection_that_waits_and_none_that_was_answered(city: City) -> None:
    city.enter()
    case_no = run(city, FAILED, **FAIL)["case"]
    case = Case.objects.get()
    words = "仪器读数前后不一，请复核这次检验。"
    raise_objection(case.owner_token, ground="instrument", words=words, now=at("2026-03-02 12:00"))
    assert not frees_it(city, "2026-03-03 09:00") and not permitted(city, NEAR, "2026-03-03 10:00")
    office = city.callers["450200-environment"]
    reject_objection(office, case_no, reason="仪器检定有效", evidence="证书", now=at("2026-03-03 11:00"))
    assert not frees_it(city, "2026-03-03 12:00") and not permitted(city, NEAR, "2026-03-03 13:00")


@pytest.mark.parametrize("plate", ["桂BD12345", "桂BF12345", "桂A12345", "使123456"])
def test_no_plate_of_another_kind(city: City, plate: str) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    replated(city, "2026-03-03 09:00", plate)
    for names in ({"plate": plate}, {"plate": plate, "vin": ""}, {"plate": plate, "fuel": "electric"}, {}):
        assert not frees_it(city, "2026-03-03 12:00", vehicle=car(**names))
    assert not mark(city, "2026-03-04 09:00", plate=plate)


def test_no_comparison_is_a_retest(city: City) -> None:
    failed(city)
    assert run(city, RETEST, purpose="comparison")["counts_why"] == "comparison"
    for hour in (10, 11, 12):
        run(city, f"2026-03-05 {hour}:00", purpose="comparison", **FAIL)
    assert Case.objects.get().state == "awaiting_retest" and not mark(city, "2026-03-05 13:00")


# Calls of other desks

NOW, WORDS = at("2026-03-05 09:00"), {"reason": "x", "evidence": "x"}
WAY: dict[str, Any] = {"kind": "objection", "to_station": FAR, "expires_on": date(2026, 3, 20), **WORDS}
ORDER = NewOrder(kind="unlock", methods=["ASM"], until=at("2026-03-06 09:00"), **WORDS)
OUTAGE: dict[str, Any] = {"scope": "platform", "cause": "断电", "starts_at": at("2026-03-05 08:00")}
PAPER: dict[str, Any] = {"station": NEAR, "shop": LISTED, "reason": "x", "vin": VIN, "settlement_no": "J-1"}
LICENCE: dict[str, Any] = {"kind": "cma", "number": "1", "since": date(2026, 1, 1)}
DESKS: dict[str, Callable[[Caller, str], Any]] = {
    "a way out": lambda who, case: grant_exit(who, case, now=NOW, **WAY),
    "an end": lambda who, case: annul_case(who, case, now=NOW, **WORDS),
    "a release": lambda who, case: release_repair(who, case, LISTED, "W1", reason="x", now=NOW),
    "a settlement": lambda who, case: settle_run(who, NEAR, "T1", Settlement("released", "x"), NOW),
    "a line": lambda who, case: set_line(who, NEAR, "09", methods=["TSI"], since=NOW.date(), now=NOW),
    "the end of a line": lambda who, case: end_line(who, NEAR, "01", until=date(2026, 3, 6), now=NOW),
    "an order": lambda who, case: order_line(who, NEAR, "01", ORDER, NOW),
    "an outage": lambda who, case: declare(who, Declaration(**OUTAGE), NOW),
    "a paper": lambda who, case: unlock_by_operator(who, PaperSeen(**PAPER), NOW),
    "a certificate": lambda who, case: enter_certificate(
        who, who.party_code, NewCertificate(**LICENCE, until=date(2027, 1, 1), issuer="x"), NOW
    ),
    "a mark": lambda who, case: release_mark(who, vin=VIN, now=NOW),
    "a guest": lambda who, case: enrol(
        who, NewEnrolment(ground="resident", evidence="x", since=NOW.date(), plate=PLATE), NOW
    ),
    "a change": lambda who, case: change_vehicle(
        who, ReportedChange(kind="scrapped", on=NOW.date(), vin=VIN), NOW
    ),
    "a register": lambda who, case: enter_vehicles(
        [(2, {**REGISTERED, "fuel": "electric"})], who, NOW, Seen()
    ),
}


@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize("who", [NEAR, FAR, LISTED])
def test_no_call_of_another_desk(city: City, desk: str, who: str) -> None:
    city.enter()
    case = str(run(city, FAILED, **FAIL)["case"])
    run(city, "2026-03-02 10:00", vehicle=car(vin=WRONG), test_no="T1", **FAIL)
    with pytest.raises(NotAllowed):
        DESKS[desk](city.callers[who], case)
    assert Case.objects.get().state == "awaiting_repair" and not mark(city, "2026-03-05 10:00")
