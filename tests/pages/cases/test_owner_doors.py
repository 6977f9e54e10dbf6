"""Plate and VIN tail open what an owner may read: by POST, counted, kept as a look of the public, in no address."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from imloop.steps.ground import clock
from imloop.store.models import Case, Look, Vehicle
from support.city import PLACE, City, at
from support.messages.uploads import PLATE, VIN
from support.people import person, search

NOW = at("2026-03-05 09:30")
TYPED = {"plate": PLATE, "tail": VIN[-6:]}
DOORS = ("/find", "/history", "/roads")
BY_TAIL = "凭号牌和 VIN 后六位"
NO_CASE = "这辆车没有不合格案件"


@pytest.fixture
def failed(city: City, monkeypatch: pytest.MonkeyPatch) -> Case:
    city.test("2026-03-02 09:00", co=0.9)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return Case.objects.get()


@pytest.mark.parametrize("door", DOORS)
def test_each_leaves_a_look_of_the_public(failed: Case, door: str) -> None:
    assert Client().post(door, TYPED).status_code in (200, 302)
    look = Look.objects.get()
    assert (look.actor, look.door, look.key, look.asked) == ("public", "owner-door", "", "")
    body = {"page": door.strip("/"), "vehicles": [failed.vehicle_id]}
    assert json.loads(look.body) == body and PLATE not in look.body


@pytest.mark.parametrize("door", DOORS)
def test_who_is_logged_in_looks_under_their_own_name(failed: Case, door: str) -> None:
    person(f"{PLACE}-market", name="wei").post(door, TYPED)
    assert Look.objects.get().actor == f"{PLACE}-market/wei"


@pytest.mark.parametrize("door", DOORS)
def test_a_guess_is_kept_and_found_by_the_supervisor(failed: Case, door: str) -> None:
    assert Client().post(door, {**TYPED, "tail": "000000"}).status_code == 422
    look = Look.objects.get()
    assert look.asked and not look.seen.exists() and "vehicles" in look.body
    desk = person(f"{PLACE}-supervisor")
    text = search(desk, "/supervision/looks", {"about": PLATE}).content.decode()
    assert text.count("车主查询") == 2, "the row, and the choice"


@pytest.mark.parametrize("door", DOORS)
def test_an_address_with_a_plate_opens_nothing(failed: Case, door: str) -> None:
    answer = Client().get(door, TYPED, follow=True)
    text = answer.content.decode()
    assert answer.status_code == 200 and failed.case_no not in text and failed.owner_token not in text
    assert "不合格" not in text.partition("<h2>")[2] or door == "/find", "the start page tells of the loop"
    assert not Look.objects.exists()


@pytest.mark.parametrize("door", DOORS)
def test_nothing_typed_stands_in_the_next_address(failed: Case, door: str) -> None:
    answer = Client().post(door, TYPED, follow=True)
    assert answer.status_code == 200
    for address, _ in answer.redirect_chain:
        assert PLATE not in address and "%E6%A1%82" not in address and VIN[-6:] not in address


@pytest.mark.parametrize("door", DOORS)
def test_guesses_are_limited(failed: Case, door: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "PUBLIC_ASKS_PER_MINUTE", 2)
    window = Client(REMOTE_ADDR="203.0.113.9")
    answers = [window.post(door, {**TYPED, "tail": f"00000{n}"}).status_code for n in range(3)]
    assert answers == [422, 422, 429]
    assert window.post(door, TYPED).status_code == 429, "nor is the right one answered"
    assert Look.objects.count() == 2


def test_the_history_opens_for_an_hour(failed: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    address = Client().post("/history", TYPED)["Location"]
    assert failed.case_no in Client().get(address).content.decode()
    assert Client().get(f"{address[:-1]}{'A' if address[-1] != 'A' else 'B'}").status_code == 404
    assert Client().get("/history/nonsense").status_code == 404
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=59))
    assert Client().get(address).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=61))
    ended = Client().get(address)
    assert ended.status_code == 404 and failed.case_no not in ended.content.decode()


def test_an_owner_without_a_case_is_told_what_that_means(failed: Case, city: City) -> None:
    """In the words that answer for a car that nobody knows: a guesser learns nothing."""
    city.test(
        "2026-03-03 09:00",
        test_no="T-2",
        vehicle={
            "vin": "LSVAU2180N2183999",
            "plate": "桂B54321",
            "fuel": "gasoline",
            "produced_on": "2010-03-01",
        },
        co=0.1,
    )
    assert Vehicle.objects.get(plate="桂B54321").cases.count() == 0
    known = Client().post("/find", {"plate": "桂B54321", "tail": "183999"})
    unknown = Client().post("/find", {"plate": "桂B54321", "tail": "183998"})
    assert known.status_code == unknown.status_code == 422
    said, other = (answer.content.decode().replace("183999", "183998") for answer in (known, unknown))
    assert NO_CASE in said and "上次何时检验，此处不答" in said and "2026-03-03" not in said

    def without_secrets(text: str) -> list[str]:
        return [line for line in text.splitlines() if "csrf" not in line]

    assert without_secrets(said) == without_secrets(other)


@pytest.mark.parametrize("door", ["/find", "/history"])
def test_an_empty_question_is_asked_for_and_answers_nothing(failed: Case, door: str) -> None:
    answer = Client().post(door, {"plate": " ", "tail": ""})
    text = answer.content.decode()
    assert answer.status_code == 422 and text.count("请填写") >= 2
    assert NO_CASE not in text and "没有找到" not in text
    assert not Look.objects.exists(), "nothing was looked for"


def test_what_was_typed_stays_on_the_form(failed: Case) -> None:
    for door in DOORS:
        text = Client().post(door, {**TYPED, "tail": "000000"}).content.decode()
        assert f'value="{PLATE}"' in text and 'value="000000"' in text, door


def test_a_search_and_what_it_opened_are_one_look(failed: Case) -> None:
    """Who searches and does not follow has looked as well; searching and opening is not two looks."""

    def counted() -> int:
        text = Client().get(f"/c/{failed.owner_token}").content.decode()
        return sum(map(int, re.findall(r'<td class="num" data-label="次数">(\d+)</td>', text)))

    market = person(f"{PLACE}-market")
    search(market, "/cases", {"q": PLATE})
    assert counted() == 1
    market.get(f"/cases/{failed.case_no}")
    assert counted() == 2, "opened again: another look"
    environment = person(f"{PLACE}-environment")
    search(environment, "/repairs", {"q": PLATE})
    before = counted()
    sought = environment.post("/cases", {"what": "ask", "q": PLATE})
    environment.get(sought["Location"])
    assert counted() == before + 1, "told that there is one"


def test_the_owner_reads_who_looked(failed: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """All doors count: the list, the case, the gate, somebody with plate and tail; parties, no persons."""
    page = f"/c/{failed.owner_token}"
    assert "还没有人看过" in Client().get(page).content.decode()
    market, police = person(f"{PLACE}-market", name="wei"), person(f"{PLACE}-police", name="lin")
    market.get("/cases")
    market.get(f"/cases/{failed.case_no}")
    search(police, "/desk/police", {"gate": "mark", "plate": PLATE})
    search(police, "/vehicles", {"q": PLATE})
    Client().post("/find", TYPED)
    text = Client().get(page).content.decode().partition("谁看过我的车")[2].partition("</section>")[0]
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", text)
    assert dict(zip(cells[1::3], cells[2::3], strict=True)) == {"market": "2", "police": "3", BY_TAIL: "1"}
    assert "wei" not in text and "lin" not in text
    shown = market.get(f"/cases/{failed.case_no}").content.decode()
    assert "本车被查看 6 次" in shown, "without this look itself"
