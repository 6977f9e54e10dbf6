"""Files handed in with a matter, a repair or a retest on paper: PDF, JPEG or PNG by their first bytes, kept as received
with their hash."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db.models import QuerySet

from imloop.facts.refusal import Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.matters import State
from imloop.steps import look
from imloop.steps.access import Caller
from imloop.steps.ledger import Ledger, writing
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
    checked(body)
    row = the_matter(token=token, caller=caller, matter_no=matter_no)
    if not State(row.state).is_open:
        raise NotAllowed("matter-closed", Text("事项已办结。", "The matter is closed."))
    with writing(now, caller or applicant(row)) as ledger:
        return keep(ledger, Attachment(matter=row), row.attachments.all(), row.matter_no, name, body)


def attach_to_repair(caller: Caller, repair_no: str, name: str, body: bytes, now: datetime) -> Attachment:
    """A photograph or paper of a repair, by the M-station that reported it."""
    checked(body)
    row = look.repairs(caller).filter(repair_no=repair_no, shop__code=caller.party_code).first()
    if row is None:
        raise Unknown("unknown-repair", Text("没有这条维修记录。", "There is no such repair."))
    subject = f"{row.shop.code}/{row.repair_no}"
    with writing(now, caller) as ledger:
        return keep(ledger, Attachment(repair=row), row.files.all(), subject, name, body)


def repair_file(caller: Caller, shop: str, repair_no: str, digest: str) -> Attachment:
    """For everyone who may see the repair."""
    visible_repairs = look.repairs(caller).filter(shop__code=shop, repair_no=repair_no)
    found = Attachment.objects.filter(repair__in=visible_repairs, sha256=digest).first()
    if found is None:
        raise Unknown("unknown-file", Text("没有这个文件。", "There is no such file."))
    return found


def checked(body: bytes) -> str:
    """The media type of a file that may be kept."""
    if len(body) > LARGEST:
        raise Malformed("too-large", Text("文件超过 5 MB。", "The file is larger than 5 MB."))
    return media_type(body)


def keep(
    ledger: Ledger, new: Attachment, others: QuerySet[Attachment], subject: str, name: str, body: bytes
) -> Attachment:
    """``new`` names what the file belongs to, ``others`` are the files there already: the same one is kept once."""
    new.media_type, new.sha256, new.size = checked(body), hashlib.sha256(body).hexdigest(), len(body)
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
