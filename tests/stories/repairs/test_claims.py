"""Whose case is it? A number is claimed with its vehicle; guessing is counted, and learns nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from imloop.law import load
from imloop.steps.ground import clock
from imloop.store.models import Case, Finding, OutboxEntry, PlateSpan, Vehicle, WrongClaim
from support.city import LISTED, NEAR, OTHER, PLACE, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN, repair_message, test_message
from support.people import person
from support.stories.outages import FAIL, repair, upload

MOST = load().at(at(FAIL).date(), PLACE).integer("repair.claim.wrong_per_day")
NEIGHBOUR = {"vin": "LSVAA4187E2000077", "plate": "桂B77777"}
ONE_OFF = f"{VIN[:-1]}7"


@pytest.fixture
def failed(doors: Doors) -> Doors:
    doors.at("2026-03-02 10:10")
    upload(doors, FAIL, co=0.9)
    vehicle = {**test_message(at(FAIL), station=NEAR)["vehicle"], **NEIGHBOUR}  # type: ignore[dict-item]
    upload(doors, "2026-03-02 10:00", co=0.9, vehicle=vehicle)
    doors.at("2026-03-03 16:30")
    return doors


def number() -> str:
    return Case.objects.get(vehicle__vin=VIN).case_no


def claim(doors: Doors, expect: int, by: str = LISTED, **said: Any) -> dict[str, Any]:
    said = {"case_no": "", "vin": "", "plate": "", **said}
    return repair(doors, shop=by, expect=expect, **said)


@pytest.mark.parametrize(
    "said",
    [
        {"plate": PLATE},
        {"plate": "桂b·123 45"},
        {"vin": VIN},
        {"vin": VIN[-6:]},
        {"vin": VIN[-6:], "plate": PLATE},
        {"vin": VIN.lower(), "plate": PLATE},
    ],
)
def test_with_its_number_and_one_thing_of_the_vehicle(failed: Doors, said: dict[str, str]) -> None:
    assert claim(failed, 201, case_no=number(), **said)["retest"]["allowed"]
    assert not WrongClaim.objects.exists()


@pytest.mark.parametrize(
    "said", [{"vin": VIN}, {"vin": VIN, "plate": PLATE}, {"vin": VIN[-6:], "plate": PLATE}]
)
def test_without_a_number(failed: Doors, said: dict[str, str]) -> None:
    assert claim(failed, 201, **said)["case"] == number()


@pytest.mark.parametrize("said", [{"case_no": "*"}, {"plate": PLATE}, {"vin": VIN[-6:]}])
def test_what_is_too_little_is_told_what_to_send(failed: Doors, said: dict[str, str]) -> None:
    said = {name: number() if value == "*" else value for name, value in said.items()}
    answer = claim(failed, 422, **said)
    assert answer["code"] == "claim-incomplete" and "VIN" in answer["detail"]


def test_a_guessed_number_is_answered_like_one_that_does_not_exist(failed: Doors) -> None:
    """A case of somebody else with the plate of the shop's own customer, and a case that was never opened."""
    shop, desk = failed.city.client(OTHER), person(OTHER)
    for said in ({"plate": "桂B99999"}, {"vin": "LSVAU2180N2183294"}, {"vin": "183294", "plate": "桂B99999"}):
        there = claim(failed, 422, by=OTHER, case_no=number(), **said)
        nowhere = claim(failed, 422, by=OTHER, case_no="450200-2026-999999", **said)
        assert there == nowhere and there["code"] == "no-open-case"
        assert VIN not in str(there) and PLATE not in str(there)
    assert WrongClaim.objects.get().tries == 6
    assert shop.get(f"/api/v1/cases/{number()}").status_code == 404
    for asked in (
        {"case_no": number(), "plate": "桂B99999"},
        {"case_no": "450200-2026-999999", "plate": "x1"},
    ):
        page = desk.post("/desk/mstation/repair", asked)
        text = page.content.decode()
        assert page.status_code == 422 and VIN not in text and "桂B·12345" not in text and PLATE not in text
    assert WrongClaim.objects.get().tries == 8, "the page is no way round"


def test_the_same_bytes_again_are_one_try(failed: Doors) -> None:
    body = repair_message(at("2026-03-03 16:00"), shop=LISTED, case_no=number(), vin="", plate="桂B99999")
    for _ in range(3):
        failed.post("repairs", body, by=LISTED, expect=422)
    assert WrongClaim.objects.get().tries == 1


def test_guessing_ends_for_the_day_and_is_told(failed: Doors) -> None:
    for plate in range(MOST):
        assert not Finding.objects.filter(code="case-numbers-guessed").exists()
        claim(failed, 422, by=OTHER, case_no=number(), plate=f"桂B{90000 + plate}")
    right = claim(failed, 429, by=OTHER, case_no=number(), plate=PLATE)
    assert right["code"] == "too-many-wrong-claims" and right["cite"]
    (finding,) = Finding.objects.filter(code="case-numbers-guessed")
    assert (finding.station_code, finding.subject_kind) == (OTHER, "repair")
    told = OutboxEntry.objects.filter(topic="case-numbers-guessed").values_list("receiver", flat=True)
    assert sorted(told) == [f"{PLACE}-market", f"{PLACE}-transport"]
    assert person(OTHER).post("/desk/mstation/repair", {"case_no": number(), "plate": PLATE}).status_code in (
        422,
        429,
    )
    # Who has the vehicle in the yard is never locked out, nor is anybody else.
    assert claim(failed, 201, by=LISTED, case_no=number(), plate=PLATE)["retest"]["allowed"]
    papers = {"certificate_no": "H-81", "settlement_no": "J-81", "invoice_no": "F-81"}
    assert claim(failed, 201, by=OTHER, documents=papers, **NEIGHBOUR)["retest"]["allowed"]
    failed.at("2026-03-04 08:00")
    assert claim(failed, 422, by=OTHER, case_no=number(), plate="桂B99999")["code"] == "no-open-case"


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"case_no": "*", "vin": ONE_OFF, "plate": PLATE}, "VIN"),
        ({"case_no": "*", "vin": VIN, "plate": "桂B12346"}, "号牌"),
        ({"case_no": "*", "vin": VIN[-6:], "plate": "桂B12346"}, "号牌"),
        ({"case_no": "450200-2026-000002", "vin": VIN, "plate": PLATE}, "案件号"),
        ({"vin": ONE_OFF, "plate": PLATE}, "VIN"),
        ({"vin": VIN, "plate": "桂B12346"}, "号牌"),
    ],
)
def test_one_sign_off_says_which(failed: Doors, said: dict[str, str], wrong: str) -> None:
    said = {name: number() if value == "*" else value for name, value in said.items()}
    answer = claim(failed, 409, **said)
    assert answer["code"] == "vehicle-differs" and f"：{wrong}。" in answer["detail"]
    assert VIN not in answer["detail"] and PLATE not in answer["detail"], "what is right is not told"
    assert Case.objects.get(vehicle__vin=VIN).state == "awaiting_repair"


def test_a_number_of_one_case_and_the_vehicle_of_another(failed: Doors) -> None:
    """Both are open: the record is filed in neither."""
    answer = claim(failed, 409, case_no=number(), **NEIGHBOUR)
    assert answer["code"] == "vehicle-differs" and "案件号" in answer["detail"]
    assert {case.state for case in Case.objects.all()} == {"awaiting_repair"}


def test_a_plate_that_was_changed_since_the_fail(failed: Doors) -> None:
    """The notice names the former one; another vehicle's former plate proves nothing."""
    vehicle = Vehicle.objects.get(vin=VIN)
    PlateSpan.objects.create(
        vehicle=vehicle, plate=PLATE, since=at(FAIL).date(), until=at("2026-03-03 08:00").date()
    )
    Vehicle.objects.filter(pk=vehicle.pk).update(plate="桂B55555")
    assert (
        claim(failed, 409, case_no=number(), vin=VIN, plate=NEIGHBOUR["plate"])["code"] == "vehicle-differs"
    )
    assert claim(failed, 201, case_no=number(), plate=PLATE)["retest"]["allowed"]


def test_a_vehicle_whose_plate_alone_is_known(doors: Doors) -> None:
    doors.at("2026-03-02 10:10")
    vehicle = {**test_message(at(FAIL), station=NEAR)["vehicle"], "vin": ""}  # type: ignore[dict-item]
    upload(doors, FAIL, co=0.9, vehicle=vehicle)
    doors.at("2026-03-03 16:30")
    assert claim(doors, 201, vin=VIN, plate=PLATE)["retest"]["allowed"]


def test_files_for_repairs_that_never_come_are_few(failed: Doors) -> None:
    most = load().at(at(FAIL).date(), PLACE).integer("repair.files.unknown_per_day")
    picture = b"\xff\xd8\xff\xe0 part"
    path = "repairs/files?repair_no={}&name=a.jpg"
    for each in range(most):
        failed.post(path.format(f"W-{each}"), picture, by=LISTED, expect=201)
    refused = failed.post(path.format("W-more"), picture, by=LISTED, expect=429)
    assert refused["code"] == "too-many-unknown-repairs"
    failed.post(path.format("W-0"), picture + b"2", by=LISTED, expect=201)
    failed.post(path.format("W-more"), picture, by=OTHER, expect=201)
    repair(failed, repair_no="W-0")
    failed.post(path.format("W-more"), picture, by=LISTED, expect=201)
    now = clock.now() + timedelta(days=1)
    failed.at(f"{now:%Y-%m-%d %H:%M}")
    failed.post(path.format("W-next"), picture, by=LISTED, expect=201)
