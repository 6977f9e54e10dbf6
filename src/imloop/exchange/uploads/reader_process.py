"""Reading beside writing: a process that decodes and judges uploads while this one writes those before them.

Python's threads have one processor between them, and SQLite one writer; what needs no database (hash, decode, judge, pack)
is half of the work of an upload, and is done here on another processor. The process knows the law and nothing else. It is
a help, never needed: while it starts, after it died, and for what it could not read, the caller reads for itself and so
meets every error in its own place.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from imloop.exchange.uploads.read_upload import ReadUpload, read_upload
from imloop.law import load

_PAUSE = 10.0
"""Seconds before a process that died is started again."""

Question = tuple[bytes, str, str]
"""The bytes, the place of the caller, the dialect it named."""


class ReaderProcess:
    """One such process, started again whenever it ends. Until ``start`` there is none."""

    def __init__(self, pause: float = _PAUSE) -> None:
        self._pause = pause
        self._turn = threading.Lock()
        self._stopping = threading.Event()
        self._line: Connection | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def ready(self) -> bool:
        return self._line is not None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Does not wait for it."""
        threading.Thread(target=self._attend, name="read-aside", daemon=True).start()

    def stop(self) -> None:
        """For good."""
        self._stopping.set()
        self._end()

    def __call__(self, body: bytes, place: str, dialect: str) -> ReadUpload | None:
        """None: read for yourself."""
        if not self.ready:
            return None
        with self._turn:
            line = self._line
            if line is None:
                return None
            try:
                line.send((body, place, dialect))
                found: ReadUpload | None = line.recv()
            except (
                BaseException
            ) as error:  # half a question or answer may lie in the line: never for another upload
                self._line = None
                self._end()
                if isinstance(error, (EOFError, OSError)):  # it had died
                    return None
                raise
        return found

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _attend(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(OSError):  # no room for another process now
                self._live()
            self._stopping.wait(self._pause)

    def _live(self) -> None:
        """From the start of a process to its end."""
        ours, theirs = Pipe()
        with ours:
            with theirs:
                command = [
                    sys.executable,
                    "-m",
                    "imloop.exchange.uploads.reader_process",
                    str(theirs.fileno()),
                ]
                self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
            with contextlib.suppress(EOFError, OSError):
                ours.recv()
                self._line = ours
            self._process.wait()
            with self._turn:
                self._line = None


def _serve(line: Connection) -> None:
    """Answers until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, whose end is noticed
    load()
    line.send(None)
    while True:
        try:
            question: Question = line.recv()
        except EOFError:
            return
        line.send(_answer(question))


def _answer(question: Question) -> ReadUpload | None:
    try:
        return read_upload(*question)
    except Exception:  # met again by who asked
        return None


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        _serve(Connection(int(sys.argv[1])))
