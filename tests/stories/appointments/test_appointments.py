"""Appointments through the public doors: hours, free times, booking, coming and not coming, closing a day (A8)."""

from __future__ import annotations

import pytest

from imloop.law import load
from imloop.store.models import Appointment, Case, JournalEntry, OutboxEntry
from support.city import FAR, LISTED, NEAR, City, at
from support.doors import Doors

FAIL = {"co": 0.9}
OFFICE = "450200-environment"
WEEK = {
    "since": "2026-03-01",
    "hours": [
        {"opens": "08:00", "closes": "12:00"},
        {"opens": "14:00", "closes": "17:00"},
        {"weekday": 5, "opens": "08:00", "closes": "12:00"},
    ],
}
SLOTS = "public/stations/{}/slots?method=ASM&day={}&purpose={}"


@pytest.fixture
def open_city(city: City, doors: Doors) -> Doors:
    doors.at("2026-03-01 09:00")
    for code in (NEAR, FAR):
        doors.post("opening-hours", WEEK, by=code)
    return doors


def times(doors: Doors, day: str, *, station: str = NEAR, purpose: str = "periodic") -> list[str]:
    return [slot["starts_at"][11:16] for slot in doors.get(SLOTS.format(station, day, purpose))["slots"]]


def periodic(at: str, plate: str = "桂B5F2K1", **change: object) -> dict[str, object]:
    return {
        "station": NEAR,
        "method": "ASM",
        "starts_at": f"{at}:00+08:00",
        "plate": plate,
        "vin_tail": "123456",
        "phone": "13900000001",
        **change,
    }


def refused(doors: Doors, body: dict[str, object]) -> list[str]:
    answer = doors.post("public/appointments", body, expect=403)
    assert all(reason["cite"] and reason["next"] for reason in answer["reasons"])
    return [reason["code"] for reason in answer["reasons"]]


def test_the_retest_is_booked_at_the_own_station_only_and_in_the_green_lane(
    city: City, open_city: Doors
) -> None:
    doors = open_city
    city.test("2026-03-02 09:00", **FAIL)
    token = Case.objects.get().owner_token
    doors.at("2026-03-03 09:00")
    lane = sorted(set(times(doors, "2026-03-05", purpose="retest")) - set(times(doors, "2026-03-05")))
    assert lane == ["09:00", "10:20", "11:40", "15:00", "16:20"]
    wish = {"station": NEAR, "starts_at": "2026-03-05T09:00:00+08:00", "phone": "139-0000 0001"}
    assert refused(doors, {**periodic("2026-03-05T09:00"), "plate": "桂B88888"}) == ["slot-not-free"]
    elsewhere = refused(doors, {**wish, "case_token": token, "station": FAR})
    assert elsewhere == ["not-this-station"]
    booked = doors.post("public/appointments", {**wish, "case_token": token}, expect=201)
    assert (booked["ticket"], booked["method"], booked["case"]) == (
        "F001", "ASM", Case.objects.get().case_no,
    )  # fmt: skip
    assert "09:00" not in times(doors, "2026-03-05", purpose="retest")
    again = {**wish, "case_token": token, "starts_at": "2026-03-05T10:20:00+08:00"}
    assert refused(doors, again) == ["booked-already"]
    told = OutboxEntry.objects.get(receiver=NEAR, topic="appointment-booked")
    assert told.body["phone"] == "13900000001"
    kept = JournalEntry.objects.get(kind="appointment-booked")
    assert "13900000001" not in kept.body and "2026-03-05" in kept.subject


def test_an_exit_opens_the_other_stations_times(city: City, open_city: Doors) -> None:
    doors = open_city
    city.test("2026-03-02 09:00", **FAIL)
    case = Case.objects.get()
    doors.at("2026-03-03 09:00")
    day = at("2026-03-03 09:00").date()
    granted = {
        "kind": load().at(day, "450200").words("exit.kinds")[0],
        "to_station": FAR,
        "reason": "原站检测线故障",
        "evidence": "照片",
        "expires_on": "2026-03-10",
    }
    doors.post(f"cases/{case.case_no}/exit", granted, by=OFFICE)
    wish = {"station": FAR, "phone": "13900000001", "case_token": case.owner_token}
    assert refused(doors, {**wish, "starts_at": "2026-03-11T09:00:00+08:00"}) == ["not-this-station"]
    doors.post("public/appointments", {**wish, "starts_at": "2026-03-10T09:00:00+08:00"}, expect=201)


def test_come_wait_and_be_tested(city: City, open_city: Doors) -> None:
    doors = open_city
    city.test("2026-03-02 09:00", **FAIL)
    city.repair("2026-03-04 16:00", shop=LISTED)
    token = Case.objects.get().owner_token
    doors.at("2026-03-04 17:00")
    doors.post("public/appointments", periodic("2026-03-05T08:40"))
    doors.post(
        "public/appointments",
        {"station": NEAR, "starts_at": "2026-03-05T09:00+08:00", "phone": "13900000002", "case_token": token},
    )
    doors.at("2026-03-05 08:35")
    day = doors.get("appointments", by=NEAR)["appointments"]
    assert [row["ticket"] for row in day] == ["J001", "F002"]
    assert doors.get("appointments", by=FAR)["appointments"] == []
    assert "phone" not in doors.get("appointments", by=OFFICE)["appointments"][0]
    doors.post(f"appointments/{day[0]['id']}/arrived", {}, by=FAR, expect=422)
    for row in day:
        assert doors.post(f"appointments/{row['id']}/arrived", {}, by=NEAR)["refused"] == []
    queue = doors.get(f"public/stations/{NEAR}/queue")["queue"]
    assert [(row["ticket"], row["place"], row["minutes"]) for row in queue] == [
        ("J001", 1, 0), ("F002", 2, 20),
    ]  # fmt: skip
    assert "5F2" not in str(queue), "plates in the hall are masked"
    city.test("2026-03-05 09:00", purpose="retest")
    assert [row["ticket"] for row in doors.get(f"public/stations/{NEAR}/queue")["queue"]] == ["J001"]


def test_the_queue_says_that_the_gate_will_refuse_the_retest(city: City, open_city: Doors) -> None:
    city.test("2026-03-02 09:00", **FAIL)
    token = Case.objects.get().owner_token
    open_city.at("2026-03-04 17:00")
    wish = {"station": NEAR, "starts_at": "2026-03-05T09:00+08:00", "phone": "13900000002"}
    open_city.post("public/appointments", {**wish, "case_token": token}, expect=201)
    open_city.at("2026-03-05 08:35")
    row = open_city.get("appointments", by=NEAR)["appointments"][0]
    come = open_city.post(f"appointments/{row['id']}/arrived", {}, by=NEAR)
    assert [reason["code"] for reason in come["refused"]] == ["no-repair-record"]
    assert come["state"] == "arrived"


def test_two_no_shows_end_booking_for_a_month(open_city: Doors) -> None:
    doors = open_city
    for day in ("2026-03-03", "2026-03-04"):
        doors.at(f"{day} 07:00")
        row = doors.post("public/appointments", periodic(f"{day}T08:00"))
        doors.at(f"{day} 08:10")
        early = doors.post(f"appointments/{row['id']}/no-show", {}, by=NEAR, expect=403)
        assert early["code"] == "too-early-for-no-show"
        doors.at(f"{day} 08:15")
        doors.post(f"appointments/{row['id']}/no-show", {}, by=NEAR)
    assert refused(doors, periodic("2026-03-06T08:00")) == ["walk-in-only"]
    late = doors.post(f"appointments/{row['id']}/arrived", {}, by=NEAR)
    assert late["state"] == "arrived"
    assert doors.post("public/appointments", periodic("2026-03-06T08:00"), expect=201)


def test_cancelling_frees_the_time_until_two_hours_before(open_city: Doors) -> None:
    doors = open_city
    doors.at("2026-03-02 07:00")
    token = doors.post("public/appointments", periodic("2026-03-02T10:00"))["token"]
    doors.at("2026-03-02 08:01")
    late = doors.call("delete", f"public/appointments/{token}", expect=403)
    assert late["code"] == "too-late-to-cancel"
    doors.at("2026-03-02 08:00")
    assert doors.call("delete", f"public/appointments/{token}")["state"] == "cancelled"
    assert "10:00" in times(doors, "2026-03-02")
    doors.call("delete", f"public/appointments/{token}", expect=409)
    assert OutboxEntry.objects.filter(receiver=NEAR, topic="appointment-cancelled").count() == 1


def test_a_closed_day_offers_nothing_and_frees_those_who_were_booked(open_city: Doors) -> None:
    doors = open_city
    token = doors.post("public/appointments", periodic("2026-03-05T08:00"))["token"]
    closed = doors.post("closed-days", {"day": "2026-03-05", "reason": "停电检修"}, by=NEAR)
    assert closed["cancelled"] == 1
    fallen = doors.get(f"public/appointments/{token}")
    assert (fallen["state"], fallen["why"]) == ("cancelled", "停电检修")
    assert times(doors, "2026-03-05") == []
    assert times(doors, "2026-03-05", station=FAR)
    assert refused(doors, periodic("2026-03-05T08:00")) == ["day-closed", "slot-not-free"]
    doors.call("delete", "closed-days/2026-03-05", by=NEAR)
    assert times(doors, "2026-03-05")


def test_hours_hold_from_their_day_and_weekends_are_off(open_city: Doors) -> None:
    doors = open_city
    assert times(doors, "2026-03-07")[-1] == "11:20", "Saturday morning; 11:40 is of the green lane"
    assert times(doors, "2026-03-08") == []
    new = {"since": "2026-03-05", "hours": [{"weekday": 3, "opens": "09:00", "closes": "10:00"}]}
    doors.post("opening-hours", new, by=NEAR)
    assert times(doors, "2026-03-04")[0] == "08:00"
    assert times(doors, "2026-03-05") == ["09:00", "09:20", "09:40"]
    assert times(doors, "2026-03-06") == []
    faulty = {"since": "2026-03-05", "hours": [{"weekday": 7, "opens": "09:00", "closes": "08:00"}]}
    assert doors.post("opening-hours", faulty, by=NEAR, expect=422)["code"] == "malformed"
    doors.post("opening-hours", new, by=LISTED, expect=403)
    doors.post("opening-hours", new, expect=401)


def test_a_stranger_with_a_wrong_vin_tail_neither_blocks_nor_learns(city: City, open_city: Doors) -> None:
    doors = open_city
    city.test("2026-03-02 09:00", **FAIL)
    vehicle = Case.objects.get().vehicle
    doors.at("2026-03-03 09:00")
    stranger = periodic("2026-03-05T08:00", plate=vehicle.plate, vin_tail="000000")
    doors.post("public/appointments", stranger, expect=201)
    own = periodic("2026-03-05T08:20", plate=vehicle.plate, vin_tail=vehicle.vin[-6:])
    assert refused(doors, own) == ["open-case"]
    assert Appointment.objects.get().vehicle is None


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("plate", "XYZ", "bad-plate"),
        ("vin_tail", "12345", "malformed"),
        ("phone", "abc", "malformed"),
        ("method", "NEDC", "wrong-value"),
        ("station", "nowhere", "unknown-station"),
    ],
)
def test_bad_input_names_its_field_and_keeps_nothing(
    open_city: Doors, field: str, value: str, code: str
) -> None:
    body = {**periodic("2026-03-05T08:00"), field: value}
    assert open_city.post("public/appointments", body, expect=422)["code"] == code
    assert not Appointment.objects.exists()


def test_one_phone_holds_three_and_asking_is_counted(open_city: Doors, settings_asks: int) -> None:
    doors = open_city
    for number in range(3):
        doors.post("public/appointments", periodic(f"2026-03-0{number + 3}T08:00", plate=f"桂B1000{number}"))
    fourth = periodic("2026-03-06T08:00", plate="桂B10009")
    assert refused(doors, fourth) == ["too-many-for-phone"]
    for _ in range(settings_asks):
        doors.call("get", "public/appointments/none", expect=404)
    assert doors.get("public/appointments/none", expect=429)["code"] == "too-many-questions"


@pytest.fixture
def settings_asks(monkeypatch: pytest.MonkeyPatch) -> int:
    """Five more questions than the story needs before it counts them."""
    from django.conf import settings

    monkeypatch.setattr(settings, "PUBLIC_ASKS_PER_MINUTE", 9)
    return 5
