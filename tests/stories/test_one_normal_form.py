"""However a plate or VIN is written, every door finds the same vehicle: no way of writing frees one that failed, and an
honest typist with blanks, dots and full-width signs is understood."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from imloop.steps.ground.access import SYSTEM
from imloop.steps.vehicles.register.enter_vehicles import Seen, enter_vehicles
from imloop.store.models import Case, Vehicle
from support.city import LISTED, NEAR, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN, test_message
from support.people import person, search

pytestmark = pytest.mark.every_case("what one database keeps and finds as it was written another may not")

POLICE, OFFICE = "450200-police", "450200-environment"
PLATES = [
    "桂B 12345",
    "桂b·12345",
    "桂B-12345",
    "桂Ｂ１２３４５",
    "桂B12345\u200b",
    " 桂B12345 ",
    "桂B•12345",
]
VINS = [VIN.lower(), f"{VIN}   ", VIN.replace("K", "Ｋ"), f"{VIN[:3]}-{VIN[3:]}", f"{VIN}\u200b"]
ASKED = [f"plate={quote(plate)}" for plate in PLATES] + [f"vin={quote(vin)}" for vin in VINS]


@pytest.fixture
def failed(doors: Doors) -> Doors:
    """A car that failed and was not repaired."""
    doors.city.test("2026-03-02 09:00", co=0.9)
    doors.at("2026-03-02 10:00")
    return doors


def test_every_question_finds_the_car_that_failed(failed: Doors) -> None:
    case = Case.objects.get().case_no
    for asked in ASKED:
        permit = failed.get(f"retest-permit?{asked}", by=NEAR)
        assert [reason["code"] for reason in permit["reasons"]] == ["no-repair-record"], asked
        mark = failed.get(f"gates/inspection-mark?{asked}", by=POLICE)
        told = (mark["plate"], mark["vin"])
        assert (mark["allowed"], told) == (False, (PLATE, "") if "plate" in asked else ("", VIN)), asked
        counter = f"station={NEAR}&line=01&method=ASM&{asked}"
        assert failed.get(f"gates/reception?{counter}", by=NEAR)["case"] == case, asked
        failed.get(f"gates/inspection-cycle?{asked}", by=POLICE)
        failed.get(f"gates/road?{asked}", by=POLICE)


@pytest.mark.parametrize("plate", PLATES)
def test_a_pass_under_the_same_plate_in_other_signs_is_refused(failed: Doors, plate: str) -> None:
    failed.at("2026-03-02 11:00")
    said = {"plate": plate, "fuel": "gasoline", "produced_on": "2010-03-01"}
    message = test_message(at("2026-03-02 10:30"), station=NEAR, vehicle=said)
    refused = failed.post("tests", message, by=NEAR, expect=403)
    assert refused["code"] == "no-repair-record"
    assert Vehicle.objects.count() == 1 and Case.objects.get().closed_at is None


@pytest.mark.parametrize("plate", PLATES)
def test_a_repair_is_filed_however_the_shop_writes_the_plate(failed: Doors, plate: str) -> None:
    repaired = failed.city.repair("2026-03-04 15:00", vin=VIN[-6:], plate=plate).body
    assert repaired["case"] == Case.objects.get().case_no
    assert repaired["case_state"] == "awaiting_retest"


def test_the_owner_and_the_desks_find_it(failed: Doors) -> None:
    case, tail = Case.objects.get(), f" {VIN[-6:].lower()} "
    nobody, office, police, shop = Client(), person(OFFICE), person(POLICE), person(LISTED)
    for plate in PLATES:
        found = nobody.post("/find", {"plate": plate, "tail": tail})
        assert found["Location"] == f"/c/{case.owner_token}", plate
        assert case.case_no in search(office, "/cases", {"q": plate}).content.decode(), plate
        assert VIN in search(police, "/vehicles", {"q": plate}).content.decode(), plate
        page = shop.post("/desk/mstation/repair", {"plate": plate, "tail": tail})
        assert case.case_no in page.content.decode(), plate


def test_an_empty_plate_opens_nobodys_case(failed: Doors) -> None:
    """A vehicle without a plate is not found by the end of its VIN alone."""
    Vehicle.objects.update(plate="")
    for nothing in ("无", "-", " "):
        page = Client().post("/find", {"plate": nothing, "tail": VIN[-6:]})
        assert page.status_code != 302
        assert VIN not in page.content.decode()


def test_two_cars_without_a_vin_are_two(doors: Doors) -> None:
    for number, plate in enumerate(("桂B10001", "桂B10002")):
        vehicle = {"vin": "-", "plate": plate, "fuel": "gasoline"}
        receipt = doors.city.test(f"2026-03-02 1{number}:00", vehicle=vehicle, co=(0.9, 0.1)[number])
        assert bool(receipt.body["case"]) is (number == 0)
    assert sorted(Vehicle.objects.values_list("vin", "plate")) == [("", "桂B10001"), ("", "桂B10002")]


def test_a_police_list_enters_the_normal_form(doors: Doors) -> None:
    rows = [(2, {"vin": VIN.lower() + " ", "plate": "桂b 12345"}), (3, {"vin": VIN, "plate": "无号牌"})]
    entered = enter_vehicles(rows, SYSTEM, at("2026-03-02 09:00"), Seen())
    assert (entered.new, len(entered.rejected)) == (1, 1), "the second row is the same vehicle"
    assert list(Vehicle.objects.values_list("vin", "plate")) == [(VIN, PLATE)]
