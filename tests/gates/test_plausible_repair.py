"""Signs that a repair may not have been done as reported: each where it stands, none in an honest record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from imloop.facts.records.repair import Part, RepairItem, RepairRecord
from imloop.gates.repairs.plausible_repair import Beside, content_mark, doubts
from imloop.law import load
from support.city import at

LAW = load().at(date(2026, 3, 5), "450200")
HONEST = RepairRecord(
    repair_no="W1",
    shop="M450203001",
    received_at=at("2026-03-04 09:00"),
    finished_at=at("2026-03-04 11:00"),
    odometer_km=50_020,
    diagnosis="混合气过浓",
    items=(RepairItem("O2S", "更换氧传感器", Decimal("1.5")),),
    parts=(Part("前氧传感器", serial="S1"),),
    cost_yuan=Decimal(460),
)
BESIDE = Beside(odometer_km=50_000)


def codes(record: RepairRecord, beside: Beside = BESIDE) -> list[str]:
    return [doubt.code for doubt in doubts(record, beside, LAW)]


def test_an_honest_record_raises_none() -> None:
    assert codes(HONEST) == []
    assert codes(replace(HONEST, odometer_km=None)) == codes(HONEST, Beside()) == []


@pytest.mark.parametrize(
    ("hours", "found"),
    [("4", []), ("4.1", ["repair-too-quick"]), (None, [])],
    ids=["two hands", "three", "unsaid"],
)
def test_more_work_than_two_hands_can_do_while_the_vehicle_was_there(
    hours: str | None, found: list[str]
) -> None:
    item = RepairItem("O2S", "更换氧传感器", None if hours is None else Decimal(hours))
    assert codes(replace(HONEST, items=(item,))) == found


def test_charged_without_hours_or_parts() -> None:
    idle = replace(HONEST, items=(RepairItem("OTHER", "调整"),), parts=())
    assert codes(idle) == ["repair-without-work"]
    assert codes(replace(idle, cost_yuan=Decimal(0))) == codes(replace(idle, cost_yuan=None)) == []


@pytest.mark.parametrize(("km", "found"), [(49_999, True), (50_000, False), (52_000, False), (52_001, True)])
def test_an_odometer_that_ran_back_or_far_ahead(km: float, found: bool) -> None:
    assert codes(replace(HONEST, odometer_km=km)) == (["odometer-implausible"] if found else [])


def test_a_part_that_another_vehicle_got_and_a_record_copied_from_others() -> None:
    assert codes(HONEST, replace(BESIDE, serials={"S1": "W0"})) == ["part-serial-repeated"]
    assert codes(HONEST, replace(BESIDE, alike=2)) == []
    assert codes(HONEST, replace(BESIDE, alike=3)) == ["repair-copied"]


def test_a_copy_has_another_number_time_and_serial() -> None:
    later = timedelta(days=1)
    copy = replace(
        HONEST,
        repair_no="W2",
        received_at=HONEST.received_at + later,
        finished_at=HONEST.finished_at + later,
        parts=(Part("前氧传感器", serial="S2"),),
    )
    assert content_mark(copy) == content_mark(HONEST) != ""
    assert content_mark(replace(copy, cost_yuan=Decimal(461))) != content_mark(HONEST)
    assert content_mark(replace(copy, items=(), parts=())) == ""


def test_every_doubt_names_its_rule() -> None:
    found = doubts(replace(HONEST, odometer_km=1), replace(BESIDE, serials={"S1": "W0"}, alike=9), LAW)
    assert len(found) == 3 and all("平台维修记录核对规则" in doubt.cite for doubt in found)
