"""Files are taken when they are whole, once, in order; what cannot be accepted lies apart with its reason."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from imloop.agent.folder import Folder
from imloop.agent.spool import RESERVE, Spool
from imloop.agent.uploader import Step, Uploader

from .conftest import Bench, Clock, upload

EXAMPLES = Path(__file__).parents[1] / "exchange" / "dialects"


@pytest.fixture
def folder(tmp_path: Path, spool: Spool) -> Folder:
    return Folder(tmp_path / "inbox", spool)


def write(folder: Folder, name: str, body: bytes, order: int) -> Path:
    file = folder.path / name
    file.write_bytes(body)
    os.utime(file, ns=(order, order))
    return file


def names(path: Path) -> list[str]:
    return sorted(str(file.relative_to(path)) for file in path.rglob("*") if file.is_file())


def test_a_file_is_taken_at_the_second_look_oldest_first(folder: Folder, clock: Clock) -> None:
    write(folder, "b.json", upload(1), 1)
    write(folder, "a.json", upload(2), 2)
    assert folder.look(clock()) == 0
    assert folder.look(clock()) == 2
    assert [json.loads(folder.spool.body(n))["test_no"] for n in (1, 2)] == ["T0001", "T0002"]
    assert names(folder.path) == ["done/2026-03-05/a.json", "done/2026-03-05/b.json"]


def test_a_file_that_still_grows_or_is_named_as_unfinished_waits(folder: Folder, clock: Clock) -> None:
    body = upload(1)
    write(folder, "one.json", body[:100], 1)
    write(folder, "two.json.tmp", upload(2), 1)
    write(folder, ".three.json", upload(3), 1)
    folder.look(clock())
    write(folder, "one.json", body, 2)
    assert folder.look(clock()) == 0
    assert folder.look(clock()) == 1
    (folder.path / "two.json.tmp").rename(folder.path / "two.json")
    folder.look(clock())
    assert folder.look(clock()) == 1
    assert [item.id for item in folder.spool.items()] == [1, 2]


def test_files_of_several_dialects(folder: Folder, clock: Clock) -> None:
    for number, name in enumerate(
        ("line-ini-asm.ini", "line-csv-tsi.csv", "hj1238-lugdown.xml", "jtt1132-repair.json")
    ):
        write(folder, name, (EXAMPLES / name).read_bytes(), number)
    folder.look(clock())
    assert folder.look(clock()) == 4
    assert [(item.kind, item.dialect) for item in folder.spool.items()] == [
        ("test", "line-ini"),
        ("test", "line-csv"),
        ("test", "hj1238"),
        ("repair", "jtt1132"),
    ]


def test_an_unreadable_file_is_put_aside_with_its_reason(folder: Folder, clock: Clock) -> None:
    body = (EXAMPLES / "line-ini-asm.ini").read_bytes().replace(b"StationCode", b"Station")
    write(folder, "bad.ini", body, 1)
    folder.look(clock())
    assert folder.look(clock()) == 0
    assert names(folder.path) == ["refused/bad.ini", "refused/bad.ini.reason.json"]
    told = json.loads((folder.path / "refused/bad.ini.reason.json").read_bytes())
    assert told["code"] == "malformed" and "Task.StationCode" in told["errors"][0]["detail"]
    assert folder.spool.items() == []


def test_the_same_file_twice_is_one_item(folder: Folder, clock: Clock) -> None:
    for name in ("one.json", "one.json"):
        write(folder, name, upload(1), 1)
        folder.look(clock())
        folder.look(clock())
    assert len(folder.spool.items()) == 1
    assert names(folder.path) == ["done/2026-03-05/one-2.json", "done/2026-03-05/one.json"]


def test_files_wait_outside_while_the_spool_is_full(tmp_path: Path, clock: Clock) -> None:
    free = [0]
    spool = Spool(tmp_path / "spool", free=lambda _: free[0])
    folder = Folder(tmp_path / "inbox", spool)
    write(folder, "one.json", upload(1), 1)
    for _ in range(3):
        assert folder.look(clock()) == 0
    assert names(folder.path) == ["one.json"]
    free[0] = 10 * RESERVE
    assert folder.look(clock()) == 1
    spool.close()


def test_the_platforms_refusal_joins_the_file(folder: Folder, bench: Bench, clock: Clock) -> None:
    write(folder, "one.json", upload(1), 1)
    folder.look(clock())
    folder.look(clock())
    bench.fake.mood.append("refuse")
    assert Uploader(bench.spool, bench.platform, clock, folder.refused).step() is Step.REFUSED
    assert names(folder.path) == ["refused/one.json", "refused/one.json.reason.json"]
    assert b"malformed" in (folder.path / "refused/one.json.reason.json").read_bytes()


def test_new_tests_are_told(tmp_path: Path, spool: Spool, clock: Clock) -> None:
    heard: list[int] = []
    folder = Folder(tmp_path / "inbox", spool, lambda item: heard.append(item.id))
    write(folder, "one.json", upload(1), 1)
    folder.look(clock())
    folder.look(clock())
    assert heard == [1]
