"""Keep what arrived before anything is made of it: bytes, SHA-256, sender, time."""

from __future__ import annotations

import hashlib
from datetime import datetime

from imloop.facts.refusal import Refusal
from imloop.facts.text import Reason
from imloop.steps.findings import keep_findings
from imloop.steps.ledger import Ledger
from imloop.store.models import Party, RawUpload
from imloop.store.packing import compress, decompress
from imloop.store.prepared import insert, update

DOUBTFUL = ("voucher-forged", "paper-of-other-vehicle")
"""Refusals that somebody should look into."""
_LEVEL = 1


def sealed(kind: str, body: bytes, now: datetime) -> RawUpload:
    """The bytes as they will be kept; ``kind`` is a key of the intake. Touches no database."""
    digest, size = hashlib.sha256(body).hexdigest(), len(body)
    return RawUpload(received_at=now, kind=kind, sha256=digest, size=size, body=compress(body, _LEVEL))


def keep_raw(raw: RawUpload, party: Party) -> None:
    """Store the bytes of the calling party."""
    raw.pk, raw.party, raw.refused = None, party, ""  # it may have been tried before, in a group that broke
    insert(raw)


def keep_refusal(ledger: Ledger, raw: RawUpload, refusal: Refusal) -> None:
    """A refused upload is evidence: say why it was refused."""
    raw.refused = refusal.code
    update(raw, "refused")
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
    if refusal.code in DOUBTFUL:
        doubt = Reason(refusal.code, refusal.text, refusal.cite)
        keep_findings(ledger, "upload", raw.sha256[:16], ledger.caller.party_code, [doubt])


def raw_bytes(raw: RawUpload) -> bytes:
    """The bytes exactly as they arrived."""
    return decompress(bytes(raw.body))
