"""A key in one person's name: who gets it, what it may do, when it ends."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from imloop.facts.refusal import Malformed
from imloop.steps.accounts import staffing
from imloop.steps.accounts.keys import issue_key
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.store.models import ApiKey, JournalEntry, Party, PartyKind, User
from support.city import FAR, NEAR, PLACE, City
from support.doors import Doors
from support.messages.signing import Signer
from support.people import person

OFFICE = f"{PLACE}-environment"
ADMIN = Caller(f"{PLACE}-admin", PartyKind.ADMIN, "系统管理", PLACE, "boss")
ORDER = {
    "kind": "lock",
    "methods": [],
    "reason": "甲",
    "evidence": "乙",
    "until": "2026-04-01T00:00:00+08:00",
}


@pytest.fixture(autouse=True)
def morning(doors: Doors) -> None:
    doors.at("2026-03-05 09:30")


def key_for(name: str) -> str:
    return issue_key(Party.objects.get(code=OFFICE), clock.now(), person=name)


def lock(key: str) -> HttpResponse:
    client = Client(headers={"Authorization": f"Bearer {key}"})
    return client.post(f"/api/v1/lines/{NEAR}/01/orders", ORDER, content_type="application/json")


def issued(window: Client, **form: str) -> str:
    page = window.post("/keys", {"what": "issue", "kind": "bearer", **form}).content.decode()
    (found,) = re.findall(r"<br>\s*<code>([^<]+)</code>", page)
    return str(found)


def test_it_decides_in_the_persons_name(city: City) -> None:
    clerk = person(OFFICE, name="wei")
    answer = lock(issued(clerk, person="wei"))
    assert answer.status_code == 201, answer.content
    assert JournalEntry.objects.get(kind="line-ordered").actor == f"{OFFICE}/wei"
    assert json.loads(JournalEntry.objects.get(kind="key-issued").body)["person"] == "wei"


def test_the_partys_key_only_reads(city: City) -> None:
    head = person(OFFICE, name="head", head=True)
    key = issued(head)
    refused = lock(key)
    assert (refused.status_code, refused.json()["code"]) == (403, "person-needed")
    assert Client(headers={"Authorization": f"Bearer {key}"}).get("/api/v1/feed").status_code == 200
    assert not JournalEntry.objects.filter(kind="line-ordered").exists()


def test_nobody_asks_for_a_key_in_anothers_name(city: City) -> None:
    person(OFFICE, name="wei")
    head = person(OFFICE, name="head", head=True)
    Party.objects.create(code=f"{PLACE}-admin", kind=PartyKind.ADMIN, name="admin", place=PLACE)
    admin = person(f"{PLACE}-admin", head=True)
    form = {"what": "issue", "kind": "bearer", "person": "wei"}
    assert head.post("/keys", form).status_code == 422
    assert admin.post(f"/keys?party={OFFICE}", form).status_code == 422
    own = key_for("wei").split("_")[1]
    assert head.post("/keys", {"what": "rotate", "key": own}).status_code == 422, "that would show the secret"
    assert ApiKey.objects.count() == 1
    assert head.post("/keys", {"what": "revoke", "key": own, "reason": "离岗"}).status_code == 302


def test_a_clerk_sees_and_ends_the_own_keys_only(city: City) -> None:
    clerk = person(OFFICE, name="wei")
    own, other = (key.split("_")[1] for key in (key_for("wei"), city.machine_key(OFFICE)))
    page = clerk.get("/keys").content.decode()
    assert own in page and other not in page
    assert "单位（设备、系统）" not in page
    assert clerk.post("/keys", {"what": "issue", "kind": "bearer"}).status_code == 422
    assert clerk.post("/keys", {"what": "revoke", "key": other, "reason": "x"}).status_code == 422
    assert clerk.post("/keys", {"what": "revoke", "key": own, "reason": "x"}).status_code == 302
    assert "/keys" in clerk.get("/account").content.decode()


def test_only_for_an_open_account_of_the_party(city: City) -> None:
    person(NEAR, name="stationer")
    person(OFFICE, name="left")
    User.objects.filter(username="left").update(is_active=False)
    for name in ("stationer", "left", "nobody"):
        with pytest.raises(Malformed, match="no-such-colleague"):
            key_for(name)


def test_it_ends_with_the_account_for_good(city: City) -> None:
    person(OFFICE, name="wei")
    bearer = key_for("wei")
    signers = [Signer.of(OFFICE, kind, "wei") for kind in ("ed25519", "hmac-sha256")]
    assert lock(bearer).status_code == 201
    assert [each.send("GET", "feed").status_code for each in signers] == [200, 200]
    staffing.set_active(ADMIN, "wei", active=False, reason="调离", now=clock.now())
    assert lock(bearer).status_code == 401
    assert [each.send("GET", "feed").status_code for each in signers] == [401, 401]
    staffing.set_active(ADMIN, "wei", active=True, reason="调回", now=clock.now())
    assert lock(bearer).status_code == 401, "a new one is needed"


def test_it_opens_nothing_once_the_account_is_closed_or_moved(city: City) -> None:
    person(OFFICE, name="wei")
    bearer = key_for("wei")
    User.objects.filter(username="wei").update(is_active=False)
    assert lock(bearer).status_code == 401
    User.objects.filter(username="wei").update(is_active=True, party=Party.objects.get(code=FAR))
    assert lock(bearer).status_code == 401
    User.objects.filter(username="wei").update(party=Party.objects.get(code=OFFICE))
    assert lock(bearer).status_code == 201


def test_it_may_no_more_than_the_account(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    person(OFFICE, name="wei")
    bearer = key_for("wei")
    User.objects.filter(username="wei").update(must_change_password=True)
    assert lock(bearer).json()["code"] == "own-password-first"
    User.objects.filter(username="wei").update(must_change_password=False)
    monkeypatch.setattr(settings, "DEPARTMENT_TOTP", True)
    assert lock(bearer).json()["code"] == "second-factor-first"
