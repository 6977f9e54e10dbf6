"""Appointments by clicking: the owner books from the case, the station sets hours, calls up and closes a day."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from imloop.store.models import Appointment, Case, Party
from support.city import FAR, NEAR, City
from support.doors import Doors
from support.people import person, search

WEEK = {
    "what": "hours",
    "day": ["working", "working", "5", ""],
    "opens": ["08:00", "14:00", "08:00", ""],
    "closes": ["12:00", "17:00", "12:00", ""],
    "since": "2026-03-01",
    "sure": "1",
}


@pytest.fixture
def station(city: City, doors: Doors) -> Client:
    """The desk of an I-station that has set its hours by its form."""
    doors.at("2026-03-01 09:00")
    client = person(NEAR)
    empty = client.get("/desk/istation/hours").content.decode()
    assert "还没有设置营业时间" in empty
    saved = client.post("/desk/istation/hours", WEEK)
    assert saved.status_code == 302
    text = client.get(saved["Location"]).content.decode()
    assert "已保存" in text and "工作日" in text
    return client


@pytest.fixture
def failed(city: City) -> Case:
    city.test("2026-03-02 09:00", co=0.9)
    return Case.objects.get()


def test_hours_keep_what_was_typed_and_want_the_tick(city: City, doors: Doors) -> None:
    doors.at("2026-03-01 09:00")
    client = person(NEAR)
    unsure = client.post("/desk/istation/hours", {**WEEK, "sure": ""})
    assert unsure.status_code == 422 and 'value="14:00"' in unsure.content.decode()
    faulty = client.post("/desk/istation/hours", {**WEEK, "closes": ["12:00", "", "12:00", ""]})
    assert faulty.status_code == 422 and "第 2 行" in faulty.content.decode()
    assert Party.objects.get(code=NEAR).opening_hours == ""
    client.post("/desk/istation/hours", WEEK)
    words = Party.objects.get(code=NEAR).opening_hours
    assert words == "工作日 08:00–12:00 14:00–17:00；周六 08:00–12:00"
    assert words in Client().get(f"/public/stations/{NEAR}").content.decode()


def test_the_owner_books_from_the_case_and_cancels(station: Client, failed: Case, doors: Doors) -> None:
    doors.at("2026-03-03 09:00")
    owner = Client()
    case = f"/c/{failed.owner_token}"
    text = owner.get(case).content.decode()
    assert "预约复检" in text and "2026-03-03 09:20" in text
    form = owner.get(f"{case}/book", {"day": "2026-03-05"}).content.decode()
    assert "复检绿色通道" in form and FAR not in form
    starts_at = re.findall(r'<option value="(2026-03-05T09:00[^"]*)"', form)[0]
    typed = {"station": NEAR, "day": "2026-03-05", "starts_at": starts_at, "phone": "12"}
    wrong = owner.post(f"{case}/book", typed)
    assert wrong.status_code == 422 and 'value="12"' in wrong.content.decode()
    assert f'value="{starts_at}" selected' in wrong.content.decode()
    booked = owner.post(f"{case}/book", {**typed, "phone": "13900000001"})
    assert booked.status_code == 302
    page = owner.get(booked["Location"]).content.decode()
    assert "预约成功" in page and "F001" in page and "2026-03-05 09:00" in page
    assert "F001" in owner.get(case).content.decode()
    assert "booked-already" not in page
    second = owner.post(f"{case}/book", {**typed, "phone": "13900000001", "starts_at": "2026-03-05T10:20"})
    assert second.status_code == 422 and "该车已有一个未使用的预约" in second.content.decode()

    token = Appointment.objects.get().token
    file = owner.get(f"/a/{token}.ics")
    assert file["Content-Type"].startswith("text/calendar")
    assert b"DTSTART:20260305T010000Z" in file.content
    assert owner.post(f"/a/{token}", {}).status_code == 422, "cancelling wants the tick"
    assert owner.post(f"/a/{token}", {"sure": "1"}).status_code == 302
    assert "预约已取消" in owner.get(f"/a/{token}").content.decode()
    assert b"STATUS:CANCELLED" in owner.get(f"/a/{token}.ics").content
    assert owner.get("/a/nothing").status_code == 404


def test_a_periodic_test_is_booked_from_the_stations_page(station: Client, doors: Doors) -> None:
    doors.at("2026-03-03 09:00")
    anyone = Client()
    assert f"/public/stations/{NEAR}/book" in anyone.get(f"/public/stations/{NEAR}").content.decode()
    form = anyone.get(f"/public/stations/{NEAR}/book", {"method": "LUGDOWN", "day": "2026-03-07"})
    text = form.content.decode()
    assert "2026-03-07T11:20" in text and "2026-03-07T11:40" not in text, "the green lane is not offered"
    typed = {
        "method": "LUGDOWN",
        "starts_at": "2026-03-07T11:20:00+08:00",
        "plate": "桂B5F2K1",
        "vin_tail": "123456",
        "phone": "13900000001",
    }
    booked = anyone.post(f"/public/stations/{NEAR}/book", typed)
    assert booked.status_code == 302
    row = Appointment.objects.get()
    assert (row.line.code, row.purpose, row.case) == ("02", "periodic", None)
    closed = anyone.get(f"/public/stations/{FAR}/book").content.decode()
    assert "没有开放网上预约" in closed
    assert anyone.get("/public/stations/nowhere/book").status_code == 404


def test_the_stations_day(station: Client, failed: Case, doors: Doors) -> None:
    doors.at("2026-03-04 09:00")
    phone = {"phone": "13900000001"}
    Client().post(
        f"/c/{failed.owner_token}/book", {"station": NEAR, "starts_at": "2026-03-05T09:00:00+08:00", **phone}
    )
    row = Appointment.objects.get()
    doors.at("2026-03-05 08:50")
    today = station.get("/desk/istation").content.decode()
    assert "F001" in today and "已到站" in today and "记为爽约" not in today
    assert person(FAR).post(f"/desk/istation/visits/{row.pk}", {"what": "arrive"}).status_code == 404
    assert station.post(f"/desk/istation/visits/{row.pk}", {"what": "arrive"}).status_code == 302
    typed = {"plate": "桂B5F2K1", "method": "ASM", "line": ""}
    unsaid = station.post("/desk/istation/queue", {**typed, "method": ""})
    assert unsaid.status_code == 422 and "燃料没有登记" in unsaid.content.decode()
    assert station.post("/desk/istation/queue", {**typed, "plate": "?"}).status_code == 422
    taken = station.post("/desk/istation/queue", typed)
    queue = station.get(taken["Location"]).content.decode()
    assert "J002" in queue and "F001" in queue
    assert "没有本次不合格之后的维修记录" in queue, "the retest will be refused, and the queue says so"
    hall = Client().get(f"/public/stations/{NEAR}/queue")
    text = hall.content.decode()
    assert hall["Refresh"] == "30" and "F001" in text and "J002" in text
    assert row.plate not in text and "13900000001" not in text
    screen = Client().get(f"/public/stations/{NEAR}/queue", {"hall": "1"})
    shown = screen.content.decode()
    assert screen["Refresh"] == "30" and "F001" in shown and "/book" not in shown and "<footer" not in shown
    assert f"/public/stations/{NEAR}/queue?hall=1" in queue, "the desk opens what hangs in the hall"
    assert text.index("J002") < text.index("F001"), "who came at 08:50 goes before the appointment at 09:00"


def test_one_car_has_one_number(station: Client, failed: Case, doors: Doors) -> None:
    """Who is booked and takes a number at the counter comes as booked; pressing again gives no second number."""
    doors.at("2026-03-04 09:00")
    asked = {"station": NEAR, "starts_at": "2026-03-05T09:00:00+08:00", "phone": "13900000001"}
    Client().post(f"/c/{failed.owner_token}/book", asked)
    doors.at("2026-03-05 08:50")
    typed = {"plate": failed.vehicle.plate, "method": "", "line": ""}
    assert [station.post("/desk/istation/queue", typed)["Location"] for _again in range(2)] == [
        "/desk/istation/queue?number=F001"
    ] * 2
    row = Appointment.objects.get()
    assert row.state == Appointment.State.ARRIVED and not row.walk_in
    other = {**typed, "plate": "桂B5F2K1", "method": "ASM"}
    assert len({station.post("/desk/istation/queue", other)["Location"] for _again in range(2)}) == 1
    assert Appointment.objects.count() == 2


def test_booking_stands_before_the_limits(station: Client) -> None:
    text = Client().get(f"/public/stations/{NEAR}").content.decode()
    assert text.index("预约检验") < text.index("检测方法、限值和收费")


def test_a_masked_number_is_no_link(station: Client, failed: Case, doors: Doors) -> None:
    doors.at("2026-03-05 09:00")
    asked = {"plate": failed.vehicle.plate, "vin": "", "line": "", "method": ""}
    own = search(station, "/desk/istation/reception", asked).content.decode()
    assert f'href="/cases/{failed.case_no}"' in own
    elsewhere = search(person(FAR), "/desk/istation/reception", asked).content.decode()
    assert "****" in elsewhere and 'href="/cases/450200' not in elsewhere


def test_closing_a_day_tells_the_owner_why(station: Client, failed: Case, doors: Doors) -> None:
    doors.at("2026-03-04 09:00")
    asked = {"station": NEAR, "starts_at": "2026-03-05T09:00:00+08:00", "phone": "13900000001"}
    Client().post(f"/c/{failed.owner_token}/book", asked)
    closing = {"what": "close", "closed_day": "2026-03-05", "reason": "停电检修"}
    assert station.post("/desk/istation/hours", closing).status_code == 422
    assert station.post("/desk/istation/hours", {**closing, "sure": "1"}).status_code == 302
    owner = Client().get(f"/c/{failed.owner_token}").content.decode()
    assert "停电检修" in owner and "2026-03-04 09:20" in owner, "why, and what is free next"
    day = Client().get(f"/c/{failed.owner_token}/book?day=2026-03-05").content.decode()
    assert "停电检修" in day and '<select id="starts_at"' not in day
    again = {"what": "open", "closed_day": "2026-03-05", "sure": "1"}
    assert station.post("/desk/istation/hours", again).status_code == 302
    assert "2026-03-05T09:20" in Client().get(f"/c/{failed.owner_token}/book?day=2026-03-05").content.decode()


def test_only_an_inspection_station_has_these_desks(city: City) -> None:
    client = person("M450203001")
    assert client.get("/desk/istation/hours").status_code == 403
    assert client.get("/desk/istation/queue").status_code == 403


def test_in_english(station: Client, failed: Case, doors: Doors) -> None:
    doors.at("2026-03-03 09:00")
    client = Client()
    client.get("/settings", {"language": "en"})
    text = client.get(f"/c/{failed.owner_token}/book").content.decode()
    assert "Book the retest" in text and "green lane" in text and "预约" not in text
