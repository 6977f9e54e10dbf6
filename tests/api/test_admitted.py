"""First password and second factor hold for every door: what a session may not do on the pages it may not do here."""

from __future__ import annotations

import re

import pyotp
import pytest
from django.conf import settings
from django.test import Client

from imloop.api.app import CALLS
from imloop.steps.accounts import second_factor, sessions, staffing
from imloop.steps.accounts.create_user import create_user
from imloop.steps.ground import clock
from imloop.store.models import Party, User
from support.city import NEAR, City
from support.stories.second_person import confirmed

OFFICE = "450200-environment"
READS = sorted(
    "/api/v1/" + re.sub(r"{[^}]+}", "1", call.path)
    for call in CALLS.values()
    if call.method == "GET" and not call.is_public
)


def user(name: str, party: str = OFFICE, *, first_password: bool = False) -> User:
    owner = Party.objects.get(code=party)
    return create_user(name, "a-long-password", owner, clock.now(), must_change_password=first_password)


def session(who: User) -> Client:
    client = Client()
    client.force_login(who)
    return client


def enrol(who: User) -> None:
    factor = second_factor.begin(who)
    now = clock.now()
    second_factor.confirm(who, pyotp.TOTP(factor.secret).at(int(now.timestamp())), now)


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEPARTMENT_TOTP", True)


def test_every_call_asks_for_the_second_factor(city: City, strict: None) -> None:
    client = session(user("wei"))
    seen = {path: client.get(path) for path in READS}
    assert {each.status_code for each in seen.values()} == {403}
    assert {each.json()["code"] for each in seen.values()} == {"second-factor-first"}


def test_who_has_it_is_let_in(city: City, strict: None) -> None:
    who = user("wei")
    enrol(who)
    assert session(who).get("/api/v1/feed").status_code == 200
    assert session(user("station", NEAR)).get("/api/v1/feed").status_code == 200, "stations need none"


def test_every_call_asks_for_a_password_of_ones_own(city: City) -> None:
    client = session(user("new", NEAR, first_password=True))
    assert {client.get(path).json()["code"] for path in READS} == {"own-password-first"}
    assert client.get("/account/second-factor")["Location"] == "/password"
    assert client.get("/desk/istation")["Location"] == "/password"


def test_an_open_stream_ends_with_what_admitted_it(city: City, strict: None) -> None:
    who = user("wei")
    enrol(who)
    key = session(who).session.session_key or ""
    assert sessions.is_live(key, clock.now())
    root = Party.objects.create(code="adm", kind="admin", name="系统管理", place="450200")
    administrator = create_user("root", "a-long-password", root, clock.now())
    from imloop.steps.ground.access import caller_of

    made = staffing.reset_second_factor(
        caller_of(administrator), who.username, reason="手机丢失，当面核对", now=clock.now()
    )
    assert sessions.is_live(key, clock.now()), "an administrator alone ends nothing"
    confirmed(made, clock.now())
    assert not sessions.is_live(key, clock.now())


def test_half_admitted_is_anybody_on_public_pages(
    city: City, strict: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PUBLIC_ASKS_PER_MINUTE", 1)
    half, whole = user("half"), user("whole")
    enrol(whole)
    asked = {"plate": "桂B12345"}
    counted = session(half)
    assert [counted.get("/api/v1/public/roads", asked).status_code for _ in range(2)][-1] == 429
    free = session(whole)
    assert 429 not in [free.get("/api/v1/public/roads", asked).status_code for _ in range(3)]
