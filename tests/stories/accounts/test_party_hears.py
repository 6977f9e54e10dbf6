"""A party hears of keys, accounts and heads that others made for it, and the person of what was done to the account."""

from __future__ import annotations

import pytest
from django.test import Client

from imloop.steps.accounts.create_user import create_user
from imloop.steps.ground import clock
from imloop.store.models import OutboxEntry, Party, PartyKind, User, UserSession
from support.city import PLACE, City
from support.doors import Doors
from support.people import person

OFFICE, POLICE = f"{PLACE}-environment", f"{PLACE}-police"


@pytest.fixture(autouse=True)
def morning(doors: Doors) -> None:
    doors.at("2026-03-05 09:30")


@pytest.fixture
def admin(city: City) -> Client:
    Party.objects.create(code=f"{PLACE}-admin", kind=PartyKind.ADMIN, name="系统管理", place=PLACE)
    return person(f"{PLACE}-admin", name="boss", head=True)


def told(party: str) -> list[tuple[str, str, object]]:
    rows = OutboxEntry.objects.filter(receiver=party).order_by("id")
    return [(row.topic, row.subject, row.body.get("by")) for row in rows]


def test_of_what_an_administrator_did(city: City, admin: Client) -> None:
    person(POLICE, name="first", head=True)
    wei = person(POLICE, name="wei")
    OutboxEntry.objects.all().delete()
    admin.post(f"/people?party={POLICE}", {"name": "影子", "head": "1"})
    admin.post("/people/wei", {"what": "head"})
    admin.post("/people/wei", {"what": "no-head"})
    admin.post("/people/wei", {"what": "reset-factor", "reason": "手机丢失"})
    admin.post("/people/wei", {"what": "leave", "reason": "调离"})
    admin.post("/people/wei", {"what": "back", "reason": "调回"})
    admin.post(f"/keys?party={POLICE}", {"what": "issue", "kind": "bearer"})
    by = f"{PLACE}-admin/boss"
    assert told(POLICE) == [
        ("invited", "影子", by),
        *[(topic, "wei", by) for topic in ("head-set", "head-unset", "second-factor-reset")],
        *[(topic, "wei", by) for topic in ("user-left", "user-back")],
        ("key-issued", POLICE, by),
    ]
    wei.force_login(User.objects.get(username="wei"))
    text = wei.get("/account").content.decode()
    assert "重置动态口令" in text and "系统管理 · boss" in text


def test_of_what_the_operator_did(city: City) -> None:
    create_user("shadow", "a-long-password", Party.objects.get(code=POLICE), clock.now(), is_head=True)
    assert told(POLICE) == [("user-created", "shadow", "imloop")]


def test_not_of_what_its_own_head_did(city: City) -> None:
    head = person(POLICE, name="first", head=True)
    person(POLICE, name="wei")
    OutboxEntry.objects.all().delete()
    head.post("/people", {"name": "新人"})
    head.post("/people/wei", {"what": "head"})
    head.post("/keys", {"what": "issue", "kind": "bearer"})
    assert told(POLICE) == []


def test_a_reset_ends_every_session_of_that_account(city: City, admin: Client) -> None:
    create_user("wei", "a-long-password", Party.objects.get(code=POLICE), clock.now())
    window = Client()
    window.post("/login", {"username": "wei", "password": "a-long-password"})
    assert (
        window.get("/work").status_code == 200 and UserSession.objects.filter(user__username="wei").exists()
    )
    admin.post("/people/wei", {"what": "reset-factor", "reason": "手机丢失"})
    assert "/login" in window.get("/work")["Location"]
    assert not UserSession.objects.filter(user__username="wei").exists()


def test_a_head_resets_nobody(city: City) -> None:
    head = person(POLICE, name="first", head=True)
    person(POLICE, name="wei")
    assert head.post("/people/wei", {"what": "reset-factor", "reason": "手机丢失"}).status_code == 422
    assert not OutboxEntry.objects.filter(topic="second-factor-reset").exists()
