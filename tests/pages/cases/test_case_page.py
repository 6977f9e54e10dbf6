"""One case on one page: the way round the loop, before and after, papers, the law of each day, the journal."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from django.test import Client

from imloop.law.watch import KEYS
from imloop.steps.accounts.create_user import create_user
from imloop.steps.ground import clock
from imloop.store.models import Case, JournalEntry, JournalHead, Party
from support.city import NEAR, City


@pytest.fixture
def twice(city: City) -> Case:
    """Failed, repaired, failed again, repaired, passed."""
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-03 15:00")
    city.test("2026-03-04 09:00", co=0.8, test_no="T-2")
    city.repair("2026-03-05 15:00", repair_no="R-2")
    city.test("2026-03-06 09:00", co=0.1, test_no="T-3")
    return Case.objects.get()


def read(case: Case) -> str:
    office = Party.objects.get(code="450200-environment")
    client = Client()
    client.force_login(create_user("reader", "a-long-password", office, clock.now()))
    page = client.get(f"/cases/{case.case_no}")
    assert page.status_code == 200
    return page.content.decode()


def test_a_second_round_draws_the_arc_back(twice: Case) -> None:
    text = read(twice)
    picture = re.findall(r'<svg class="strip".*?</svg>', text, re.S)[0]
    assert twice.round == 2 and twice.closed_at is not None
    assert picture.count("stroke-dasharray") == 1
    assert "03-02 09:00" in picture and "03-04 09:00" in picture and "03-06 09:00" in picture
    assert "待办" not in picture


def test_an_open_case_shows_where_it_waits(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    text = read(case := Case.objects.get())
    picture = re.findall(r'<svg class="strip".*?</svg>', text, re.S)[0]
    assert picture.count("待办") == 1 and "stroke-dasharray" not in picture
    assert case.notices.get().notice_no in picture, "the whole number"
    assert "请先维修" not in text, "that sentence is the owner's"


def test_who_did_it_is_a_name(twice: Case) -> None:
    assert twice.station is not None
    text = read(twice)
    shop = twice.repairs.all()[0].shop
    assert f"{twice.station.name} · T-2" in text and f"{shop.name} · R-2" in text
    assert f"{NEAR} · " not in text
    owner = Client().get(f"/c/{twice.owner_token}").content.decode()
    assert f"{twice.station.name} · T-2" in owner and f"{NEAR} · " not in owner


def test_before_and_after_lie_over_each_other(twice: Case) -> None:
    text = read(twice)
    assert "维修前后" in text
    channels = json.loads(re.findall(r'<script id="traces" type="application/json">(.*?)</script>', text)[0])
    co = channels["co_pct"]
    assert max(co["before"]) > max(co["after"]) and co["limits"] == [0.4, 0.5]


def test_one_test_has_nothing_to_compare(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    assert "维修前后" not in read(Case.objects.get())


def test_every_paper_is_named_with_its_hash(twice: Case) -> None:
    text = read(twice)
    for test in twice.vehicle.tests.select_related("raw"):
        assert test.raw.sha256 in text and f"/reports/{test.test_no}.pdf?station={NEAR}" in text
    for notice in twice.notices.all():
        assert f"/notices/{notice.notice_no}.pdf" in text
    assert all(repair.raw.sha256 in text for repair in twice.repairs.select_related("raw"))


def test_each_step_names_its_clauses_and_leads_to_the_law_of_its_day(twice: Case) -> None:
    text = read(twice)
    assert "四（二）6" in text and 'href="/law?place=450200&amp;day=2026-03-02"' in text
    law = Client().get("/law", {"place": "450200", "day": "2026-03-02"})
    event = twice.events.get(number=1)
    assert law.status_code == 200 and event.law_hash in law.content.decode()


def test_the_journal_is_hashed_anew(twice: Case) -> None:
    assert "已核对，未被改动" in read(twice)


def test_a_forged_entry_is_seen(twice: Case) -> None:
    head = JournalHead.objects.get(pk=1)
    JournalEntry.objects.create(
        number=head.number + 1000,  # beyond what the page's own look-up will write
        at="2026-03-06T09:00:00+08:00",
        kind="case-event",
        actor="450203001",
        subject=twice.case_no,
        body="{}",
        previous=head.hash,
        hash="0" * 64,
    )
    assert "与日志不符" in read(twice)


def test_the_law_is_open_to_anyone_searchable_and_downloadable(city: City) -> None:
    page = Client().get("/law", {"place": "450200", "day": "2026-03-02", "q": "deadline.days"})
    text = page.content.decode()
    assert "<b>15</b>" in text and "柳州市建立实施汽车排放检验与维护制度工作方案" in text
    file = Client().get("/law", {"place": "450200", "day": "2026-03-02", "format": "csv"})
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))}
    assert rows["deadline.days"]["value"] == "15"
    assert "没有找到" in Client().get("/law", {"q": "no such thing"}).content.decode()


def test_the_thresholds_of_doubts_stand_beside_the_law_and_are_called_none(city: City) -> None:
    asked = {"place": "450200", "day": "2026-03-02", "q": "gas_impossible.co2_pct"}
    text = " ".join(Client().get("/law", asked).content.decode().split())
    assert "技术参数，不是法律规定" in text and ">14.0</b> %" in text and "2000-01-01" in text
    assert "碳氧平衡" in text and "较有把握" in text and "13.1 %" in text
    assert "没有找到" not in text and "df_low" not in text
    reader = Client()
    reader.cookies["django_language"] = "en"
    english = reader.get("/law", asked).content.decode()
    assert "technical values, not law" in english and "carbon–oxygen balance" in english
    whole = Client().get("/law", {"place": "450200", "day": "2026-03-02"}).content.decode()
    assert all(f">{key}</code>" in whole for key in KEYS)
    file = Client().get("/law", {**asked, "format": "csv"}).content.decode("utf-8-sig")
    assert "gas_impossible" not in file


@pytest.mark.parametrize("asked", [{"place": "45"}, {"place": "abcdef"}, {"day": "2026-13-01"}])
def test_an_odd_place_or_day_is_named(city: City, asked: dict[str, str]) -> None:
    assert Client().get("/law", asked).status_code == 422


def test_the_owner_reads_the_reason_where_no_value_is_over_its_limit(city: City) -> None:
    smoke = {"verdict": "fail", "items": {"devices_present": True, "visible_smoke": True}}
    city.test("2026-03-02 09:00", co=0.1, exterior=smoke)
    text = Client().get(f"/c/{Case.objects.get().owner_token}").content.decode()
    assert text.index("message bad") < text.index("限值")
