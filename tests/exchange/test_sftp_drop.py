"""Messages reach a folder on another machine by SFTP: whole, in order, and at a host that is known, or not at all."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import asyncssh
import pytest
from django.conf import settings

from imloop.exchange.couriers import sftp_drop
from imloop.exchange.couriers.courier import bring_again, carry
from imloop.facts.refusal import Malformed, NotAllowed
from imloop.steps.couriers import deliveries, receivers
from imloop.steps.couriers.sftp_address import SftpAddress, sftp_address
from imloop.steps.ground.access import SYSTEM
from imloop.store.models import Delivery, OutboxEntry, Receiver
from support.city import City, at
from support.servers.fake_sftp import FakeSftp, without_extensions

OFFICE = "450200-environment"
START = at("2026-03-02 09:00")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with a key in it."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setattr(settings, "DATA_DIR", folder)
    _lay_key(folder, asyncssh.generate_private_key("ssh-ed25519"))
    return folder


def _lay_key(folder: Path, key: asyncssh.SSHKey, passphrase: str | None = None) -> None:
    file = folder / "sftp-key"
    file.write_bytes(key.export_private_key(passphrase=passphrase, rounds=50))
    file.chmod(0o600)


@pytest.fixture
def outside(data: Path, tmp_path: Path) -> Iterator[FakeSftp]:
    """A server that knows our key and is known to us."""
    root = tmp_path / "root"
    (root / "in").mkdir(parents=True)
    with FakeSftp(root, asyncssh.read_private_key(data / "sftp-key")).running() as fake:
        (data / "sftp-known-hosts").write_text(fake.known_host)
        yield fake


def receiver_at(port: int, folder: str = "/") -> Receiver:
    return receivers.add_receiver(
        SYSTEM,
        code="old",
        name="旧系统",
        party=OFFICE,
        way="sftp",
        address=f"sftp://imloop@127.0.0.1:{port}{folder}",
        topics=[],
        now=START,
    )


def messages(count: int) -> list[str]:
    """The names of the files they become."""
    rows = [
        OutboxEntry.objects.create(
            receiver=OFFICE, topic="case-opened", subject=f"C{number}", created_at=START, body={"n": number}
        )
        for number in range(count)
    ]
    return [f"{row.pk:012d}-case-opened.json" for row in rows]


def carry_at(hours: int = 0) -> int:
    """A pass so long after the start that every pause is over."""
    now: datetime = START + timedelta(hours=hours)
    return carry(lambda: now)


def error_of(row: Receiver) -> str:
    row.refresh_from_db()
    return row.last_error


def test_files_arrive_whole_and_in_order_over_one_connection(city: City, outside: FakeSftp) -> None:
    row = receiver_at(outside.port, "/in/")
    sent = messages(3)
    assert carry_at() == 3
    assert outside.renamed == sent
    assert sorted(file.name for file in (outside.root / "in").iterdir()) == sent, "and nothing beside"
    assert json.loads((outside.root / "in" / sent[1]).read_text())["body"] == {"n": 1}
    assert (outside.connections, outside.flushed) == (1, 3)
    assert outside.closed.acquire(timeout=20), "given up at the end of the pass"
    (sheet,) = deliveries.reconcile(row, [START.date()])
    assert (sheet.sent, sheet.acknowledged) == (3, 3)


def test_nobody_is_called_for_nothing(city: City, outside: FakeSftp) -> None:
    receiver_at(outside.port)
    assert carry_at() == 0 and outside.connections == 0


@pytest.mark.parametrize("trouble", ["cut", "full", "lost"])
def test_what_breaks_half_way_leaves_no_half_file_and_is_brought_again(
    city: City, outside: FakeSftp, trouble: str
) -> None:
    row = receiver_at(outside.port, "/in")
    first, second = messages(2)
    outside.behaviours = ["ok", trouble]
    assert carry_at() == 1
    there = {file.name for file in (outside.root / "in").glob("[0-9]*")}
    assert there == ({first, second} if trouble == "lost" else {first})
    assert error_of(row) and row.tries == 1 and not Delivery.objects.filter(state="dead").exists()

    assert carry_at(1) == 1
    assert sorted(file.name for file in (outside.root / "in").iterdir()) == [first, second]
    assert json.loads((outside.root / "in" / second).read_text())["body"] == {"n": 1}
    assert error_of(row) == "" and outside.connections == 2
    assert [one.tries for one in Delivery.objects.order_by("entry")] == [1, 2]


def test_a_server_without_extensions_is_served_and_acknowledges_nothing(
    city: City, outside: FakeSftp, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = asyncssh.sftp.SFTPServerHandler
    monkeypatch.setattr(handler, "_extensions", without_extensions(handler._extensions))
    row = receiver_at(outside.port, "/in")
    (name,) = messages(1)
    (outside.root / "in" / name).write_text("left by an earlier try")
    assert carry_at() == 1 and outside.flushed == 0
    assert json.loads((outside.root / "in" / name).read_text())["body"] == {"n": 0}
    (sheet,) = deliveries.reconcile(row, [START.date()])
    assert (sheet.sent, sheet.unanswered) == (1, 1)


def test_a_host_that_is_not_known_gets_nothing(city: City, outside: FakeSftp, data: Path) -> None:
    row = receiver_at(outside.port, "/in")
    messages(1)
    fingerprint = outside.host_key.get_fingerprint()
    for number, known in enumerate([None, "", outside.known_host.replace("127.0.0.1", "other.example")]):
        (data / "sftp-known-hosts").unlink(missing_ok=True)
        if known is not None:
            (data / "sftp-known-hosts").write_text(known)
        assert carry_at(number) == 0
        assert error_of(row).startswith("host-key-unknown") and row.last_error.endswith(fingerprint)
    assert not list((outside.root / "in").iterdir())
    (data / "sftp-known-hosts").write_text(outside.known_host)
    assert carry_at(9) == 1, "once it is told, what waited goes on"


def test_a_host_whose_key_changed_gets_nothing(city: City, outside: FakeSftp, data: Path) -> None:
    row = receiver_at(outside.port, "/in")
    messages(1)
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    (data / "sftp-known-hosts").write_text(f"[127.0.0.1]:{outside.port} {other}")
    assert carry_at() == 0
    assert error_of(row).startswith("host-key-changed")
    assert row.last_error.endswith(outside.host_key.get_fingerprint())

    (data / "sftp-known-hosts").write_text(f"{outside.known_host}@revoked {outside.known_host}")
    assert carry_at(1) == 0 and error_of(row).startswith("host-key-refused")
    assert not list((outside.root / "in").iterdir())


def test_a_key_that_is_missing_open_unreadable_or_not_let_in_is_said(
    city: City, outside: FakeSftp, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = receiver_at(outside.port, "/in")
    messages(1)
    key = data / "sftp-key"
    good = asyncssh.read_private_key(key)

    key.chmod(0o640)
    assert carry_at(0) == 0 and error_of(row).startswith("sftp-key-open")
    key.unlink()
    assert carry_at(1) == 0 and error_of(row).startswith("sftp-key-missing")
    assert outside.connections == 0
    _lay_key(data, good, "a passphrase")
    assert carry_at(2) == 0 and error_of(row).startswith("sftp-key-unreadable")
    monkeypatch.setattr(settings, "SFTP_PASSPHRASE", "another")
    assert carry_at(3) == 0 and error_of(row).startswith("sftp-key-unreadable")
    _lay_key(data, asyncssh.generate_private_key("ssh-ed25519"))
    assert carry_at(4) == 0 and error_of(row).startswith("PermissionDenied")

    _lay_key(data, good, "a passphrase")
    monkeypatch.setattr(settings, "SFTP_PASSPHRASE", "a passphrase")
    assert carry_at(5) == 1


def test_a_folder_that_is_gone_and_a_server_that_is_down_are_waited_for(
    city: City, outside: FakeSftp
) -> None:
    row = receiver_at(outside.port, "/later")
    messages(1)
    assert carry_at() == 0 and error_of(row).startswith("SFTPNoSuchFile")
    (outside.root / "later").mkdir()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # a port on which nobody listens
        Receiver.objects.update(address=f"sftp://imloop@127.0.0.1:{taken.getsockname()[1]}/later")
        assert carry_at(1) == 0 and error_of(row).startswith("ConnectionRefusedError")
    Receiver.objects.update(address=f"sftp://imloop@127.0.0.1:{outside.port}/later")
    assert carry_at(2) == 1


def test_a_server_that_never_answers_is_left(city: City, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sftp_drop, "CONNECT_SECONDS", 0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        row = receiver_at(silent.getsockname()[1])
        messages(1)
        assert carry_at() == 0 and error_of(row).startswith("sftp-timeout")


def test_one_message_by_itself(city: City, outside: FakeSftp, data: Path) -> None:
    row = receiver_at(outside.port, "/in")
    (name,) = messages(1)
    entry = deliveries.waiting(row)[0]
    deliveries.refused(row, deliveries.message_of(row, entry), "x", START)
    known = (data / "sftp-known-hosts").read_text()
    (data / "sftp-known-hosts").unlink()
    with pytest.raises(NotAllowed, match="host-key-unknown"):
        bring_again(SYSTEM, "old", entry.pk, START)
    (data / "sftp-known-hosts").write_text(known)
    bring_again(SYSTEM, "old", entry.pk, START)
    assert outside.renamed == [name] and Delivery.objects.get().state == "delivered"


def test_an_address_is_read() -> None:
    for address, read in (
        ("sftp://imloop@old.example/in/city/", SftpAddress("imloop", "old.example", 22, "/in/city")),
        ("sftp://a%40b@[::1]:2022/", SftpAddress("a@b", "::1", 2022, "")),
    ):
        assert sftp_address(address) == read
        assert receivers.way_of(address) == "sftp"


@pytest.mark.parametrize(
    "address",
    [
        "sftp://old.example/in",
        "sftp://imloop@old.example",
        "sftp://imloop:secret@old.example/in",
        "sftp://imloop@old.example:high/in",
        "sftp://imloop@[::1/in",
        "sftp://imloop@old.example/in?x=1",
        "https://imloop@old.example/in",
    ],
)
def test_an_odd_address_is_refused(city: City, address: str) -> None:
    with pytest.raises(Malformed):
        receivers.add_receiver(
            SYSTEM, code="x", name="x", party=OFFICE, way="sftp", address=address, topics=[], now=START
        )
