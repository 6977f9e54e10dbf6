"""Every message in every dialect and container, and every register in every table format, changed in any way."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from django.conf import settings

from fuzz import messages, tables
from fuzz.door import NOW, Doors
from fuzz.test_any_upload import TESTS
from imloop.exchange.dialects import every
from imloop.steps.ground import clock
from support.city import City
from support.servers.databases import undone

SEEDS = messages.seeds()
GOOD = {"test": {"pass", "fail"}, "redemption": {"voucher-other-key"}}


@pytest.fixture
def open_doors(city: City, monkeypatch: pytest.MonkeyPatch) -> Doors:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(settings, "PUBLIC_ASKS_PER_MINUTE", 10**9)
    return Doors(city)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{seed.kind} {seed.name}")
def test_the_seeds_are_good(seed: messages.Seed) -> None:
    assert messages.read_anything(seed.kind, seed.body) in GOOD.get(seed.kind, {"read"})


def test_there_is_a_seed_for_everything() -> None:
    """A dialect or container that is added is fuzzed from then on."""
    found = {tuple(seed.name.split()[:2]) for seed in SEEDS}
    assert found >= {(dialect.name, box) for dialect in every().values() for box in dialect.containers}
    assert set(tables.ROWS) == set(tables.COLUMNS)


def test_changed_messages_get_an_answer() -> None:
    dice = Random(20261130)
    seen = Counter[str]()
    for _ in range(TESTS):
        seed = dice.choice(SEEDS)
        seen[messages.read_anything(seed.kind, messages.changed(dice, seed))] += 1
    assert {"read", "pass", "malformed", "malformed-xml", "malformed-table", "given-twice"} <= set(seen), seen


@pytest.mark.parametrize("ending", tables.ENDINGS)
def test_changed_tables_get_an_answer(ending: str) -> None:
    dice = Random(20261130)
    with tables.forking():
        seen = Counter(
            tables.read_anything(ending, tables.changed(dice, dice.choice(list(tables.ROWS)), ending))
            for _ in range(TESTS // 25)
        )
    assert "2 good, 0 bad" in seen and len(seen) > 3, seen


@pytest.mark.one_database(
    "sqlite", reason="what reaches the database is the same on both; it is about decoding"
)
def test_whatever_arrives_is_kept_whole_or_not_at_all(open_doors: Doors) -> None:
    dice = Random(20261130)
    sent = [seed for seed in SEEDS if seed.kind != "voucher"]
    seen = Counter[str]()
    for _ in range(TESTS // 25):
        seed, kind, ending = dice.choice(sent), dice.choice(list(tables.ROWS)), dice.choice(tables.ENDINGS)
        with undone():
            seen[open_doors.send(seed.kind, messages.changed(dice, seed))] += 1
        with undone(), tables.forking():
            seen[open_doors.enter(kind, ending, tables.changed(dice, kind, ending))] += 1
    assert {"201", "422 malformed", "1 entered, 0 rejected", "1 entered, 1 rejected"} <= set(seen), seen
