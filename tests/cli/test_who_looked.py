"""What the operator reads or takes out on the command line leaves a look before it is done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.servers.commands import Commands

_CITY = """
import django; django.setup()
from support.city import City
City.build().enter()
"""
_LOOKS = """
import json, django; django.setup()
from imloop.store.models import JournalEntry, Look
looks = [[row.door, row.actor, json.loads(row.body)] for row in Look.objects.order_by("pk")]
print(json.dumps([looks, JournalEntry.objects.filter(kind="export").count()]))
"""


@pytest.fixture
def city(imloop: Commands) -> Commands:
    if "450203001" not in imloop.python(_HAS):
        imloop.python(_CITY)
    return imloop


_HAS = """
import django; django.setup()
from imloop.store.models import Party
print(list(Party.objects.values_list("code", flat=True)))
"""


def looks(imloop: Commands) -> tuple[list[list[object]], int]:
    told = json.loads(imloop.python(_LOOKS))
    return told[0], told[1]


@pytest.mark.parametrize(
    ("door", "command"),
    [
        ("gate-inspection-mark", ["gate", "mark", "--plate", "桂B12345"]),
        ("gate-inspection-cycle", ["gate", "cycle", "--plate", "桂B12345"]),
        ("gate-road", ["gate", "road", "--plate", "桂B12345"]),
        ("gate-retest-permit", ["gate", "retest", "--station", "450203001", "--plate", "桂B12345"]),
        (
            "gate-reception",
            [
                "gate",
                "reception",
                "--station",
                "450203001",
                "--line",
                "01",
                "--method",
                "ASM",
                "--plate",
                "桂B12345",
            ],
        ),
        ("export", ["export", "vehicles", "{}/out.csv"]),
        ("backup", ["backup", "{}/out.tar.zst"]),
        ("journal-export", ["journal", "export", "{}/out.ndjson"]),
    ],
)
def test_each_command_leaves_one_look(city: Commands, tmp_path: Path, door: str, command: list[str]) -> None:
    before, _ = looks(city)
    done = city(*(each.format(tmp_path) for each in command))
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr, done.stderr
    ((kept, actor, _),) = looks(city)[0][len(before) :]
    assert (kept, actor) == (door, "imloop")


def test_an_export_that_breaks_off_was_begun(city: Commands, tmp_path: Path) -> None:
    before, exports = looks(city)
    assert city("export", "vehicles", tmp_path / "no" / "such" / "folder.csv").returncode != 0
    after, whole = looks(city)
    assert [look[0] for look in after[len(before) :]] == ["export"] and whole == exports


def test_roots_that_reach_no_entry_prove_nothing(city: Commands, tmp_path: Path) -> None:
    """Who gave roots asked for more than that the chain fits itself."""
    roots = tmp_path / "roots.json"
    roots.write_text("[]")
    compared = city("journal", "verify", "--roots", roots)
    assert compared.returncode == 3 and "not compared" in compared.stdout
    assert city("journal", "verify").returncode == 0


def test_the_check_finds_the_look_that_somebody_removed(city: Commands, tmp_path: Path) -> None:
    city("gate", "road", "--plate", "桂B12345")
    assert city("journal", "seal").returncode == 0 and city("journal", "verify").returncode == 0
    city.python(_REMOVE)
    for command in (("check",), ("journal", "verify")):
        found = city(*command)
        assert found.returncode == 1 and "look" in found.stdout and "is gone" in found.stdout, found.stdout


_REMOVE = """
import django; django.setup()
from django.db import connection
with connection.cursor() as cursor:
    for table in ("store_lookedvehicle", "store_look"):
        on = f" ON {table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {table}_no_delete{on}")
    cursor.execute("SELECT max(id) FROM store_look")
    (last,) = cursor.fetchone()
    cursor.execute("DELETE FROM store_lookedvehicle WHERE look_id = %s", [last])
    cursor.execute("DELETE FROM store_look WHERE id = %s", [last])
"""
