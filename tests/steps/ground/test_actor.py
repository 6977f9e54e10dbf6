"""Who did something, as fields and in one line."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from imloop.steps.ground.actor import Actor
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.registers import in_words
from imloop.store.models import JournalEntry, Party, User
from support.city import NEAR, PLACE, City, at

OFFICE = f"{PLACE}-environment"
NOW = at("2026-03-05 09:30")


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (f"{OFFICE}/wei for li", Actor(OFFICE, "wei", "li")),
        (f"{OFFICE}/wei", Actor(OFFICE, "wei")),
        (OFFICE, Actor(OFFICE)),
        ("imloop", Actor("imloop")),
        ("matter:M-2026-0001", Actor("matter:M-2026-0001")),
    ],
)
def test_the_line_says_all_but_the_key(line: str, fields: Actor) -> None:
    assert Actor.read(line) == fields and str(fields) == line
    assert Actor.read(line, {"actor": {**fields.fields(), "key": "k"}}) == replace(fields, key="k")


def test_the_journal_keeps_the_fields(city: City) -> None:
    caller = replace(city.callers[OFFICE], user="wei", behalf="li", key="k1")
    for who in (caller, replace(city.callers[NEAR], key="k2"), city.callers[NEAR]):
        with writing(NOW, who) as ledger:
            ledger.note("looked-up", "x", {"kind": "case"})
    lent, machine, bare = (
        json.loads(entry.body) for entry in JournalEntry.objects.filter(subject="x").order_by("number")
    )
    assert lent["actor"] == {"party": OFFICE, "person": "wei", "for": "li", "key": "k1"}
    assert machine["actor"] == {"party": NEAR, "key": "k2"}
    assert bare == {"kind": "case"}, "the line says it all"


def test_in_words(city: City) -> None:
    office = Party.objects.get(code=OFFICE)
    Party.objects.filter(code=OFFICE).update(name="柳州市生态环境局")
    User.objects.create(username="wei", first_name="韦小明", party=office)
    assert in_words(f"{OFFICE}/wei").zh == "柳州市生态环境局 · 韦小明"
    assert in_words(f"{OFFICE}/wei for li").zh == "柳州市生态环境局 · 韦小明（受li委托）"
    assert in_words(f"{OFFICE}/wei for li").en == "柳州市生态环境局 · 韦小明 (for li)"
    assert in_words(OFFICE).zh == "柳州市生态环境局"
    assert in_words("imloop").zh == "平台" and in_words("matter:M-1").en == "the applicant"
    assert in_words("whoever").zh == "whoever"
