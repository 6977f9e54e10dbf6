"""What is no repair opens no retest, whoever says so: nothing done, work before the fail, a car that was elsewhere, a
shop out of its scope. Beside each, the honest neighbour that gets through."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.store.models import Case, Party, Repair
from support.city import FAR, LISTED, NEAR, OTHER, at
from support.doors import Doors
from support.messages.uploads import repair_message, test_message
from support.stories.outages import FAIL, permit, repair, upload

DIAGNOSIS = [{"code": "OTHER", "name": "诊断：偶发断火，清除积碳后恢复", "hours": "0.8"}]


@pytest.fixture
def failed(doors: Doors) -> Doors:
    doors.at("2026-03-02 09:10")
    upload(doors, FAIL, co=0.9)
    doors.at("2026-03-03 16:30")
    return doors


def codes(receipt: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in receipt["retest"]["reasons"]]


@pytest.mark.parametrize("cost", ["0", "460.00", None])
@pytest.mark.parametrize("items", [[], [{"code": "O2S", "name": "换氧传感器"}]], ids=["no item", "no hours"])
def test_nothing_done_opens_nothing_whatever_it_cost(
    failed: Doors, items: list[Any], cost: str | None
) -> None:
    receipt = repair(failed, items=items, parts=[], cost_yuan=cost, technician="")
    assert (codes(receipt), receipt["case_state"]) == (["nothing-done"], "awaiting_repair")
    (reason,) = receipt["retest"]["reasons"]
    assert "工时" in reason["next"] and reason["cite"]
    assert permit(failed, "2026-03-03 17:00") == ["nothing-done", "False"]
    assert repair(failed, items=DIAGNOSIS, parts=[], cost_yuan="0")["retest"]["allowed"], (
        "its own papers, mended"
    )


@pytest.mark.parametrize(
    "given", [{"quantity": "NaN"}, {"quantity": "-1"}, {"quantity": 0}, {"name": "-"}], ids=repr
)
def test_a_part_without_a_name_or_a_number_that_can_be_read_is_none(
    failed: Doors, given: dict[str, Any]
) -> None:
    part = {"name": "三元催化器", "code": "CAT", **given}
    assert codes(repair(failed, items=[], parts=[part])) == ["nothing-done"]


def test_a_diagnosis_with_hours_and_parts_alone_are_repairs(failed: Doors) -> None:
    assert repair(failed, items=DIAGNOSIS, parts=[], cost_yuan="0")["retest"]["allowed"]


def test_a_car_received_before_it_failed(failed: Doors) -> None:
    """The shop drove it to the test itself: what it did before answers nothing."""
    early = repair(failed, received_at=at("2026-03-01 09:00").isoformat())
    assert codes(early) == ["received-before-fail"]
    assert repair(failed, received_at=at("2026-03-02 08:56").isoformat())["retest"]["allowed"], "two clocks"


def test_the_record_is_there_before_the_retest_begins(failed: Doors) -> None:
    doors = failed
    doors.at("2026-03-03 16:40")
    repair(doors)
    late = upload(doors, "2026-03-03 16:10", expect=403)
    assert late["code"] == "record-after-retest" and late["reasons"][0]["next"]
    doors.at("2026-03-03 17:10")
    assert upload(doors, "2026-03-03 16:50")["case_state"] == "closed"


def test_a_car_that_was_tested_meanwhile(failed: Doors) -> None:
    upload(failed, "2026-03-03 14:00", station=FAR, outcome="aborted")
    receipt = repair(failed)
    assert codes(receipt) == ["vehicle-elsewhere"]
    assert [each["code"] for each in receipt["findings"]] == ["vehicle-elsewhere"]
    assert "14:00" in receipt["findings"][0]["text"]
    mended = repair(failed, received_at=at("2026-03-03 14:30").isoformat())
    assert mended["retest"]["allowed"], "the true time; the papers are its own"


def test_a_car_that_is_at_another_shop(failed: Doors) -> None:
    repair(failed)
    papers = {"certificate_no": "H-901", "settlement_no": "J-901", "invoice_no": "F-901"}
    over = repair(failed, shop=OTHER, documents=papers, done="2026-03-03 15:00")
    assert [each["code"] for each in over["findings"]] == ["vehicle-elsewhere"]
    failed.at("2026-03-03 21:00")
    papers = {"certificate_no": "H-902", "settlement_no": "J-902", "invoice_no": "F-902"}
    after = repair(failed, shop=OTHER, documents=papers, done="2026-03-03 20:30")
    assert "vehicle-elsewhere" not in str(after["findings"]), "one shop after the other"
    assert after["retest"]["allowed"]


def test_faster_than_a_car_drives_is_a_doubt_and_a_towed_car_none(failed: Doors) -> None:
    """The law's 80 km/h over a straight line of 20 km: a quarter of an hour."""
    Party.objects.filter(code=NEAR).update(latitude=24.30, longitude=109.40)
    Party.objects.filter(code=LISTED).update(latitude=24.48, longitude=109.40)
    quick = repair(failed, received_at=at("2026-03-02 09:08").isoformat())
    assert [each["code"] for each in quick["findings"]] == ["shop-reached-too-soon"]
    assert quick["retest"]["allowed"], (
        "the shop may have taken the car over at the station: a doubt holds nothing"
    )
    towed = repair(failed, received_at=at("2026-03-02 18:00").isoformat())
    assert towed["findings"] == [] and towed["retest"]["allowed"]


def test_without_coordinates_minutes_are_enough(failed: Doors) -> None:
    assert [
        e["code"] for e in repair(failed, received_at=at("2026-03-02 09:04").isoformat())["findings"]
    ] == ["shop-reached-too-soon"]
    assert repair(failed, received_at=at("2026-03-02 09:08").isoformat())["findings"] == []


@pytest.mark.parametrize(
    ("scope", "able"),
    [
        ([], True),
        (["gasoline"], True),
        (["diesel"], False),
        (["diesel", "O2S"], False),
        (["gasoline", "TWC"], False),
        (["gasoline", "O2S", "brand:五菱"], True),
        (["TWC"], False),
        (["brand:五菱"], True),
    ],
)
def test_only_what_the_shop_is_listed_for(failed: Doors, scope: list[str], able: bool) -> None:
    Party.objects.filter(code=LISTED).update(capability=scope)
    receipt = repair(failed)
    assert (codes(receipt), receipt["retest"]["allowed"]) == ([] if able else ["shop-not-able"], able)


def test_a_petrol_shop_repairs_the_engine_of_a_hybrid(doors: Doors) -> None:
    Party.objects.filter(code=LISTED).update(capability=["gasoline"])
    doors.at("2026-03-02 09:10")
    vehicle = {**test_message(at(FAIL), station=NEAR)["vehicle"], "fuel": "hybrid_gasoline"}  # type: ignore[dict-item]
    upload(doors, FAIL, co=0.9, vehicle=vehicle)
    doors.at("2026-03-03 16:30")
    assert repair(doors)["retest"]["allowed"]


def test_the_name_of_another_gives_no_right(failed: Doors) -> None:
    """A party whose name is another shop's code."""
    Party.objects.filter(code=OTHER).update(name=LISTED)
    body = repair_message(at("2026-03-03 16:00"), shop=LISTED)
    assert failed.post("repairs", body, by=OTHER, expect=403)["code"] == "not-your-shop"
    assert Case.objects.get().state == "awaiting_repair" and not Repair.objects.exists()
