"""An over-limit car on the road leads on one page to who passed it and who repaired it, and to no more than that."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.test import Client

from imloop.pages.trace_back.trace_back import replay_words
from imloop.steps.ground import clock
from imloop.steps.inspections.replay import Replayed
from imloop.steps.repairs.repair_files import attach_to_repair
from imloop.store.models import (
    Case,
    Finding,
    JournalEntry,
    Party,
    PartyKind,
    Repair,
    Test,
    Vehicle,
    VehicleChange,
)
from support.city import FAR, LISTED, NEAR, PLACE, City, at
from support.messages.uploads import PLATE, VIN
from support.people import person, search

ANOTHER = {"vin": "LSVAU2180N2183294", "plate": "桂B54321", "fuel": "gasoline", "produced_on": "2010-03-01"}
SERIAL = [{"name": "三元催化", "code": "1", "quantity": 1, "serial": "CAT-77", "origin": "原厂"}]
JPEG = b"\xff\xd8\xff\xe0 old converter"
BACK = "/vehicles/{}/trace-back"


@pytest.fixture
def car(city: City, monkeypatch: pytest.MonkeyPatch) -> Vehicle:
    """Passed for its first owner, failed, repaired with a part that another car has, too, passed; the other car was
    repaired first."""
    city.test("2025-02-28 09:00", station=FAR, people={"inspector": "旧员"})
    city.test("2026-03-01 09:00", co=0.9, vehicle=ANOTHER)
    city.repair("2026-03-01 16:00", vin=ANOTHER["vin"], plate=ANOTHER["plate"], parts=SERIAL)
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-03 16:00", parts=SERIAL, technician="覃师傅")
    city.test("2026-03-04 09:00", people={"inspector": "韦检验"}, purpose="retest")
    vehicle = Vehicle.objects.get(vin=VIN)
    monkeypatch.setattr(clock, "now", lambda: at("2026-05-05 10:00"))
    VehicleChange.objects.create(
        vehicle=vehicle, kind="sold", on="2025-12-01", recorded_at=clock.now(), source="police"
    )
    attach_to_repair(city.callers[LISTED], repair_of(vehicle).repair_no, "old.jpg", JPEG, clock.now())
    return vehicle


def repair_of(vehicle: Vehicle) -> Repair:
    return Repair.objects.get(case__vehicle=vehicle)


def window(kind: str = "environment") -> Client:
    return person(f"{PLACE}-{kind}")


def test_one_page_leads_from_the_plate_to_pass_repair_and_earlier_owner(car: Vehicle) -> None:
    answer = search(window(), "/trace-back", {"q": PLATE, "on": "2026-05-04"})
    assert answer.redirect_chain[-1][0] == BACK.format(car.pk) + "?on=2026-05-04"
    page = answer.content.decode()
    passed, old = (Test.objects.get(started_at=at(day)) for day in ("2026-03-04 09:00", "2025-02-28 09:00"))
    for said in (passed.test_no, "鱼峰环保检测站", "韦检验", passed.raw.sha256, "<svg", "结论一致：合格"):
        assert said in page, said
    repair = repair_of(car)
    for said in (repair.repair_no, "柳南治理站", "覃师傅", "CAT-77", repair.raw.sha256, "old.jpg", "<img"):
        assert said in page, said
    other = Repair.objects.exclude(pk=repair.pk).get()
    assert other.repair_no in page and ANOTHER["plate"] not in page, (
        "where the part is, too; the other car is masked"
    )
    assert "前车主" in page and old.test_no in page and "旧员" in page
    serial = Finding.objects.filter(code="part-serial-repeated", subject=repair.repair_no).get()
    assert f"/findings/{serial.pk}" in page
    for code in (NEAR, LISTED):
        assert f"/matters/open?kind=suspension&amp;party={code}" in page


def test_the_look_is_journalled_with_the_person(car: Vehicle) -> None:
    window().get(BACK.format(car.pk))
    entry = JournalEntry.objects.filter(kind="looked-up", subject=VIN).latest("number")
    assert json.loads(entry.body)["kind"] == "trace-back" and entry.actor.startswith(
        f"{PLACE}-environment/u-"
    )


def test_a_failed_test_and_the_vehicle_lead_there(car: Vehicle) -> None:
    desk, failed = window(), Test.objects.get(started_at=at("2026-03-02 09:00"))
    assert BACK.format(car.pk) in desk.get(f"/vehicles/{car.pk}").content.decode()
    page = desk.get(f"/tests/{failed.test_no}?station={NEAR}").content.decode()
    assert f"{BACK.format(car.pk)}?station={NEAR}&amp;test={failed.test_no}" in page
    back = desk.get(f"{BACK.format(car.pk)}?test={failed.test_no}&station={NEAR}").content.decode()
    first = Test.objects.get(started_at=at("2025-02-28 09:00"))
    assert first.raw.sha256 in back, "the pass before the failure, not the one after it"
    assert desk.get(f"{BACK.format(car.pk)}?test=unknown&station={NEAR}").status_code == 404
    assert desk.get(f"{BACK.format(car.pk)}?on=2026-13-01").status_code == 422


def test_bytes_that_give_another_verdict_today_are_said_to() -> None:
    assert replay_words(Replayed("1", NEAR, "pass", "fail", ("verdict",), True))[0] == "fail"
    tag, words = replay_words(Replayed("1", NEAR, "pass", "pass", ("law",), True))
    assert tag == "info" and "结论相同" in words
    assert "unreadable" in replay_words(Replayed("1", NEAR, "pass", "unreadable", ("verdict",), False))[1]


def test_file_and_sheet_hold_the_proofs_and_are_journalled(car: Vehicle) -> None:
    desk = window()
    answer = desk.get(BACK.format(car.pk) + "?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    proofs = {row["SHA-256"] for row in rows}
    assert {test.raw.sha256 for test in Test.objects.filter(vehicle=car)} < proofs
    assert repair_of(car).raw.sha256 in proofs
    sheet = desk.get(BACK.format(car.pk) + ".pdf")
    assert sheet.content.startswith(b"%PDF") and sheet["Content-Type"] == "application/pdf"
    assert JournalEntry.objects.filter(kind="export", subject="trace-back").count() == 2


def test_passes_elsewhere_are_named_by_place_and_day_alone(car: Vehicle, city: City) -> None:
    Party.objects.filter(code=NEAR).update(place="450300")
    page = window().get(BACK.format(car.pk)).content.decode()
    there = Test.objects.get(started_at=at("2026-03-04 09:00"))
    assert "桂林" in page and "2026-03-04" in page
    assert there.test_no not in page and "韦检验" not in page and there.raw.sha256 not in page


def test_a_vehicle_without_history_says_so(car: Vehicle) -> None:
    bare = Vehicle.objects.create(vin="LSVAU2180N2183295", plate="桂B00001")
    page = window("police").get(BACK.format(bare.pk)).content.decode()
    assert "本地没有此前的合格检验" in page and "本地没有此前的维修记录" in page
    assert window("market").get(BACK.format(bare.pk) + ".pdf").status_code == 200
    assert window("supervisor").get(BACK.format(10**6)).status_code == 404


def test_machines_ask_by_plate_or_vin(car: Vehicle, city: City) -> None:
    office = city.client(f"{PLACE}-environment")
    found = office.get("/api/v1/trace-back", {"plate": PLATE}).json()
    assert found["passed"]["station"] == NEAR and found["replay"]["same"] is True
    (repair,) = found["repairs"]
    assert (repair["shop"], repair["technician"], repair["parts"][0]["serial"]) == (
        LISTED,
        "覃师傅",
        "CAT-77",
    )
    assert [again["serial"] for again in repair["again"] if again["serial"]] == ["CAT-77"]
    assert [owner["until"] for owner in found["owners"]] == [None, "2025-12-01"]
    early = office.get("/api/v1/trace-back", {"vin": VIN, "at": "2025-01-01T00:00:00+08:00"}).json()
    assert early["passed"] is None and early["repairs"] == []
    assert office.get("/api/v1/trace-back", {"plate": "桂B99999"}).status_code == 404
    assert office.get("/api/v1/trace-back").status_code == 422


@pytest.mark.parametrize("kind", [PartyKind.ADMIN, PartyKind.ISTATION, PartyKind.MSTATION])
def test_nobody_else_looks(car: Vehicle, city: City, kind: str) -> None:
    Party.objects.create(code=f"{PLACE}-admin", kind=PartyKind.ADMIN, name="admin", place=PLACE)
    code = {PartyKind.ADMIN: f"{PLACE}-admin", PartyKind.ISTATION: NEAR, PartyKind.MSTATION: LISTED}[kind]
    assert person(code).get(BACK.format(car.pk)).status_code == 403
    assert Case.objects.count() == 2
