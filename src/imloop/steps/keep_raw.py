"""Keep what arrived before anything is made of it: bytes, SHA-256, sender, time."""

from __future__ import annotations

import hashlib

from imloop.facts.refusal import Refusal
from imloop.steps.ledger import Ledger
from imloop.store.models import Party, RawUpload
from imloop.store.packing import compress, decompress

_LEVEL = 3


def keep_raw(ledger: Ledger, kind: str, body: bytes) -> RawUpload:
    """Store the bytes for the calling party. ``kind`` is ``test`` or ``repair``."""
    return RawUpload.objects.create(
        received_at=ledger.now,
        party=Party.objects.get(code=ledger.caller.party_code),
        kind=kind,
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        body=compress(body, _LEVEL),
    )


def keep_refusal(ledger: Ledger, raw: RawUpload, refusal: Refusal) -> None:
    """A refused upload is evidence: say why it was refused."""
    raw.refused = refusal.code
    raw.save(update_fields=["refused"])
    ledger.note(
        f"{raw.kind}-refused",
        raw.sha256,
        {
            "code": refusal.code,
            "cite": refusal.cite,
            "text": refusal.text.zh,
            "reasons": [reason.to_json() for reason in refusal.reasons],
        },
    )


def raw_bytes(raw: RawUpload) -> bytes:
    """The bytes exactly as they arrived."""
    return decompress(bytes(raw.body))
