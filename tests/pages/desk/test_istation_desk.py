"""The I-station's desk: its lines now, checks due, own figures that say what they rest on, and the way in an outage."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from imloop.facts.records.check import CheckKind
from imloop.gates.lines import CheckFact, checks_due
from imloop.steps.accounts.create_user import create_user
from imloop.steps.ground import clock, registers
from imloop.steps.reports.station_figures import station_figures
from imloop.store.models import Party
from support.city import FAR, LISTED, NEAR, PLACE, City, at

NOW = at("2026-03-20 12:00")


@pytest.fixture
def desk(city: City, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    client = Client()
    client.force_login(create_user("u-near", "a-long-password", Party.objects.get(code=NEAR), NOW))
    return client


def test_checks_run_out_in_the_order_of_their_hours() -> None:
    law = registers.law_at(NOW.date(), PLACE)
    passed = [
        CheckFact(CheckKind.ANALYSER_LEAK, NOW - timedelta(hours=4), "pass"),
        CheckFact(CheckKind.ANALYSER_GAS, NOW - timedelta(hours=20), "pass"),
        CheckFact(CheckKind.DYNO_COAST_DOWN, NOW - timedelta(hours=3), "pass"),
    ]
    due = checks_due(["ASM"], passed, NOW, law)
    assert [each.kind for each in due] == [
        CheckKind.ANALYSER_GAS,
        CheckKind.ANALYSER_LEAK,
        CheckKind.DYNO_COAST_DOWN,
    ]
    assert due[0].by == NOW + timedelta(hours=4) and not due[0].is_open(NOW)
    assert due[0].is_open(NOW + timedelta(hours=4))


def test_a_failed_or_missing_check_comes_first_and_a_later_one_is_not_known_yet() -> None:
    law = registers.law_at(NOW.date(), PLACE)
    checks = [
        CheckFact(CheckKind.ANALYSER_LEAK, NOW - timedelta(hours=1), "fail"),
        CheckFact(CheckKind.ANALYSER_GAS, NOW + timedelta(hours=1), "pass"),
        CheckFact(CheckKind.DYNO_COAST_DOWN, NOW - timedelta(hours=3), "pass"),
    ]
    due = checks_due(["ASM"], checks, NOW, law)
    assert [each.by is None for each in due] == [True, True, False]
    assert CheckKind.OPACIMETER not in {each.kind for each in due}


def test_the_live_card_shows_what_arrives(desk: Client, city: City) -> None:
    first = desk.get("/desk/istation").content.decode()
    assert 'hx-get="/desk/istation/live"' in first and "今天还没有" in first
    city.test("2026-03-20 11:30", co=0.9)
    card = desk.get("/desk/istation/live", headers={"HX-Request": "true"}).content.decode()
    assert "03-20 11:30" in card and "今天 1 次" in card and "<html" not in card
    assert NEAR in card and FAR not in card


def test_a_page_that_renews_itself_keeps_nobody_logged_in(desk: Client) -> None:
    desk.get("/desk/istation/live", headers={"HX-Request": "true"})
    assert "seen" not in desk.session
    desk.get("/desk/istation")
    assert "seen" in desk.session


def test_figures_count_first_tests_and_retests(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-03 15:00")
    city.test("2026-03-04 09:00", co=0.8, test_no="T-2")
    city.repair("2026-03-05 15:00", repair_no="R-2")
    city.test("2026-03-06 09:00", co=0.1, test_no="T-3")
    found = station_figures(Party.objects.get(code=NEAR), NOW)
    assert found.tests == 3
    assert (found.first_failed.part, found.first_failed.whole) == (1, 1)
    assert (found.retests_passed.part, found.retests_passed.whole) == (1, 2)
    assert found.first_failed_city == found.first_failed
    assert station_figures(Party.objects.get(code=FAR), NOW).tests == 0


def test_too_few_tests_make_no_rate(desk: Client, city: City) -> None:
    city.test("2026-03-20 09:00", co=0.9)
    text = desk.get("/desk/istation").content.decode()
    assert text.count("数据不足") >= 2 and "1 / 1" in text and "100.0 %" not in text


def test_the_way_in_an_outage_is_one_click_from_the_first_page(desk: Client) -> None:
    assert 'href="/desk/istation/outage"' in desk.get("/desk/istation").content.decode()
    text = desk.get("/desk/istation/outage").content.decode()
    assert "维修结算清单、竣工出厂合格证" in text and "附件1" in text and "12369" in text


def test_before_the_plan_paper_opens_nothing(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at("2025-09-30 12:00"))
    assert "没有允许凭纸质材料复检" in desk.get("/desk/istation/outage").content.decode()


def test_it_is_the_stations_own(city: City) -> None:
    client = Client()
    client.force_login(create_user("u-shop", "a-long-password", Party.objects.get(code=LISTED), NOW))
    assert client.get("/desk/istation/live").status_code == 403
    assert client.get("/desk/istation/outage").status_code == 403
