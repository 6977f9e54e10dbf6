"""Files handed in with a matter: PDF, JPEG or PNG by their first bytes, kept as received with their hash."""

from __future__ import annotations

import hashlib
from datetime import datetime

from imloop.facts.refusal import Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.matters import State
from imloop.steps.access import Caller
from imloop.steps.ledger import writing
from imloop.steps.matter_roles import visible
from imloop.steps.matters import applicant
from imloop.store.models import Attachment, Matter

LARGEST = 5 * 1024 * 1024
MOST = 40
_MAGIC = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def media_type(body: bytes) -> str:
    """The kind of file by its first bytes, whatever its name says; else ``Malformed``."""
    for magic, kind in _MAGIC.items():
        if body.startswith(magic):
            return kind
    raise Malformed("wrong-file", Text("只收 PDF、JPEG、PNG 文件。", "Only PDF, JPEG and PNG files."))


def attach(
    name: str,
    body: bytes,
    now: datetime,
    *,
    token: str = "",
    caller: Caller | None = None,
    matter_no: str = "",
) -> Attachment:
    """Add a file to an open matter, by its secret address or by someone who may see it. The same file twice is kept
    once."""
    if len(body) > LARGEST:
        raise Malformed("too-large", Text("文件超过 5 MB。", "The file is larger than 5 MB."))
    kind = media_type(body)
    row = the_matter(token=token, caller=caller, matter_no=matter_no)
    if not State(row.state).is_open:
        raise NotAllowed("matter-closed", Text("事项已办结。", "The matter is closed."))
    if row.attachments.count() >= MOST:
        raise Malformed("too-many", Text(f"最多 {MOST} 个文件。", f"At most {MOST} files."))
    digest = hashlib.sha256(body).hexdigest()
    kept = row.attachments.filter(sha256=digest).first()
    if kept is not None:
        return kept
    by = caller or applicant(row)
    with writing(now, by) as ledger:
        kept = Attachment.objects.create(
            matter=row,
            name=(name.strip() or "附件")[-120:],
            media_type=kind,
            sha256=digest,
            size=len(body),
            body=body,
            uploaded_at=now,
            uploaded_by=by.actor[:80],
        )
        ledger.note("attached", row.matter_no, {"name": kept.name, "sha256": digest, "size": len(body)})
    return kept


def the_file(
    digest: str, *, token: str = "", caller: Caller | None = None, matter_no: str = ""
) -> Attachment:
    row = the_matter(token=token, caller=caller, matter_no=matter_no)
    found = row.attachments.filter(sha256=digest).first()
    if found is None:
        raise Unknown("unknown-file", Text("没有这个文件。", "There is no such file."))
    return found


def the_matter(*, token: str = "", caller: Caller | None = None, matter_no: str = "") -> Matter:
    """The matter behind a secret address, or one that the caller may see by its number."""
    rows = Matter.objects.select_related("party", "vehicle")
    if caller is not None:
        row = rows.filter(visible(caller), matter_no=matter_no).first()
    else:
        row = rows.filter(token=token).first() if token else None
    if row is None:
        raise Unknown("unknown-matter", Text("没有这个事项，或无权查看。", "No such matter, or not yours."))
    return row
