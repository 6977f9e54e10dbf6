"""What a register does not say, corrects or takes back, and who asks for what: no car that failed slips through."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.cases.grant_exit import annul_case
from imloop.steps.outages.declare_outage import Declaration, declare, end
from imloop.steps.second_person.decide import confirm
from imloop.steps.vehicles.ask_mark import release_mark
from imloop.steps.vehicles.enrol_guest_vehicle import NewEnrolment, enrol
from imloop.store.models import Case, Mark, PlateSpan, Proposal, Vehicle
from support.city import FAR, NEAR, City, at
from support.messages.uploads import PLATE, VIN
from support.stories.one_car import (
    ENV,
    FAIL,
    OTHER_PLATE,
    OTHER_VIN,
    POLICE,
    car,
    mark,
    permitted,
)
from support.stories.settled import Settlement, settle_run

FAILED = "2026-03-02 09:00"
CORRECTED = VIN[:-1] + "9"
LAMP = {"communication": True, "mil_on": True, "mil_lamp_ok": True}
DARK = {**LAMP, "mil_on": False}
GUEST = {"vin": OTHER_VIN, "plate": "粤B54321"}


def run(city: City, when: str, **said: Any) -> dict[str, Any]:
    """The receipt, or the code of the refusal; of the one car, unless it says of another."""
    try:
        return city.test(when, **{"vehicle": car(), **said}).body
    except Refusal as refusal:
        return {"refused": refusal.code}


def by_two(city: City, when: str) -> None:
    """A second person of the police confirms what waits."""
    for held in Proposal.objects.filter(state="waiting"):
        confirm(replace(city.callers[POLICE], user="second"), held.pk, said="与登记档案一致", now=at(when))


# The register corrects a VIN


def _vin_corrected(city: City, vin: str = CORRECTED) -> None:
    """The licence had been typed wrong: the police list the car anew, and its plate goes with it."""
    city.enter()
    run(city, FAILED, **FAIL)
    city.enter("2026-03-03 09:00", vin=vin)
    by_two(city, "2026-03-03 10:00")
    assert PlateSpan.objects.filter(vehicle__vin=VIN, until=date(2026, 3, 3)).exists()


@pytest.mark.parametrize("names", [{}, {"plate": ""}, {"vin": ""}])
def test_a_corrected_vin_is_not_another_car(city: City, names: dict[str, str]) -> None:
    _vin_corrected(city)
    said = run(city, "2026-03-04 09:00", station=FAR, vehicle=car(**{"vin": CORRECTED, **names}))
    assert said["counts_why"] == "identity-doubtful"
    assert not mark(city, "2026-03-04 10:00", plate=PLATE)


def test_its_retest_closes_its_case_with_one_decision(city: City) -> None:
    _vin_corrected(city)
    city.repair("2026-03-04 16:00", vin=VIN, plate="")
    said = run(city, "2026-03-05 09:00", vehicle=car(vin=CORRECTED), purpose="retest")
    was = Settlement("vehicle", "VIN 更正前后为同一辆车", str(Vehicle.objects.get(vin=VIN).pk))
    settle_run(city.callers[ENV], NEAR, said["test_no"], was, at("2026-03-05 10:00"))
    assert Case.objects.get().state == "closed"
    assert run(city, "2026-03-05 11:00", vehicle=car(vin=CORRECTED))["counts"] == "cycle"
    assert mark(city, "2026-03-05 12:00", plate=PLATE)


def test_a_plate_that_went_to_a_new_car_takes_no_case_along(city: City) -> None:
    """The honest neighbour: the owner bought another car and kept the plate."""
    _vin_corrected(city, OTHER_VIN)
    said = run(city, "2026-03-04 09:00", station=FAR, vehicle=car(vin=OTHER_VIN))
    assert said["counts"] == "cycle" and mark(city, "2026-03-04 10:00", vin=OTHER_VIN)
    assert not mark(city, "2026-03-04 10:00", vin=VIN)


# What the register does not say


def _registered(city: City, **said: str) -> None:
    city.enter(produced_on="", first_registered_on="2016-05-01", **said)


@pytest.mark.parametrize("produced", ["2005-03-01", "2011-06-30", None])
@pytest.mark.parametrize("obd", [LAMP, None])
def test_no_day_of_production_frees_from_the_obd_check(
    city: City, produced: str | None, obd: dict[str, Any] | None
) -> None:
    """First registered years after every car has OBD: what a station states, or leaves out, makes it no older."""
    _registered(city)
    said = run(city, FAILED, vehicle=car(first_registered_on="2016-05-01", produced_on=produced), obd=obd)
    assert said["verdict"] == ("fail" if obd else "invalid")
    assert not mark(city, "2026-03-02 10:00")
    if produced:
        assert "day-implausible" in [each["code"] for each in said["findings"]]


@pytest.mark.parametrize("registered", ["2005-05-01", "1900-01-01", None])
def test_nor_does_a_first_registration_of_the_stations_making(city: City, registered: str | None) -> None:
    _registered(city)
    old = car(first_registered_on=registered, produced_on="2005-03-01")
    assert run(city, FAILED, vehicle=old, obd=LAMP)["verdict"] == "fail"


def test_a_car_that_stood_in_stock_is_what_the_register_says(city: City) -> None:
    """The honest neighbour: the police know that it was made before there was OBD, or it passes the check."""
    city.enter(produced_on="2005-03-01", first_registered_on="2016-05-01")
    old = car(first_registered_on="2016-05-01", produced_on="2005-03-01")
    assert run(city, FAILED, vehicle=old)["counts"] == "cycle"


def test_a_car_of_that_year_passes_with_its_lamp_dark(city: City) -> None:
    _registered(city)
    said = run(city, FAILED, vehicle=car(first_registered_on="2016-05-01", produced_on=None), obd=DARK)
    assert said["counts"] == "cycle" and mark(city, "2026-03-02 10:00")


def test_a_typing_error_of_the_vin_frees_none_from_it_either(city: City) -> None:
    """The run is judged again when a department has found which car it was."""
    _registered(city)
    wrong = car(vin=VIN[:-1] + "2", first_registered_on="2005-05-01", produced_on="2005-03-01")
    said = run(city, FAILED, vehicle=wrong, obd=LAMP)
    assert said["counts_why"] == "identity-doubtful"
    that = Settlement("vehicle", "录入错误", str(Vehicle.objects.get(vin=VIN).pk))
    settle_run(city.callers[ENV], NEAR, said["test_no"], that, at("2026-03-02 10:00"))
    assert not mark(city, "2026-03-02 11:00")


# Cars of other places, and names that look alike


def _guest(city: City) -> None:
    wanted = NewEnrolment(ground="resident", evidence="居住证", since=date(2026, 3, 1), **GUEST)
    enrol(city.callers[ENV], wanted, at("2026-03-01 09:00"))
    assert run(city, FAILED, vehicle=car(**GUEST), **FAIL)["counts"] == "case"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({}, "not-this-station"),
        ({"plate": "粤B1234临"}, "not-this-station"),
        ({"plate": "粤B1234学"}, "not-this-station"),
        ({"plate": ""}, "not-this-station"),
        ({"fuel": "electric"}, "invalid"),
    ],
)
def test_a_guest_that_failed_is_known_under_every_plate(
    city: City, said: dict[str, str], answer: str
) -> None:
    _guest(city)
    again = run(city, "2026-03-03 09:00", station=FAR, vehicle=car(**{**GUEST, **said}))
    assert answer in (again.get("refused"), again.get("verdict"))
    assert not mark(city, "2026-03-03 10:00", vin=OTHER_VIN)


def test_a_guest_is_not_enrolled_again_under_another_vin(city: City) -> None:
    _guest(city)
    twin = NewEnrolment(
        ground="resident", evidence="x", since=date(2026, 3, 4), vin=VIN, plate=GUEST["plate"]
    )
    with pytest.raises(Refusal) as refused:
        enrol(city.callers[ENV], twin, at("2026-03-04 09:00"))
    assert refused.value.code == "plate-ambiguous"


@pytest.mark.every_case("what one database keeps and finds as it was written another may not")
@pytest.mark.parametrize(
    "names",
    [
        {"vin": "", "plate": "桂В12345"},
        {"plate": PLATE, "vin": VIN.replace("1", "I")},
        {"plate": "", "vin": VIN.replace("1", "I")},
        {"plate": PLATE, "vin": VIN[::-1]},
        {"plate": PLATE, "vin": VIN[-8:]},
        {"plate": "", "vin": VIN[-8:]},
        {"plate": PLATE, "vin": "0" * 17},
        {"plate": PLATE, "vin": "无"},
        {"plate": "桂B1234临", "vin": VIN},
        {"plate": "无牌", "vin": VIN},
    ],
)
def test_no_name_that_looks_alike_or_is_none_frees_it(city: City, names: dict[str, str]) -> None:
    """A plate of Cyrillic letters, a VIN with letters it cannot have, backwards, its end alone, a placeholder."""
    city.enter()
    run(city, FAILED, **FAIL)
    said = run(city, "2026-03-03 09:00", station=FAR, vehicle=car(**names))
    assert said.get("refused") == "not-this-station" or said["counts_why"] == "identity-doubtful"
    assert not mark(city, "2026-03-03 10:00") and not permitted(city, FAR, "2026-03-03 10:00")


@pytest.mark.parametrize("colour", ["blue", "yellow", "green"])
def test_a_plate_of_another_colour_is_the_same_plate(city: City, colour: str) -> None:
    city.enter()
    run(city, FAILED, **FAIL)
    said = run(city, "2026-03-03 09:00", station=FAR, vehicle=car(vin="", plate_colour=colour))
    assert said["refused"] == "not-this-station"


# Marks


def test_a_mark_waits_for_whoever_failed_after_the_pass_of_the_cycle(city: City) -> None:
    city.enter()
    run(city, FAILED)
    assert mark(city, "2026-03-02 10:00")
    case = run(city, "2026-03-03 09:00", **FAIL)["case"]
    assert not mark(city, "2026-03-03 10:00")
    annul_case(city.callers[ENV], case, reason="仪器故障", evidence="检定书", now=at("2026-03-03 11:00"))
    assert mark(city, "2026-03-03 12:00"), "the failed run does not stand, so the pass does"


def test_a_mark_is_issued_once_and_not_by_the_plate_of_another(city: City) -> None:
    city.enter()
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    run(city, FAILED, **FAIL)
    run(city, FAILED, station=FAR, vehicle=car(vin=OTHER_VIN, plate=OTHER_PLATE))
    police = city.callers[POLICE]
    with pytest.raises(Refusal):
        release_mark(police, vin=VIN, plate=OTHER_PLATE, now=at("2026-03-02 11:00"))
    release_mark(police, plate=OTHER_PLATE, now=at("2026-03-02 11:00"))
    with pytest.raises(Refusal) as refused:
        release_mark(police, plate=OTHER_PLATE, now=at("2026-03-02 12:00"))
    assert refused.value.code == "mark-already-released"
    assert [each.vehicle.vin for each in Mark.objects.all()] == [OTHER_VIN]


# Outages that lie over one another


def test_the_end_of_one_outage_is_not_explained_by_another_elsewhere(city: City) -> None:
    """Declared for the city from eight to nine, and for the other station until evening: what NEAR kept back since
    half past eight is as late as it is."""
    city.enter()

    def said(scope: str, since: str, **more: Any) -> str:
        words = {"place": "450200", "cause": "停机", "late_reason": "恢复后宣布", **more}
        starts = at(f"2026-03-02 {since}")
        return declare(
            city.callers[ENV],
            Declaration(scope=scope, starts_at=starts, **words),
            at("2026-03-02 10:00"),
        ).outage_no

    place = said("place", "08:00")
    other = said("stations", "08:00", stations=(FAR,))
    end(city.callers[ENV], place, at=at("2026-03-02 09:00"), now=at("2026-03-02 10:00"))
    end(city.callers[ENV], other, at=at("2026-03-03 20:00"), now=at("2026-03-03 20:00"))
    assert run(city, "2026-03-02 08:30", now=at("2026-03-03 09:01"))["counts_why"] == "time-held"
    assert run(city, "2026-03-02 08:40", station=FAR, now=at("2026-03-04 09:01"))["counts"] == "cycle"
