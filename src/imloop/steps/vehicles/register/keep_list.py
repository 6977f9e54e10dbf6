"""The bytes of a list are kept as they were handed in, before anything of it is entered."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import zstandard

from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import writing
from imloop.store.models import Party, RegisterFile

_LEVEL = 3


def keep_list(caller: Caller, kind: str, file: Path, now: datetime) -> str:
    """SHA-256 of the file, in hex; the same bytes are kept once."""
    with file.open("rb") as raw:
        digest = hashlib.file_digest(raw, "sha256").hexdigest()
        raw.seek(0)
        size = file.stat().st_size
        packer = zstandard.ZstdCompressor(level=_LEVEL).compressobj(size=size)
        parts = [packer.compress(part) for part in iter(lambda: raw.read(1 << 20), b"")]
        body = b"".join([*parts, packer.flush()])
    with writing(now, caller, by_key=True) as ledger:
        if RegisterFile.objects.filter(sha256=digest).exists():
            return digest
        RegisterFile.objects.create(
            received_at=now,
            party=Party.objects.filter(code=caller.party_code).first(),
            kind=kind,
            sent_by=caller.actor[:80],
            sha256=digest,
            size=size,
            body=body,
        )
        ledger.note("list-kept", digest, {"kind": kind, "size": size})
    return digest
