"""The supervisor sees machines' keys, what was done by a lent right, and the operator beside the people."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from imloop.pages.duty import supervision
from imloop.steps.duty.unusual import count_looks
from imloop.steps.ground import clock
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import writing
from imloop.store.models import JournalEntry, Party, User
from support.city import NEAR, PLACE, City
from support.doors import Doors
from support.people import person

OFFICE, POLICE = f"{PLACE}-environment", f"{PLACE}-police"


@pytest.fixture(autouse=True)
def morning(doors: Doors) -> None:
    doors.at("2026-03-05 09:30")


def supervisor(path: str, place: str = PLACE, **asked: str) -> str:
    """What a supervisor reads; a new one each time."""
    name = f"s{User.objects.count()}"
    return str(person(f"{place}-supervisor", name=name).get(path, asked).content.decode())


def acts(**asked: str) -> str:
    return supervisor("/supervision/acts", **asked)


def machine_looks(city: City, times: int = 1) -> str:
    """A police machine looks at so many cars; the id of its key."""
    city.enter()
    key = city.machine_key(POLICE)
    caller = replace(city.callers[POLICE], user="", key=key.split("_")[1])
    with writing(clock.now(), caller, by_key=True) as ledger:
        for number in range(times):
            ledger.note("looked-up", f"桂B{12345 + number}", {"kind": "vehicle"})
    return caller.key


def test_a_machine_is_shown_with_its_key(city: City) -> None:
    key = machine_looks(city)
    other = city.machine_key(POLICE).split("_")[1]
    text = acts()
    assert "设备密钥" in text and f"?key={key}" in text
    assert "桂B·**345" in supervisor("/supervision/looks", key=key)
    assert "没有符合的记录" in supervisor("/supervision/looks", key=other)


def test_a_key_is_found_by_its_own_field_alone(city: City) -> None:
    """Neither by another field of that name, nor by words that quote it, nor by a part of it; whatever the body is."""
    key = machine_looks(city)
    police = replace(city.callers[POLICE], user="lin")
    for subject, body in (
        ("other-field", {"key": key}),
        ("deeper", {"told": {"actor": {"key": key}}}),
        ("words", {"reason": f'"actor":{{"key":"{key}"}} \x00'}),
        ("a list", [key, {"key": key}]),
    ):
        with writing(clock.now(), police) as ledger:
            ledger.note("user-unlocked", subject, body)
    with writing(clock.now(), replace(police, key=key)) as ledger:
        ledger.note("user-unlocked", "theirs", {"reason": "甲"})
    text = acts(key=key)
    assert "theirs" in text and text.count("/public/journal/") == 2, "and the look"
    for part in (key[:-1], "_", "%", f'{key}","party":"{POLICE}'):
        assert "theirs" not in acts(key=part), part


def test_a_personal_key_is_the_persons_act(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    key = city.key(OFFICE)
    body = {
        "kind": "lock",
        "methods": [],
        "reason": "甲",
        "evidence": "乙",
        "until": "2026-04-01T00:00:00+08:00",
    }
    answer = city.client(OFFICE, key).post(f"/api/v1/lines/{NEAR}/01/orders", body, "application/json")
    assert answer.status_code == 201
    text = acts(person=f"clerk-{OFFICE}")
    assert key.split("_")[1] in text and "本人密钥" in text


def test_a_lent_right_is_found_under_both_names(city: City) -> None:
    head, deputy = person(OFFICE, name="li", head=True), person(OFFICE, name="wei")
    head.post("/account", {"what": "delegate", "taker": "wei", "until": "2026-03-20", "reason": "出差"})
    deputy.post("/people", {"name": "新人"})
    entry = JournalEntry.objects.get(kind="invited")
    assert entry.actor == f"{OFFICE}/wei for li"
    link = f"/public/journal/{entry.number}"
    assert link in acts(person="wei") and link in acts(person="li")
    assert link not in acts(person="for") and link not in acts(person="e")
    rows = supervisor("/supervision").split("<tr>")
    (lender,) = (row for row in rows if "person=li" in row)
    assert "受托于" in acts(person="wei") and ">2<" in lender, "delegated, and invited"


def test_keys_are_counted_with_the_same_limit(city: City) -> None:
    key = machine_looks(city, times=201)
    calm = city.machine_key(OFFICE).split("_")[1]
    count_looks(clock.now())
    rows = supervisor("/supervision").split("<tr>")
    (busy,) = (row for row in rows if f"key={key}" in row)
    (quiet,) = (row for row in rows if f"key={calm}" in row)
    assert "特别多" in busy and ">201<" in busy and "特别多" not in quiet


def test_the_operator_is_seen_from_every_place(city: City) -> None:
    Party.objects.create(code="450300-supervisor", kind="supervisor", name="桂林", place="450300")
    with writing(clock.now(), SYSTEM) as ledger:
        ledger.note("key-issued", POLICE, {"key_id": "x"})
    with writing(clock.now(), replace(SYSTEM, user="root")) as ledger:
        ledger.note("key-issued", OFFICE, {"key_id": "y"})
    text = supervisor("/supervision/acts", "450300")
    assert POLICE in text and OFFICE in text and ">root</a>" in text


def test_what_stations_deliver_is_shown_where_they_are_asked_for(city: City) -> None:
    city.test("2026-03-02 09:00")
    received = JournalEntry.objects.get(kind="test-received").subject
    assert received not in acts()
    assert received in acts(party=NEAR)


def test_pages_name_people_in_words(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    Party.objects.filter(code=OFFICE).update(name="柳州市生态环境局")
    wei = person(OFFICE, name="wei")
    case = city.case()
    form = {"what": "annul", "reason": "仪器故障", "evidence": "核查单", "sure": "1"}
    wei.post(f"/cases/{case.case_no}/decide", form)
    text = wei.get(f"/cases/{case.case_no}").content.decode()
    assert "柳州市生态环境局 · wei" in text and f"{OFFICE}/wei" not in text


def test_a_name_that_would_break_the_line_is_refused(city: City) -> None:
    from imloop.facts.refusal import Malformed
    from imloop.steps.accounts.create_user import create_user

    for name in ("a/environment", "environment ", "x for y"):
        with pytest.raises(Malformed):
            create_user(name, "a-long-password", Party.objects.get(code=OFFICE), clock.now())


def test_a_list_that_was_looked_at_bears_its_name() -> None:
    """Whatever the pages hand in as the list they showed."""
    sources = "".join(path.read_text() for path in Path(supervision.__file__).parents[1].rglob("*.py"))
    shown = set(re.findall(r'listed\(\s*caller,\s*"([^"]+)"', sources))
    assert {"cases", "work"} <= shown
    assert not [name for name in shown if supervision.list_name(name) == name]
    assert supervision.list_name("outages/O450200-2026-0001") == "系统故障 O450200-2026-0001"
