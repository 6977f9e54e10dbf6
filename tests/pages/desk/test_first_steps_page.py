"""An empty installation says what to do: on the start page, the administrator's work list and first steps."""

from __future__ import annotations

from django.test import Client

from imloop.pages.menu import addresses
from imloop.steps.accounts.create_user import first_administrator
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.journal.demo_mark import mark_demo
from support.city import PLACE, City
from support.people import person

LINKS = ("/register/departments", "/register/stations", "/register/repairers", "/people", "/keys", "/prices")


def boss(place: str = PLACE) -> Client:
    window = Client()
    window.force_login(first_administrator(f"boss-{place}", "a long password", place, clock.now()))
    return window


def test_the_start_page_of_an_empty_installation(db: None) -> None:
    assert "imloop user NAME" in Client().get("/").content.decode()
    boss()
    shown = Client().get("/").content.decode()
    assert "/login?next=/first-steps" in shown and "imloop user" not in shown


def test_the_start_page_of_a_city_says_nothing_of_it(city: City) -> None:
    shown = Client().get("/").content.decode()
    assert "first-steps" not in shown and "imloop user" not in shown


def test_every_step_is_a_link_that_opens(db: None) -> None:
    window = boss()
    for page in ("/first-steps", "/work"):
        shown = window.get(page).content.decode()
        assert [link for link in LINKS if f'href="{link}' not in shown] == [], page
    assert [link for link in LINKS if window.get(link).status_code != 200] == []


def test_a_place_without_law_of_its_own_is_told_so(db: None) -> None:
    assert "本地还没有自己的规定数据" in boss("450300").get("/first-steps").content.decode()
    assert "本地有自己的规定数据" in boss(PLACE).get("/first-steps").content.decode()


def test_no_entry_of_the_administrators_menu_is_refused(db: None) -> None:
    window = boss()
    entries = addresses(Caller(f"{PLACE}-admin", "admin", "", PLACE, "boss"))
    assert "/first-steps" in entries
    assert [url for url in entries if window.get(url).status_code != 200] == []


def test_a_band_on_every_page_says_demo_and_nothing_else_does(city: City) -> None:
    windows = (Client(), person(f"{PLACE}-environment"))
    band = "演示系统"
    assert not any(band in window.get("/").content.decode() for window in windows)
    assert band not in windows[1].get("/work").content.decode()
    mark_demo(clock.now())
    for window in windows:
        assert band in window.get("/").content.decode() and band in window.get("/login").content.decode()
    assert band in windows[1].get("/work").content.decode()


def test_the_address_of_every_refusal_answers(db: None) -> None:
    refused = Client().get("/api/v1/cases/none").json()
    page, _, code = refused["type"].partition("#")
    answer = Client().get(page)
    assert answer.status_code == 200 and f'id="{code}"' in answer.content.decode()
