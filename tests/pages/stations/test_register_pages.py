"""The administrator registers departments and stations by a form; the journal names the person and the reason."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from imloop.steps.accounts.create_user import first_administrator
from imloop.steps.ground import clock
from imloop.store.models import JournalEntry, Line, Party
from support.city import PLACE

STATION = {
    "code": "450203501",
    "name": "城北检测站",
    "place": "450203",
    "since": "2026-01-01",
    "cite": "许可一号",
    "line-0": "01",
    "methods-0": ["ASM", "TSI"],
    "line-1": "02",
    "methods-1": [],
}


@pytest.fixture
def boss(db: None) -> Client:
    window = Client()
    window.force_login(first_administrator("boss", "a long password", PLACE, clock.now()))
    return window


def test_all_departments_of_a_place_at_once(boss: Client) -> None:
    form = {
        "place": PLACE,
        "reason": "机构名录",
        "name-environment": "柳州市生态环境局",
        "name-police": " 交警 ",
    }
    answer = boss.post("/register/departments", form)
    assert "已登记：柳州市生态环境局、交警" in boss.get(answer["Location"]).content.decode(), "every name"
    shown = boss.get("/register/departments").content.decode()
    assert "柳州市生态环境局" in shown and f"/people?party={PLACE}-police" in shown
    entries = JournalEntry.objects.filter(kind="party-registered")
    assert {(each.subject, each.actor) for each in entries} == {
        (f"{PLACE}-environment", f"{PLACE}-admin/boss"),
        (f"{PLACE}-police", f"{PLACE}-admin/boss"),
    }
    assert {json.loads(each.body)["reason"] for each in entries} == {"机构名录"}


@pytest.mark.parametrize("typed", ["鱼峰区", "450203 柳州市鱼峰区", "450203"])
def test_a_place_is_chosen_by_its_name(boss: Client, typed: str) -> None:
    offered = boss.get("/register/departments").content.decode()
    assert '<option value="450203 柳州市鱼峰区">' in offered and "南宁市" not in offered
    form = {"place": typed, "reason": "机构名录", "name-transport": "鱼峰区交通局"}
    assert boss.post("/register/departments", form).status_code == 302
    assert Party.objects.get(kind="transport").code == "450203-transport"
    with_station = {"code": "S-1", "name": "一站", "place": typed, "since": "2026-01-01", "cite": "许可一号"}
    assert (
        boss.post("/register/stations", {**with_station, "line-0": "01", "methods-0": "ASM"}).status_code
        == 302
    )
    assert Party.objects.get(code="S-1").place == "450203"


def test_the_law_of_a_place_is_asked_by_its_name() -> None:
    assert "450203" in Client().get("/law", {"place": "鱼峰区"}).content.decode()
    refused = Client().get("/law", {"place": "鱼峰"})
    assert "请从列表中选择地区" in refused.content.decode() and 'value="鱼峰"' in refused.content.decode()


@pytest.mark.parametrize(
    "change", [{"reason": ""}, {"name-environment": ""}, {"place": "330100"}, {"place": "999999"}]
)
def test_what_a_form_lacks_is_said_and_what_was_typed_stays(boss: Client, change: dict[str, str]) -> None:
    form = {"place": PLACE, "reason": "机构名录", "name-environment": "柳州市生态环境局", **change}
    answer = boss.post("/register/departments", form)
    assert answer.status_code == 422
    assert all(f'value="{typed}"' in answer.content.decode() for typed in form.values() if typed)
    assert Party.objects.count() == 1, "the administration alone"


def test_a_station_with_its_lines_and_a_repairer(boss: Client) -> None:
    assert boss.post("/register/stations", STATION).status_code == 302
    assert [(line.code, set(line.methods)) for line in Line.objects.all()] == [("01", {"ASM", "TSI"})]
    again = boss.post("/register/stations", STATION)
    assert again.status_code == 422 and "已登记" in again.content.decode()
    assert boss.post("/register/repairers", {**STATION, "code": "M1"}).status_code == 302
    assert set(Party.objects.values_list("code", "kind")) == {
        (f"{PLACE}-admin", "admin"),
        ("450203501", "istation"),
        ("M1", "mstation"),
    }


def test_the_day_is_today_unless_said_otherwise(boss: Client) -> None:
    today = f'name="since" type="date" value="{clock.now():%Y-%m-%d}"'
    for path in ("/register/stations", "/register/repairers", "/prices"):
        assert today in " ".join(boss.get(path).content.decode().split()), path


def test_the_english_half_is_english(boss: Client) -> None:
    boss.get("/settings?language=en")
    for path in ("departments", "stations", "repairers"):
        assert "Register" in boss.get(f"/register/{path}").content.decode()
    answer = boss.post("/register/departments", {"place": PLACE, "reason": "", "name-police": "x"})
    assert "On what it rests (kept in the journal): fill this in" in answer.content.decode()
