"""What a control unit said, what a merged case was granted, and other doors: nobody gets round a failed run."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from imloop.facts.refusal import Refusal
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.cases.grant_exit import annul_case
from imloop.steps.inspections.settle_run import Settlement, settle_run
from imloop.steps.outages.declare_outage import Declaration, declare
from imloop.steps.vehicles.ask_mark import ask_mark
from imloop.store.models import Case, ObdName, PaperUnlock, Repair, Test, Vehicle
from support.city import FAR, LISTED, NEAR, City, at
from support.messages.uploads import PLATE, VIN

ENV, POLICE = "450200-environment", "450200-police"
FAIL: dict[str, Any] = {"co": 0.9}
OTHER_VIN, OTHER_PLATE = "LSVAM4187C2184841", "桂B54321"


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


def obd(*vins: str) -> dict[str, Any]:
    return {"communication": True, "mil_on": False, "ecus": [{"ecu": "ECM", "vin": vin} for vin in vins]}


def permitted(city: City, station: str, when: str) -> bool:
    return bool(ask_permit(city.callers[station], station=station, vin=VIN, at=at(when))["allowed"])


def mark(city: City, when: str, **of: str) -> bool:
    return ask_mark(city.callers[POLICE], at=at(when), **(of or {"vin": VIN})).allowed


def _failed_under_invented_names(city: City, when: str = "2026-03-02 09:00") -> dict[str, Any]:
    invented = car(vin=OTHER_VIN, plate=OTHER_PLATE)
    return city.test(when, vehicle=invented, obd=obd(VIN), **FAIL).body


def test_a_car_that_failed_under_invented_names_is_known_by_its_control_unit(city: City) -> None:
    assert _failed_under_invented_names(city)["counts"] == "case"
    city.enter("2026-03-03 08:00")
    run = city.test("2026-03-04 09:00", station=FAR, vehicle=car()).body
    assert run["counts_why"] == "identity-doubtful"
    assert not mark(city, "2026-03-04 10:00")


def test_so_it_is_before_it_comes_to_the_register_and_by_its_plate_alone(city: City) -> None:
    _failed_under_invented_names(city)
    run = city.test("2026-03-03 09:00", station=FAR, vehicle=car()).body
    assert run["counts_why"] == "identity-doubtful"
    city.enter("2026-03-03 10:00")
    run = city.test("2026-03-04 09:00", station=FAR, vehicle=car(vin="")).body
    assert run["counts_why"] == "identity-doubtful"
    assert not mark(city, "2026-03-04 10:00")


def test_a_held_fail_is_found_by_the_vin_of_its_control_unit(city: City) -> None:
    """Held for another reason: the invented car bears the plate of a third one."""
    city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    held = city.test(
        "2026-03-02 09:00", vehicle=car(vin="LSVAM4187C2184999", plate=OTHER_PLATE), obd=obd(VIN), **FAIL
    ).body
    assert held["counts_why"] == "identity-doubtful"
    city.enter("2026-03-03 08:00")
    run = city.test("2026-03-04 09:00", station=FAR, vehicle=car()).body
    assert run["counts_why"] == "failed-run-waits" and not mark(city, "2026-03-04 10:00")
    true = Vehicle.objects.get(vin=VIN)
    said = Settlement("vehicle", "看过车", str(true.pk))
    settle_run(city.callers[ENV], NEAR, held["test_no"], said, at("2026-03-04 11:00"))
    assert Case.objects.get(closed_at=None).vehicle == true and not mark(city, "2026-03-04 12:00")


def test_the_car_whose_control_unit_was_sold_goes_on_with_one_decision(city: City) -> None:
    """The honest neighbour: another car drives with its old control unit, failed, and has its own case."""
    failed = _failed_under_invented_names(city)
    city.enter("2026-03-03 08:00")
    run = city.test("2026-03-04 09:00", station=FAR, vehicle=car()).body
    said = Settlement("vehicle", "两车分别查验", str(Vehicle.objects.get(vin=VIN).pk))
    settle_run(city.callers[ENV], FAR, run["test_no"], said, at("2026-03-04 11:00"))
    assert mark(city, "2026-03-04 12:00")
    assert Case.objects.get(closed_at=None).case_no == failed["case"]


def test_a_car_with_a_control_unit_of_another_is_retested_as_itself(city: City) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), obd=obd(OTHER_VIN), **FAIL)
    city.repair("2026-03-03 16:00")
    run = city.test("2026-03-04 09:00", vehicle=car(), obd=obd(OTHER_VIN), purpose="retest").body
    assert run["counts"] == "case" and mark(city, "2026-03-04 10:00")
    free = city.test("2026-03-05 09:00", vehicle=car(vin=OTHER_VIN, plate=OTHER_PLATE)).body
    assert free["counts"] == "cycle"


@pytest.mark.parametrize("vins", [(), (VIN,), ("00000000000000000",), ("NA", "12345")])
def test_what_is_no_other_vin_is_not_kept(city: City, vins: tuple[str, ...]) -> None:
    city.enter()
    city.test("2026-03-02 09:00", vehicle=car(), obd=obd(*vins), **FAIL)
    assert not ObdName.objects.exists()
