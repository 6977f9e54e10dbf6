"""The reading process: decodes and judges uploads on another processor, while this process writes earlier ones.

Python's threads share one processor, and SQLite allows one writer; what needs no database (hash, decode, judge, pack)
is half of the work of an upload, and is done here on another processor. The process knows the law and nothing else. It
is optional: while it starts, after it died, and for what it could not read, the caller reads for itself and so
meets every error in its own place.

Buys: a fifth of the uploads a second of P1 on SQLite (368 with it, 308 without, two rounds each, four connections);
between the threads of one process alone nothing (HELPERS).
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
    """The reading process, started again whenever it ends. Before ``start`` there is none."""

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
        """Start the process without waiting until it is ready."""
        threading.Thread(target=self._attend, name="read-aside", daemon=True).start()

    def stop(self) -> None:
        """Stop the process for good."""
        self._stopping.set()
        self._end()

    def __call__(self, body: bytes, place: str, dialect: str) -> ReadUpload | None:
        """The decoded and judged upload; None: the caller has to read it."""
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
            ) as error:  # half a message may be left in the pipe, which must never reach another upload
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
            with contextlib.suppress(OSError):  # no resources for another process now
                self._live()
            self._stopping.wait(self._pause)

    def _live(self) -> None:
        """Watch one process from its start to its end."""
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
    except Exception:  # the caller reads it again and meets the same error
        return None


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        _serve(Connection(int(sys.argv[1])))
