"""Applying and deciding by clicking: the forms an applicant and a department fill in."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from imloop.sim.world.identifiers import unified_code
from imloop.steps.matters.kept.address import token_of
from imloop.store.models import Attachment, Matter, Standing
from support.casework.applications import shop_application, station_application
from support.city import City, at
from support.doors import Doors
from support.people import person

OFFICE, TRANSPORT = "450200-environment", "450200-transport"


def typed(message: dict[str, object]) -> dict[str, object]:
    """The form's fields for a message."""
    head = {
        key: value
        for key, value in message.items()
        if isinstance(value, str) and key not in ("schema", "subject")
    }
    form: dict[str, object] = dict(head)
    grids = {"staff": message["staff"], "certificates": message["certificates"]}
    for name, rows in grids.items():
        for index, row in enumerate(rows):  # type: ignore[arg-type, var-annotated]
            form |= {f"{name}-{index}-{key}": value for key, value in row.items()}
    instruments = 0
    for index, line in enumerate(message.get("lines", [])):  # type: ignore[arg-type, var-annotated]
        form |= {f"lines-{index}-code": line["code"], f"lines-{index}-methods": line["methods"]}
        for instrument in line["equipment"]:
            form[f"equipment-{instruments}-line"] = line["code"]
            form |= {f"equipment-{instruments}-{key}": value for key, value in instrument.items()}
            instruments += 1
    for code, answer in message["conditions"].items():  # type: ignore[attr-defined]
        form |= {f"holds-{code}": "1", f"evidence-{code}": answer["evidence"]}
    if "capability" in message:
        form["capability"] = message["capability"]
    return form


def test_an_application_is_checked_sent_returned_and_granted(city: City, doors: Doors) -> None:
    doors.at("2026-03-02 09:00")
    public, office = Client(), person(OFFICE)
    form = typed(station_application("2026-03-02", unified_code("龙潭")))
    assert "CMA" in public.get("/apply?place=450203").content.decode()
    incomplete = public.post("/apply/istation", {**form, "uscc": "1", "do": "check"})
    assert incomplete.status_code == 422
    assert "龙潭" in incomplete.content.decode(), "what was typed stays"
    checked = public.post("/apply/istation", {**form, "do": "check"}).content.decode()
    assert "J-analyser" in checked
    hidden = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', checked))
    assert hidden["staff-0-name"] == "韦晓东"
    unsure = public.post("/apply/istation", {**form, "do": "send"})
    assert unsure.status_code == 422
    sent = public.post("/apply/istation", {**form, "do": "send", "sure": "1"})
    assert sent.status_code == 302
    row = Matter.objects.get()
    page = public.get(sent.url).content.decode()
    assert row.matter_no in page

    assert row.matter_no in office.get("/matters").content.decode()
    one = f"/matters/{row.matter_no}"
    assert office.post(one, {"step": "return", "return-missing": "租赁合同"}).status_code == 422
    assert office.post(one, {"step": "return", "return-missing": "租赁合同", "sure": "1"}).status_code == 302
    assert "租赁合同" in public.get(f"/m/{token_of(row)}").content.decode()
    assert 'value="韦晓东"' in public.get(f"/m/{token_of(row)}/edit").content.decode()
    again = public.post(f"/m/{token_of(row)}/edit", {**form, "phone": "0772-1", "do": "send", "sure": "1"})
    assert again.status_code == 302
    for step, fields in (
        ("accept", {}),
        ("review", {"review-opinion": "真实"}),
        (
            "check_site",
            {
                "check_site-checked_on": "2026-03-02",
                "check_site-officers": "韦强、黄敏",
                "check_site-passed": "yes",
                "check_site-findings": "符合",
            },
        ),
        ("approve", {"approve-decision_no": "甲", "approve-since": "2026-03-03"}),
    ):
        answer = office.post(one, {"step": step, "sure": "1", **fields})
        assert answer.status_code == 302, answer.content.decode()
    row.refresh_from_db()
    assert row.party is not None and row.party.phone == "0772-1"
    key = public.post(f"/m/{token_of(row)}", {"step": "collect_key"}).content.decode()
    assert "imk_" in key
    assert "imk_" not in public.get(f"/m/{token_of(row)}").content.decode()
    assert row.party.name in public.get("/public/decisions").content.decode()


def test_a_form_grows_by_rows_and_keeps_what_was_typed(city: City) -> None:
    form = typed(shop_application("2026-03-02", unified_code("鹅山")))
    page = Client().post("/apply/mstation", {**form, "more": "staff"}).content.decode()
    assert 'name="staff-4-name"' in page
    assert 'value="陈永福"' in page


def test_a_department_opens_a_suspension_and_the_station_answers(city: City, doors: Doors) -> None:
    doors.at("2026-05-06 09:00")
    office, station = person(OFFICE), person("450203001")
    form = office.get("/matters/open?kind=suspension&party=450203001").content.decode()
    assert "虚假检验报告" in form
    fields = {"open-ground": "false_report", "open-findings": "甲", "open-evidence": "乙"}
    body = {"kind": "suspension", "party": "450203001", "sure": "1", **fields}
    assert office.post("/matters/open", {**body, "open-ground": "bad"}).status_code == 422
    opened = office.post("/matters/open", body)
    assert opened.status_code == 302
    notified = {"step": "notify", "notify-served_on": "2026-05-06", "notify-intended": "暂停", "sure": "1"}
    assert office.post(opened.url, notified).status_code == 302
    assert "放弃听证" in station.get(opened.url).content.decode()
    assert station.post(opened.url, {"step": "waive_hearing", "sure": "1"}).status_code == 302
    decided = {"decision_no": "甲", "since": "2026-05-07", "reasons": "乙", "remedy": "丙"}
    body = {"step": "decide", "sure": "1", **{f"decide-{key}": value for key, value in decided.items()}}
    assert office.post(opened.url, body).status_code == 302
    assert Standing.objects.filter(
        party__code="450203001", state="suspended", since=at("2026-05-07 00:00").date()
    )


@pytest.mark.parametrize("code", [TRANSPORT, "450204002", "M450203001"])
def test_nobody_sees_a_matter_that_is_not_theirs(city: City, doors: Doors, code: str) -> None:
    """Transport has no part in a vehicle's scrappage, another station none in this one's suspension."""
    doors.at("2026-05-06 09:00")
    fields = {"ground": "false_report", "findings": "甲", "evidence": "乙"}
    opened = doors.post("matters", {"kind": "suspension", "party": "450203001", "fields": fields}, by=OFFICE)
    number = opened["matter_no"]
    answer = person(code).get(f"/matters/{number}")
    assert answer.status_code == (200 if code == TRANSPORT else 404)
    steps = doors.get(f"matters/{number}", by=code, expect=200 if code == TRANSPORT else 404).get("steps", [])
    assert steps == []


def test_a_file_is_what_its_first_bytes_say(city: City, doors: Doors) -> None:
    doors.at("2026-03-02 09:00")
    sent = doors.post("public/applications", station_application("2026-03-02", unified_code("龙潭")))
    path = f"public/applications/{sent['token']}/files"
    png = b"\x89PNG\r\n\x1a\n" + b"0" * 10
    first = doors.post(f"{path}?name=../../etc/plan.pdf", png)
    assert doors.post(f"{path}?name=again.png", png)["sha256"] == first["sha256"]
    assert len(doors.get(f"public/applications/{sent['token']}")["attachments"]) == 1
    assert doors.post(f"{path}?name=a.pdf", b"<script>", expect=422)["code"] == "wrong-file"
    assert (
        doors.post(f"{path}?name=a.pdf", b"%PDF-" + b"0" * (5 * 1024 * 1024), expect=413)["code"]
        == "too-large"
    )
    got = city.client(OFFICE).get(f"/api/v1/matters/{sent['matter_no']}/files/{first['sha256']}")
    assert got.content == png
    assert got["Content-Type"] == "image/png"
    assert "attachment" in got["Content-Disposition"]
    assert Client().get("/m/nothing").status_code == 404


def test_a_station_s_register_page_and_what_the_public_reads(city: City, doors: Doors) -> None:
    doors.at("2026-03-02 09:00")
    market, station, other = person("450200-market"), person("450203001"), person("450204002")
    public = Client()
    page, path = station.get("/parties/450203001").content.decode(), "/parties/450203001"
    assert "没有登记检验检测机构资质认定" in page
    assert other.get(path).status_code == 404
    paper = {
        "what": "certificate",
        "kind": "cma",
        "number": "C-1",
        "since": "2026-03-01",
        "until": "2026-03-20",
        "sure": "1",
    }
    assert station.post(path, paper).status_code == 422
    assert market.post(path, {**paper, "until": "2026-02-01"}).status_code == 422
    assert market.post(path, paper).status_code == 302
    assert "18 天" in market.get("/certificates").content.decode()
    reviewer = {"what": "join", "name": "莫丽", "role": "reviewer", "since": "2026-03-01", "sure": "1"}
    assert station.post(path, reviewer).status_code == 302
    assert "莫丽" in station.get(path).content.decode()
    contact = {
        "what": "contact",
        "phone": "0772-9",
        "complaint_phone": "0772-8",
        "opening_hours": "每日",
        "sure": "1",
    }
    assert station.post(path, contact).status_code == 302
    assert market.post(path, contact).status_code == 422

    shown = public.get("/public/stations/450203001").content.decode()
    assert all(word in shown for word in ("0772-9", "稳态工况法", "≤ 0.50 %", "可以营业", "GB 18285"))
    assert "莫丽" not in shown, "staff are not for everyone"
    assert "鱼峰环保检测站" in public.get("/public/stations?q=鱼峰").content.decode()
    assert public.get("/public/stations?q=nothing").status_code == 200
    assert public.get("/public/stations/nobody").status_code == 404
    doors.at("2026-03-20 09:00")
    shown = public.get("/public/stations/450203001").content.decode()
    assert "不得营业" in shown and "C-1" in shown


def test_a_file_comes_through_the_page_too(city: City, doors: Doors) -> None:
    doors.at("2026-03-02 09:00")
    sent = doors.post("public/applications", station_application("2026-03-02", unified_code("龙潭")))
    page = f"/m/{sent['token']}"
    lease = SimpleUploadedFile("租约.pdf", b"%PDF-1.7 x")
    assert Client().post(page, {"file": lease}).status_code == 302
    assert "租约.pdf" in Client().get(page).content.decode()
    assert Client().post(page, {"file": SimpleUploadedFile("a.pdf", b"GIF89a")}).status_code == 422
    digest = Attachment.objects.get().sha256
    assert Client().get(f"{page}/files/{digest}").content == b"%PDF-1.7 x"


def test_nobody_hands_in_or_guesses_by_the_hundred(
    city: City, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Applications, and looking for a case by the tail of its VIN, are counted per address."""
    monkeypatch.setattr(settings, "PUBLIC_ASKS_PER_MINUTE", 3)
    doors.at("2026-03-02 09:00")
    guess = {"plate": "桂B12345", "tail": "000000"}
    assert [Client().post("/find", guess).status_code for _ in range(4)] == [422, 422, 422, 429]
    doors.at("2026-03-02 09:01")
    body = station_application("2026-03-02", unified_code("龙潭"))
    assert doors.post("public/applications", body)["state"] == "submitted"
    assert [doors.post("public/applications", body, expect=409)["code"] for _ in range(2)] == [
        "applied-already"
    ] * 2
    assert doors.post("public/applications", body, expect=429)["code"] == "too-many-questions"
