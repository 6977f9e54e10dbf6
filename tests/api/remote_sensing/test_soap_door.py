"""Deployed senders of remote sensing at their own door, with everything that real ones were seen to do."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from django.test import Client, override_settings

from imloop.exchange.uploads.soap_readings import KEPT_ONLY, READ
from imloop.steps.ground import clock
from imloop.store.models import RawUpload, RemoteReading
from support.city import NEAR, PLACE, City, at

OFFICE = f"{PLACE}-environment"
PATH = "/api/v1/remote-sensing/soap"
SENT = {
    "jlbh": "B450200001", "dwbh": "D01", "ycxbh": "X1", "jcsj": "2026-03-05 08:00:00", "pdjg": "0", "hphm": "桂B12345",
    "cpys": "1", "hpzl": "01", "rlzl": "B", "btgdjg": "35.5", "lgmhd": "", "nojg": "320", "clsd": "42", "cljsd": "0.4",
    "coco2": "0.01", "sd": "60", "tp1": "/a/1.jpg",
}  # fmt: skip


@pytest.fixture
def door(city: City, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-05 12:00"))
    return Client(headers={"X-Auth-Token": city.machine_key(OFFICE)})


def envelope(operation: str, datas: str, head: str = "") -> bytes:
    return (
        f'{head}<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        f'xmlns:web="http://vendor.example/"><soapenv:Header/><soapenv:Body><web:{operation}>'
        f"<datatype>{operation}</datatype><datas>{escape(datas)}</datas></web:{operation}>"
        "</soapenv:Body></soapenv:Envelope>"
    ).encode()


def send(
    door: Client, *records: object, operation: str = "Monitoringdata", query: str = ""
) -> dict[str, Any]:
    """What the JSON in the reply says."""
    body = envelope(operation, json.dumps(records, ensure_ascii=False))
    answer = door.post(PATH + query, body, content_type="text/xml;charset=UTF-8")
    assert answer.status_code == 200, answer.content
    (said,) = ElementTree.fromstring(answer.content).iter("return")
    found: dict[str, Any] = json.loads(said.text or "")
    return found


def codes(said: dict[str, Any]) -> list[str]:
    return [each["code"] for each in said["refused"]]


def test_a_record_is_read_by_the_fields_in_use(door: Client) -> None:
    assert send(door, SENT) == {"status": 1, "accepted": 1, "refused": []}
    row = RemoteReading.objects.get()
    assert (row.record_no, row.site_code, row.plate, row.plate_colour) == (
        "B450200001",
        "D01",
        "桂B12345",
        "yellow",
    )
    assert (row.over, row.state, row.data["verdict"], row.data["device"]) == (
        "opacity_pct",
        "first",
        "fail",
        "X1",
    )
    assert row.data["values"]["humidity_pct"] == 60 and row.data["photos"] == ["/a/1.jpg"]


def test_1_a_day_of_the_year_is_refused_and_never_rolled_over(door: Client) -> None:
    said = send(door, {**SENT, "jcsj": "2019-04-98 10:00:00"})
    assert (said["status"], codes(said)) == (0, ["bad-date"]) and "98" in said["refused"][0]["text"]
    assert not RemoteReading.objects.exists() and RawUpload.objects.count() == 1


def test_2_a_sender_that_never_believes_us_makes_one_reading(door: Client) -> None:
    assert {json.dumps(send(door, SENT)) for _ in range(50)} == {
        '{"status": 1, "accepted": 1, "refused": []}'
    }
    assert RemoteReading.objects.count() == RawUpload.objects.count() == 1


def test_3_a_grade_of_a_hundred_is_a_lead_without_a_value(door: Client) -> None:
    smoke = {name: SENT[name] for name in ("jlbh", "dwbh", "jcsj", "pdjg", "hphm", "cpys")}
    assert send(door, {**smoke, "lgmhd": 100}, operation="blacksmokevehicle")["status"] == 1
    row = RemoteReading.objects.get()
    assert (row.over, row.state, row.data["values"]) == ("", "first", {})
    assert [each["code"] for each in row.data["doubts"]] == ["reading-out-of-range"]


def test_4_numbers_are_opaque(door: Client) -> None:
    send(door, SENT, {**SENT, "jlbh": "D450200001"})
    assert set(RemoteReading.objects.values_list("record_no", flat=True)) == {"B450200001", "D450200001"}


@pytest.mark.parametrize(
    ("sent", "plate"),
    [
        ("桂B·12345", "桂B12345"),
        (" 桂b12345\u3000", "桂B12345"),
        ("桂B12345桂B12345", ""),
        ("桂B1234567", "桂B1234567"),
        ("未知", ""),
    ],
)
def test_5_a_dirty_plate_is_normalised_and_kept_as_it_came(door: Client, sent: str, plate: str) -> None:
    send(door, {**SENT, "hphm": sent})
    row = RemoteReading.objects.get()
    assert (row.plate, row.plate_read) == (plate, sent.strip(" \u3000"))


def test_6_a_camera_whose_1_means_smoke_says_so_in_its_address(door: Client) -> None:
    clean = {**SENT, "btgdjg": "5", "pdjg": 1}
    send(door, clean, {**clean, "jlbh": "B2", "pdjg": 0}, query="?verdicts=1:fail,0:pass")
    assert list(RemoteReading.objects.order_by("pk").values_list("state", flat=True)) == ["first", "kept"]
    body = envelope("Monitoringdata", "[]")
    assert door.post(f"{PATH}?verdicts=1:smoky", body, content_type="text/xml").status_code == 422


def test_7_a_guessed_fuel_is_kept_as_a_word_and_decides_nothing(city: City, door: Client) -> None:
    send(door, SENT)
    assert RemoteReading.objects.get().data["fuel_said"] == "B"
    told = city.client(OFFICE).get(f"/api/v1/remote-sensing/{RemoteReading.objects.get().pk}").json()
    assert [each["code"] for each in told["screening"]["reasons"]] == ["fuel-not-confirmed"]


def test_8_equal_to_the_limit_passes(door: Client) -> None:
    send(door, {**SENT, "btgdjg": "30", "pdjg": "1"}, {**SENT, "jlbh": "B2", "btgdjg": "30.01", "pdjg": "1"})
    assert list(RemoteReading.objects.order_by("pk").values_list("over", flat=True)) == ["", "opacity_pct"]


def test_9_a_petrol_car_gets_no_verdict_from_the_sender_s_limits(door: Client) -> None:
    send(door, {**SENT, "rlzl": "A", "btgdjg": "", "cojg": "9", "coxz": "2", "pdjg": "0"})
    assert RemoteReading.objects.get().over == ""


def test_a_picture_in_the_message_is_kept_there_and_named_by_its_hash(door: Client) -> None:
    picture = bytes(range(256)) * 8
    send(door, {**SENT, "tp1": base64.b64encode(picture).decode()})
    assert RemoteReading.objects.get().data["photos"] == [f"sha256:{hashlib.sha256(picture).hexdigest()}"]


@pytest.mark.parametrize("operation", KEPT_ONLY)
def test_what_is_not_read_is_kept_and_said_to_be(door: Client, operation: str) -> None:
    said = send(door, {"dwbh": "D01"}, operation=operation)
    assert (said["status"], said["accepted"]) == (1, 0) and "已保存" in said["text"]
    assert RawUpload.objects.count() == 1


DTD = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "body",
    [
        envelope("Monitoringdata", "[]", DTD),
        envelope("Monitoringdata", "{"),
        envelope("Monitoringdata", "{}"),
        envelope("Monitoringdata", '[],"datas":[]'),
        envelope("Monitoringdata", json.dumps([{}] * 5001)),
        envelope("dropTables", "[]"),
        b"<a>" * 5000,
        b"<a/>",
        b"",
        b"{}",
        envelope("Monitoringdata", "[]").replace(b"</soapenv:Body>", b"<web:Vehicle/></soapenv:Body>"),
    ],
    ids=["document type", "no json", "no array", "given twice", "too many", "unknown operation", "deep", "no envelope",
         "nothing", "json", "two operations"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_its_bytes_kept(door: Client, body: bytes) -> None:
    answer = door.post(PATH, body, content_type="text/xml")
    assert answer.status_code in (400, 422) and answer["Content-Type"] == "application/problem+json"
    assert RawUpload.objects.get().refused and not RemoteReading.objects.exists()


@override_settings(MAX_UPLOAD_BYTES=100)
def test_a_message_beyond_the_limit_is_not_taken(door: Client) -> None:
    assert door.post(PATH, envelope("Monitoringdata", "[]"), content_type="text/xml").status_code == 413


def test_the_old_encoding_is_read(door: Client) -> None:
    text = envelope("Monitoringdata", json.dumps([SENT], ensure_ascii=False)).decode()
    body = f'<?xml version="1.0" encoding="GBK"?>{text}'.encode("gbk")
    assert door.post(PATH, body, content_type="text/xml;charset=GBK").status_code == 200
    assert RemoteReading.objects.get().plate == "桂B12345"


def test_the_description_names_every_operation(door: Client) -> None:
    tree = ElementTree.fromstring(door.get(PATH).content)
    wsdl = "{http://schemas.xmlsoap.org/wsdl/}"
    port = tree.find(f"{wsdl}portType")
    assert port is not None and {each.get("name") for each in port} == {*READ, *KEPT_ONLY}


def test_a_key_of_another_kind_of_party_sends_nothing(city: City, door: Client) -> None:
    station = Client(headers={"X-Auth-Token": city.machine_key(NEAR)})
    assert station.post(PATH, envelope("Monitoringdata", "[]"), content_type="text/xml").status_code == 403
    assert Client().post(PATH, envelope("Monitoringdata", "[]"), content_type="text/xml").status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/v1/feed"),
        ("get", "/api/v1/remote-sensing/sites"),
        ("get", "/api/v1/remote-sensing/1"),
        ("post", "/api/v1/tests"),
        ("post", "/api/v1/remote-sensing/sites"),
    ],
)
def test_the_senders_own_header_opens_no_other_door(door: Client, method: str, path: str) -> None:
    sent = {"data": "{}", "content_type": "application/json"} if method == "post" else {}
    assert getattr(door, method)(path, **sent).status_code == 401


def test_the_senders_own_header_opens_the_json_door(city: City, door: Client) -> None:
    body = b'{"schema": "imloop.readings/1", "readings": []}'
    assert door.post(PATH.removesuffix("/soap"), body, content_type="application/json").status_code == 200
    bearer = {"Authorization": f"Bearer {city.machine_key(NEAR)}"}
    sent = door.post(PATH, envelope("Monitoringdata", "[]"), content_type="text/xml", headers=bearer)
    assert sent.status_code == 403, "where both are sent the usual one counts"
