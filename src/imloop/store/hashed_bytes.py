"""Bytes as they are stored: compressed, with their size and SHA-256."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from imloop.store.packing import compress

_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Sealed:
    """``body``: a zstd frame of the bytes exactly as they arrived."""

    sha256: str
    size: int
    body: bytes


def seal(body: bytes) -> Sealed:
    return Sealed(hashlib.sha256(body).hexdigest(), len(body), compress(body, _LEVEL))
