"""Keep a file that was handed in: PDF, JPEG or PNG by its first bytes, as received, with its hash."""

from __future__ import annotations

import hashlib

from django.db.models import QuerySet

from imloop.facts.pictures import media_type
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.steps.ground.ledger import Ledger
from imloop.store.models import Attachment

MOST = 40


def keep(
    ledger: Ledger, new: Attachment, others: QuerySet[Attachment], subject: str, name: str, body: bytes
) -> Attachment:
    """``new`` names what the file belongs to, ``others`` are the files there already: the same one is kept once."""
    new.media_type, new.sha256, new.size = media_type(body), hashlib.sha256(body).hexdigest(), len(body)
    if others.count() >= MOST:
        raise Malformed("too-many", Text(f"最多 {MOST} 个文件。", f"At most {MOST} files."))
    kept = others.filter(sha256=new.sha256).first()
    if kept is not None:
        return kept
    new.body, new.name = body, (name.strip() or "附件")[-120:]
    new.uploaded_at, new.uploaded_by = ledger.now, ledger.caller.actor[:80]
    new.save()
    ledger.note("attached", subject, {"name": new.name, "sha256": new.sha256, "size": new.size})
    return new
