"""The looks of a serving process on their way to the database: first a line of a file, a moment later rows.

A question that is asked thousands of times an hour then waits neither for the disk nor for whoever writes. The line is
in the system's hands before the answer is given, so it survives the process: what a killed one left behind is entered
by the next that starts. A power cut may take the last second.

Buys: a retest permit that leaves a look, three times as many a second on SQLite (benchmark P4).
"""

from __future__ import annotations

import atexit
import fcntl
import json
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import msgspec
from django.db import DatabaseError, close_old_connections

from imloop.store.connection_pool import with_connection

FIELDS = ("at", "door", "actor", "key", "purpose", "asked", "body", "hash")
"""What a line holds, as a JSON list."""
ENDING = ".looks"
_SECONDS = 1.0
Line = Sequence[str]


class Enter(Protocol):
    """Puts lines into the database, in one transaction. ``again``: it may know some of them already."""

    def __call__(self, lines: Sequence[Line], *, again: bool) -> None: ...


_LOG = logging.getLogger("imloop.looks")


class LookLog:
    def __init__(self, folder: Path, enter: Enter) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._enter = folder, enter
        self._lock, self._one_at_a_time = threading.Lock(), threading.Lock()
        self._wanted = threading.Event()
        self._waiting: list[Line] = []
        self._again = False
        self._path, self._file = self._begin()

    def add(self, line: Line) -> None:
        """Returns when the line will survive this process."""
        written = msgspec.json.encode(line) + b"\n"
        with self._lock:
            os.write(self._file, written)
            self._waiting.append(line)
        if not self._wanted.is_set():
            self._wanted.set()

    def flush(self) -> None:
        """Enter everything added so far. After an error it is still in its file, and tried again."""
        with self._one_at_a_time:
            with self._lock:
                if not self._waiting:
                    return
                lines, self._waiting = self._waiting, []
                path, file = self._path, self._file
                self._path, self._file = self._begin()
            try:
                self._enter(lines, again=self._again)
                self._again = False
            except BaseException:
                self._again = True
                with self._lock:
                    os.write(self._file, path.read_bytes())
                    self._waiting = [*lines, *self._waiting]
                raise
            finally:
                path.unlink()
                os.close(file)

    def recover(self) -> int:
        """Enter what processes that are no more left behind; returns how many lines."""
        found = 0
        for path in sorted(self._folder.glob(f"*{ENDING}")):
            if path == self._path or (file := _owned(path)) is None:
                continue
            lines = list(_lines(path))
            if lines:
                self._enter(lines, again=True)
            path.unlink(missing_ok=True)
            os.close(file)
            found += len(lines)
        return found

    def keep_flushing(self) -> None:
        """In a thread of its own with a connection of its own, so that no call waits for a seat; without end."""
        while True:
            self._wanted.wait()
            self._wanted.clear()
            close_old_connections()
            try:
                self.flush()
            except DatabaseError:
                _LOG.exception("looks could not be entered; they wait in %s", self._folder)
                self._wanted.set()
            threading.Event().wait(_SECONDS)

    def _begin(self) -> tuple[Path, int]:
        path = self._folder / f"{uuid4().hex}{ENDING}"
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        return path, file


_running: LookLog | None = None


def running() -> LookLog | None:
    """The log of this process; None where it serves nobody and looks are entered at once."""
    return _running


def begin(folder: Path, enter: Enter) -> None:
    """From now on looks of this process go through the log; called once, when serving begins."""
    global _running
    _running = LookLog(folder, enter)
    with with_connection():
        _running.recover()
    atexit.register(_running.flush)
    threading.Thread(target=_running.keep_flushing, name="look-log", daemon=True).start()


def flush() -> None:
    """Before looks are read: those of this process are among them."""
    if _running is not None:
        _running.flush()


def _owned(path: Path) -> int | None:
    """The file, if no living process writes it any more."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return None
    return file


def _lines(path: Path) -> Iterator[Line]:
    """A line that a power cut tore is left out; there is nothing that could be read of it."""
    for written in path.read_bytes().split(b"\n"):
        try:
            line = json.loads(written)
        except ValueError:
            continue
        if isinstance(line, list) and len(line) == len(FIELDS):
            yield line
