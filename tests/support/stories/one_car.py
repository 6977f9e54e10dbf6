"""One car of the register, that fails: what the stories about who lies say and ask of it."""

from __future__ import annotations

from typing import Any

from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.vehicles.ask_mark import ask_mark
from imloop.store.models import Vehicle
from support.city import City, at
from support.messages.uploads import PLATE, VIN
from support.stories.settled import Settlement, settle_run

ENV, POLICE = "450200-environment", "450200-police"
FAIL: dict[str, Any] = {"co": 0.9}
WRONG, OTHER_VIN, OTHER_PLATE = VIN[:-1] + "2", "LSVAM4187C2184841", "桂B54321"
BROKEN = {"exterior": {"verdict": "fail", "items": {"devices_present": False, "visible_smoke": False}}}
WHOLE = {"exterior": {"verdict": "pass", "items": {"devices_present": True, "visible_smoke": False}}}
LEFT_OUT: dict[str, Any] = {"exterior": {"verdict": "pass", "items": {}}}


def car(**change: object) -> dict[str, Any]:
    """As a station states it."""
    return {
        "vin": VIN,
        "plate": PLATE,
        "fuel": "gasoline",
        "produced_on": "2010-03-01",
        "first_registered_on": "2010-05-01",
        "max_mass_kg": 1800,
        **change,
    }


def permitted(city: City, station: str, when: str) -> bool:
    return bool(ask_permit(city.callers[station], station=station, vin=VIN, at=at(when))["allowed"])


def mark(city: City, when: str, **of: str) -> bool:
    """Is its mark to be had?"""
    return ask_mark(city.callers[POLICE], at=at(when), **(of or {"vin": VIN})).allowed


def that_car(city: City, station: str, run: dict[str, Any], when: str) -> None:
    """The department finds that a doubtful run was of it."""
    said = Settlement("vehicle", "录入错误", str(Vehicle.objects.get(vin=VIN).pk))
    settle_run(city.callers[ENV], station, run["test_no"], said, at(when))
