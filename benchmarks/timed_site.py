"""The platform as it is served, noting when a commit begins and ends:
twice eight bytes of monotonic nanoseconds, shared by a file."""

from __future__ import annotations

import mmap
import os
import struct
import time
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from imloop.site.worker import application

__all__ = ["application"]

FILE = "commit-began"


def _shared(folder: Path) -> mmap.mmap:
    file = folder / FILE
    if not file.exists():
        file.write_bytes(bytes(16))
    with file.open("r+b") as handle:
        return mmap.mmap(handle.fileno(), 16)


_clock = _shared(Path(os.environ["IMLOOP_DATA"]))
_commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]


def _noting(self: Any) -> Any:
    began = time.monotonic_ns()
    _clock[:8] = struct.pack("<q", began)
    done = _commit(self)
    _clock[8:] = struct.pack("<q", time.monotonic_ns())
    return done


BaseDatabaseWrapper._commit = _noting  # type: ignore[attr-defined]
