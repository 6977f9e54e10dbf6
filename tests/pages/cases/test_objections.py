"""The owner objects; the environment department answers; the owner reads what came of it."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.test import Client

from imloop.steps.accounts.create_user import create_user
from imloop.steps.ground import clock
from imloop.store.models import Case, JournalEntry, OutboxEntry, Party
from support.city import FAR, NEAR, PLACE, City, at

SAID = "前一天在另一家测过，一氧化碳只有这里的一半。"


@pytest.fixture
def case(city: City, monkeypatch: pytest.MonkeyPatch) -> Case:
    city.test("2026-03-02 09:00", co=0.9)
    stand(monkeypatch, "2026-03-03 10:00")
    return Case.objects.get()


def stand(monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    moment: datetime = at(when)
    monkeypatch.setattr(clock, "now", lambda: moment)


def office(kind: str = "environment") -> Client:
    party = Party.objects.get(code=f"{PLACE}-{kind}")
    client = Client()
    client.force_login(create_user(f"u-{kind}", "a-long-password", party, clock.now()))
    return client


def test_second_opinion_from_the_owners_page_to_the_mark(
    case: Case, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, page = Client(), f"/c/{case.owner_token}"
    assert "2026 年 3 月 9 日" in owner.get(page).content.decode()
    sent = owner.post(f"{page}/object", {"ground": "instrument", "words": SAID}, follow=True)
    assert "异议已提交" in sent.content.decode() and SAID in sent.content.decode()
    told = set(OutboxEntry.objects.filter(topic="objection-raised").values_list("receiver", flat=True))
    assert told == {NEAR, f"{PLACE}-environment"}

    desk = office()
    assert "车主对不合格结论有异议" in desk.get("/work?kind=objection").content.decode()
    assert SAID in desk.get(f"/cases/{case.case_no}").content.decode()
    decided = desk.post(
        f"/cases/{case.case_no}/decide",
        {
            "what": "exit",
            "kind": "objection",
            "to_station": FAR,
            "reason": "两次结果相差大，准予复核",
            "evidence": "核查单 3 号",
            "expires_on": "2026-03-20",
            "sure": "1",
        },
    )
    assert decided.status_code == 302
    assert "车主对不合格结论有异议" not in desk.get("/work").content.decode()
    text = owner.get(page).content.decode()
    assert "准予另行复核" in text and "不需先维修" in text and "柳南机动车检测中心" in text

    city.test("2026-03-06 09:00", station=FAR, co=0.1, test_no="T-2")
    case.refresh_from_db()
    assert case.state == "closed"


def test_not_upheld_is_said_with_its_reason(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, page = Client(), f"/c/{case.owner_token}"
    owner.post(f"{page}/object", {"ground": "procedure", "words": SAID})
    desk = office()
    form = {"what": "reject", "reason": "", "evidence": "核查单", "sure": "1"}
    refused = desk.post(f"/cases/{case.case_no}/decide", form)
    assert refused.status_code == 422 and ">\n核查单</textarea>" in refused.content.decode()
    assert (
        desk.post(f"/cases/{case.case_no}/decide", {**form, "reason": "逐秒数据与仪器相符"}).status_code
        == 302
    )
    text = owner.get(page).content.decode()
    assert "异议不成立" in text and "逐秒数据与仪器相符" in text
    assert "提交异议" not in owner.get(f"{page}/object").content.decode()
    assert JournalEntry.objects.filter(kind="case-event", subject=case.case_no).count() == 3


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"ground": "instrument", "words": "短"}, "words"),
        ({"ground": "weather", "words": SAID}, "ground"),
        ({"words": SAID}, "ground"),
    ],
)
def test_a_fault_names_its_field_and_keeps_what_was_typed(
    case: Case, form: dict[str, str], field: str
) -> None:
    answer = Client().post(f"/c/{case.owner_token}/object", form)
    text = answer.content.decode()
    found = re.search(rf'href="#({field}[-\d]*)"', text)
    assert answer.status_code == 422 and found and f'id="{found[1]}"' in text
    assert form["words"] in text
    case.refresh_from_db()
    assert case.objected_at is None


def test_too_late_is_said_and_where_to_turn(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    stand(monkeypatch, "2026-03-10 00:01")
    page = f"/c/{case.owner_token}"
    assert 'id="objection"' not in Client().get(page).content.decode()
    assert "12369" in Client().get(f"{page}/object").content.decode()
    assert Client().post(f"{page}/object", {"ground": "other", "words": SAID}).status_code == 422
    case.refresh_from_db()
    assert case.objected_at is None


def test_only_the_environment_department_answers(case: Case, city: City) -> None:
    path, said = f"/api/v1/cases/{case.case_no}/objection/reject", {"reason": "相符", "evidence": "核查单"}
    public = Client().post(
        f"/api/v1/public/cases/{case.owner_token}/objection",
        {"ground": "other", "words": SAID},
        content_type="application/json",
    )
    assert public.status_code == 201 and public.json()["answer_by"] == "2026-03-10"
    assert city.client(NEAR).post(path, said, content_type="application/json").status_code == 403
    environment = city.client(f"{PLACE}-environment")
    assert environment.post(path, said, content_type="application/json").status_code == 200
    assert environment.post(path, said, content_type="application/json").status_code == 403


def test_history_by_plate_and_tail_names_no_person(case: Case) -> None:
    vehicle = case.vehicle
    vehicle.owner_name, vehicle.owner_phone = "覃某某", "13800000001"
    vehicle.save()
    asked = {"plate": vehicle.plate, "tail": vehicle.vin[-6:]}
    text = Client().post("/history", asked, follow=True).content.decode()
    assert case.case_no in text and "鱼峰环保检测站" in text
    assert "覃某某" not in text and "13800000001" not in text and vehicle.vin not in text
    assert text.count(case.case_no) == Client().get(f"/c/{case.owner_token}/history").content.decode().count(
        case.case_no
    )
    wrong = Client().post("/history", {**asked, "tail": "000000"})
    assert wrong.status_code == 422 and f'value="{vehicle.plate}"' in wrong.content.decode()
