"""A process beside the server's own reads uploads: the same answers with and without it, whatever happens to it."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from imloop.exchange.uploads import intake
from imloop.exchange.uploads.read_upload import read_upload
from imloop.exchange.uploads.reader_process import ReaderProcess
from imloop.facts.codes import Method
from imloop.facts.records.inspection import Trace
from imloop.facts.refusal import Malformed, Refusal
from imloop.sim.sample import sample_message
from support.city import FAR, NEAR, City, at
from support.messages.uploads import test_message

NOW = at("2026-03-05 10:00")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="a pipe that a new process inherits")


def until(true: Callable[[], bool]) -> None:
    last = time.monotonic() + 60
    while not true():
        assert time.monotonic() < last
        time.sleep(0.01)


def ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.fixture
def reader() -> Iterator[ReaderProcess]:
    one = ReaderProcess(pause=0.0)
    one.start()
    until(lambda: one.ready)
    yield one
    one.stop()


def body(test_no: str, **change: object) -> bytes:
    return msgspec.json.encode(test_message(at("2026-03-05 09:00"), station=NEAR, test_no=test_no, **change))


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_known_of_an_upload_travels_unchanged(method: Method, packed: bool) -> None:
    found = read_upload(sample_message(method, station=NEAR, fail=True, packed=packed), "450203", "")
    there = pickle.loads(pickle.dumps(found))
    assert there == found
    assert there.judged.record.trace == Trace()


def test_read_by_the_process_or_here_the_receipts_are_the_same(
    city: City, reader: ReaderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import transaction

    monkeypatch.setattr(intake, "reader", reader)
    answers = []
    for where in ("there", "here"):
        if where == "here":
            monkeypatch.setattr(intake, "reader", ReaderProcess())
        with transaction.atomic():
            said = [
                intake.take_test_in_group(
                    body(f"{n}", vehicle={"plate": f"桂B0000{n}"}), city.callers[NEAR], NOW
                )
                for n in range(3)
            ]
            answers.append([receipt.body for receipt in said])
            transaction.set_rollback(True)
    assert answers[0] == answers[1]


def test_what_cannot_be_read_there_is_refused_here_with_its_reason(
    city: City, reader: ReaderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "reader", reader)
    caller = city.callers[NEAR]
    for wrong in (b"{", body("A", method="NONE"), b'{"schema": "imloop.test/1"}'):
        with pytest.raises(Malformed):
            intake.take_test_in_group(wrong, caller, NOW)
    with pytest.raises(Refusal):
        intake.take_test_in_group(body("A"), city.callers[FAR], NOW)
    assert reader.ready
    assert intake.take_test_in_group(body("A"), caller, NOW).created


def test_killed_it_is_missed_by_nobody_and_comes_back(reader: ReaderProcess) -> None:
    pid = reader.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: ended(pid))
    assert reader(body("A"), "450203", "") is None
    until(lambda: reader.ready)
    assert reader.pid != pid
    found = reader(body("A"), "450203", "")
    assert found == read_upload(body("A"), "450203", "")


def test_an_answer_that_breaks_off_is_never_anothers(
    reader: ReaderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr("multiprocessing.connection._ForkingPickler.loads", breaks)
        with pytest.raises(MemoryError):
            reader(body("A"), "450203", "")
    assert reader(body("B"), "450203", "") is None
    until(lambda: reader.ready)
    found = reader(body("B"), "450203", "")
    assert found is not None and found.judged.record.test_no == "B"


SERVER = """
import sys
from imloop.exchange.uploads.reader_process import ReaderProcess
reader = ReaderProcess()
reader.start()
while not reader.ready:
    pass
print(reader.pid, flush=True)
sys.stdin.read()
"""


def test_it_ends_with_a_server_that_is_killed() -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdin is not None and server.stdout is not None
    pid = int(server.stdout.readline())
    assert not ended(pid)
    server.kill()
    server.wait(30)
    until(lambda: ended(pid))
    server.stdin.close()
    server.stdout.close()
