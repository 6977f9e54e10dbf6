"""The HTTP door: who may, what is answered, and every kind of bad input as a problem that names itself."""

from __future__ import annotations

import json

import msgspec
import pytest
from django.http import HttpResponse
from django.test import Client, override_settings

from imloop.steps.ground import clock
from support.city import FAR, LISTED, NEAR, City, at
from support.messages.uploads import VIN, repair_message, test_message

pytestmark = pytest.mark.every_case("what one database keeps and finds as it was written another may not")


def post(client: Client, path: str, body: object) -> HttpResponse:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return client.post(f"/api/v1/{path}", raw, content_type="application/json")


def upload(**change: object) -> dict[str, object]:
    return test_message(at("2026-03-02 09:00"), **{"station": NEAR, **change})  # type: ignore[arg-type]


def test_a_failed_test_answers_with_everything_at_once(city: City) -> None:
    response = post(city.client(NEAR), "tests", upload(co=0.9))
    receipt = response.json()
    assert response.status_code == 201
    assert receipt["verdict"] == "fail"
    assert receipt["report"]
    assert receipt["case"]
    assert receipt["notice"]
    assert receipt["deadline"] == "2026-03-23"
    assert receipt["next"]["text"]
    failed = [item for item in receipt["items"] if item["pass"] is False]
    assert failed and all(item["cite"] for item in failed)
    assert receipt["law"]["place"] == "450200" and receipt["law"]["hash"]


def test_same_bytes_200_other_bytes_409(city: City) -> None:
    client, message = city.client(NEAR), upload(test_no="T1")
    assert post(client, "tests", message).status_code == 201
    assert post(client, "tests", message).status_code == 200
    conflict = post(client, "tests", {**message, "sequence": 9})
    assert conflict.status_code == 409
    assert conflict.json()["code"] == "test-no-taken"


def _without(key: str) -> dict[str, object]:
    message = upload()
    del message[key]
    return message


def _columns(**change: object) -> dict[str, object]:
    message = upload()
    message["trace"]["columns"].update(change)  # type: ignore[index]
    return message


BAD = {
    "not json": (b"{", 400, "malformed-json", None),
    "not an object": (b"[]", 400, "malformed-json", None),
    "NaN": (b'{"test_no": NaN}', 400, "malformed-json", None),
    "wrong schema": (lambda: upload(schema="imloop.test/9"), 422, "malformed", "$.schema"),
    "no number": (lambda: _without("test_no"), 422, "malformed", "$.test_no"),
    "no vehicle": (lambda: _without("vehicle"), 422, "malformed", "$.vehicle"),
    "no trace": (lambda: _without("trace"), 422, "malformed", "$.trace"),
    "wrong type": (lambda: upload(station=7), 422, "malformed", "$.station"),
    "unknown method": (lambda: upload(method="SMELL"), 422, "malformed", "$.method"),
    "zero time": (lambda: upload(started_at="0000-00-00 00:00:00"), 422, "malformed", "$.started_at"),
    "no offset": (lambda: upload(started_at="2026-03-02T09:00:00"), 422, "malformed", "$.started_at"),
    "unequal columns": (lambda: _columns(co_pct=[0.1]), 422, "malformed", "$.trace.columns.co_pct"),
    "text in a column": (
        lambda: _columns(co_pct=["0.1"] * 180),
        422,
        "malformed",
        "$.trace.columns.co_pct[0]",
    ),
    "future": (
        lambda: upload(started_at="2199-01-01T00:00:00+08:00", ended_at="2199-01-01T00:03:00+08:00"),
        422,
        "time-in-future",
        None,
    ),
    "unknown line": (lambda: upload(line="77"), 422, "unknown-line", None),
    "method not licensed": (lambda: upload(line="02"), 403, "method-not-licensed", None),
    "unknown station": (lambda: upload(station="nowhere"), 422, "unknown-station", None),
    "another station": (lambda: upload(station=FAR), 403, "not-your-station", None),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_uploads_are_named_problems_and_kept(city: City, name: str) -> None:
    from imloop.store.models import RawUpload, Test

    body, status, code, path = BAD[name]
    response = post(city.client(NEAR), "tests", body() if callable(body) else body)
    found = response.json()
    assert (response.status_code, found["code"]) == (status, code), found
    assert response["Content-Type"] == "application/problem+json"
    assert found["detail"] and found["title"]
    if path:
        assert path in [fault["path"] for fault in found["errors"]]
    assert RawUpload.objects.get().refused == code
    assert not Test.objects.exists()


def test_a_huge_body_is_413(city: City) -> None:
    with override_settings(MAX_UPLOAD_BYTES=1000):
        response = post(city.client(NEAR), "tests", upload())
    assert (response.status_code, response.json()["code"]) == (413, "too-large")


def test_keys(city: City) -> None:
    from imloop.steps.accounts.keys import revoke_key

    key = city.key(NEAR)
    assert post(Client(), "tests", upload()).status_code == 401
    assert post(Client(headers={"Authorization": "Bearer imk_x_y"}), "tests", upload()).status_code == 401
    assert post(Client(headers={"Authorization": f"Bearer {key}x"}), "tests", upload()).status_code == 401
    remote = Client(headers={"Authorization": f"Bearer {key}"}, REMOTE_ADDR="10.0.0.9")
    assert post(remote, "tests", upload()).status_code == 403
    revoke_key(key.split("_")[1], at("2026-03-01 08:00"))
    assert post(Client(headers={"Authorization": f"Bearer {key}"}), "tests", upload()).status_code == 401


def test_only_i_stations_upload_tests_and_only_m_stations_repairs(city: City) -> None:
    assert post(city.client(LISTED), "tests", upload()).status_code == 403
    assert post(city.client("450200-environment"), "tests", upload()).status_code == 403
    repair = repair_message(at("2026-03-04 16:00"), shop=LISTED)
    assert post(city.client(NEAR), "repairs", repair).status_code == 403
    assert post(city.client(LISTED), "repairs", repair).json()["code"] == "no-open-case"


def test_the_whole_loop_over_http(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    station, shop = city.client(NEAR), city.client(LISTED)
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-02 09:10"))
    receipt = post(station, "tests", upload(co=0.9)).json()
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-04 17:00"))
    ask = {"vin": VIN, "at": "2026-03-05T08:50:00+08:00"}
    assert station.get("/api/v1/retest-permit", ask).json()["allowed"] is False
    repair = repair_message(at("2026-03-04 16:00"), shop=LISTED, case_no=receipt["case"])
    answer = post(shop, "repairs", repair)
    assert answer.status_code == 201
    assert answer.json()["case_state"] == "awaiting_retest"
    assert post(shop, "repairs", repair).status_code == 200
    permit = station.get("/api/v1/retest-permit", ask).json()
    assert (permit["allowed"], permit["case"]) == (True, receipt["case"])
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-05 09:30"))
    retest = test_message(at("2026-03-05 09:00"), station=NEAR, purpose="retest")
    assert post(station, "tests", retest).json()["case_state"] == "closed"

    case = station.get(f"/api/v1/cases/{receipt['case']}").json()
    assert [event["event"] for event in case["events"]] == ["TestFailed", "RepairReported", "TestPassed"]
    feed = station.get("/api/v1/feed", {"after": 0}).json()
    assert feed["entries"]
    assert station.get("/api/v1/feed", {"after": feed["next"]}).json()["entries"] == []
    assert station.get(f"/api/v1/tests/{receipt['test_no']}/replay").json()["same"] is True


def test_what_is_not_yours_is_not_there(city: City) -> None:
    receipt = post(city.client(NEAR), "tests", upload(co=0.9)).json()
    for stranger, test in ((city.client(FAR), 404), (city.client(LISTED), 403)):
        assert stranger.get(f"/api/v1/cases/{receipt['case']}").status_code == 404
        assert stranger.get(f"/api/v1/tests/{receipt['test_no']}").status_code == test
        assert stranger.get(f"/api/v1/notices/{receipt['notice']}.pdf").status_code == 404
    assert city.client("450200-environment").get(f"/api/v1/cases/{receipt['case']}").status_code == 200


def test_jtt_1132_2_is_accepted(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gives days without hours: the car came in and left on the day after it had failed."""
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-02 09:10"))
    post(city.client(NEAR), "tests", upload(co=0.9))
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-04 18:30"))
    message = {
        "access_token": "x",
        "basicInfo": {
            "vehicleplatenumber": "桂B12345",
            "companyname": LISTED,
            "vin": VIN,
            "repairdate": "20260304",
            "repairmileage": "50020",
            "settledate": "20260304",
            "faultdescription": "尾气超标",
            "costlistcode": "JS001",
        },
        "repairprojectlist": [{"repairproject": "更换三元催化", "workinghours": "2"}],
        "vehiclepartslist": [{"partsname": "三元催化器", "partsquantity": "1", "partscode": "TWC-1"}],
        "documents": {"certificate_no": "H1", "invoice_no": "F1"},
    }
    response = post(city.client(LISTED), "repairs", message)
    assert response.status_code == 201, response.content
    assert response.json()["retest"]["allowed"] is True


def test_openapi_names_every_call(city: City) -> None:
    document = Client().get("/api/v1/openapi.json").json()
    paths = set(document["paths"])
    assert {"/api/v1/tests", "/api/v1/repairs", "/api/v1/retest-permit", "/api/v1/feed"} <= paths


def test_public_list(city: City) -> None:
    found = Client().get("/api/v1/public/stations", {"kind": "mstation"}).json()["stations"]
    assert {row["code"]: row["active"] for row in found}[LISTED] is True
    assert json.dumps(found)


@pytest.mark.parametrize("value", ["a\x00b", "长" * 200], ids=["NUL", "too long"])
def test_what_the_database_cannot_hold_is_a_fault_of_the_message(city: City, value: str) -> None:
    """The same on both databases: never an internal error, nothing half-kept."""
    body = {"name": "甲", "role": "driver", "since": "2026-01-01", "licence_no": value[:60]}
    answer = post(city.client(NEAR), f"parties/{NEAR}/staff", {**body, "name": value[:40]})
    assert answer.status_code in (201, 422)
    price = {
        "kind": "lock",
        "methods": [],
        "reason": value,
        "evidence": value,
        "until": "2030-01-01T00:00:00+08:00",
    }
    assert post(city.client("450200-environment"), f"lines/{NEAR}/01/orders", price).status_code in (201, 422)
