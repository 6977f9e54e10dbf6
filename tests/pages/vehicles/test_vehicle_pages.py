"""The police desk, vehicles, restrictions and guests through their pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imloop.facts.days import day_of
from imloop.law import load
from imloop.steps.ground import clock
from imloop.steps.vehicles.register.word import POLICE as POLICE_SAID
from imloop.steps.vehicles.register.word import register
from imloop.store.models import (
    Enrolment,
    JournalEntry,
    Mark,
    PollutionAlert,
    Vehicle,
    VehicleChange,
    Zone,
)
from support.city import NEAR, City
from support.city import PLACE as HERE
from support.messages.uploads import PLATE, VIN
from support.people import person, search

POLICE, ENVIRONMENT = "450200-police", "450200-environment"
RULE = {"fuels": ["diesel"], "stage_below": "5", "everywhere": "1"}


@pytest.fixture
def car(city: City) -> Vehicle:
    """A private car whose tenth year ends this month, made before OBD."""
    today = day_of(clock.now())
    facts = {
        "vehicle_type": "K33",
        "usage": "A",
        "emission_stage": "4",
        "first_registered_on": date(today.year - 10, today.month, 1).isoformat(),
        "produced_on": "2010-03-01",
    }
    row = Vehicle()
    register(row, {**facts, "vin": VIN, "plate": PLATE, "fuel": "gasoline"}, POLICE_SAID, today, "list")
    row.save()
    return row


def test_the_police_release_a_mark_only_after_a_pass(city: City, car: Vehicle) -> None:
    client = person(POLICE)
    duty = load().at(day_of(clock.now()), HERE).cite("mark.pass_required")
    refused = search(client, "/desk/police", {"gate": "mark", "plate": PLATE}).content.decode()
    assert "没有合格的排放检验" in refused and "核发标志" not in refused and duty in refused
    assert client.post("/desk/police", {"plate": PLATE, "sure": "1"}).status_code == 422
    city.test(f"{clock.now() - timedelta(days=1):%Y-%m-%d %H:%M}")
    allowed = search(client, "/desk/police", {"gate": "mark", "plate": PLATE}).content.decode()
    assert "核发标志" in allowed
    assert client.post("/desk/police", {"plate": PLATE}).status_code == 422
    done = client.post("/desk/police", {"plate": PLATE, "sure": "1"})
    assert done.status_code == 200 and "标志已核发" in done.content.decode()
    assert Mark.objects.get().vehicle == car
    assert person(ENVIRONMENT).get("/desk/police").status_code == 403


def test_the_police_ask_roads_and_registration(car: Vehicle) -> None:
    client = person(POLICE)
    assert "可以" in search(client, "/desk/police", {"gate": "road", "plate": PLATE}).content.decode()
    asked = {"gate": "registration", "fuel": "gasoline", "emission_stage": "5", "max_mass_kg": "1800"}
    answer = client.get("/desk/police", asked).content.decode()
    assert "现行要求为国六b" in answer and 'value="5" selected' in answer
    nobody = search(client, "/desk/police", {"gate": "road", "plate": "桂B00000"})
    assert nobody.status_code == 404 and "桂B00000" in nobody.content.decode()


def test_a_vehicle_on_one_page_and_its_changes(car: Vehicle) -> None:
    client = person(POLICE)
    page = search(client, "/vehicles", {"q": VIN[-6:]}).content.decode()
    assert "须上线检验" in page and VIN in page
    assert JournalEntry.objects.filter(kind="looked-up", subject=VIN).count() == 1
    change = {"vin": VIN, "kind": "sold", "on": f"{clock.now():%Y-%m-%d}", "new_plate": "桂B5432"}
    wrong = client.post(f"/vehicles/{car.pk}", {**change, "sure": "1"})
    assert wrong.status_code == 422 and 'value="桂B5432"' in wrong.content.decode()
    assert client.post(f"/vehicles/{car.pk}", change).status_code == 422
    done = client.post(f"/vehicles/{car.pk}", {**change, "new_plate": "桂B54321", "sure": "1"})
    assert done["Location"] == f"/vehicles/{car.pk}"
    assert VehicleChange.objects.get().kind == "sold"
    hint = search(client, "/vehicles", {"q": PLATE}).content.decode()
    assert "此前使用过该号牌的车辆" in hint and VIN not in hint and f'/vehicles/{car.pk}"' in hint
    assert client.get("/vehicles/999999").status_code == 404
    assert person(NEAR).get(f"/vehicles/{car.pk}").status_code == 403
    other = person(ENVIRONMENT)
    assert other.post(f"/vehicles/{car.pk}", {**change, "sure": "1"}).status_code == 422
    assert "登记变更" not in other.get(f"/vehicles/{car.pk}").content.decode()


def test_type_and_use_are_words(car: Vehicle) -> None:
    text = person(POLICE).get(f"/vehicles/{car.pk}").content.decode()
    assert "小型载客汽车（K33）" in text and "非营运" in text


def test_a_list_is_imported_with_its_refused_rows(city: City, tmp_path: Path) -> None:
    client = person(POLICE)
    text = f"vin,plate,fuel\n{VIN},{PLATE},A\nSHORT,桂B54321,A\n"
    file = SimpleUploadedFile("车辆.csv", text.encode("gbk"))
    page = client.post("/vehicles/import", {"file": file})
    body = page.content.decode()
    assert page.status_code == 200 and "bad-vin" in body
    assert Vehicle.objects.get().fuel == "gasoline"
    link = body.split('href="/vehicles/import/')[1].split('"')[0]
    refused = client.get(f"/vehicles/import/{link}").content.decode("utf-8-sig")
    assert refused.splitlines()[0] == "row,reason" and refused.splitlines()[1].startswith('3,"bad-vin')
    for name, content in (("a.csv", b"x,y\n1,2\n"), ("a.xlsx", b"no"), ("a.pdf", b"no")):
        wrong = client.post("/vehicles/import", {"file": SimpleUploadedFile(name, content)})
        assert wrong.status_code == 422 and 'role="alert"' in wrong.content.decode(), name
    for name in ("车辆名单.xlsx", "车辆名单.pdf", f"{'长' * 80}.xlsx"):
        wrong = client.post("/vehicles/import", {"file": SimpleUploadedFile(name, b"no")})
        said = wrong.content.decode().split('role="alert"')[1]
        assert name[:4] in said and "tmp" not in said, "the sender's own name"
    assert client.post("/vehicles/import").status_code == 422
    assert client.get("/vehicles/import/..%2Fx.csv").status_code in (404, 422)
    assert person("450200-transport").get("/vehicles/import").status_code == 403


def test_zones_and_alerts_are_entered_and_ended(city: City) -> None:
    office = person(ENVIRONMENT)
    zone = {"what": "zone", "code": "OUT", "name": "国四以下柴油车", **RULE, "since": "2026-01-01"}
    missing = office.post("/zones", {**zone, "sure": "1"})
    assert missing.status_code == 422 and 'value="OUT"' in missing.content.decode()
    zone["cite"] = "柳政告〔2026〕1号"
    assert office.post("/zones", zone).status_code == 422
    for wrong, said in (
        ({"hours": "7点"}, "应如 07:00-09:00"),
        ({"over_mass_kg": "三吨"}, "应为非负数"),
        ({"elsewhere": "桂B1"}, "应为号牌开头，如 京A"),
        ({"fuels": [], "stage_below": ""}, "至少限定一类车辆"),
        ({"fuels": ["coal"]}, "请从所列各项中选择"),
    ):
        text = office.post("/zones", {**zone, **wrong, "sure": "1"})
        assert (
            text.status_code == 422 and said in text.content.decode() and "$" not in text.content.decode()
        ), wrong
    assert not Zone.objects.exists()
    assert office.post("/zones", {**zone, "sure": "1"})["Location"] == "/zones"
    alert = {"what": "alert", "level": "red", "since": "2026-01-01T00:00", "odd_even": "1"}
    assert office.post("/zones", {**alert, "sure": "1"})["Location"] == "/zones"
    assert "国四以下柴油车" in person(POLICE).get("/zones").content.decode()

    public = Client()
    shown = public.get("/roads").content.decode()
    assert "国四以下柴油车" in shown and "红色" in shown
    barred = public.post("/roads", {"plate": PLATE, "fuel": "diesel", "stage": "3"}).content.decode()
    assert "不可以" in barred and "柳政告〔2026〕1号" in barred
    assert public.post("/roads", {"plate": PLATE, "tail": "000000"}).status_code == 422

    lift = {"what": "lift", "id": str(PollutionAlert.objects.get().pk), "sure": "1"}
    assert office.post("/zones", lift)["Location"] == "/zones"
    end = {"what": "end-zone", "id": str(Zone.objects.get().pk), "on": f"{clock.now():%Y-%m-%d}", "sure": "1"}
    assert office.post("/zones", end)["Location"] == "/zones"
    assert "当前没有限行规定" in public.get("/roads").content.decode()
    assert office.post("/zones", {"what": "?", "sure": "1"}).status_code == 422


def test_rules_are_shown_in_words(city: City) -> None:
    office = person(ENVIRONMENT)
    rule = {"fuels": ["diesel"], "stage_below": "5", "hours": "07:00-22:00", "except": ["emergency"]}
    zone = {"what": "zone", "code": "LEZ", "name": "中心城区", **rule, "since": "2026-01-01"}
    assert office.post("/zones", {**zone, "cite": "通告", "sure": "1"})["Location"] == "/zones"
    said = "燃料为柴油，排放阶段低于国五或不明，每日 07:00–22:00，在限行区内"
    assert said in office.get("/zones").content.decode()
    public = Client()
    assert said in public.get("/roads").content.decode()
    public.get("/settings", {"language": "en"})
    assert "below stage 5, or of unknown stage; 07:00–22:00" in public.get("/roads").content.decode()


def test_each_condition_of_a_rule_has_its_field(city: City) -> None:
    """What the form takes is what the API takes."""
    form = {
        "fuels": ["diesel", "cng"],
        "stage_below": "6a",
        "vehicle_types": ["H1", "Q"],
        "usages": ["F"],
        "over_mass_kg": "3500",
        "over_years": " 15 ",
        "digits": "1、6",
        "odd_even": "1",
        "elsewhere": "桂B，桂A",
        "weekdays": ["1", "5"],
        "hours": "07：00-09：00、17:00–19:00",
        "everywhere": "1",
        "except": ["emergency", "bus"],
    }
    zone = {"what": "zone", "code": "ALL", "name": "全", "since": "2026-01-01", "cite": "通告", "sure": "1"}
    page = person(ENVIRONMENT).get("/zones").content.decode()
    assert all(f'name="{name}"' in page for name in form) and "JSON" not in page
    assert person(ENVIRONMENT, name="other").post("/zones", {**zone, **form})["Location"] == "/zones"
    assert Zone.objects.get().rules == [
        {
            "fuels": ["diesel", "cng"],
            "stage_below": "6a",
            "vehicle_types": ["H1", "Q"],
            "usages": ["F"],
            "over_mass_kg": 3500.0,
            "over_years": 15.0,
            "digits": ["1", "6"],
            "odd_even": True,
            "elsewhere": ["桂B", "桂A"],
            "weekdays": [1, 5],
            "hours": ["07:00-09:00", "17:00-19:00"],
            "everywhere": True,
            "except": ["emergency", "bus"],
        }
    ]


def test_an_address_may_ask_so_often_a_minute(city: City, settings_of: Any) -> None:
    settings_of.PUBLIC_ASKS_PER_MINUTE = 2
    one, other = Client(REMOTE_ADDR="203.0.113.7"), Client(REMOTE_ADDR="203.0.113.8")
    call = {"plate": PLATE}
    assert [one.post("/roads", call).status_code, one.get("/api/v1/public/roads", call).status_code] == [
        200,
        200,
    ]
    refused = one.post("/roads", call)
    assert refused.status_code == 429 and "查询过于频繁" in refused.content.decode()
    assert f'value="{PLATE}"' in refused.content.decode()  # what was typed stays
    machine = one.get("/api/v1/public/roads", call)
    assert machine.status_code == 429 and machine.json()["code"] == "too-many-questions"
    assert machine["Retry-After"] == "60"
    assert one.get("/roads").status_code == 200  # looking is free
    assert other.post("/roads", call).status_code == 200
    office = person(POLICE)
    assert {office.post("/roads", call).status_code for _ in range(5)} == {200}


def test_behind_a_proxy_the_asker_is_who_the_proxy_saw(city: City, settings_of: Any) -> None:
    settings_of.PUBLIC_ASKS_PER_MINUTE = 1
    settings_of.BEHIND_PROXY = True

    def search(forwarded: str) -> int:
        return Client(headers={"X-Forwarded-For": forwarded}).post("/roads", {"plate": PLATE}).status_code

    assert [search("203.0.113.7"), search("made.up, 203.0.113.7"), search("203.0.113.8")] == [200, 429, 200]
    assert [search("2001:db8:1:2::1"), search("2001:db8:1:2::2"), search("2001:db8:1:3::1")] == [
        200,
        429,
        200,
    ]
    assert [search("nobody"), search("nothing")] == [200, 429]


@pytest.fixture
def settings_of() -> Iterator[Any]:
    """The settings, changed for one test."""
    from django.conf import settings

    before = settings.PUBLIC_ASKS_PER_MINUTE, settings.BEHIND_PROXY
    yield settings
    settings.PUBLIC_ASKS_PER_MINUTE, settings.BEHIND_PROXY = before


def test_the_public_page_gives_nothing_away(city: City, car: Vehicle) -> None:
    city.test(f"{clock.now() - timedelta(days=3):%Y-%m-%d %H:%M}", co=0.9)
    stranger = Client().post("/roads", {"plate": PLATE}).content.decode()
    owner = Client().post("/roads", {"plate": PLATE, "tail": VIN[-6:]}).content.decode()
    assert "排放检验不合格" not in stranger and "排放检验不合格" in owner
    assert VIN not in owner and "韦小明" not in owner


def test_a_guest_is_enrolled_and_leaves(city: City) -> None:
    office = person(ENVIRONMENT)
    guest = {"plate": "粤A12345", "vin": VIN, "ground": "resident", "since": "2026-01-01"}
    missing = office.post("/enrolments", {**guest, "sure": "1"})
    assert missing.status_code == 422 and 'value="粤A12345"' in missing.content.decode()
    assert (
        office.post("/enrolments", {**guest, "evidence": "居住证", "sure": "1"})["Location"] == "/enrolments"
    )
    assert "居住证" in office.get("/enrolments").content.decode()
    kept = Enrolment.objects.get()
    end = {"what": "end", "id": str(kept.pk), "on": "2026-02-01", "sure": "1"}
    assert office.post("/enrolments", end)["Location"] == "/enrolments"
    assert Enrolment.objects.get().until == date(2026, 2, 1)
    assert person(NEAR).get("/enrolments").status_code == 403


@pytest.mark.parametrize(
    "address", ["/desk/police", "/vehicles", "/vehicles/import", "/zones", "/enrolments", "/roads"]
)
def test_pages_read_in_english(city: City, address: str) -> None:
    client = person(POLICE)
    client.get("/settings", {"language": "en"})
    text = client.get(address).content.decode()
    assert 'lang="en"' in text and ("Restrictions" in text or address == "/roads")
