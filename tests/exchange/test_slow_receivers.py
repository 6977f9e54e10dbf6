"""Receivers behind real sockets that drip, or answer without end: they cost a time and a few bytes, and nobody else."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from imloop.exchange.couriers import http_drop
from imloop.exchange.couriers.http_drop import MOST_READ, HttpDrop
from imloop.steps.couriers.deliveries import Message, Refused, TryLater
from imloop.store.models import OutboxEntry
from support.city import at
from support.servers.commands import Commands

NOW = at("2026-03-02 09:00")
PATIENCE = 60.0


@contextmanager
def receiver(answer: Callable[[socket.socket, bytes, threading.Event], None]) -> Iterator[str]:
    """``answer`` is called with each connection once the message is there; returns the address."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door, ExitStack() as stack:
        door.settimeout(0.1)

        def serve() -> None:
            while not over.is_set():
                try:
                    one, _ = door.accept()
                except TimeoutError:
                    continue
                one.settimeout(PATIENCE)
                with one:
                    try:
                        answer(one, _body(one), over)
                    except OSError:
                        continue

        serving = threading.Thread(target=serve)
        serving.start()
        stack.callback(serving.join, PATIENCE)
        stack.callback(over.set)
        yield f"http://127.0.0.1:{door.getsockname()[1]}/in"


def _body(one: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        got += one.recv(9999)
    head, _, body = got.partition(b"\r\n\r\n")
    length = int(
        next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))[15:]
    )
    while len(body) < length:
        body += one.recv(9999)
    return body


def dripping(beginning: bytes) -> Callable[[socket.socket, bytes, threading.Event], None]:
    def answer(one: socket.socket, _: bytes, over: threading.Event) -> None:
        one.sendall(beginning)
        while not over.wait(0.01):
            one.sendall(b"x")

    return answer


def endless(one: socket.socket, _: bytes, over: threading.Event) -> None:
    one.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not over.is_set():
        one.sendall(b"x" * 65536)


def honest(one: socket.socket, body: bytes, over: threading.Event) -> None:
    said = json.dumps({"sha256": hashlib.sha256(body).hexdigest()}).encode()
    one.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said))


def long_no(one: socket.socket, body: bytes, over: threading.Event) -> None:
    words = "不".encode() * MOST_READ
    one.sendall(b"HTTP/1.1 422 No\r\nContent-Length: %d\r\n\r\n%s" % (len(words), words))


@pytest.fixture
def message(db: None) -> Message:
    entry = OutboxEntry(id=7, receiver="x", topic="case-opened", subject="C1", created_at=NOW, body={})
    return Message(entry, b'{"n": 1}')


def put(address: str, message: Message, now: datetime = NOW) -> str:
    with HttpDrop("region", address) as drop:
        return drop.put(message, now)


@pytest.mark.parametrize(
    "beginning", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"]
)
def test_dripping_ends_after_a_total_time(
    message: Message, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(http_drop, "SECONDS", 0.3)
    with receiver(dripping(beginning)) as address, pytest.raises(TryLater, match="not done within"):
        put(address, message)


def test_of_an_answer_without_end_the_beginning_is_read(message: Message) -> None:
    with receiver(endless) as address:
        assert put(address, message) == ""


def test_a_long_refusal_is_a_refusal_in_short(message: Message) -> None:
    with receiver(long_no) as address, pytest.raises(Refused) as refused:
        put(address, message)
    assert len(str(refused.value)) < 200


def test_an_honest_one_says_what_it_got(message: Message) -> None:
    with receiver(honest) as address:
        assert put(address, message) == message.sha256


PREPARE = """
import django, json, sys
django.setup()
from imloop.steps.ground import clock
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import writing
from support.city import City
from support.stories.outside import receiver_outside
City.build()
for code, address in json.loads(sys.argv[1]).items():
    receiver_outside(code, address, party="450200-environment")
with writing(clock.now(), SYSTEM) as ledger:
    for number in range(5):
        ledger.send("450200-environment", "case-opened", f"C{number}", {"n": number})
"""
WORK = """
import sys, threading
import django
django.setup()
from pathlib import Path
from imloop.exchange.couriers.rounds import Rounds
from imloop.steps.ground import clock
folder, rounds = Path(sys.argv[1]), Rounds(clock.now, lambda duty: duty())
assert rounds.begin() == 2
while len(list(folder.glob("*.json"))) < 5:
    threading.Event().wait(0.02)
assert rounds.begin() == 0, "the slow one's pass is under way, the other has everything"
print("done")
"""


def test_a_receiver_that_never_answers_delays_no_other(imloop: Commands, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with receiver(dripping(b"HTTP/1.1 200 OK\r\nX: ")) as address:
        imloop.python(PREPARE, json.dumps({"a-slow": address, "b-quick": str(folder)}))
        assert "done" in imloop.python(WORK, folder)
