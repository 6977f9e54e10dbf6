"""The papers of one repair are no other repair's, in whichever order records and fails are told; a typing error in a
record's time is settled by a department."""

from __future__ import annotations

from typing import Any

from imloop.steps.cases.release_repair import release_repair
from support.city import LISTED, NEAR, City, at
from support.stories.one_car import ENV, FAIL, car, permitted

NUMBERS = {"certificate_no": "H77001", "settlement_no": "J77001", "invoice_no": "F77001"}


def _failed(city: City) -> str:
    city.enter()
    return str(city.test("2026-12-02 09:00", vehicle=car(), **FAIL).body["case"])


def _repair(city: City, when: str, now: str, **said: Any) -> dict[str, Any]:
    return city.repair(when, now=at(now), documents=NUMBERS, **said).body


def test_a_record_corrects_one_of_its_round_with_the_same_papers(city: City) -> None:
    _failed(city)
    _repair(city, "2026-12-03 16:00", "2026-12-03 16:10", items=[], parts=[])
    assert not permitted(city, NEAR, "2026-12-03 16:15")
    _repair(city, "2026-12-03 16:05", "2026-12-03 16:20")
    assert permitted(city, NEAR, "2026-12-03 16:30")


def test_a_typing_error_of_the_day_before_the_fail_is_settled_by_a_department(city: City) -> None:
    case = _failed(city)
    _repair(city, "2026-12-01 16:00", "2026-12-03 16:10")
    said = _repair(city, "2026-12-03 16:00", "2026-12-03 16:20")
    (why,) = said["retest"]["reasons"]
    assert why["code"] == "documents-elsewhere" and "部门" in why["next"]
    assert not permitted(city, NEAR, "2026-12-03 16:30")
    office = city.callers[ENV]
    release_repair(office, case, LISTED, said["repair_no"], reason="看过原件", now=at("2026-12-03 16:40"))
    assert permitted(city, NEAR, "2026-12-03 16:50")
