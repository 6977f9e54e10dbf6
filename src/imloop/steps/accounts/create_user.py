"""People with a login: create, first administrator."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password

from imloop.facts.places import known_place
from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.steps.ground.access import SYSTEM, Caller
from imloop.steps.ground.ledger import writing
from imloop.store.models import Party, PartyKind, User


def create_user(
    username: str,
    password: str,
    party: Party,
    now: datetime,
    *,
    by: Caller = SYSTEM,
    must_change_password: bool = False,
    is_head: bool = False,
) -> User:
    """A person of a party. The password is kept as an argon2 hash."""
    hashed = make_password(password)  # takes a while: not while others wait to write
    with writing(now, by) as ledger:
        if User.objects.filter(username=username).exists():
            raise Conflict(
                "username-taken", Text(f"用户名 {username} 已存在。", f"User {username} exists already.")
            )
        user = User.objects.create(
            username=User.normalize_username(username),
            password=hashed,
            party=party,
            must_change_password=must_change_password,
            is_head=is_head,
        )
        ledger.note("user-created", username, {"party": party.code})
    return user


def first_administrator(username: str, password: str, place: str, now: datetime) -> User:
    """The administration of a place as a party, where there is none yet, and one of its people. ``place``: a city or a
    county; a province, for every place in it; 000000, for every place."""
    party, _ = Party.objects.get_or_create(
        code=f"{known_place(place)}-admin",
        defaults={"kind": PartyKind.ADMIN, "name": "系统管理", "place": place},
    )
    return create_user(username, password, party, now, is_head=True)


def nobody_yet() -> bool:
    return not User.objects.exists()
