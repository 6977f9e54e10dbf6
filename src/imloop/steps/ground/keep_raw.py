"""Store an upload as it arrived before anything is read: bytes, SHA-256, sender, time."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.padding import shown
from imloop.facts.refusal import Refusal
from imloop.facts.text import Reason
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger
from imloop.store.hashed_bytes import Sealed
from imloop.store.models import Party, RawUpload
from imloop.store.packing import decompress
from imloop.store.statements import insert, update

DOUBTFUL = ("voucher-forged", "paper-of-other-vehicle")
"""Refusals that somebody should look into."""


def raw_of(sealed: Sealed, kind: str, now: datetime) -> RawUpload:
    """The row that will keep the bytes; ``kind`` is a key of the intake. Touches no database."""
    return RawUpload(received_at=now, kind=kind, sha256=sealed.sha256, size=sealed.size, body=sealed.body)


def keep_raw(raw: RawUpload, party: Party) -> None:
    """Store the bytes of the calling party."""
    raw.pk, raw.party, raw.refused = (
        None,
        party,
        "",
    )  # it may have been tried before, in a group that was rolled back
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
            "text": shown(refusal.text.zh),
            "reasons": [reason.to_json() for reason in refusal.reasons],
        },
    )
    if refusal.code in DOUBTFUL:
        doubt = Reason(refusal.code, refusal.text, refusal.cite)
        keep_findings(ledger, "upload", raw.sha256[:16], ledger.caller.party_code, [doubt])


def raw_bytes(raw: RawUpload) -> bytes:
    """The bytes exactly as they arrived."""
    return decompress(bytes(raw.body))
