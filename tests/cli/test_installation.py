"""An installation's own commands: set-up, accounts, keys, self-check, and a journal that shows what was done to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from imloop.exchange.http.station_signing import thumbprint
from support.messages.signing import pem_of
from support.servers.commands import Commands

PASSWORD = "a long enough passphrase"


@pytest.fixture(scope="module")
def administrator(unprepared: Commands) -> str:
    """An empty installation asks for its first administrator, here by its environment."""
    assert "imloop user" in unprepared("prepare").stdout
    given = {"IMLOOP_ADMIN": "first", "IMLOOP_ADMIN_PASSWORD": PASSWORD}
    assert unprepared("prepare", **given).returncode == 0
    return "first"


@pytest.fixture(scope="module")
def journal(unprepared: Commands, administrator: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported journal with some history."""
    shops = unprepared.data / "shops.csv"
    shops.write_text("code,name,place,since,cite\nM450203001,柳南治理站,450203,2026-01-01,方案五(三)\n")
    assert unprepared("import", "repairers", shops).returncode == 0
    assert unprepared("user", "repairer", "--party", "M450203001", IMLOOP_PASSWORD=PASSWORD).returncode == 0
    assert unprepared("key", "M450203001").returncode == 0
    file = tmp_path_factory.mktemp("journal") / "journal.ndjson"
    assert unprepared("journal", "export", file).returncode == 0
    return file


def test_the_exported_journal_verifies_and_ends_where_the_database_ends(
    unprepared: Commands, journal: Path
) -> None:
    last = json.loads(journal.read_text().splitlines()[-1])
    root = json.loads(unprepared("journal", "root", "--json").stdout)
    assert (root["number"], root["hash"]) == (last["number"], last["hash"])
    assert unprepared("journal", "verify", journal).returncode == 0
    assert unprepared("journal", "verify").returncode == 0


def test_a_person_is_asked_for_a_password_only_where_the_party_is(
    unprepared: Commands, journal: Path
) -> None:
    done = unprepared("user", "nobody", "--party", "nowhere")
    assert (done.returncode, "unknown-party" in done.stderr) == (2, True), done.stderr


def test_a_backup_into_no_folder_names_the_folder(
    unprepared: Commands, journal: Path, tmp_path: Path
) -> None:
    done = unprepared("backup", tmp_path / "no-folder" / "b.tar.zst")
    said = f"no such file or directory: {tmp_path / 'no-folder'}"
    assert done.returncode == 2 and done.stderr.rstrip().endswith(said), done.stderr


@pytest.mark.one_database("sqlite", reason="it is about a file")
@pytest.mark.parametrize("change", ["body", "actor", "at", "removed", "swapped", "inserted"])
def test_every_tampering_is_found(unprepared: Commands, journal: Path, tmp_path: Path, change: str) -> None:
    entries = [json.loads(line) for line in journal.read_text().splitlines()]
    assert len(entries) >= 3
    match change:
        case "removed":
            del entries[2]
        case "swapped":
            entries[1], entries[2] = entries[2], entries[1]
        case "inserted":
            entries.insert(2, dict(entries[2]))
        case field:
            entries[2][field] = entries[2][field] + " "
    forged = tmp_path / "forged.ndjson"
    forged.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    done = unprepared("journal", "verify", forged)
    assert done.returncode == 1
    assert "断裂" in done.stdout


@pytest.mark.one_database("sqlite", reason="it is about a file")
def test_what_is_no_journal_is_refused(unprepared: Commands, tmp_path: Path) -> None:
    file = tmp_path / "x.ndjson"
    file.write_text('{"number": 1}\n')
    done = unprepared("journal", "verify", file)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_the_first_administrator_is_made_once(unprepared: Commands, administrator: str) -> None:
    assert unprepared("prepare", IMLOOP_ADMIN="second", IMLOOP_ADMIN_PASSWORD=PASSWORD).returncode == 0
    taken = unprepared("user", administrator, IMLOOP_PASSWORD=PASSWORD)
    assert (taken.returncode, "username-taken" in taken.stderr) == (2, True)
    assert unprepared("user", "second", IMLOOP_PASSWORD=PASSWORD).returncode == 0


@pytest.mark.parametrize("password", ["hunter2", "1234567890"])
def test_a_weak_password_is_refused(unprepared: Commands, password: str) -> None:
    done = unprepared("user", "somebody", IMLOOP_PASSWORD=password)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert password not in done.stderr


def test_a_key_is_issued_and_revoked(unprepared: Commands, journal: Path) -> None:
    secret = unprepared("key", "M450203001").stdout.strip()
    key_id = secret.split("_")[1]
    assert secret not in journal.read_text()
    assert unprepared("key", "revoke", key_id, "--reason", "stolen").returncode == 0
    assert unprepared("key", "revoke", key_id, "--reason", "again").returncode == 2
    assert "unknown-party" in unprepared("key", "nobody").stderr
    listed = json.loads(unprepared("key", "list", "M450203001", "--json").stdout)
    assert {row["state"] for row in listed if row["key_id"] == key_id} == {"revoked"}
    assert secret not in str(listed)


def test_a_public_key_makes_no_other_kind_of_key(unprepared: Commands, tmp_path: Path) -> None:
    pem = tmp_path / "k.pem"
    pem.write_bytes(pem_of(Ed25519PrivateKey.generate()))
    before = len(json.loads(unprepared("key", "list", "M450203001", "--json").stdout))
    for kind in ([], ["--kind", "bearer"], ["--kind", "hmac"]):
        refused = unprepared("key", "issue", "M450203001", "--public-key", pem, *kind)
        assert refused.returncode == 2 and "--kind ed25519" in refused.stdout + refused.stderr
        assert "imk_" not in refused.stdout and "imh_" not in refused.stdout
    bearer = unprepared("key", "M450203001").stdout.strip().split("_")[1]
    for nothing in (b"", b" \r\n", b"\xef\xbb\xbf", b"\0\0", b"\x30\x2a\x30\xff"):
        blank = tmp_path / "blank.pem"
        blank.write_bytes(nothing)
        for words in (["issue", "M450203001"], ["rotate", bearer]):
            refused = unprepared("key", *words, "--public-key", blank)
            assert refused.returncode == 2 and "imk_" not in refused.stdout, (nothing, words)
            assert "public-key" in refused.stderr and "Traceback" not in refused.stderr
    assert unprepared("key", "rotate", bearer, "--public-key", pem).returncode == 2
    assert len(json.loads(unprepared("key", "list", "M450203001", "--json").stdout)) == before + 1
    assert unprepared("key", "issue", "M450203001", "--kind", "ed25519", "--public-key", pem).returncode == 0


def test_keys_that_sign_are_issued_and_rotated(unprepared: Commands, journal: Path, tmp_path: Path) -> None:
    token = unprepared("key", "issue", "M450203001", "--kind", "hmac", "--note", "一号电脑").stdout.strip()
    assert token.startswith("imh_")
    successor = unprepared("key", "rotate", token.split("_")[1]).stdout.strip()
    assert successor.startswith("imh_") and successor != token
    file = tmp_path / "station.pub"
    private = Ed25519PrivateKey.generate()
    file.write_bytes(
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    )
    issued = unprepared("key", "issue", "M450203001", "--kind", "ed25519", "--public-key", file)
    assert issued.stdout.strip() == thumbprint(private.public_key())
    again = unprepared("key", "issue", "M450203001", "--kind", "ed25519", "--public-key", file)
    assert (again.returncode, "key-known" in again.stderr) == (2, True)


def test_check_says_of_every_part_whether_it_is_sound(unprepared: Commands, journal: Path) -> None:
    done = unprepared("check", "--json")
    assert done.returncode == 0
    assert set(json.loads(done.stdout)) == {
        "law",
        "files",
        "address",
        "disk",
        "database",
        "journal",
        "cases",
        "uploads",
        "notes",
    }
    assert not any(json.loads(done.stdout).values())


def test_work_does_one_pass(unprepared: Commands, journal: Path) -> None:
    assert "0" in unprepared("work", "--once").stdout
