"""A paper that waits is of the car that bore the plate when it came, whoever bears it when its outage is declared."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.outages.declare_outage import Declaration, declare
from imloop.steps.outages.unlock_by_operator import PaperSeen, unlock_by_operator
from imloop.store.models import Finding, PaperUnlock
from stories.inspections.test_sixth_try import run
from stories.vehicles.tries.test_eleventh_try import replated_since
from stories.vehicles.tries.test_seventh_try import NEW_PLATE
from support.city import LISTED, NEAR, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN
from support.stories import outages
from support.stories.one_car import ENV, FAIL, OTHER_PLATE, OTHER_VIN, car
from support.stories.second_person import another, confirmed

DAY = "2026-12-03"


@pytest.fixture
def voucher(doors: Doors) -> Any:
    """Two cars failed; the station has a voucher."""
    doors.at("2026-12-02 08:00")
    found = outages.of_day(outages.stock(doors), DAY)
    doors.at("2026-12-02 09:10")
    doors.city.enter()
    outages.upload(doors, "2026-12-02 09:00", vehicle=car(), **FAIL)
    doors.city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    other = car(vin=OTHER_VIN, plate=OTHER_PLATE)
    run(doors.city, "2026-12-02 10:00", vehicle=other, now=at("2026-12-02 10:10"), **FAIL)
    return found


def plates_change(doors: Doors) -> None:
    replated_since(doors.city, f"{DAY} 11:00", date(2026, 12, 3), NEW_PLATE)
    replated_since(doors.city, f"{DAY} 11:10", date(2026, 12, 3), PLATE, OTHER_VIN)


def outage_is_declared(doors: Doors, when: str = f"{DAY} 12:00", **ends: datetime) -> None:
    words: Any = {"scope": "platform", "cause": "机房断电，平台停止服务", "late_reason": "事后查明"}
    why = Declaration(starts_at=at(f"{DAY} 10:00"), **words, **ends)
    confirmed(declare(another(ENV, "declarer"), why, at(when)), at(when))


def gates(doors: Doors, when: str = f"{DAY} 13:00") -> dict[str, bool]:
    ask = doors.city.callers[NEAR]
    return {vin: ask_permit(ask, station=NEAR, vin=vin, at=at(when))["allowed"] for vin in (VIN, OTHER_VIN)}


def test_it_opens_the_gate_of_its_own_car_under_the_new_plate(doors: Doors, voucher: Any) -> None:
    doors.at(f"{DAY} 10:40")
    outages.redeem(doors, voucher, used=f"{DAY} 10:30", vehicle={"plate": PLATE})
    plates_change(doors)
    outage_is_declared(doors, ends_at=at(f"{DAY} 11:00"))
    assert gates(doors) == {VIN: True, OTHER_VIN: False}


@pytest.mark.parametrize(
    ("names", "whose"), [({"plate": PLATE}, ""), ({"vin": VIN, "plate": NEW_PLATE}, VIN)]
)
def test_one_that_comes_after_that_needs_the_vin(
    doors: Doors, voucher: Any, names: dict[str, str], whose: str
) -> None:
    plates_change(doors)
    doors.at(f"{DAY} 11:40")
    outages.redeem(doors, voucher, used=f"{DAY} 10:30", vehicle=names)
    outage_is_declared(doors, ends_at=at(f"{DAY} 11:00"))
    assert gates(doors) == {VIN: whose == VIN, OTHER_VIN: False}
    told = Finding.objects.filter(subject=PaperUnlock.objects.get().unlock_no, code="plate-ambiguous")
    assert told.exists() is not bool(whose)


def test_what_was_read_out_by_the_plate_is_of_that_car_when_it_is_confirmed(
    doors: Doors, voucher: Any
) -> None:
    outage_is_declared(doors, f"{DAY} 10:05")
    seen = PaperSeen(station=NEAR, shop=LISTED, plate=PLATE, reason="电话核对原件", settlement_no="J77001")
    made = unlock_by_operator(another(ENV, "operator"), seen, at(f"{DAY} 10:10"))
    plates_change(doors)
    confirmed(made, at(f"{DAY} 11:30"))
    assert gates(doors, f"{DAY} 11:40") == {VIN: True, OTHER_VIN: False}
