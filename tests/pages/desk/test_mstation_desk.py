"""The M-station's desk: rows added, answers checked, handed in once, photographs kept, own records and figures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imloop.steps.ground import clock
from imloop.store.models import Attachment, Case, Repair
from support.city import LISTED, OTHER, PLACE, City, at
from support.messages.uploads import PLATE, VIN
from support.people import person, search
from support.stories.one_car import car

FORM, RECORDS = "/desk/mstation/repair", "/desk/mstation/repairs"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def case(city: City, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    city.test("2026-03-02 09:00", co=0.9)
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-04 17:00"))
    yield Case.objects.get()


def typed(case: Case, **more: str) -> dict[str, str]:
    return {
        "case_no": case.case_no,
        "plate": PLATE,
        "repair_no": "W20260304-abc",
        "diagnosis": "前氧传感器响应迟缓",
        "technician": "韦师傅",
        "received_at": "2026-03-04T10:00",
        "finished_at": "2026-03-04T16:00",
        "item_code_1": "O2S",
        "item_name_1": "更换氧传感器",
        "part_name_2": "前氧传感器",
        "part_serial_2": "S-77",
        "certificate_no": "H1",
        "settlement_no": "J1",
        "invoice_no": "F1",
        "cost_yuan": "460.00",
        "warranty_days": "30",
        "warranty_km": "3000",
        **more,
    }


def test_the_failed_items_stand_beside_their_usual_causes(case: Case) -> None:
    text = person(LISTED).post(FORM, {"case_no": case.case_no, "tail": VIN[-6:]}).content.decode()
    assert "CO 高：混合气过浓" in text and "<code>O2S</code>" in text
    assert "烟度高" not in text


def test_what_did_not_pass_is_all_that_stands_there(case: Case) -> None:
    text = person(LISTED).post(FORM, {"case_no": case.case_no, "tail": VIN[-6:]}).content.decode()
    beside = text.split("没有通过的项目")[1]
    assert beside.count("未通过") == 2 and "· 通过" not in beside, "two modes of CO; HC and NO passed"


def test_a_lamp_that_failed_alone_is_said(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    young = car(first_registered_on="2018-01-01", produced_on="2018-01-01")
    lit = {"communication": True, "mil_lamp_ok": True, "mil_on": True}
    city.test("2026-03-02 09:00", vehicle=young, obd=lit)
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-04 17:00"))
    asked = {"case_no": Case.objects.get().case_no, "tail": VIN[-6:]}
    beside = person(LISTED).post(FORM, asked).content.decode().split("没有通过的项目")[1]
    assert "故障指示灯" in beside and "限值" not in beside


def test_a_row_is_added_and_nothing_typed_is_lost(case: Case) -> None:
    text = person(LISTED).post(FORM, typed(case, do="add_part", part_rows="3")).content.decode()
    assert 'name="part_name_3"' in text and 'name="part_name_4"' not in text
    assert 'value="S-77"' in text and 'value="H1"' in text
    assert not Repair.objects.exists()


def test_answers_are_checked_before_anything_is_stored(case: Case) -> None:
    desk = person(LISTED)
    text = desk.post(FORM, typed(case, do="check", invoice_no="")).content.decode()
    assert "提交前请核对" in text and "S-77" in text and "没有填写：" in text and "30 天或 3,000 km" in text
    assert "没有做的不是维修" not in text
    idle = typed(case, do="check", part_name_2="", part_serial_2="", received_at="2026-03-01T10:00")
    text = desk.post(FORM, idle).content.decode()
    assert "没有做的不是维修" in text and "车辆进厂早于最近一次不合格检验" in text
    assert not Repair.objects.exists()
    back = desk.post(FORM, typed(case, do="edit")).content.decode()
    assert 'value="更换氧传感器"' in back and not Repair.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [({"received_at": "gestern"}, "received_at"), ({"item_code_1": "NOPE"}, "item_code_1")],
)
def test_a_fault_leads_to_its_field(case: Case, change: dict[str, str], field: str) -> None:
    answer = person(LISTED).post(FORM, typed(case, do="check", **change))
    text = answer.content.decode()
    assert answer.status_code == 422 and f'href="#{field}"' in text and f'id="{field}"' in text


def test_handed_in_with_photographs_and_listed(case: Case, city: City) -> None:
    desk = person(LISTED)
    page = desk.post(FORM, typed(case, do="send"), follow=True)
    text = page.content.decode()
    assert page.redirect_chain == [(f"{RECORDS}/W20260304-abc?new=1", 302)]
    assert "维修记录已收到" in text and "复检已放行" in text

    record = f"{RECORDS}/W20260304-abc"
    bad = desk.post(record, {"file": SimpleUploadedFile("x.png", b"<svg>")})
    assert bad.status_code == 422 and not Attachment.objects.exists()
    for _ in range(2):  # the same photograph twice is kept once
        desk.post(record, {"file": SimpleUploadedFile("旧件.png", PNG)})
    kept = Attachment.objects.get()
    path = f"/repairs/{LISTED}/W20260304-abc/files/{kept.sha256}"
    assert "旧件.png" in desk.get(record).content.decode()
    assert desk.get(path).content == PNG
    assert person(f"{PLACE}-environment").get(path).content == PNG
    other = person(OTHER)
    assert (other.get(path).status_code, other.get(record).status_code) == (404, 404)

    listed = desk.get(RECORDS).content.decode()
    assert "W20260304-abc" in listed
    assert "W20260304-abc" not in search(desk, RECORDS, {"q": "nichts"}).content.decode()
    assert search(desk, RECORDS, {"q": "W20260304"}).redirect_chain[-1][0] == record, "it alone"
    table = desk.get(RECORDS, {"format": "csv"}).content.decode("utf-8-sig").splitlines()
    assert table[0].startswith("维修单") and table[1].startswith("W20260304-abc")


def test_few_repairs_make_no_figure(case: Case) -> None:
    text = person(LISTED).get("/desk/mstation").content.decode()
    assert text.count("数据不足") == 3
    person_desk = Client()
    assert person_desk.get("/desk/mstation").status_code == 302


def test_no_plate_stands_in_an_address(case: Case, city: City) -> None:
    """The owner's words go by POST; a case of its own repairs a station opens by number, and nobody else does."""
    desk = person(LISTED)
    found = desk.get(FORM, {"case_no": case.case_no, "plate": PLATE}).content.decode()
    assert "打开案件" in found and "前氧传感器" not in found
    assert desk.get(FORM, {"case": case.case_no}).status_code == 404
    city.repair("2026-03-04 16:00")
    city.test("2026-03-04 16:40", co=0.9, purpose="retest")
    text = desk.get("/desk/mstation").content.decode()
    assert f"{FORM}?case={case.case_no}" in text and "tail=" not in text
    assert 'name="diagnosis"' in desk.get(FORM, {"case": case.case_no}).content.decode()
    assert person(OTHER).get(FORM, {"case": case.case_no}).status_code == 404
    wrong = desk.post(FORM, {"case_no": case.case_no, "plate": "桂B99999"})
    assert wrong.status_code >= 422 and 'value="桂B99999"' in wrong.content.decode()
