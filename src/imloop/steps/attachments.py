"""Files handed in with a matter, a repair or a retest on paper: PDF, JPEG or PNG by their first bytes, kept as received
with their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from imloop.facts.pictures import is_picture, media_type
from imloop.facts.refusal import Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.matters import State
from imloop.steps import look, registers
from imloop.steps.access import Caller, require_kind
from imloop.steps.ledger import Ledger, writing
from imloop.steps.matter_roles import visible
from imloop.steps.matters import applicant
from imloop.store.models import Attachment, Matter, Party, PartyKind, Repair

MOST = 40


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
    media_type(body)
    row = the_matter(token=token, caller=caller, matter_no=matter_no)
    if not State(row.state).is_open:
        raise NotAllowed("matter-closed", Text("事项已办结。", "The matter is closed."))
    with writing(now, caller or applicant(row)) as ledger:
        return keep(ledger, Attachment(matter=row), row.attachments.all(), row.matter_no, name, body)


def attach_to_repair(caller: Caller, repair_no: str, name: str, body: bytes, now: datetime) -> Attachment:
    """A photograph or paper of a repair, by the M-station that reported it."""
    media_type(body)
    if not look.repairs(caller).filter(repair_no=repair_no, shop__code=caller.party_code).exists():
        raise Unknown("unknown-repair", Text("没有这条维修记录。", "There is no such repair."))
    return hand_in(caller, repair_no, name, body, now)


def hand_in(caller: Caller, repair_no: str, name: str, body: bytes, now: datetime) -> Attachment:
    """The same, before its record too: it waits for the record of that number by the same M-station."""
    require_kind(caller, PartyKind.MSTATION)
    media_type(body)
    if not 0 < len(repair_no.strip()) <= 64:
        raise Malformed("malformed", Text("请写明维修单号。", "Give the repair number."))
    shop = registers.party(caller.party_code, PartyKind.MSTATION)
    subject = f"{shop.code}/{repair_no}"
    with writing(now, caller) as ledger:
        row = Repair.objects.filter(shop=shop, repair_no=repair_no).first()
        new = Attachment(repair=row) if row else Attachment(shop=shop, repair_no=repair_no)
        return keep(ledger, new, _of(shop, repair_no), subject, name, body)


def _of(shop: Party, repair_no: str) -> QuerySet[Attachment]:
    """Files of a repair, whether the files or the record came first."""
    return Attachment.objects.filter(
        Q(repair__shop=shop, repair__repair_no=repair_no) | Q(shop=shop, repair_no=repair_no)
    )


def files_of(repair: Repair) -> QuerySet[Attachment]:
    """In order of arrival, without their bytes."""
    return _of(repair.shop, repair.repair_no).order_by("id").defer("body")


def named_and_missing(shop: Party, repair_no: str, photos: Iterable[str]) -> list[str]:
    """Names of files among a record's photographs that have not come."""
    there = set(_of(shop, repair_no).values_list("name", flat=True))
    return [name for name in photos if is_picture(name) and name not in there]


def repair_file(caller: Caller, shop: str, repair_no: str, digest: str) -> Attachment:
    """For everyone who may see the repair."""
    row = look.repairs(caller).filter(shop__code=shop, repair_no=repair_no).first()
    found = _of(row.shop, row.repair_no).filter(sha256=digest).first() if row else None
    if found is None:
        raise Unknown("unknown-file", Text("没有这个文件。", "There is no such file."))
    return found


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
