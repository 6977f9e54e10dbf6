"""Supervise what ``imloop serve`` starts: web workers that die are started again, and so is the background work."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imloop.site.metric_files import metric_folder

_PAUSE = 1.0
"""Seconds before background work that ended is started again."""


class Background:
    """``imloop work`` in a process of its own, started again whenever it ends, until ``stop``."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._stopping = threading.Event()
        self._child = subprocess.Popen(command)
        self._thread = threading.Thread(target=self._attend, name="background-work", daemon=True)
        self._thread.start()

    def _attend(self) -> None:
        while True:
            code = self._child.wait()
            if self._stopping.wait(_PAUSE):
                return
            print(f"imloop serve: background work ended ({code}), started again", file=sys.stderr, flush=True)
            self._child = subprocess.Popen(self._command)

    def stop(self) -> None:
        self._stopping.set()
        self._child.terminate()
        self._thread.join(timeout=10)


@contextmanager
def counting_together(workers: int) -> Iterator[None]:
    """Several worker processes count their requests into mapped files that are summed when asked for. The files lie in
    memory: on a disk that is full, writing to a mapped file ends the process. One worker needs no files."""
    if workers == 1:
        yield
        return
    shared = Path("/dev/shm")  # noqa: S108 - the system's shared memory
    place = shared if os.access(shared, os.W_OK) else Path(tempfile.gettempdir())
    with metric_folder(place) as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        yield


def serve_forever(host: str, port: int, workers: int) -> None:
    """Until SIGTERM or SIGINT. One worker that dies is replaced; when it dies again at once, the server ends."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    from imloop.site.settings import BODIES, CALLS_AT_ONCE, STREAMS

    waiting = STREAMS + BODIES

    Granian(
        "imloop.site.worker:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # a connection bears one request at a time: one can be ended without ending others
        workers=workers,
        blocking_threads=CALLS_AT_ONCE + waiting,  # idle threads end by themselves
        backpressure=256 + waiting,
        log_access=False,
        log_level=LogLevels.error,  # it warns of so many threads
        respawn_failed_workers=True,
    ).serve()
