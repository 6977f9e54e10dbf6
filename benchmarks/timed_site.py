"""The platform as it is served, noting when it begins to commit: eight bytes of monotonic nanoseconds, shared by a file."""

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
        file.write_bytes(bytes(8))
    with file.open("r+b") as handle:
        return mmap.mmap(handle.fileno(), 8)


_clock = _shared(Path(os.environ["IMLOOP_DATA"]))
_commit = BaseDatabaseWrapper._commit  # type: ignore[attr-defined]


def _noting(self: Any) -> Any:
    _clock[:8] = struct.pack("<q", time.monotonic_ns())
    return _commit(self)


BaseDatabaseWrapper._commit = _noting  # type: ignore[attr-defined]
