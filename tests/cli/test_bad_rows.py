"""One row that cannot be read stops nothing: backup, check, replay and export name it, go on, and say so by their exit
code; and a backup goes into the other database, or names the row that cannot."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from support.servers.commands import Commands

PASSWORD = "a long enough passphrase"
_CITY = """
import django; django.setup()
from support.city import City
city = City.build()
for number in range(1, 5):
    city.test(f"2026-03-0{number + 1} 09:00", test_no=f"T{number}", co=0.9 if number == 4 else 0.1)
city.repair("2026-03-06 15:00", repair_no="R1")
"""
_WHAT_IF = "title: x\nvalues:\n  limit_set.ASM: {value: b}\n"


def installation(folder: Path, like: Commands) -> Commands:
    folder.mkdir(exist_ok=True)
    url = f"sqlite:///{folder}/imloop.sqlite3"
    return Commands(folder, {**like.environment, "IMLOOP_DATA": str(folder), "DATABASE_URL": url})


@pytest.fixture(scope="module")
def city(imloop: Commands, tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """A small city on SQLite, whatever the other database of the run is."""
    there = installation(tmp_path_factory.mktemp("city"), imloop)
    assert there("prepare", IMLOOP_ADMIN="first", IMLOOP_ADMIN_PASSWORD=PASSWORD).returncode == 0
    there.python(_CITY)
    return there


@pytest.fixture
def damaged(city: Commands, tmp_path: Path) -> Callable[..., Commands]:
    def damage(*statements: str) -> Commands:
        """A copy of the city in which another program has written."""
        folder = tmp_path / "damaged"
        shutil.copytree(city.data, folder)
        with closing(sqlite3.connect(folder / "imloop.sqlite3")) as database:
            database.execute("PRAGMA ignore_check_constraints = ON")
            frozen = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%BEFORE UPDATE%'"
            kept = [
                (name, *database.execute("SELECT sql FROM sqlite_master WHERE name = ?", [name]).fetchone())
                for (name,) in database.execute(frozen).fetchall()
            ]
            for name, _ in kept:
                database.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                database.execute(statement, {"nul": "a\x00b", "long": "长" * 500})
            for _, sql in kept:
                database.execute(sql)
            database.commit()
        return installation(folder, city)

    return damage


BAD = {
    "a number beyond its column": "UPDATE store_test SET fee_yuan = 123456789012345 WHERE test_no = 'T2'",
    "text that is no JSON": "UPDATE store_test SET verdict = '{\"verdict\": ' WHERE test_no = 'T2'",
    "JSON of another shape": "UPDATE store_test SET receipt = '[]', verdict = '7' WHERE test_no = 'T2'",
    "text that is no UTF-8": "UPDATE store_test SET line = CAST(x'30ff31' AS TEXT) WHERE test_no = 'T2'",
    "bytes that do not unpack": "UPDATE store_rawupload SET body = x'00ff' WHERE id = "
    "(SELECT raw_id FROM store_test WHERE test_no = 'T2')",
    "facts that do not unpack": "UPDATE store_test SET stated = x'00' WHERE test_no = 'T2'",
}


@pytest.mark.one_database("sqlite", reason="the damage is SQLite's")
@pytest.mark.parametrize("what", sorted(BAD))
def test_every_walk_names_the_row_and_goes_on(
    damaged: Callable[..., Commands], what: str, tmp_path: Path
) -> None:
    there = damaged(BAD[what])
    found = there("check", "--json")
    assert found.returncode == (0 if what == "facts that do not unpack" else 1), found.stdout + found.stderr
    if found.returncode:
        said = " ".join(json.loads(found.stdout)["uploads"])
        assert "T2" in said or "store_test 2" in said
        assert not any(name in said for name in ("T1", "T3", "T4"))
    replayed = there("replay", "--json")
    assert replayed.returncode == 1, replayed.stderr
    answer = json.loads(replayed.stdout)
    assert answer["tests"] == 4 and [row["test_no"] for row in answer["list"]] in (["T2"], ["store_test 2"])
    law = tmp_path / "law.yaml"
    law.write_text(_WHAT_IF, encoding="utf-8")
    assumed = there("replay", "--what-if", law, "--json")
    report = json.loads(assumed.stdout)
    assert report["tests"] + len(report["unreadable"]) == 4
    assert assumed.returncode == (1 if report["unreadable"] else 0)
    exported = there("export", "tests", tmp_path / "tests.csv")
    rows = list(csv.DictReader((tmp_path / "tests.csv").read_text("utf-8-sig").splitlines()))
    numbers = [row["test_no"] for row in rows]
    assert numbers in (["T1", "T2", "T3", "T4"], ["T1", "T3", "T4"])
    assert exported.returncode == (0 if len(numbers) == 4 else 1)
    assert ("store_test 2" in exported.stdout) == (len(numbers) == 3)


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ("a number beyond its column", "fee_yuan = 123456789012345"),
        ("text that is no UTF-8", "line = 0\\xff1"),
    ],
)
def test_a_backup_keeps_all_else_and_can_be_restored(
    imloop: Commands, damaged: Callable[..., Commands], what: str, named: str, tmp_path: Path
) -> None:
    there = damaged(BAD[what])
    done = there("backup", tmp_path / "b.tar.zst")
    assert done.returncode == 1 and f"store_test 2: {named}" in done.stdout, done.stdout + done.stderr
    again = imloop("restore", tmp_path / "b.tar.zst", "--force", typed="y\n")
    assert again.returncode == 1 and "store_test 2: " in again.stdout, again.stdout + again.stderr
    exported = imloop("export", "tests", tmp_path / "tests.csv")
    assert exported.returncode == 0 and "4 行" in exported.stdout, exported.stdout + exported.stderr


def test_a_nul_of_an_older_version_moves_as_its_picture_and_is_named(
    imloop: Commands, damaged: Callable[..., Commands], tmp_path: Path
) -> None:
    there = damaged(
        "UPDATE store_party SET name = :nul WHERE code = '450203001'",
        "UPDATE store_finding SET data = json_set(data, '$.text', :nul) "
        "WHERE id = (SELECT MIN(id) FROM store_finding)",
    )
    assert there("backup", tmp_path / "b.tar.zst").returncode == 0
    done = imloop("restore", tmp_path / "b.tar.zst", "--force", typed="y\n")
    assert done.returncode == 1 and "␀" in done.stdout and "store_party" in done.stdout, (
        done.stdout + done.stderr
    )
    assert "store_finding" in done.stdout
    imloop("export", "stations", tmp_path / "stations.csv")
    assert "a␀b" in (tmp_path / "stations.csv").read_text("utf-8-sig")


@pytest.mark.one_database("postgresql", reason="SQLite takes text of any length")
def test_a_row_that_cannot_be_restored_is_named_and_nothing_is_half_restored(
    imloop: Commands, city: Commands, damaged: Callable[..., Commands], tmp_path: Path
) -> None:
    there = damaged("UPDATE store_party SET name = :long WHERE code = '450203001'")
    assert there("backup", tmp_path / "b.tar.zst").returncode == 0
    done = imloop("restore", tmp_path / "b.tar.zst", "--force", typed="y\n")
    assert done.returncode == 2 and "row-not-restored" in done.stderr and "store_party" in done.stderr
    assert city("backup", tmp_path / "sound.tar.zst").returncode == 0
    sound = imloop("restore", tmp_path / "sound.tar.zst")  # it is empty: nothing is asked
    assert sound.returncode == 0, sound.stdout + sound.stderr


_WRITES = """
import django; django.setup()
from django.db import DataError
from imloop.store.models import Counter, Party
from imloop.store.statements import fetch_one, update
party = Party.objects.first()
for wrong in ("a\\x00b",):
    for act in (
        lambda: Party.objects.filter(pk=party.pk).update(name=wrong),
        lambda: Party.objects.create(code="x", kind="istation", name=wrong, place="450200"),
        lambda: (setattr(party, "name", wrong), update(party, "name")),
        lambda: (setattr(party, "capability", [{"x": [wrong]}]), update(party, "capability")),
        lambda: Party.objects.filter(pk=party.pk).update(capability={wrong: 1}),
        lambda: Party.objects.filter(name=wrong).first(),
        lambda: fetch_one("SELECT id FROM store_party WHERE name = %s", [wrong]),
    ):
        try:
            act()
            print("taken")
        except DataError:
            print("refused")
for name, wrong in (("name", "长" * 500), ("code", "x" * 200)):
    for act in (
        lambda: Party.objects.create(**{"code": "y", "kind": "istation", "name": "n", "place": "450200", name: wrong}),
        lambda: (setattr(party, name, wrong), update(party, name)),
        lambda: Counter.objects.create(kind="x", place="450200", year=2**31),
    ):
        try:
            act()
            print("taken")
        except DataError:
            print("refused")
    party.refresh_from_db()
for sound in ("back\\\\slash \\\\u0000 as six signs", "C:\\\\u0000"):
    Party.objects.filter(pk=party.pk).update(name=sound, capability=[sound])
    print("taken" if Party.objects.get(pk=party.pk).capability == [sound] else "changed")
"""


def test_no_door_of_either_database_takes_what_the_other_cannot_keep(
    imloop: Commands, city: Commands, tmp_path: Path
) -> None:
    assert city("backup", tmp_path / "b.tar.zst").returncode == 0
    imloop("restore", tmp_path / "b.tar.zst", "--force", typed="y\n")
    assert imloop.python(_WRITES).split() == ["refused"] * 13 + ["taken"] * 2
