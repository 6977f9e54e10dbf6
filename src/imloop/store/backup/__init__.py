"""Back up and restore a whole installation as one file: plain rows, so it moves between SQLite and PostgreSQL."""

from imloop.store.backup.archive import MANIFEST, damaged, read_manifest, verified
from imloop.store.backup.restore import advance_keys, clear, holds_something, restore
from imloop.store.backup.write import write_backup

__all__ = [
    "MANIFEST",
    "advance_keys",
    "clear",
    "damaged",
    "holds_something",
    "read_manifest",
    "restore",
    "verified",
    "write_backup",
]
