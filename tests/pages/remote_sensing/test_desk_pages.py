"""The environment desk's pages of sites, readings, evidence and review, and what an owner and anyone reads of them."""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from imloop.exchange.imports import import_file
from imloop.exchange.uploads.soap_readings import take_soap
from imloop.exchange.uploads.take_readings import take_readings
from imloop.facts.refusal import Malformed
from imloop.sim.remote_sensing import picture
from imloop.steps.ground import clock
from imloop.steps.remote_sensing.tell_owner import open_confirmed
from imloop.store.models import (
    Finding,
    JournalEntry,
    RemoteInstrument,
    RemoteReading,
    RemoteReview,
    RemoteSite,
    Vehicle,
)
from support.city import PLACE, City, at
from support.messages.readings import message, record
from support.people import person, search

OFFICE = f"{PLACE}-environment"
NOW = at("2026-03-05 12:00")
SITE = {"code": "YC-01", "name": "柳太路", "kind": "horizontal", "slope_pct": "1.2", "geometry_ok": "1", "sign": "1",
        "published_on": "2026-01-01", "legal_review_on": "2026-01-01", "technical_review_on": "2026-01-01"}  # fmt: skip
PAPER = {"do": "certificate", "kind": "smoke", "model": "OP-2", "serial": "17", "verified_from": "2025-06-01",
         "verified_until": "2026-06-01", "certificate": "柳检字 17", "conforms": "1"}  # fmt: skip


@pytest.fixture
def ours(city: City, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return city


@pytest.fixture
def desk(ours: City) -> Client:
    return person(OFFICE, name="wei")


def sent(city: City, *records: object) -> RemoteReading:
    take_readings(message(*records), city.callers[OFFICE], NOW)
    return RemoteReading.objects.latest("pk")


def entered(desk: Client) -> RemoteSite:
    desk.post("/remote-sensing/sites", SITE)
    site = RemoteSite.objects.get()
    desk.post(f"/remote-sensing/sites/{site.pk}", PAPER)
    return site


def text(answer: object) -> str:
    return str(answer.content.decode())  # type: ignore[attr-defined]


def test_an_empty_desk_says_what_to_do(desk: Client) -> None:
    assert "登记点位和设备" in text(desk.get("/remote-sensing"))
    assert "没有等您审核的记录" in text(desk.get("/remote-sensing/review"))
    assert "还没有登记点位" in text(desk.get("/remote-sensing/sites"))
    assert "本地还没有公布的点位" in text(Client().get("/public/remote-sensing"))


def test_a_site_and_its_certificate_are_entered_by_form_and_read_by_anyone(desk: Client) -> None:
    site = entered(desk)
    assert (site.slope_pct, site.geometry_ok, site.sign) == (1.2, True, True)
    assert RemoteInstrument.objects.get().certificate == "柳检字 17"
    shown = text(Client().get("/public/remote-sensing"))
    assert "柳太路" in shown and "柳检字 17" in shown and "2026-01-01" in shown
    desk.post(f"/remote-sensing/sites/{site.pk}", {**SITE, "published_on": "2026-03-06"})
    assert "柳太路" not in text(Client().get("/public/remote-sensing")), "not before its day"


@pytest.mark.parametrize(
    ("change", "at_field"),
    [
        ({"name": ""}, "name"),
        ({"kind": ""}, "kind"),
        ({"lanes": "两"}, "lanes"),
        ({"slope_pct": "1e3"}, "slope_pct"),
        ({"slope_pct": "45"}, "slope_pct"),
        ({"longitude": "200"}, "longitude"),
        ({"published_on": "2026-02-30"}, "published_on"),
        ({"code": "a/b"}, "code"),
    ],
)
def test_a_fault_of_a_site_stands_at_its_field(desk: Client, change: dict[str, str], at_field: str) -> None:
    answer = desk.post("/remote-sensing/sites", {**SITE, **change})
    assert answer.status_code == 422 and not RemoteSite.objects.exists()
    assert re.search(rf'<a href="#{at_field}"', text(answer))


def test_the_list_finds_by_state_site_result_and_plate_and_goes_out_as_a_file(
    desk: Client, ours: City
) -> None:
    entered(desk)
    sent(ours, record(1, opacity_pct=35), record(2, site="YC-02"), record(3, plate="桂B99999", no_ppm=1900))
    waiting = text(desk.get("/remote-sensing"))
    assert waiting.count("待初审") >= 2 and "桂B·**345" in waiting and "桂B·12345" not in waiting
    assert "未超限" in text(desk.get("/remote-sensing?state=realtime&site=YC-02"))
    assert "一氧化氮 1900" in text(desk.get("/remote-sensing?state=realtime&result=no_ppm"))
    assert "桂B·**999" in text(search(desk, "/remote-sensing", {"plate": "桂B99999", "state": "realtime"}))
    assert "没有符合条件的记录" in text(desk.get("/remote-sensing?state=confirmed"))
    file = text(desk.get("/remote-sensing?state=realtime&since=2026-03-01&format=csv"))
    assert len(file.splitlines()) == 4 and "B1" in file


def test_evidence_is_shown_point_by_point_with_what_to_do(desk: Client, ours: City) -> None:
    row = sent(ours, record(1, opacity_pct=35))
    shown = text(desk.get(f"/remote-sensing/{row.pk}"))
    assert "只是线索" in shown and 'href="/remote-sensing/sites#new"' in shown and "尚不能判断" in shown
    site = entered(desk)
    shown = text(desk.get(f"/remote-sensing/{row.pk}"))
    assert f"/remote-sensing/sites/{site.pk}" in shown and "尚不能判断" not in shown
    assert shown.count('tag fail">缺') == 4, "plate, review, told, look-up"
    assert "HJ 845" in shown and "限值 30" in shown


def test_from_two_reviews_to_a_lead_to_an_owner_who_knows_to_evidence(
    desk: Client, ours: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered(desk)
    car = Vehicle.objects.create(vin="LSVAU2180N2183294", plate="桂B12345", fuel="diesel", registered=True)
    row = sent(ours, record(1, opacity_pct=35))
    page, other = f"/remote-sensing/review/{row.pk}", person(OFFICE, name="li")
    assert desk.post(page, {"do": "agree"}).status_code == 302
    assert desk.get(page)["Location"] == "/remote-sensing/review", "it is another person's now"
    assert desk.post(page, {"do": "agree"}).status_code == 422
    assert "复审" in text(other.get(page))
    other.post(page, {"do": "agree"})
    answer = desk.post(f"/remote-sensing/{row.pk}", {"do": "lead"})
    assert answer["Location"] == f"/findings/{Finding.objects.get(code='remote-over-limit').pk}"
    assert f"/remote-sensing/{row.pk}" in text(desk.get(answer["Location"]))
    assert open_confirmed(NOW) == 1
    assert "待告知车主" in text(desk.get("/work"))
    found = Client().post("/history", {"plate": "桂B12345", "tail": car.vin[-6:]}, follow=True)
    (address,) = set(re.findall(r'href="(/r/[^"]+)"', text(found)))
    owner = Client()
    shown = text(owner.get(address))
    assert "不透光度" in shown and "只是线索" in shown and "wei" not in shown
    assert owner.post(address).status_code == 302
    row.refresh_from_db()
    assert row.told_how == "read" and "可作证据" in text(owner.get(address))
    assert "可作证据" in text(desk.get(f"/remote-sensing/{row.pk}"))


def test_a_no_says_why_and_can_be_taken_back(desk: Client, ours: City) -> None:
    row = sent(ours, record(1, opacity_pct=35))
    page = f"/remote-sensing/review/{row.pk}"
    assert desk.post(page, {"do": "reject"}).status_code == 422 and not RemoteReview.objects.exists()
    desk.post(page, {"do": "reject", "why": "plate", "words": "尾号不清"})
    said = RemoteReview.objects.get()
    assert (said.holds, said.plate_ok, said.words) == (True, False, "号牌与照片不符；尾号不清")
    assert desk.post(page, {"do": "undo"})["Location"] == page
    assert "初审" in text(desk.get(page))
    desk.post(page, {"do": "unsure"})
    assert [each.stage for each in RemoteReview.objects.order_by("pk")] == [1, 0]


def test_the_office_notes_how_the_owner_was_told(desk: Client, ours: City) -> None:
    Vehicle.objects.create(vin="LSVAU2180N2183294", plate="桂B12345", registered=True)
    row = sent(ours, record(1, opacity_pct=35))
    for who in (desk, person(OFFICE, name="li")):
        who.post(f"/remote-sensing/review/{row.pk}", {"do": "agree"})
    open_confirmed(NOW + timedelta(minutes=11))
    assert desk.post(f"/remote-sensing/{row.pk}", {"do": "told", "how": ""}).status_code == 422
    desk.post(f"/remote-sensing/{row.pk}", {"do": "told", "how": "sms"})
    assert "短信" in text(desk.get(f"/remote-sensing/{row.pk}"))


def test_a_picture_of_the_message_is_shown_alone_and_to_those_who_may(desk: Client, ours: City) -> None:
    sent_with = picture(1) + b"where it was taken"
    row = {"jlbh": "H1", "dwbh": "D1", "jcsj": "2026-03-05 08:00:00", "pdjg": "0", "hphm": "桂B12345", "lgmhd": "3",
           "tp1": base64.b64encode(sent_with).decode(), "tp2": "/elsewhere/2.jpg"}  # fmt: skip
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><blacksmokevehicle>'
        f"<datas>{json.dumps([row], ensure_ascii=False)}</datas></blacksmokevehicle></e:Body></e:Envelope>"
    )
    take_soap(body.encode(), ours.callers[OFFICE], NOW)
    key = RemoteReading.objects.get().pk
    page = text(desk.get(f"/remote-sensing/review/{key}"))
    assert f"/remote-sensing/{key}/files/0" in page and "/elsewhere/2.jpg" in page
    shown = desk.get(f"/remote-sensing/{key}/files/0")
    assert shown["Content-Type"] == "image/png" and shown.content == picture(1)
    for number in (1, 2):
        assert desk.get(f"/remote-sensing/{key}/files/{number}").status_code == 404
    assert Client().get(f"/r/{key}-x/files/0").status_code == 404


def test_a_look_at_a_reading_is_kept(desk: Client, ours: City) -> None:
    row = sent(ours, record(1, opacity_pct=35))
    for page in (f"/remote-sensing/{row.pk}", f"/remote-sensing/review/{row.pk}"):
        desk.get(page)
    assert JournalEntry.objects.filter(kind="looked-up", subject="桂B12345").count() == 2


def test_the_list_says_how_far_a_file_came_and_which_messages_were_refused(
    desk: Client, ours: City, tmp_path: Path
) -> None:
    file = tmp_path / "readings.csv"
    file.write_text("record_no,site,at\nA1,S,2026-03-05 08:00:00\nA1,S,2026-03-05 08:00:00\nA2,,x\n", "utf-8")
    import_file("readings", file, tmp_path / "mark", ours.callers[OFFICE], lambda: NOW)
    with pytest.raises(Malformed):
        take_readings(b"{", ours.callers[OFFICE], NOW)
    shown = text(desk.get("/remote-sensing"))
    (row,) = re.findall(r"<tr>\s*<td data-label=\"开始\">.*?</tr>", shown, re.DOTALL)
    assert re.findall(r'class="num"[^>]*>(\d)<', row) == ["1", "1", "1"]
    assert '<a href="/errors#' in shown
