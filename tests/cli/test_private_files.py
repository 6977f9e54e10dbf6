"""Files of an installation are for its owner alone, and a port in use is refused."""

from __future__ import annotations

import json
import os
import socket
import stat
from pathlib import Path

import pytest

from support.servers.commands import Commands

OPEN = """
import django
django.setup()
from django.db import connection
connection.ensure_connection()
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE held_open (id integer)")
import os
print(sorted((name, oct(os.stat(os.path.join(os.environ["IMLOOP_DATA"], name)).st_mode & 0o777))
             for name in os.listdir(os.environ["IMLOOP_DATA"]) if "sqlite3" in name))
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def too_open(folder: Path) -> list[str]:
    return [
        path.name
        for path in (folder, *folder.glob("*.sqlite3*"), *folder.glob("secret-key"))
        if mode(path) & 0o077
    ]


on_sqlite = pytest.mark.one_database("sqlite", reason="the file of the database is SQLite's")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """A migrated installation with its database in its data directory, as it is by default."""
    data = tmp_path_factory.mktemp("own") / "var"
    made = Commands(data, {**os.environ, "DATABASE_URL": "", "IMLOOP_DATA": str(data)})
    done = made("migrate")
    assert done.returncode == 0, done.stderr
    return made


@on_sqlite
def test_a_new_installation_and_what_sqlite_lays_beside_it_are_closed_to_others(own: Commands) -> None:
    assert too_open(own.data) == []
    beside = own.python(OPEN)
    assert "-wal" in beside and "-shm" in beside and "0o644" not in beside, beside


@on_sqlite
def test_check_names_what_is_open_and_an_upgrade_closes_it(own: Commands) -> None:
    database = own.data / "imloop.sqlite3"
    database.chmod(0o644)
    own.data.chmod(0o755)
    done = own("check", "--json")
    said = json.loads(done.stdout)["files"]
    assert done.returncode == 1 and len(said) >= 2
    assert any(line.endswith(f"chmod 600 {database}") for line in said)
    assert any(line.endswith(f"chmod 700 {own.data}") for line in said)
    assert own("migrate").returncode == 0
    assert too_open(own.data) == [] and json.loads(own("check", "--json").stdout)["files"] == []


@on_sqlite
def test_a_restored_database_is_closed_to_others(own: Commands, tmp_path: Path) -> None:
    backup, there = tmp_path / "backup.tar.zst", tmp_path / "there"
    assert own("backup", backup).returncode == 0
    there.mkdir(mode=0o755)
    elsewhere = {"IMLOOP_DATA": str(there), "DATABASE_URL": ""}
    done = own("restore", backup, **elsewhere)
    assert done.returncode == 0, done.stdout + done.stderr
    assert too_open(there) == [] and (there / "imloop.sqlite3").exists()


@on_sqlite
def test_what_is_taken_out_is_closed_to_others(own: Commands, tmp_path: Path) -> None:
    (tmp_path / "cars.csv").write_text(
        "vin,plate,fuel\nLSVAU2180N2000001,桂B00001,gasoline\nLSVAU2180N2000002,桂B00002,nonsense\n"
    )
    commands = (
        ("export", "vehicles", tmp_path / "out.csv"),
        ("journal", "export", tmp_path / "journal.ndjson"),
        ("backup", tmp_path / "backup.tar.zst"),
        ("import", "vehicles", tmp_path / "cars.csv", "--reason", "x"),
    )
    for words in commands:
        assert own(*words).returncode in (0, 1), words
    made = [file for file in tmp_path.iterdir() if file.name != "cars.csv"]
    assert len(made) == 4 and {file.stat().st_mode & 0o777 for file in made} == {0o600}, made


def test_a_port_in_use_is_refused_and_named(offline: Commands) -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as held:
        port = held.getsockname()[1]
        done = offline("serve", "--port", port)
    assert done.returncode == 2 and f"port-in-use: 127.0.0.1:{port}" in done.stderr
