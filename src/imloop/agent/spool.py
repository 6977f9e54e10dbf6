"""What waits to be sent, on the station's disk: SQLite, in order of arrival, safe once ``put`` has returned.

WAL with ``synchronous=FULL``: a commit is on the disk before it is answered. Identical bytes are one item.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import zstandard

from imloop.agent.photo import Photo
from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text

_SCHEMA = """
CREATE TABLE IF NOT EXISTS item (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, sha256 TEXT NOT NULL, dialect TEXT NOT NULL,
  original BLOB, converted BLOB, stored INTEGER NOT NULL, file TEXT NOT NULL, reference TEXT,
  state TEXT NOT NULL, accepted_at TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, tried_at TEXT,
  error TEXT NOT NULL DEFAULT '', status INTEGER, answer BLOB, settled_at TEXT, address TEXT NOT NULL DEFAULT '',
  UNIQUE (kind, sha256));
CREATE UNIQUE INDEX IF NOT EXISTS item_reference ON item (kind, reference) WHERE reference IS NOT NULL;
CREATE INDEX IF NOT EXISTS item_state ON item (state, id);
CREATE INDEX IF NOT EXISTS item_stored ON item (stored) WHERE stored > 0;
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_ADDRESS = "ALTER TABLE item ADD COLUMN address TEXT NOT NULL DEFAULT ''"
"""For the spool of an agent that knew no photographs."""
_COLUMNS = (
    "id, kind, sha256, dialect, file, state, accepted_at, tries, tried_at, error, status, settled_at, reference,"
    " address"
)
TIGHT, RESERVE = 0.8, 200 * 2**20
"""Share of the bound from which the spool warns; bytes of the disk that are left free for others."""


class State(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"


class Kind(StrEnum):
    """What an item is; also where it goes, see ``platform.PATHS``."""

    TEST = "test"
    REPAIR = "repair"
    CHECK = "check"
    REDEEM = "redeem"
    PHOTO = "photo"


class Room(StrEnum):
    """How much fits in: ``tight`` is reported long before ``full``, at which messages are refused."""

    OK = "ok"
    TIGHT = "tight"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Item:
    """One message. Times are ISO 8601 with offset; ``status`` and ``answer`` are the platform's, once it has answered;
    ``address``: where it goes, where that is not its kind's own."""

    id: int
    kind: str
    sha256: str
    dialect: str
    file: str
    state: str
    accepted_at: str
    tries: int
    tried_at: str | None
    error: str
    status: int | None
    settled_at: str | None
    reference: str | None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """``stored`` and ``limit`` in bytes; ``oldest``: when the first that waits was taken in."""

    waiting: int
    waiting_tests: int
    sent: int
    refused: int
    oldest: str | None
    stored: int
    limit: int
    room: Room

    def backlog_minutes(self, now: datetime) -> int:
        return (
            0
            if self.oldest is None
            else int((now - datetime.fromisoformat(self.oldest)).total_seconds() // 60)
        )


def _packed(message: bytes) -> bytes:
    """By a compressor of its own: one may serve one thread at a time, and the port has a thread for each caller."""
    return zstandard.compress(message, 3)


def _disk_free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class Spool:
    """One file in ``folder``; usable from several threads, and readable from other processes.

    ``limit``: bytes of messages kept at most. ``free``: bytes the disk has left.
    """

    def __init__(
        self, folder: Path, limit: int = 5 * 2**30, free: Callable[[Path], int] = _disk_free
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.limit, self._free = folder, limit, free
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            folder / "spool.sqlite3", check_same_thread=False, isolation_level=None, timeout=30
        )
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)
        if "address" not in [column[1] for column in self._db.execute("PRAGMA table_info(item)")]:
            self._db.execute(_ADDRESS)
        self.filled = threading.Event()
        """Set when something new waits."""
        self.settled = threading.Condition()
        """Told when something was sent or refused."""

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def put(
        self,
        kind: Kind,
        original: bytes,
        now: datetime,
        *,
        converted: bytes | None = None,
        dialect: str = "imloop",
        file: str = "",
        reference: str | None = None,
        photos: Sequence[Photo] = (),
    ) -> tuple[Item, bool]:
        """Keep a message; (item, whether it is new). It is on the disk when this returns.

        ``converted``: what will be sent, where it is not the original; ``photos``: kept with it in one transaction, to
        be sent before it. Raises ``NotAllowed`` ``spool-full``: then nothing of it was kept.
        """
        digest = hashlib.sha256(original).hexdigest()
        known = self.by_digest(kind, digest)
        if known is not None:
            return known, False
        if self.room() is Room.FULL:
            raise _full()
        packed = _packed(original)
        other = None if converted is None or converted == original else _packed(converted)
        size = len(packed) + len(other or b"")
        rows = [self._photo_row(photo, now) for photo in photos]
        rows.append((kind, digest, dialect, packed, other, size, file, reference, now.isoformat(), ""))
        fresh = self._insert(rows)
        item = self.by_digest(kind, digest) or self._one("kind = ? AND reference = ?", kind, reference)
        assert item is not None
        self.filled.set()
        return item, fresh

    def put_photo(self, photo: Photo, now: datetime) -> tuple[Item, bool]:
        """A photograph that comes by itself; as ``put``."""
        known = self.by_digest(Kind.PHOTO, photo.digest)
        if known is not None:
            return known, False
        if self.room() is Room.FULL:
            raise _full()
        fresh = self._insert([self._photo_row(photo, now)])
        item = self.by_digest(Kind.PHOTO, photo.digest)
        assert item is not None
        self.filled.set()
        return item, fresh

    def _photo_row(self, photo: Photo, now: datetime) -> tuple[object, ...]:
        packed = _packed(photo.body)
        named = (photo.file, None, now.isoformat(), photo.address)
        return (Kind.PHOTO, photo.digest, "", packed, None, len(packed), *named)

    def _insert(self, rows: Sequence[tuple[object, ...]]) -> bool:
        """All or none, in this order. False: the last one's bytes, or its reference, were there already."""
        try:
            with self._writing() as db:
                for row in rows:
                    made = db.execute(
                        "INSERT OR IGNORE INTO item (kind, sha256, dialect, original, converted, stored, file, "
                        "reference, accepted_at, address, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting')",
                        row,
                    )
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
                raise _full() from error
            raise
        return made.rowcount == 1

    def _one(self, where: str, *values: object) -> Item | None:
        with self._lock:
            row = self._db.execute(f"SELECT {_COLUMNS} FROM item WHERE {where} LIMIT 1", values).fetchone()
        return None if row is None else Item(*row)

    def by_digest(self, kind: str, digest: str) -> Item | None:
        return self._one("kind = ? AND sha256 = ?", kind, digest)

    def by_reference(self, kind: str, reference: str) -> Item | None:
        return self._one("kind = ? AND reference = ?", kind, reference)

    def by_address(self, address: str) -> Item | None:
        return self._one("address = ?", address)

    def get(self, number: int) -> Item | None:
        return self._one("id = ?", number)

    def head(self, behind: int = 0) -> Item | None:
        """The first waiting item, or the first behind another."""
        return self._one("state = 'waiting' AND id > ? ORDER BY id", behind)

    def items(self, state: str = "", limit: int = 100) -> list[Item]:
        """Newest last; all states unless one is named."""
        where = "WHERE state = ?" if state else ""
        with self._lock:
            rows = self._db.execute(
                f"SELECT {_COLUMNS} FROM item {where} ORDER BY id DESC LIMIT ?",
                (*((state,) if state else ()), limit),
            ).fetchall()
        return [Item(*row) for row in reversed(rows)]

    def body(self, number: int) -> bytes:
        """The bytes to send. Raises ``KeyError`` once they were cleared away."""
        return self._bytes("COALESCE(converted, original)", number)

    def original(self, number: int) -> bytes:
        """The bytes as they came. Raises ``KeyError`` once they were cleared away."""
        return self._bytes("original", number)

    def answer(self, number: int) -> bytes:
        """What the platform answered; empty before."""
        with self._lock:
            row = self._db.execute("SELECT answer FROM item WHERE id = ?", (number,)).fetchone()
        return bytes(row[0] or b"") if row else b""

    def _bytes(self, column: str, number: int) -> bytes:
        with self._lock:
            row = self._db.execute(f"SELECT {column} FROM item WHERE id = ?", (number,)).fetchone()
        if row is None or row[0] is None:
            raise KeyError(number)
        return zstandard.decompress(row[0])

    def settle(
        self, number: int, state: State, status: int, answer: bytes, error: str, now: datetime
    ) -> None:
        """The platform took it (``SENT``) or will not have it (``REFUSED``)."""
        with self._writing() as db:
            db.execute(
                "UPDATE item SET state = ?, status = ?, answer = ?, error = ?, settled_at = ?, tried_at = ?,"
                " tries = tries + 1 WHERE id = ?",
                (state, status, answer, error, now.isoformat(), now.isoformat(), number),
            )
        with self.settled:
            self.settled.notify_all()

    def failed(self, number: int, error: str, now: datetime) -> None:
        """Note a failed try; the item stays where it is."""
        with self._writing() as db:
            db.execute(
                "UPDATE item SET tries = tries + 1, tried_at = ?, error = ? WHERE id = ?",
                (now.isoformat(), error, number),
            )
        with self.settled:
            self.settled.notify_all()

    def retry(self, number: int) -> bool:
        """A refused item waits again, at its old place; False: there is no such refused item."""
        with self._writing() as db:
            done = db.execute(
                "UPDATE item SET state = 'waiting', tries = 0 WHERE id = ? AND state = 'refused'"
                " AND original IS NOT NULL",
                (number,),
            )
        self.filled.set()
        return done.rowcount == 1

    def clear_sent(self, before: datetime) -> int:
        """Forget the bytes of what was sent before; number, digest and receipt stay. How many were cleared."""
        with self._writing() as db:
            return db.execute(
                "UPDATE item SET original = NULL, converted = NULL, stored = 0"
                " WHERE state = 'sent' AND original IS NOT NULL AND settled_at < ?",
                (before.isoformat(),),
            ).rowcount

    def note(self, name: str, value: str) -> None:
        """Remember a fact for the status page: the last contact, the last error, the clock."""
        if self.fact(name) != value:
            with self._writing() as db:
                db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    def fact(self, name: str) -> str:
        with self._lock:
            row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def _stored(self) -> int:
        with self._lock:
            return int(
                self._db.execute("SELECT COALESCE(SUM(stored), 0) FROM item WHERE stored > 0").fetchone()[0]
            )

    def room(self) -> Room:
        """By the bound and by what the disk has left."""
        stored, free = self._stored(), self._free(self.folder)
        if stored >= self.limit or free < RESERVE:
            return Room.FULL
        return Room.TIGHT if stored >= TIGHT * self.limit or free < 5 * RESERVE else Room.OK

    def figures(self) -> Figures:
        with self._lock:
            counts = dict(self._db.execute("SELECT state, COUNT(*) FROM item GROUP BY state").fetchall())
            oldest = self._db.execute("SELECT MIN(accepted_at) FROM item WHERE state = 'waiting'").fetchone()[
                0
            ]
            tests = self._db.execute(
                "SELECT COUNT(*) FROM item WHERE state = 'waiting' AND kind = 'test'"
            ).fetchone()[0]
        return Figures(
            waiting=counts.get(State.WAITING, 0),
            waiting_tests=tests,
            sent=counts.get(State.SENT, 0),
            refused=counts.get(State.REFUSED, 0),
            oldest=oldest,
            stored=self._stored(),
            limit=self.limit,
            room=self.room(),
        )

    def wait_settled(self, number: int, seconds: float, given_up: Callable[[], bool]) -> Item:
        """The item once it is sent or refused, or as it stands after ``seconds`` or when ``given_up`` says so."""
        with self.settled:
            self.settled.wait_for(lambda: given_up() or self._state(number) != State.WAITING, seconds)
        item = self.get(number)
        assert item is not None
        return item

    def _state(self, number: int) -> str:
        item = self.get(number)
        return item.state if item else ""


def _full() -> NotAllowed:
    return NotAllowed(
        "spool-full",
        Text(
            "本机暂存已满，报文未保存：请腾出磁盘空间或恢复网络后重发。",
            "The spool is full and the message was not kept: free disk space or restore the network, then send again.",
        ),
    )
