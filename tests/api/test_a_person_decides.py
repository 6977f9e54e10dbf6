"""Of a department a machine's key delivers and reads; what decides needs a person's own key."""

from __future__ import annotations

import json

import pytest
from django.http import HttpResponse

from imloop.api.app import CALLS
from imloop.steps.ground import clock
from imloop.steps.ground.access import OFFICES
from imloop.store.models import Party
from support.city import at
from support.stories.objects import OBJECTS, POLICE, ask
from support.stories.two_cities import TwoCities

OFFICES_OWN = {name for name, given in OBJECTS.items() if given.owner.rpartition("-")[2] in OFFICES}
DELIVERED = "POST remote-sensing/{reading_id}/told"
"""That a message reached its owner is known by the machine that sent it."""
DECISIONS = sorted(name for name in OFFICES_OWN if not name.startswith("GET ") and name != DELIVERED)
READ = sorted(name for name in OBJECTS if name.startswith("GET ") and set(CALLS[name].who) & set(OFFICES))


@pytest.fixture
def world(db: None, two_cities: TwoCities, monkeypatch: pytest.MonkeyPatch) -> TwoCities:
    monkeypatch.setattr(clock, "now", lambda: at("2026-03-05 09:30"))
    return two_cities


def code(answer: HttpResponse) -> str:
    said = json.loads(answer.content) if answer["Content-Type"].endswith("json") else {}
    return str(said.get("code", ""))


@pytest.mark.parametrize("name", DECISIONS)
def test_a_machine_is_refused_where_the_clerk_is_heard(world: TwoCities, name: str) -> None:
    given, city = OBJECTS[name], world.city
    machine = city.client(given.owner, city.machine_key(given.owner))
    refused = ask(machine, name, world, given.query, given.body)
    assert (refused.status_code, code(refused)) == (403, "person-needed"), refused.content[:300]
    assert "本人密钥" in refused.content.decode(), "it says what to do next"
    assert code(ask(city.client(given.owner), name, world, given.query, given.body)) != "person-needed"


@pytest.mark.parametrize("name", READ)
def test_a_machine_may_look(world: TwoCities, name: str) -> None:
    owners = [
        Party.objects.filter(kind=kind).order_by("id").first() for kind in CALLS[name].who if kind in OFFICES
    ]
    for owner in owners:
        if owner is not None:
            machine = world.city.client(owner.code, world.city.machine_key(owner.code))
            answer = ask(machine, name, world, OBJECTS[name].query, None)
            assert answer.status_code < 500 and code(answer) != "person-needed", (
                owner.code,
                answer.content[:300],
            )


def test_a_machine_delivers_the_register(world: TwoCities) -> None:
    machine = world.city.client(POLICE, world.city.machine_key(POLICE))
    change = {
        "kind": "sold",
        "on": "2026-03-05",
        "plate": "桂B12345",
        "owner_name": "乙",
        "reason": "过户",
    }
    answer = ask(machine, "POST vehicles/changes", world, "", change)
    assert answer.status_code == 201, answer.content[:300]
