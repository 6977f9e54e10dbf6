"""A whole installation in one file, and back: rows as they are, whichever of the two databases they came from."""

from imloop.store.backup.archive import MANIFEST, damaged, read_manifest, verified
from imloop.store.backup.restore import clear, holds_something, restore
from imloop.store.backup.write import write_backup

__all__ = [
    "MANIFEST",
    "clear",
    "damaged",
    "holds_something",
    "read_manifest",
    "restore",
    "verified",
    "write_backup",
]
