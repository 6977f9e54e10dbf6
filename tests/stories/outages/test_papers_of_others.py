"""Vouchers, papers, counters and public pages in the hands of who wants a car free that failed: each is for one car,
one station, one round and its hours."""

from __future__ import annotations

import pytest

from imloop.store.models import Case, PaperUnlock
from support.city import FAR, NEAR, UNLISTED, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN
from support.stories.one_car import OTHER_PLATE, OTHER_VIN, car
from support.stories.outages import (
    FAIL,
    RETEST,
    declare,
    issued_before,
    of_day,
    permit,
    redeem,
    stock,
    unlock,
    upload,
)

DAY = "2026-03-04"


@pytest.fixture
def failed(doors: Doors) -> Doors:
    """Two cars failed at the first station; neither was repaired."""
    doors.at("2026-03-02 09:10")
    doors.city.enter()
    doors.city.enter(vin=OTHER_VIN, plate=OTHER_PLATE)
    upload(doors, FAIL, vehicle=car(), co=0.9)
    upload(doors, FAIL, vehicle=car(vin=OTHER_VIN, plate=OTHER_PLATE), co=0.9)
    return doors


def _in_the_outage(failed: Doors, until: str = "12:00") -> dict[str, str]:
    voucher = of_day(issued_before(failed), DAY)
    failed.at(f"{DAY} 12:10")
    ends = at(f"{DAY} {until}").isoformat()
    declare(failed, f"{DAY} 09:30", ends_at=ends, late_reason="恢复后宣布")
    return voucher


@pytest.mark.parametrize("names", [{"vin": VIN, "plate": OTHER_PLATE}, {"vin": OTHER_VIN, "plate": PLATE}])
def test_a_voucher_for_two_cars_opens_neither(failed: Doors, names: dict[str, str]) -> None:
    voucher = _in_the_outage(failed)
    told = redeem(failed, voucher, vehicle=names)
    assert not told["unlocked"] and "identity-doubtful" in [each["code"] for each in told["findings"]]
    assert permit(failed) == ["no-repair-record", "False"]
    assert not Case.objects.filter(state="closed").exists()


@pytest.mark.parametrize(
    ("used", "status"),
    [("2026-03-02 08:50", 403), ("2026-03-03 23:59:59", 403), ("2026-03-04 23:59:59", 422)],
)
def test_a_voucher_is_used_on_its_day_and_not_later_than_now(failed: Doors, used: str, status: int) -> None:
    voucher = _in_the_outage(failed)
    redeem(failed, voucher, used=used, expect=status)
    assert not PaperUnlock.objects.exists() and permit(failed) == ["no-repair-record", "False"]


def test_a_voucher_ends_with_its_hours_whatever_the_run_says(failed: Doors) -> None:
    voucher = _in_the_outage(failed)
    assert redeem(failed, voucher)["unlocked"]
    late = f"{DAY} 18:00:01"
    failed.at(f"{DAY} 19:00")
    assert upload(failed, late, vehicle=car(), expect=403)["code"] == "no-repair-record"
    assert upload(failed, f"{DAY} 09:59", vehicle=car(), expect=403)["code"] == "no-repair-record"
    assert upload(failed, f"{DAY} 18:00", vehicle=car())["case_state"] == "closed"


def test_a_voucher_opens_one_round(failed: Doors) -> None:
    voucher = _in_the_outage(failed)
    redeem(failed, voucher)
    assert upload(failed, RETEST, vehicle=car(), co=0.9)["counts"] == "case"
    failed.at(f"{DAY} 12:30")
    redeem(failed, voucher, expect=200)
    assert upload(failed, f"{DAY} 12:20", vehicle=car(), expect=403)["code"] == "no-repair-record"
    assert permit(failed, f"{DAY} 12:30")[-1] == "False"


def test_an_outage_of_other_stations_lends_nobody_its_hours(failed: Doors) -> None:
    voucher = of_day(issued_before(failed), DAY)
    failed.at(f"{DAY} 12:10")
    declare(failed, f"{DAY} 08:00", ends_at=at(f"{DAY} 09:50").isoformat(), late_reason="恢复后宣布")
    declare(failed, f"{DAY} 09:40", scope="stations", stations=[FAR], late_reason="x")
    told = redeem(failed, voucher)
    assert (told["unlocked"], told["findings"][0]["code"]) == (False, "fallback-outside-outage")
    assert permit(failed) == ["no-repair-record", "False"]


def test_the_other_stations_voucher_opens_no_case_of_this_one(failed: Doors) -> None:
    _in_the_outage(failed)
    theirs = of_day(stock(failed, FAR), DAY)
    redeem(failed, theirs, by=NEAR, expect=403)
    told = redeem(failed, theirs, by=FAR, used=f"{DAY} 10:00")
    assert upload(failed, RETEST, station=FAR, vehicle=car(), expect=403)["code"] == "not-this-station"
    assert permit(failed) == ["no-repair-record", "False"], told


def test_paper_of_a_shop_that_is_not_listed_opens_nothing(failed: Doors) -> None:
    voucher = _in_the_outage(failed)
    told = redeem(failed, voucher, shop=UNLISTED)
    assert [each["code"] for each in told["findings"]] == ["repairer-not-listed"]
    failed.at(f"{DAY} 11:00")
    assert unlock(failed, shop=UNLISTED, settlement_no="J-9", certificate_no="H-9", expect=403)["code"] == (
        "repairer-not-listed"
    )
    assert permit(failed) == ["no-repair-record", "False"]


def test_the_police_are_told_of_the_case_at_every_gate(failed: Doors) -> None:
    """Mark, registration, road and counter, by each of its names; the other owner's car is no way round."""
    police = "450200-police"
    for names in (f"vin={VIN}", f"plate={PLATE}", f"vin={VIN}&plate={PLATE}"):
        mark = failed.get(f"gates/inspection-mark?{names}", by=police)
        assert not mark["allowed"] and "open-case" in [each["code"] for each in mark["reasons"]]
        road = failed.get(f"gates/road?{names}", by=police)
        assert "open-case" in [each["code"] for each in road["reasons"]]
    failed.get(f"gates/inspection-mark?vin={VIN}&plate={OTHER_PLATE}", by=police, expect=409)
    moved = failed.get(f"gates/registration?vin={VIN}&application=transfer_in", by=police)
    assert "open-case" in [each["code"] for each in moved["reasons"]]
