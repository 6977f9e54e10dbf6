"""What goes with a copy: files that are there already, by hash, and papers printed for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from imloop.steps.ground.ledger import Ledger, canonical
from imloop.store.models import Attachment, Copy, Evidence


def enclose(
    ledger: Ledger, made: Copy, kept: Iterable[Attachment], printed: Iterable[tuple[str, bytes]] = ()
) -> None:
    """Each file stands in the copy by its hash; those printed for it, by name, are kept with it."""
    files = [*kept, *(_printed(ledger, made, name, body) for name, body in printed)]
    Evidence.objects.bulk_create(
        Evidence(
            copy=made,
            kind=Evidence.Kind.FILE,
            reference=file.name,
            sha256=file.sha256,
            added_at=ledger.now,
            added_by=ledger.caller.actor[:80],
        )
        for file in files
    )
    said = {
        "copy": made.pk,
        "of": made.of,
        "to": made.to.code,
        "wanted": made.wanted,
        "answer_due": made.answer_due.isoformat(),
        "sha256": hashlib.sha256(canonical(made.shown).encode()).hexdigest(),
        "files": [file.sha256 for file in files],
    }
    ledger.note("copy-sent", made.reference, said)


def _printed(ledger: Ledger, made: Copy, name: str, body: bytes) -> Attachment:
    return Attachment.objects.create(
        copy=made,
        name=name[:120],
        media_type="application/pdf",
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        body=body,
        uploaded_at=ledger.now,
        uploaded_by=ledger.caller.actor[:80],
    )
