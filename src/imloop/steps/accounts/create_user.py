"""People with a login: create, first administrator; and that each is one natural person, who sits on one side only."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.utils.crypto import salted_hmac

from imloop.facts.identifiers import identity_card
from imloop.facts.places import known_place
from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.steps.accounts.name_and_password import require_new_name
from imloop.steps.ground.access import SYSTEM, Caller, caller_of
from imloop.steps.ground.ledger import writing
from imloop.store.models import Party, PartyKind, User


def create_user(
    username: str,
    password: str,
    party: Party,
    now: datetime,
    *,
    name: str = "",
    by: Caller = SYSTEM,
    must_change_password: bool = False,
    is_head: bool = False,
) -> User:
    """A person of a party. ``name``: what people call them. The password is kept as an argon2 hash."""
    hashed = make_password(password)  # takes a while: not while others wait to write
    with writing(now, by) as ledger:
        require_new_name(username)
        user = User.objects.create(
            username=username,
            first_name=name,
            password=hashed,
            party=party,
            must_change_password=must_change_password,
            is_head=is_head,
        )
        ledger.note("user-created", username, {"party": party.code})
        ledger.tell(party.code, "user-created", username, {"head": is_head})
    return user


def first_administrator(username: str, password: str, place: str, now: datetime, *, name: str = "") -> User:
    """The administration of a place as a party, where there is none yet, and one of its people. ``place``: a city or a
    county; a province, for every place in it; 000000, for every place."""
    party, _ = Party.objects.get_or_create(
        code=f"{known_place(place)}-admin",
        defaults={"kind": PartyKind.ADMIN, "name": "系统管理", "place": place},
    )
    return create_user(username, password, party, now, name=name, is_head=True)


def name_oneself(who: User, number: str, now: datetime) -> None:
    """Enter one's own identity card, once. Only its keyed hash is kept."""
    person = natural_person(number)
    with writing(now, caller_of(who)) as ledger:
        fresh = User.objects.get(pk=who.pk)
        if fresh.natural_person:
            raise Conflict(
                "already-named",
                Text(
                    "已登记过；如有误，请管理员清除。",
                    "It is entered; if it is wrong, an administrator clears it.",
                ),
            )
        require_one_side(person)
        fresh.natural_person = person
        fresh.save(update_fields=["natural_person"])
        ledger.note("person-named", fresh.username, {})


def natural_person(number: str) -> str:
    """Keyed hash of an identity card's number: of a plain hash one could try every number."""
    return salted_hmac("imloop.person", identity_card(number), algorithm="sha256").hexdigest()[:32]


def require_one_side(person: str, *, but: str = "") -> None:
    """Nobody decides for one party and confirms for another. ``but``: the account that is theirs already."""
    if person and User.objects.filter(natural_person=person, is_active=True).exclude(username=but).exists():
        raise Conflict(
            "person-has-account",
            Text(
                "此人已有在用账号；一人一号，请先停用原账号。",
                "This person has an account in use, and one is all; have that one closed first.",
            ),
            at="identity",
        )


def nobody_yet() -> bool:
    return not User.objects.exists()
