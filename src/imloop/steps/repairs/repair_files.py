"""Photographs and papers of a repair, handed in before its record or after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from imloop.facts.days import day_of, midnight
from imloop.facts.identifiers import is_number
from imloop.facts.pictures import is_picture, media_type
from imloop.facts.refusal import Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.files import keep
from imloop.steps.ground.ledger import writing
from imloop.steps.repairs import lookups as repair_lookups
from imloop.store.models import Attachment, Party, PartyKind, Repair


def attach_to_repair(caller: Caller, repair_no: str, name: str, body: bytes, now: datetime) -> Attachment:
    """A photograph or paper of a repair, by the M-station that reported it."""
    media_type(body)
    if not repair_lookups.repairs(caller).filter(repair_no=repair_no, shop__code=caller.party_code).exists():
        raise Unknown("unknown-repair", Text("没有这条维修记录。", "There is no such repair."))
    return hand_in(caller, repair_no, name, body, now)


def hand_in(caller: Caller, repair_no: str, name: str, body: bytes, now: datetime) -> Attachment:
    """The same, before its record too: it waits for the record of that number by the same M-station."""
    require_kind(caller, PartyKind.MSTATION)
    media_type(body)
    shop = registers.party(caller.party_code, PartyKind.MSTATION)
    subject = f"{shop.code}/{repair_no}"
    with writing(now, caller) as ledger:
        row = Repair.objects.filter(shop=shop, repair_no=repair_no).first()
        if row is None and not is_number(repair_no):
            raise Malformed(
                "malformed",
                Text(
                    "请写明维修单号，只用字母、数字、汉字和 -_.:，64 字以内。",
                    "Give the repair number: at most 64 letters, digits, Chinese characters and -_.:.",
                ),
            )
        if row is None:
            _require_few_unknown(shop, repair_no, now)
        new = Attachment(repair=row) if row else Attachment(shop=shop, repair_no=repair_no)
        return keep(ledger, new, _of(shop, repair_no), subject, name, body)


def _require_few_unknown(shop: Party, repair_no: str, now: datetime) -> None:
    """Photographs may come before their record; numbers that never get one must not fill the disk."""
    law = registers.law_at(day_of(now), shop.place)
    most = law.integer("repair.files.unknown_per_day")
    since = midnight(day_of(now))
    waiting = Attachment.objects.filter(shop=shop, uploaded_at__gte=since).values("repair_no")
    known = Repair.objects.filter(shop=shop, repair_no__in=waiting).values_list("repair_no", flat=True)
    numbers = set(waiting.values_list("repair_no", flat=True)) - set(known) - {repair_no}
    if len(numbers) < most:
        return
    raise NotAllowed(
        "too-many-unknown-repairs",
        Text(
            f"今天已为 {most} 个尚无记录的维修单上传文件；请先上传它们的维修记录。",
            f"Files for {most} repairs without a record came today; upload those records first.",
        ),
        cite=law.cite("repair.files.unknown_per_day"),
    )


def _of(shop: Party, repair_no: str) -> QuerySet[Attachment]:
    """Files of a repair, whether the files or the record came first."""
    which = Q(shop=shop, repair_no=repair_no)
    # Asked for first: PostgreSQL would read every file for the alternative of a table beside it.
    for key in Repair.objects.filter(shop=shop, repair_no=repair_no).values_list("pk", flat=True):
        which |= Q(repair=key)
    return Attachment.objects.filter(which)


def files_of(repair: Repair) -> QuerySet[Attachment]:
    """In order of arrival, without their bytes."""
    return _of(repair.shop, repair.repair_no).order_by("id").defer("body")


def named_and_missing(shop: Party, repair_no: str, photos: Iterable[str]) -> list[str]:
    """Names of files among a record's photographs that have not come."""
    there = set(_of(shop, repair_no).values_list("name", flat=True))
    return [name for name in photos if is_picture(name) and name not in there]


def repair_file(caller: Caller, shop: str, repair_no: str, digest: str) -> Attachment:
    """For everyone who may see the repair."""
    row = repair_lookups.repairs(caller).filter(shop__code=shop, repair_no=repair_no).first()
    found = _of(row.shop, row.repair_no).filter(sha256=digest).first() if row else None
    if found is None:
        raise Unknown("unknown-file", Text("没有这个文件。", "There is no such file."))
    return found
