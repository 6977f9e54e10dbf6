"""Whose name may be taken for another's is given to nobody; whoever bears one from before goes on, and is named."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from imloop.facts.refusal import Conflict, Malformed
from imloop.steps.accounts import staffing
from imloop.steps.accounts.create_user import create_user
from imloop.steps.accounts.name_and_password import odd_user_names
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.store.models import Party, PartyKind, User
from support.city import PLACE, City
from support.people import card

OFFICE = f"{PLACE}-police"
PASSWORD = "a-long-password"


def give(name: str) -> User:
    return create_user(name, PASSWORD, Party.objects.get(code=OFFICE), clock.now())


def from_before(name: str) -> User:
    """An account of a time when its name was allowed."""
    party = Party.objects.get(code=OFFICE)
    return User.objects.create(username=name, party=party, password=make_password(PASSWORD))


@pytest.mark.parametrize(
    "name", ["police", "Wei.2", "a_b+c-d@city.cn", "韦小明", "韦小明2", "2", "㐀", "w" * 28]
)
def test_names_of_one_script_are_given(city: City, name: str) -> None:
    assert give(name).username == name


@pytest.mark.parametrize(
    "name",
    [
        "роlice",  # Cyrillic р and о
        "полиция",
        "αlpha",
        "wei韦",
        "韦.小明",
        "ｗｅｉ",  # wide
        "weı",  # dotless
        "wei\u200b",
        "⼀二",  # a radical, not the character
        "韦\u3007",  # a sign for zero
        "\uf907",  # compatibility form of a character
        "٣",  # an Arabic digit
        "wei\n",
        "a/b",
        "",
        "w" * 29,
    ],
)
def test_others_are_refused_at_every_door(city: City, name: str) -> None:
    head = Caller(f"{PLACE}-admin", PartyKind.ADMIN, "admin", PLACE, user="root")
    token = staffing.invite(head, OFFICE, name="韦小明", as_head=False, now=clock.now())
    with pytest.raises(Malformed) as refused:
        give(name)
    assert [each.path for each in refused.value.problems] == ["$.username"]
    assert "用户名" in refused.value.text.zh and "User name" in refused.value.text.en
    if name == name.strip():
        with pytest.raises(Malformed):
            staffing.accept(token, username=name, password=PASSWORD, identity=card(1), now=clock.now())
    assert not User.objects.filter(username=name).exists()


def test_no_two_names_differ_by_case_or_width_alone(city: City) -> None:
    give("Wei")
    from_before("ＬＩ")
    for taken in ("Wei", "wei", "WEI", "li"):
        with pytest.raises(Conflict) as refused:
            give(taken)
        assert (refused.value.code, refused.value.problems[0].path) == ("username-taken", "$.username")
    assert give("wei2").pk


def test_who_has_such_a_name_logs_in_and_is_named_by_the_check(city: City) -> None:
    assert list(odd_user_names()) == []
    for name in ("роlice", "Lin", "lin", "ＬＩＮ"):
        from_before(name)
    entered = Client().post("/login", {"username": "роlice", "password": PASSWORD})
    assert entered.status_code == 302
    found = list(odd_user_names())
    assert [line.split(":")[0] for line in found].count("user 'Lin'") == 1
    assert len(found) == 5, "one mixed, one wide, three alike"
    assert any("mixes scripts" in line and r"\u0440" in line for line in found)
