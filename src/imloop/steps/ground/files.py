"""Keep a file that was handed in: PDF, JPEG or PNG by its first bytes, as received, with its hash."""

from __future__ import annotations

import hashlib
from datetime import date

from django.db.models import Q, QuerySet, Sum

from imloop.facts.days import day_of, midnight
from imloop.facts.pictures import media_type
from imloop.facts.refusal import Malformed, NotAllowed
from imloop.facts.text import Text
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.ledger import Ledger
from imloop.store.models import Attachment

MOST = 40
OF_NO_PARTY = "matter:"
"""How those are named who have no account: by the matter whose secret address they hold."""


def keep(
    ledger: Ledger, new: Attachment, others: QuerySet[Attachment], subject: str, name: str, body: bytes
) -> Attachment:
    """``new`` names what the file belongs to, ``others`` are the files there already: the same one is kept once."""
    new.media_type, new.sha256, new.size = media_type(body), hashlib.sha256(body).hexdigest(), len(body)
    kept = others.filter(sha256=new.sha256).first()
    if kept is not None:
        return kept
    if others.count() >= MOST:
        raise Malformed("too-many", Text(f"最多 {MOST} 个文件。", f"At most {MOST} files."))
    _require_room(ledger, new.size)
    new.body, new.name = body, (name.strip() or "附件")[-120:]
    new.uploaded_at, new.uploaded_by = ledger.now, ledger.caller.actor[:80]
    new.save()
    ledger.note("attached", subject, {"name": new.name, "sha256": new.sha256, "size": new.size})
    return new


def _sent_on(day: date, by: Q) -> int:
    """Bytes."""
    found = Attachment.objects.filter(by, uploaded_at__gte=midnight(day)).aggregate(sum=Sum("size"))["sum"]
    return found or 0


def _require_public_room(law: Law, in_all: int) -> None:
    """Whoever has no account is somebody new with each matter: what all of them hand in is bounded together."""
    most = law.integer("files.public_mb_per_day")
    if in_all <= most * 1_000_000:
        return
    words = Text(
        "今天收到的照片、材料已满，请明天再传；不带照片的举报、申请照常受理。",
        "No more photographs are taken today: send them tomorrow. What is said without them is taken as ever.",
    )
    raise NotAllowed("too-many-files-today", words, cite=law.cite("files.public_mb_per_day"))


def _require_room(ledger: Ledger, size: int) -> None:
    """What one party hands in on a day is bounded, whatever it belongs to: nobody fills the disk alone."""
    day, party = day_of(ledger.now), ledger.caller.party_code
    law = registers.law_at(day, ledger.caller.place)
    most = law.integer("files.mb_per_day")
    by = Q(uploaded_by=party) | Q(uploaded_by__startswith=f"{party}/")
    if party.startswith(OF_NO_PARTY):
        _require_public_room(law, _sent_on(day, Q(uploaded_by__startswith=OF_NO_PARTY)) + size)
    if _sent_on(day, by) + size <= most * 1_000_000:
        return
    raise NotAllowed(
        "too-many-files-today",
        Text(
            f"本单位今天上传的文件已达 {most} MB；请压缩照片，或明天再传。",
            f"Your files of today have reached {most} MB: make the photographs smaller, or go on tomorrow.",
        ),
        cite=law.cite("files.mb_per_day"),
    )
