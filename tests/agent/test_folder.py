"""Files are taken when they are whole, once, in order; what cannot be accepted lies apart with its reason."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from imloop.agent.inlets.folder import LARGEST, Folder
from imloop.agent.sending.uploader import Step, Uploader
from imloop.agent.spool import RESERVE, Kind, Spool

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


def look(folder: Folder, clock: Clock) -> int:
    """A look, long enough after the last one for files to have settled."""
    clock.on(seconds=3)
    return folder.look(clock())


def names(path: Path) -> list[str]:
    return sorted(str(file.relative_to(path)) for file in path.rglob("*") if file.is_file())


def test_files_are_taken_once_they_have_settled_oldest_first(folder: Folder, clock: Clock) -> None:
    write(folder, "b.json", upload(1), 1)
    write(folder, "a.json", upload(2), 2)
    assert look(folder, clock) == 0
    assert look(folder, clock) == 2
    assert [json.loads(folder.spool.body(n))["test_no"] for n in (1, 2)] == ["T0001", "T0002"]
    assert names(folder.path) == ["done/2026-03-05/a.json", "done/2026-03-05/b.json"]


def test_a_file_that_still_grows_or_is_named_as_unfinished_waits(folder: Folder, clock: Clock) -> None:
    body = upload(1)
    write(folder, "one.json", body[:100], 1)
    write(folder, "two.json.tmp", upload(2), 1)
    write(folder, ".three.json", upload(3), 1)
    look(folder, clock)
    write(folder, "one.json", body, 2)
    assert look(folder, clock) == 0
    assert look(folder, clock) == 1
    (folder.path / "two.json.tmp").rename(folder.path / "two.json")
    look(folder, clock)
    assert look(folder, clock) == 1
    assert [item.id for item in folder.spool.items()] == [1, 2]


def test_a_slow_writer_is_waited_for_and_an_empty_file_is_none(folder: Folder, clock: Clock) -> None:
    write(folder, "empty.json", b"", 1)
    write(folder, "one.json", upload(1), 1)
    for seconds in (0, 1, 1):
        clock.on(seconds=seconds)
        assert folder.look(clock()) == 0
    write(folder, "one.json", upload(2), 2)  # it had not been finished
    for seconds in (0.5, 1, 1):
        clock.on(seconds=seconds)
        assert folder.look(clock()) == 0
    clock.on(seconds=1)
    assert folder.look(clock()) == 1
    assert json.loads(folder.spool.body(1))["test_no"] == "T0002"
    assert names(folder.path) == ["done/2026-03-05/one.json", "empty.json"]


def test_files_of_several_dialects(folder: Folder, clock: Clock) -> None:
    for number, name in enumerate(
        ("line-ini-asm.ini", "line-csv-tsi.csv", "hj1238-lugdown.xml", "jtt1132-repair.json")
    ):
        write(folder, name, (EXAMPLES / name).read_bytes(), number)
    look(folder, clock)
    assert look(folder, clock) == 4
    assert [(item.kind, item.dialect) for item in folder.spool.items()] == [
        ("test", "line-ini"),
        ("test", "line-csv"),
        ("test", "hj1238"),
        ("repair", "jtt1132"),
    ]


def test_an_unreadable_file_is_put_aside_with_its_reason(folder: Folder, clock: Clock) -> None:
    body = (EXAMPLES / "line-ini-asm.ini").read_bytes().replace(b"StationCode", b"Station")
    write(folder, "bad.ini", body, 1)
    look(folder, clock)
    assert look(folder, clock) == 0
    assert names(folder.path) == ["refused/bad.ini", "refused/bad.ini.reason.json"]
    told = json.loads((folder.path / "refused/bad.ini.reason.json").read_bytes())
    assert told["code"] == "malformed" and "Task.StationCode" in told["errors"][0]["detail"]
    assert folder.spool.items() == []


def test_the_same_file_twice_is_one_item(folder: Folder, clock: Clock) -> None:
    for name in ("one.json", "one.json"):
        write(folder, name, upload(1), 1)
        look(folder, clock)
        look(folder, clock)
    assert len(folder.spool.items()) == 1
    assert names(folder.path) == ["done/2026-03-05/one-2.json", "done/2026-03-05/one.json"]


def test_files_wait_outside_while_the_spool_is_full(tmp_path: Path, clock: Clock) -> None:
    free = [0]
    spool = Spool(tmp_path / "spool", free=lambda _: free[0])
    folder = Folder(tmp_path / "inbox", spool)
    write(folder, "one.json", upload(1), 1)
    for _ in range(3):
        assert look(folder, clock) == 0
    assert names(folder.path) == ["one.json"]
    free[0] = 10 * RESERVE
    assert look(folder, clock) == 1
    spool.close()


def test_the_platforms_refusal_joins_the_file(folder: Folder, bench: Bench, clock: Clock) -> None:
    write(folder, "one.json", upload(1), 1)
    look(folder, clock)
    look(folder, clock)
    bench.fake.mood.append("refuse")
    assert Uploader(bench.spool, bench.platform, clock, folder.refused).step() is Step.REFUSED
    assert names(folder.path) == ["refused/one.json", "refused/one.json.reason.json"]
    assert b"malformed" in (folder.path / "refused/one.json.reason.json").read_bytes()


def test_a_refusal_that_comes_before_the_file_is_moved_joins_it_all_the_same(
    tmp_path: Path, bench: Bench, clock: Clock
) -> None:
    bench.fake.mood.append("refuse")
    folder = Folder(tmp_path / "inbox", bench.spool, taken=lambda _: None)
    uploader = Uploader(bench.spool, bench.platform, clock, folder.refused)
    put = bench.spool.put

    def put_and_send(*given: object, **more: object) -> object:
        kept = put(*given, **more)  # type: ignore[arg-type]
        assert uploader.step() is Step.REFUSED
        return kept

    bench.spool.put = put_and_send  # type: ignore[method-assign, assignment]
    write(folder, "one.json", upload(1), 1)
    look(folder, clock)
    look(folder, clock)
    assert names(folder.path) == ["refused/one.json", "refused/one.json.reason.json"]


def test_new_tests_are_told(tmp_path: Path, spool: Spool, clock: Clock) -> None:
    heard: list[int] = []
    folder = Folder(tmp_path / "inbox", spool, taken=lambda item: heard.append(item.id))
    write(folder, "one.json", upload(1), 1)
    look(folder, clock)
    look(folder, clock)
    assert heard == [1]


STRANGE = {
    "empty object.json": b"{}",
    "nothing but padding.json": b"\x00" * 64,
    "deep.json": b'{"a":' * 3000,
    "deep.xml": b"<a>" * 3000,
    "half a pair.json": b'{"test_no": "\\ud800", "documents": {"photos": ["\\ud800.jpg"]}}',
    "twice.json": upload(7)[:-1] + b', "test_no": "T8"}',
    "quote.csv": '检测编号,"T1\nCO,HC\n'.encode("gbk"),
    "large.json": b" " * (LARGEST + 1),
    "picture.jpg": b"GIF89a",
}


@pytest.mark.parametrize("name", STRANGE)
def test_one_bad_file_never_stops_the_others(folder: Folder, clock: Clock, name: str) -> None:
    write(folder, "before.json", upload(1), 1)
    write(folder, name, STRANGE[name], 2)
    write(folder, "after.json", upload(2), 3)
    look(folder, clock)
    assert look(folder, clock) == 2
    clock.on(days=1)  # nobody names the picture
    look(folder, clock)
    assert [json.loads(folder.spool.body(item.id))["test_no"] for item in folder.spool.items()] == [
        "T0001",
        "T0002",
    ]
    assert names(folder.path / "refused") == [name, f"{name}.reason.json"]
    told = json.loads((folder.path / "refused" / f"{name}.reason.json").read_bytes())
    assert told["code"] and told["detail"] and told["detail_en"]


@pytest.mark.parametrize("body", [upload(1), b"bad"], ids=["good", "bad"])
@pytest.mark.parametrize("name", ["done", "refused"])
def test_a_file_with_the_name_of_a_folder_stands_in_nobody_s_way(
    folder: Folder, clock: Clock, name: str, body: bytes
) -> None:
    write(folder, name, body, 1)
    write(folder, "bad.json", b"{", 2)
    write(folder, "good.json", upload(2), 3)
    look(folder, clock)
    assert look(folder, clock) == 1 + (body != b"bad")
    assert all(len(Path(each).parts) > 1 for each in names(folder.path)), "nothing is left in the inbox"
    assert {"refused/bad.json", "refused/bad.json.reason.json"} <= set(names(folder.path))
    assert [item.file for item in folder.spool.items() if not Path(item.file).exists()] == []


LONG = {
    "ascii": "L" * 250 + ".json",
    "gbk": os.fsdecode(("检" * 120).encode("gbk") + b".json"),
    "utf-8": "检" * 83 + ".json",
}


@pytest.mark.parametrize("name", LONG.values(), ids=LONG.keys())
def test_a_name_as_long_as_names_may_be(folder: Folder, bench: Bench, clock: Clock, name: str) -> None:
    """One that is taken and refused by the platform, one that cannot be read, and one again with the same name."""
    for body in (upload(1), b"{", b"{["):
        write(folder, name, body, 1)
        look(folder, clock)
        look(folder, clock)
    bench.fake.mood.append("refuse")
    assert Uploader(bench.spool, bench.platform, clock, folder.refused).step() is Step.REFUSED
    found = names(folder.path)
    assert len(found) == 6 and all(each.startswith("refused/") for each in found)
    assert sum(each.endswith(".reason.json") for each in found) == 3


def test_a_reason_never_takes_the_place_of_a_file(folder: Folder, clock: Clock) -> None:
    for name, body in (("a.json.reason.json", b"{"), ("a.json", b"[")):
        write(folder, name, body, 1)
        look(folder, clock)
        look(folder, clock)
    kept = [(folder.path / "refused" / each).read_bytes() for each in names(folder.path / "refused")]
    assert len(kept) == 4 and {b"{", b"["} <= set(kept)


def test_a_file_that_stays_closed_lies_apart_in_the_end(
    folder: Folder, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, "closed.json", upload(1), 1)
    write(folder, "open.json", upload(2), 2)
    opened = Path.read_bytes

    def closed(file: Path) -> bytes:
        if file.name == "closed.json":
            raise PermissionError(13, "Permission denied")
        return opened(file)

    monkeypatch.setattr(Path, "read_bytes", closed)
    look(folder, clock)
    assert look(folder, clock) == 1 and (folder.path / "closed.json").exists(), "its writer may be at it"
    clock.on(minutes=5)
    look(folder, clock)
    assert names(folder.path / "refused") == ["closed.json", "closed.json.reason.json"]
    told = json.loads(opened(folder.path / "refused/closed.json.reason.json"))
    assert told["code"] == "file-unreadable" and "PermissionError" in told["detail_en"]


def test_nor_does_one_that_no_part_of_the_agent_expects(
    folder: Folder, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = folder.spool.put

    def fails_once(kind: Kind, original: bytes, *given: object, **more: object) -> object:
        if b"T0002" in original:
            raise RuntimeError("nobody thought of this")
        return put(kind, original, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(folder.spool, "put", fails_once)
    for number in (1, 2, 3):
        write(folder, f"{number}.json", upload(number), number)
    look(folder, clock)
    assert look(folder, clock) == 2
    assert names(folder.path / "refused") == ["2.json", "2.json.reason.json"]
    assert json.loads((folder.path / "refused/2.json.reason.json").read_bytes())["code"] == "file-unreadable"


def test_a_name_in_another_encoding_is_taken_and_found_again(
    folder: Folder, bench: Bench, clock: Clock
) -> None:
    write(folder, os.fsdecode("检测一.json".encode("gbk")), upload(1), 1)
    look(folder, clock)
    assert look(folder, clock) == 1
    assert names(folder.path) == ["done/2026-03-05/检测一.json"]
    bench.fake.mood.append("refuse")
    assert Uploader(bench.spool, bench.platform, clock, folder.refused).step() is Step.REFUSED
    assert names(folder.path) == ["refused/检测一.json", "refused/检测一.json.reason.json"]


def test_a_fault_of_the_disk_is_no_fault_of_the_file(folder: Folder, clock: Clock) -> None:
    folder.spool._db.execute(
        "CREATE TRIGGER broken BEFORE INSERT ON item BEGIN SELECT RAISE(FAIL, 'disk'); END"
    )
    write(folder, "one.json", upload(1), 1)
    look(folder, clock)
    assert look(folder, clock) == 0 and names(folder.path) == ["one.json"]
    folder.spool._db.execute("DROP TRIGGER broken")
    assert look(folder, clock) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_the_platform_gets_the_message_in_its_own_encoding(
    folder: Folder, clock: Clock, encoding: str
) -> None:
    text = upload(1, vehicle={"owner": {"name": "柳州市分公司"}}).decode()
    write(folder, "one.json", text.encode(encoding) + b"\x1a", 1)
    look(folder, clock)
    assert look(folder, clock) == 1
    assert folder.spool.body(1).decode() == text
