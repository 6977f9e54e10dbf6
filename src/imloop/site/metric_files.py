"""Folders in which several worker processes share their counters, and clearing those that a killed server left.

The folder carries a lock of the server that made it. The system lets go of a lock when its last holder is gone, however
that ended; workers that outlive their server by a second still hold it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "imloop-metrics-"
_LOCK = "owner.lock"


@contextmanager
def metric_folder(place: Path) -> Iterator[Path]:
    """A new folder in ``place``, removed in the end; folders of servers that were killed are cleared away first."""
    clear_left_behind(place)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=place) as made:
        folder = Path(made)
        held = _hold(folder)
        try:
            yield folder
        finally:
            os.close(held)


def _hold(folder: Path) -> int:
    """The lock has its name only once it is held: whoever finds it free knows that its owner is gone."""
    new = folder / "new.lock"
    held = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    _lock(held)
    new.rename(folder / _LOCK)
    return held


def clear_left_behind(place: Path) -> int:
    """Remove our own folders there whose lock nobody holds; how many. One without a lock is left alone: its server may
    just be starting, or be of a version that had none."""
    return sum(_clear(folder) for folder in place.glob(f"{PREFIX}*"))


def _clear(folder: Path) -> bool:
    try:
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            return False
        held = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        with suppress(OSError):
            _lock(held)
            shutil.rmtree(folder, ignore_errors=True)
            return True
        return False
    finally:
        os.close(held)


def _lock(held: int) -> None:
    """Raises ``OSError`` while somebody else holds it."""
    import fcntl  # not everywhere where the command line runs

    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
