"""Who ran what on the server, and what for, stands in the journal before the command acts.

A department decides by one of its own people here, too, and hears of it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from imloop.cli import app
from imloop.cli.runs import with_person
from support.servers.commands import Commands

OFFICE, POLICE = "450200-environment", "450200-police"
_CITY = """
import django; django.setup()
from imloop.store.models import Party
from support.city import City, at
if not Party.objects.filter(code="450200-police").exists():
    City.build()
"""
_LAST = """
import json, django; django.setup()
from imloop.store.models import JournalEntry, OutboxEntry
runs = [json.loads(row.body) for row in JournalEntry.objects.filter(kind="cli-run").order_by("number")]
told = [[row.receiver, row.topic, row.subject, row.body] for row in OutboxEntry.objects.order_by("id")]
print(json.dumps([runs, told]))
"""


@pytest.fixture
def city(imloop: Commands) -> Commands:
    imloop.python(_CITY)
    return imloop


def kept(imloop: Commands) -> tuple[list[dict[str, str]], list[Any]]:
    runs, told = json.loads(imloop.python(_LAST))
    return runs, told


def leaves(command: Any, name: str = "") -> list[tuple[str, Any]]:
    inner = getattr(command, "commands", {})
    return (
        [(name, command)]
        if not inner
        else [x for n, c in inner.items() for x in leaves(c, f"{name} {n}".strip())]
    )


def test_every_command_on_an_installation_takes_person_and_purpose() -> None:
    found = {name: {each.name for each in command.params} for name, command in leaves(with_person(app))}
    asked = {name for name, params in found.items() if {"person", "purpose"} <= params}
    assert asked == {name for name, params in found.items() if "data" in params} and len(asked) > 40
    assert "export" in asked and "judge" not in asked


def test_the_entry_is_there_although_the_command_failed(city: Commands, tmp_path: Path) -> None:
    file = tmp_path / "no-folder" / "vehicles.csv"
    done = city("export", "vehicles", file, "--person", "wei", "--purpose", "年检核对", SUDO_USER="ops")
    assert done.returncode == 2
    last = kept(city)[0][-1]
    said = {name: last[name] for name in ("command", "os_user", "person", "purpose")}
    assert said == {"command": "export", "os_user": "ops", "person": "wei", "purpose": "年检核对"}
    assert last["version"]


def test_without_a_name_it_is_the_user_of_the_system(city: Commands, tmp_path: Path) -> None:
    before = len(kept(city)[0])
    assert city("backup", tmp_path / "b.tar.zst", SUDO_USER="ops").returncode == 0
    assert city("journal", "export", tmp_path / "j.ndjson", SUDO_USER="ops").returncode == 0
    city("gate", "mark", "--plate", "桂B12345", SUDO_USER="ops")
    runs = kept(city)[0][before:]
    assert [(run["command"], run["person"]) for run in runs] == [
        ("backup", "ops"),
        ("journal export", "ops"),
        ("gate mark", "ops"),
    ]


def test_what_only_looks_after_the_installation_leaves_none(city: Commands) -> None:
    before = len(kept(city)[0])
    for words in (("check",), ("journal", "verify"), ("journal", "root"), ("key", "list"), ("party", "list")):
        assert city(*words).returncode in (0, 1), words
    assert len(kept(city)[0]) == before


def test_a_party_hears_of_keys_and_accounts_made_for_it(city: Commands) -> None:
    made = city("key", "issue", POLICE, "--note", "x").stdout.strip()
    key_id = made.split("_")[1]
    assert city("key", "rotate", key_id).returncode == 0
    assert city("key", "revoke", key_id, "--reason", "报失").returncode == 0
    assert (
        city(
            "user", "shadow", "--party", POLICE, "--name", "石磊", IMLOOP_PASSWORD="a-long-password"
        ).returncode
        == 0
    )
    personal = city("key", "issue", POLICE, "--holder", "shadow", "--person", "wei")
    assert personal.returncode == 0 and personal.stdout.startswith("imk_")
    assert city("key", "issue", OFFICE, "--holder", "shadow").returncode == 2, "of another party"
    asked = next(
        run for run in reversed(kept(city)[0]) if run["command"] == "key issue" and run["person"] == "wei"
    )
    assert asked["os_user"], "who ran it, and not whose key it is"
    told = [(topic, subject) for receiver, topic, subject, _ in kept(city)[1] if receiver == POLICE]
    keys = ("key-issued", "key-rotated", "key-revoked")
    assert told == [*((topic, POLICE) for topic in keys), ("user-created", "shadow"), ("key-issued", POLICE)]


def test_a_department_decides_by_one_of_its_people(city: Commands) -> None:
    assert city("user", "wei", "--party", OFFICE, IMLOOP_PASSWORD="a-long-password").returncode == 0
    assert city("user", "far", "--party", "450200-market", IMLOOP_PASSWORD="a-long-password").returncode == 0
    step = ("matter", "step", "M-0", "accept", "--as", OFFICE)
    for who in ((), ("--person", "far"), ("--person", "nobody")):
        refused = city(*step, *who)
        assert refused.returncode == 2 and "person-needed" in refused.stderr, who
    assert not [topic for _, topic, *_ in kept(city)[1] if topic == "operator-acted"]
    heard = city(*step, "--person", "wei", "--purpose", "系统故障", SUDO_USER="ops")
    assert heard.returncode == 2 and "not-your-matter" in heard.stderr
    receiver, topic, subject, body = kept(city)[1][-1]
    assert (receiver, topic, subject) == (OFFICE, "operator-acted", "wei")
    assert (body["command"], body["os_user"], body["purpose"]) == ("matter step", "ops", "系统故障")
    assert city("matter", "list", "--as", OFFICE).returncode == 0, "reading needs no person"
