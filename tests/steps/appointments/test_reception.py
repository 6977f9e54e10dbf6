"""The counter asks before a test; what was charged is compared after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from imloop.facts.refusal import Conflict, Malformed, NotAllowed
from imloop.steps.appointments.ask_reception import ask_reception
from imloop.steps.ground.access import caller_for
from imloop.steps.prices.publish_price import NewPrice, set_price
from imloop.steps.vehicles.enrol_guest_vehicle import NewEnrolment, enrol
from imloop.store.models import Finding, Party, Standing, Vehicle
from support.city import FAR, NEAR, PLACE, City, at
from support.messages.uploads import VIN
from support.people import search

HANGZHOU = "330100"
OTHER, NOBODYS = "LSVAM4187C2184847", "LSVAM4187C2184848"


def ask(city: City, who: str = NEAR, **change: object) -> dict[str, object]:
    given: dict[str, object] = {
        "station": "",
        "line": "01",
        "method": "ASM",
        "at": at("2026-03-05 09:00"),
        "vin": VIN,
    }
    return ask_reception(city.callers[who], **{**given, **change})  # type: ignore[arg-type]


def codes(answer: dict[str, object]) -> list[str]:
    """Codes of the reasons but the one that the lines of the small city have no instruments."""
    found = [reason["code"] for reason in answer["reasons"]]  # type: ignore[attr-defined]
    return [code for code in found if code != "instruments-unregistered"]


def publish(city: City, place: str = PLACE) -> None:
    market = city.callers[f"{PLACE}-market"]
    caller = replace(market, place=place)
    price = NewPrice(
        place=place, method="ASM", yuan=Decimal("90"), since=date(2026, 1, 1), cite="价费〔2025〕8号"
    )
    set_price(caller, price, at("2026-01-01 09:00"))


def test_a_vehicle_seen_for_the_first_time_gives_both_its_names(city: City) -> None:
    answer = ask(city, plate="桂B99999")
    assert answer["allowed"] and answer["case"] is None and answer["due_yuan"] is None
    assert codes(answer) == ["first-seen", "first-registration-unknown"]
    for names in ({"vin": VIN}, {"vin": "", "plate": "桂B99999"}):
        one = ask(city, **names, method="")
        assert not one["allowed"] and codes(one) == ["unknown-vehicle"]


def test_it_says_which_of_the_two_names_is_known(city: City) -> None:
    city.enter(plate="桂B12345")
    city.enter(vin=OTHER, plate="桂B54321")
    assert codes(ask(city, plate="桂B12345")) == []
    assert codes(ask(city, plate="桂B99999")) == ["plate-not-of-vin"]
    assert codes(ask(city, vin="", plate=VIN)) == ["vin-as-plate"]
    assert codes(ask(city, vin="", plate="hello")) == ["plate-malformed"]
    with pytest.raises(Conflict, match="登记的却是另一辆车"):
        ask(city, plate="桂B54321")
    with pytest.raises(Conflict, match="该 VIN 没有登记"):
        ask(city, vin=NOBODYS, plate="桂B54321")


def test_method_and_line_follow_the_vehicle_and_its_fault(city: City) -> None:
    city.enter(fuel="gasoline")
    answer = ask(city, method="", line="")
    assert (answer["method"], answer["method_by"], answer["line"]) == ("ASM", "vehicle", "01")
    city.test("2026-03-02 09:00", co=0.9)
    assert ask(city, method="", line="")["method_by"] == "fault"


def test_a_method_is_not_guessed_without_a_fuel(city: City) -> None:
    with pytest.raises(Malformed, match="燃料没有登记"):
        ask(city, plate="桂B99999", method="")


def test_a_case_waits_for_its_repair(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    before = ask(city)
    assert not before["allowed"] and codes(before) == ["no-repair-record"] and before["retest"]
    city.repair("2026-03-04 15:00")
    after = ask(city)
    assert after["allowed"] and after["case"] == city.case().case_no
    assert codes(ask(city, FAR)) == ["not-this-station"]


def test_station_line_and_people(city: City) -> None:
    station = Party.objects.get(code=NEAR)
    station.staff.create(
        name="何平", role="inspector", since=date(2025, 1, 1), qualified_until=date(2026, 3, 5)
    )
    station.staff.create(name="欧健", role="reviewer", since=date(2025, 1, 1), until=date(2026, 3, 1))
    city.enter()
    named = ask(city, people={"inspector": "何平", "reviewer": "欧健"})
    assert codes(named)[:2] == ["qualification-expired", "person-not-on-staff"]
    assert codes(ask(city, line="09"))[:1] == ["unknown-line"]
    assert codes(ask(city, line="02"))[:1] == ["method-not-licensed"]
    Standing.objects.create(party=station, state="suspended", since=date(2026, 3, 1), cite="决定")
    assert codes(ask(city))[:1] == ["station-not-active"]


def test_a_guest_is_known_once_it_is_enrolled(city: City) -> None:
    city.enter(plate="粤A12345", first_registered_on="2014-04-20", produced_on="")
    vehicle = Vehicle.objects.get()
    guest = ask(city)
    assert guest["allowed"] and guest["origin"] == "elsewhere" and codes(guest) == ["from-elsewhere"]
    wanted = NewEnrolment(
        ground="fixed_route",
        evidence="线路许可",
        vin=vehicle.vin,
        since=date(2026, 3, 1),
        until=date(2026, 4, 1),
    )
    enrol(city.callers[f"{PLACE}-environment"], wanted, at("2026-03-01 09:00"))
    enrolled = ask(city)
    assert enrolled["origin"] == "enrolled" and codes(enrolled) == []
    assert ask(city, at=at("2026-04-01 09:00"))["origin"] == "elsewhere"


def test_who_may_ask(city: City) -> None:
    assert ask(city, f"{PLACE}-environment", station=NEAR)["station"] == NEAR
    with pytest.raises(NotAllowed):
        ask(city, station=FAR)
    with pytest.raises(Malformed):
        ask(city, vin="")
    with pytest.raises(Malformed):
        ask(city, method="ASN")


def test_over_http_and_on_the_page(city: City) -> None:
    city.enter()
    answer = city.client(NEAR).get(
        "/api/v1/gates/reception",
        {"line": "01", "method": "ASM", "vin": VIN, "at": "2026-03-05T09:00:00+08:00"},
    )
    assert answer.status_code == 200 and answer.json()["allowed"]
    from pages.test_pages import person

    desk = person(NEAR)
    page = search(desk, "/desk/istation/reception", {"line": "01", "method": "LUGDOWN", "vin": VIN})
    assert "不可受理" in page.content.decode() and "未登记" in page.content.decode()
    empty = search(desk, "/desk/istation/reception", {"plate": "", "vin": ""})
    assert empty.status_code == 422 and "请填写号牌或 VIN" in empty.content.decode()


def test_a_charge_above_the_price_is_found(city: City) -> None:
    publish(city)
    city.test("2026-03-02 09:00", co=0.05, fee_yuan="90.00")
    assert not Finding.objects.filter(code__startswith="fee").exists()
    city.test("2026-03-03 09:00", co=0.05, fee_yuan="120", test_no="dear")
    found = Finding.objects.get(code="fee-above-price")
    assert found.subject == "dear" and found.data["cite"] == "价费〔2025〕8号"
    assert ask(city)["due_yuan"] == "90.00"


def test_a_commercial_vehicle_pays_once(city: City) -> None:
    Party.objects.filter(code=NEAR).update(place=HANGZHOU)
    city.callers[NEAR] = caller_for(Party.objects.get(code=NEAR))
    publish(city, HANGZHOU)
    lorry = {
        "vin": VIN, "plate": "浙A12345", "fuel": "gasoline", "vehicle_type": "H31", "usage": "F",
        "first_registered_on": "2022-03-20", "max_mass_kg": 3000,
    }  # fmt: skip
    city.enter(**{name: str(value) for name, value in lorry.items()}, produced_on="")
    checked = {"communication": True, "mil_on": False, "mil_lamp_ok": True}
    city.test("2026-03-02 09:00", co=0.05, fee_yuan="90", vehicle=lorry, obd=checked)
    vehicle = Vehicle.objects.get()
    assert vehicle.due_on == date(2027, 3, 31)
    again = ask(city, at=at("2026-05-05 09:00"))
    assert again["allowed"] and again["due_yuan"] == "0.00" and "charged-twice" in codes(again)
    city.test("2026-05-05 09:00", co=0.05, fee_yuan="90", vehicle=lorry, obd=checked, test_no="twice")
    assert set(
        Finding.objects.filter(subject="twice", code__startswith="charged").values_list("code", flat=True)
    ) == {"charged-twice"}
    assert ask(city, at=at("2027-02-01 09:00"))["due_yuan"] == "90.00"
