"""The data directory is for its owner alone: the database holds password hashes, sessions, secrets and names."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SECRETS = ("secret-key", "signing-key.pem", "demo-credentials.json")


def close_to_others() -> None:
    """Take away what others may do with our files, and begin the database as a file of its owner: what SQLite lays
    beside it has the same mode. What belongs to another user stays as it is; ``open_to_others`` names it."""
    if (database := _database()) is not None and database.parent.is_dir():
        database.touch(mode=0o600)
    for path in _ours():
        if mode := _too_open(path):
            with suppress(PermissionError):
                path.chmod(mode & ~_OTHERS)


def open_to_others() -> list[str]:
    """What others on this machine may read or change, in words."""
    return [
        f"{path} is open to others (mode {mode:o}): chmod {mode & ~_OTHERS:o} {path}"
        for path in _ours()
        if (mode := _too_open(path))
    ]


def _too_open(path: Path) -> int:
    """Its mode, when others have a part in it; else 0."""
    mode = stat.S_IMODE(path.stat().st_mode)
    return mode if mode & _OTHERS else 0


def _ours() -> Iterator[Path]:
    """What is there of it."""
    yield settings.DATA_DIR
    found = [settings.DATA_DIR / name for name in _SECRETS]
    if (database := _database()) is not None:
        found += [database.with_name(f"{database.name}{end}") for end in ("", "-wal", "-shm")]
    yield from (path for path in found if path.is_file())


def _database() -> Path | None:
    """The database's file, where it is SQLite's and lies on a disk."""
    given = settings.DATABASES["default"]
    name = str(given["NAME"])
    at_all = given["ENGINE"].endswith("sqlite3") and name and not name.startswith(("file:", ":memory:"))
    return Path(name) if at_all else None
