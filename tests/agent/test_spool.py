"""The spool keeps what it has said it keeps, and says no before anything is half kept."""

from __future__ import annotations

import json
import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from imloop.agent.inlets.inlet import take
from imloop.agent.spool import RESERVE, Kind, Room, Spool, State
from imloop.exchange.dialects import read
from imloop.facts.refusal import Malformed, NotAllowed

from .conftest import Clock, upload

EXAMPLES = Path(__file__).parents[1] / "exchange" / "dialects"


def test_a_commit_is_on_the_disk_before_it_is_answered(spool: Spool) -> None:
    assert spool._db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert spool._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_identical_bytes_are_one_item(spool: Spool, clock: Clock) -> None:
    first, fresh = take(spool, upload(1), clock())
    again, fresh_again = take(spool, upload(1, co=0.1), clock())
    assert fresh and not fresh_again and first == again
    other, _ = take(spool, upload(2), clock())
    assert other.id > first.id


def test_callers_at_once_each_find_their_own_bytes(spool: Spool, clock: Clock) -> None:
    """Large enough that packing one takes as long as the others need to come in."""
    bodies = [random.Random(number).randbytes(2**18) * 4 for number in range(48)]

    def keep(body: bytes) -> bytes:
        item, fresh = spool.put(Kind.TEST, body, clock(), converted=body[::-1])
        assert fresh
        return spool.original(item.id) + spool.body(item.id)

    with ThreadPoolExecutor(8) as callers:
        kept = list(callers.map(keep, bodies))
    assert kept == [body + body[::-1] for body in bodies]


def test_another_process_finds_it(spool: Spool, clock: Clock) -> None:
    take(spool, upload(1), clock())
    other = Spool(spool.folder)
    head = other.head()
    assert head is not None and other.body(head.id) == spool.body(head.id)
    other.close()


def test_a_dialect_is_kept_as_it_came_and_sent_under_our_names(spool: Spool, clock: Clock) -> None:
    body = (EXAMPLES / "line-ini-asm.ini").read_bytes()
    item, _ = take(spool, body, clock())
    assert item.dialect == "line-ini" and spool.original(item.id) == body
    sent = read(spool.body(item.id))
    assert sent.dialect.name == "imloop" and sent.message["test_no"] == read(body).message["test_no"]
    assert sent.message["source"] == {"dialect": "line-ini", "sha256": item.sha256}


def test_our_own_json_is_sent_byte_for_byte_but_in_utf8(spool: Spool, clock: Clock) -> None:
    body = upload(1)
    assert spool.body(take(spool, body, clock())[0].id) == body
    marked, _ = take(spool, b"\xef\xbb\xbf" + upload(2), clock())
    assert spool.body(marked.id) == upload(2)
    check = {
        "check_no": "C1",
        "station": "450203001",
        "line": "01",
        "kind": "analyser_leak",
        "values": {"loss_kpa": 0.1},
    }
    check |= {"started_at": "2026-03-05T08:00:00+08:00", "finished_at": "2026-03-05T08:03:00+08:00"}
    plain = json.dumps(check).encode()
    assert spool.body(take(spool, b"\xef\xbb\xbf" + plain, clock())[0].id) == plain
    chinese, _ = take(spool, upload(3).decode().encode("gb18030"), clock())
    assert read(spool.body(chinese.id)).message == read(upload(3)).message


@pytest.mark.parametrize("body", [b"", b"{}", b'{"schema":"imloop.test/1"}', b"<Report/>", b"\xff\xfe"])
def test_what_the_platform_could_not_read_is_refused_at_the_door(
    spool: Spool, clock: Clock, body: bytes
) -> None:
    with pytest.raises(Malformed):
        take(spool, body, clock())
    assert spool.items() == []


def test_the_bound_is_told_long_before_and_then_held(tmp_path: Path, clock: Clock) -> None:
    with_one = Spool(tmp_path / "one")
    take(with_one, upload(1), clock())
    size = with_one.figures().stored
    with_one.close()
    small = Spool(tmp_path / "small", limit=5 * size - size // 2)
    rooms = []
    for number in range(1, 6):
        take(small, upload(number), clock())
        rooms.append(small.figures().room)
    assert rooms == [Room.OK, Room.OK, Room.OK, Room.TIGHT, Room.FULL]
    with pytest.raises(NotAllowed) as refused:
        take(small, upload(6), clock())
    assert refused.value.code == "spool-full" and len(small.items()) == 5
    assert take(small, upload(1), clock())[1] is False  # what is kept already is no question of room
    small.close()


def test_a_disk_without_room_refuses(tmp_path: Path, clock: Clock) -> None:
    free = [10 * RESERVE]
    spool = Spool(tmp_path, free=lambda _: free[0])
    assert spool.room() is Room.OK
    free[0] = 3 * RESERVE
    assert spool.room() is Room.TIGHT
    free[0] = RESERVE - 1
    with pytest.raises(NotAllowed):
        take(spool, upload(1), clock())
    assert spool.items() == []
    spool.close()


def test_a_disk_that_fills_up_within_a_write_leaves_nothing_behind(tmp_path: Path, clock: Clock) -> None:
    spool = Spool(tmp_path)
    take(spool, upload(1), clock())
    pages = spool._db.execute("PRAGMA page_count").fetchone()[0]
    spool._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own way to say: disk full
    with pytest.raises(NotAllowed) as refused:
        for number in range(2, 60):
            take(spool, upload(number, co=number / 7, hc=list(range(number))), clock())
    assert refused.value.code == "spool-full"
    kept = len(spool.items())
    assert [spool.body(item.id) for item in spool.items()] and spool.figures().waiting == kept
    spool._db.execute("PRAGMA max_page_count = 1000000")
    assert take(spool, upload(99), clock())[1]
    spool.close()


def test_what_was_sent_long_ago_makes_room_and_its_receipt_stays(spool: Spool, clock: Clock) -> None:
    for number in (1, 2):
        take(spool, upload(number), clock())
    spool.settle(1, State.SENT, 201, b'{"receipt":1}', "", clock())
    assert spool.clear_sent(clock() - timedelta(days=1)) == 0
    clock.on(days=31)
    assert spool.clear_sent(clock() - timedelta(days=30)) == 1
    with pytest.raises(KeyError):
        spool.body(1)
    assert spool.answer(1) == b'{"receipt":1}' and spool.body(2)
    item, fresh = take(spool, upload(1), clock())
    assert (item.id, fresh) == (1, False)


def test_a_reference_is_used_once(spool: Spool, clock: Clock) -> None:
    first, fresh = spool.put(Kind.REDEEM, b"one", clock(), reference="V1")
    again, fresh_again = spool.put(Kind.REDEEM, b"two", clock(), reference="V1")
    assert fresh and not fresh_again and again == first


def test_a_fault_within_a_write_takes_it_back(spool: Spool, clock: Clock) -> None:
    with pytest.raises(sqlite3.IntegrityError), spool._writing() as db:
        db.execute("INSERT INTO fact VALUES ('a', 'b')")
        db.execute("INSERT INTO fact VALUES ('a', 'c')")
    assert spool.fact("a") == ""
    take(spool, upload(1), clock())
