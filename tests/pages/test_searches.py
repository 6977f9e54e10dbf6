"""What is asked about a vehicle stands in no address, and a page that was found so is still a page: it can be renewed,
turned to its next leaf, filtered further and taken out as a file, and nobody else's search answers."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from imloop.pages import searches
from imloop.pages.cases import case_list
from imloop.steps.accounts.saved_filters import saved_filters
from imloop.steps.ground.access import caller_of
from imloop.store.models import Case, SavedFilter, User, Vehicle
from support.city import FAR, NEAR, PLACE, City
from support.messages.uploads import PLATE, VIN
from support.people import person, search

pytestmark = pytest.mark.every_case("each case asks the database something else")

OFFICE = f"{PLACE}-environment"


@pytest.fixture
def two(city: City) -> City:
    """Cases of two cars whose plates begin alike."""
    city.test("2026-03-02 09:00", co=0.9)
    another = {"vin": "LSVAU2180N2183999", "plate": "桂B12399", "fuel": "gasoline"}
    city.test("2026-03-02 10:00", station=FAR, co=0.9, test_no="T-2", vehicle=another)
    assert Case.objects.count() == 2
    return city


def ask(window: Client, path: str, **asked: str) -> str:
    """Where the question leads."""
    answer = window.post(path, {"what": "ask", **asked})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_search_leads_to_an_address_without_it(two: City) -> None:
    desk = person(OFFICE)
    address = ask(desk, "/cases", q="桂B123", state="open", overdue="")
    assert re.fullmatch(r"/cases\?state=open&overdue=&search=[\w-]+", address)
    for _ in range(2):  # renewed, or gone back to
        text = desk.get(address).content.decode()
        assert all(case.case_no in text for case in Case.objects.all()) and 'value="桂B123"' in text
    assert "桂B123" not in "".join(re.findall(r'href="[^"]*"', text))


def test_what_an_old_address_holds_is_moved_out_of_it(two: City) -> None:
    answer = person(OFFICE).get("/cases", {"q": "桂B123", "state": "open"})
    assert answer.status_code == 302 and re.fullmatch(r"/cases\?state=open&search=[\w-]+", answer["Location"])


def test_it_is_turned_over_and_taken_out_as_a_file(two: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_list, "PER_PAGE", 1)
    desk = person(OFFICE)
    Case.objects.filter(vehicle__plate="桂B12399").update(deadline="2030-01-01")
    text = desk.get(ask(desk, "/cases", q="桂B123")).content.decode()
    (following,) = [each for each in re.findall(r'href="(\?[^"]*)"', text) if "page=2" in each]
    second = desk.get("/cases" + following.replace("&amp;", "&")).content.decode()
    assert "2 / 2" in second and Case.objects.get(vehicle__plate="桂B12399").case_no in second
    file = next(each for each in re.findall(r'href="(\?[^"]*)"', second) if "csv" in each).replace(
        "&amp;", "&"
    )
    rows = desk.get(f"/cases{file}").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 3


def test_the_one_that_fits_alone_is_opened(two: City) -> None:
    desk, case = person(OFFICE), Case.objects.get(vehicle__plate=PLATE)
    found = search(desk, "/cases", {"q": PLATE})
    assert found.redirect_chain[-1][0] == f"/cases/{case.case_no}"
    address = ask(desk, "/cases", q=PLATE)
    assert desk.get(address, headers={"HX-Request": "true"}).status_code == 200, (
        "a list that renews itself stays"
    )
    assert desk.get(f"{address}&page=1").status_code == 200
    assert desk.get(f"{address}&format=csv").status_code == 200
    assert person(OFFICE, name="other").get("/cases", {"state": "open"}).status_code == 200, (
        "filtered, not searched"
    )


@pytest.mark.parametrize("number", ["x", "another's"])
def test_a_search_that_is_gone_asks_again(two: City, number: str) -> None:
    if number != "x":
        number = ask(person(OFFICE, name="other"), "/cases", q=PLATE).rpartition("=")[2]
    answer = person(OFFICE).get(f"/cases?search={number}")
    text = answer.content.decode()
    assert answer.status_code == 422 and "这次查询已不再保留" in text
    assert re.search(r'<input[^>]*name="q"[^>]*aria-invalid="true"', text)
    assert PLATE not in text


def test_the_latest_are_kept(two: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "_MOST", 2)
    desk = person(OFFICE)
    first, second, third = (ask(desk, "/cases", q=each) for each in ("桂B1", "桂B12", "桂B123"))
    assert [desk.get(each).status_code for each in (first, second, third)] == [422, 200, 200]


def test_a_gate_that_names_no_vehicle_comes_back_marked(two: City) -> None:
    answer = search(person(NEAR), "/desk/istation/permit", {"plate": "", "vin": ""})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.content.decode()
    answer = search(person(f"{PLACE}-police"), "/vehicles", {"q": ""})
    assert answer.status_code == 422 and "请填写" in answer.content.decode()


def test_a_refused_question_keeps_what_was_typed(two: City) -> None:
    answer = search(person(OFFICE), "/cases", {"q": PLATE, "since": "gestern"})
    text = answer.content.decode()
    assert answer.status_code == 422 and f'value="{PLATE}"' in text and 'value="gestern"' in text


def test_saved_filters_hold_no_plate(two: City) -> None:
    desk = person(OFFICE)
    user = User.objects.get(username=f"u-{OFFICE}")
    SavedFilter.objects.create(user=user, path="/cases", name="旧的", query=f"q={PLATE}&state=open")
    text = desk.get("/cases").content.decode()
    assert 'href="/cases?state=open">旧的' in text and PLATE not in text
    query = ask(desk, "/cases", q=PLATE, state="open").partition("?")[2]
    desk.post("/filters", {"path": "/cases", "query": query, "name": "新的"})
    assert {each.query for each in saved_filters(caller_of(user), "/cases")} == {"state=open"}
    only = ask(desk, "/cases", q=PLATE).partition("?")[2]
    refused = desk.post("/filters", {"path": "/cases", "query": only, "name": "空的"})
    assert refused.status_code == 422 and "不保存" in refused.content.decode()


def test_a_mark_is_released_from_the_answer(two: City) -> None:
    """The question stays in the session; the answer's form carries the vehicle in its body."""
    Vehicle.objects.filter(vin=VIN).update(fuel="electric")
    Case.objects.filter(vehicle__vin=VIN).update(closed_at="2026-03-03T09:00:00+08:00")
    police = person(f"{PLACE}-police")
    address = ask(police, "/desk/police", gate="mark", plate=PLATE)
    assert PLATE not in address and police.get(address).status_code == 200
