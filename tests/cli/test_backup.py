"""One file holds the installation: taken while uploads are written, put back elsewhere, the journal intact."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest
import zstandard

from support.servers.commands import Commands
from support.servers.processes import TESTS

PASSWORD = "a long enough passphrase"
_UPLOADS = """
import sys, django; django.setup()
from datetime import timedelta
from support.city import City, at
city = City.build()
print("ready", flush=True)
start = at("2026-03-02 08:00")
count = int(sys.argv[1])
for number in range(count):
    moment = (start + timedelta(minutes=4 * number)).strftime("%Y-%m-%d %H:%M")
    city.test(moment, test_no=f"T{number:04d}", co=0.9 if number == count - 1 else 0.1)
print("done", flush=True)
"""
_VERDICTS = """
import json, django; django.setup()
from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.steps.inspections.replay import replay_test
from imloop.store.models import Test
print(json.dumps([[t.test_no, t.verdict, replay_test(t, decode_test)] for t in Test.objects.order_by("test_no")],
                 default=str, sort_keys=True))
"""


def uploading(imloop: Commands, count: int) -> subprocess.Popen[str]:
    """A station's uploads in a process of their own; says when it begins and when it is done."""
    environment = {**imloop.environment, "PYTHONPATH": str(TESTS)}
    command = [sys.executable, "-c", _UPLOADS, str(count)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def verdicts(imloop: Commands) -> str:
    """Every stored verdict and what comes out when it is computed anew."""
    return imloop.python(_VERDICTS)


def elsewhere(imloop: Commands, folder: Path) -> Commands:
    """An empty installation: SQLite in a folder of its own."""
    folder.mkdir()
    environment = {
        **imloop.environment,
        "IMLOOP_DATA": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/x.sqlite3",
    }
    return Commands(folder, environment)


@pytest.fixture(scope="module")
def archive(imloop: Commands, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Taken while a station uploads, with another thread taking one more beside it."""
    assert imloop("prepare", IMLOOP_ADMIN="first", IMLOOP_ADMIN_PASSWORD=PASSWORD).returncode == 0
    (imloop.data / "secret-key").write_text("not for everyone")
    folder = tmp_path_factory.mktemp("backups")
    with uploading(imloop, 25) as uploads:
        assert uploads.stdout is not None and uploads.stdout.readline() == "ready\n"
        beside: list[int] = []
        other = threading.Thread(
            target=lambda: beside.append(imloop("backup", folder / "beside.tar.zst").returncode)
        )
        other.start()
        done = imloop("backup", folder / "b.tar.zst", "--json")
        other.join()
        assert done.returncode == 0 and beside == [0], done.stderr
        assert uploads.stdout.read() == "done\n"
    assert uploads.returncode == 0
    assert imloop("backup", folder / "all.tar.zst", "--with-secrets").returncode == 0
    assert sorted(path.name for path in folder.iterdir()) == ["all.tar.zst", "b.tar.zst", "beside.tar.zst"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    return folder / "b.tar.zst"


def manifest_of(path: Path) -> dict[str, object]:
    with tarfile.open(fileobj=io.BytesIO(unpacked(path))) as tar:
        body = tar.extractfile("manifest.json")
        assert body is not None
        return dict(json.loads(body.read()))


def unpacked(path: Path) -> bytes:
    with zstandard.ZstdDecompressor().stream_reader(path.read_bytes()) as plain:
        return plain.read()


def test_restored_elsewhere_it_goes_on_with_the_same_verdicts(
    imloop: Commands, archive: Path, tmp_path: Path
) -> None:
    there = elsewhere(imloop, tmp_path / "there")
    whole = archive.with_name("all.tar.zst")
    done = there("restore", whole)
    assert done.returncode == 0, done.stdout + done.stderr
    root = json.loads(imloop("journal", "root", "--json").stdout)
    assert f"journal {root['number']} {root['hash']}" in done.stdout
    assert there("check").returncode == 0 and there("journal", "verify").returncode == 0
    here, again = verdicts(imloop), verdicts(there)
    assert here == again and here.count('"T0') >= 25
    assert (there.data / "secret-key").read_text() == "not for everyone"
    # A new number does not meet an old one, and what was frozen is still frozen.
    assert there("user", "second", IMLOOP_PASSWORD=PASSWORD).returncode == 0
    connection = sqlite3.connect(tmp_path / "there" / "x.sqlite3")
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        connection.execute("DELETE FROM store_journalentry")
    connection.close()
    refused = imloop("restore", whole)
    assert (refused.returncode, "not-empty" in refused.stderr) == (2, True)
    assert imloop("restore", whole, "--force").returncode != 0  # nobody there to say yes


def test_a_backup_taken_during_uploads_is_one_consistent_moment(
    imloop: Commands, archive: Path, tmp_path: Path
) -> None:
    there = elsewhere(imloop, tmp_path / "there")
    done = there("restore", archive)
    assert done.returncode == 0, done.stdout + done.stderr
    told = manifest_of(archive)
    journal = told["journal"]
    assert isinstance(journal, dict) and f"journal {journal['number']} " in done.stdout
    assert told["secrets"] is False and told["files"] == []


@pytest.mark.one_database("sqlite", reason="it is about the archive")
def test_damage_is_named_before_anything_is_written(imloop: Commands, archive: Path, tmp_path: Path) -> None:
    there = elsewhere(imloop, tmp_path / "there")
    whole = archive.read_bytes()
    bad = tmp_path / "bad.tar.zst"
    middle = bytearray(whole)
    middle[len(whole) // 2] ^= 0xFF
    plain = unpacked(archive)
    at = plain.index(b"tables/store_party\0")
    changed = bytearray(plain)
    changed[at + 512 + 20] ^= 0x01  # one bit of a party, packed again with a fitting checksum
    for body, named in (
        (whole[: len(whole) // 3], ""),
        (bytes(middle), ""),
        (zstandard.compress(bytes(changed)), "store_party"),
        (b"", "manifest"),
        (b"no archive", "manifest"),
    ):
        bad.write_bytes(body)
        done = there("restore", bad)
        assert done.returncode == 2 and "damaged-backup" in done.stderr, done.stderr
        assert "bad.tar.zst" in done.stderr and named in done.stderr
    assert (
        not (tmp_path / "there" / "x.sqlite3").exists()
        or b"store_party" not in (tmp_path / "there" / "x.sqlite3").read_bytes()
    )
    assert there("restore", tmp_path / "none.tar.zst").returncode == 2


@pytest.mark.one_database("sqlite", reason="it is about the archive")
def test_a_newer_backup_is_refused(imloop: Commands, archive: Path, tmp_path: Path) -> None:
    there = elsewhere(imloop, tmp_path / "there")
    plain = unpacked(archive)
    newer = tmp_path / "newer.tar.zst"
    newer.write_bytes(zstandard.compress(plain.replace(b'"0001_tables"', b'"9001_tables"')))
    done = there("restore", newer)
    assert (done.returncode, "backup-is-newer" in done.stderr) == (2, True), done.stderr


def test_by_force_it_asks_empties_and_takes_the_backup_of_the_other_kind(
    imloop: Commands, archive: Path, tmp_path: Path
) -> None:
    """On PostgreSQL: there to SQLite, and back into PostgreSQL. The last test here, as it replaces the installation."""
    there = elsewhere(imloop, tmp_path / "there")
    assert there("restore", archive.with_name("all.tar.zst")).returncode == 0
    assert there("backup", tmp_path / "back.tar.zst").returncode == 0
    assert manifest_of(tmp_path / "back.tar.zst")["database"] == "sqlite"
    before = verdicts(imloop)
    assert imloop("user", "late", IMLOOP_PASSWORD=PASSWORD).returncode == 0
    for said, code in (("n\n", 2), ("y\n", 0)):
        done = imloop("restore", tmp_path / "back.tar.zst", "--force", typed=said)
        assert done.returncode == code, done.stdout + done.stderr
    assert imloop("check").returncode == 0
    assert verdicts(imloop) == before
    assert (
        imloop("user", "late", IMLOOP_PASSWORD=PASSWORD).returncode == 0
    )  # its journal entry was not in the backup
