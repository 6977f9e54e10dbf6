"""Words and JSON of a retest on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Prefetch, QuerySet

from imloop.facts.days import CHINA, day_of
from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, own
from imloop.steps.ground.ledger import writing
from imloop.store.models import Attachment, Case, PaperUnlock, Party

PAPERS: dict[str, Text] = {
    "notice": Text("超标排放汽车维护修理告知书", "notice of excessive emissions"),
    "settlement": Text("维修结算清单", "settlement list"),
    "certificate": Text("竣工出厂合格证", "certificate of completion"),
}
"""What a photograph may show: the notice, and the paper that stood in for the repair's record."""


class Standing(StrEnum):
    KEPT = "kept"
    WAITING = "waiting"
    MISSED = "missed"
    MATCHED = "matched"
    DIFFERS = "differs"


STANDING_NAMES: dict[Standing, Text] = {
    Standing.KEPT: Text("已登记，尚未生效", "kept, not in effect yet"),
    Standing.WAITING: Text("等待补传维修记录", "waiting for the repair record"),
    Standing.MISSED: Text("逾期未补传", "no record in time"),
    Standing.DIFFERS: Text("补传的维修记录与纸质材料不一致", "the record differs from the paper"),
    Standing.MATCHED: Text("已与维修记录核对一致", "matched with the repair's record"),
}


def standing(row: PaperUnlock) -> Standing:
    """The state of an unlock. A record that comes late still matches; the finding about the delay stays."""
    if row.repair_id is not None:
        return Standing.MATCHED
    if row.contradicted_at is not None:
        return Standing.DIFFERS
    if row.missed_at is not None:
        return Standing.MISSED
    return Standing.WAITING if row.unlocked_at is not None else Standing.KEPT


@dataclass(frozen=True, slots=True)
class Photographs:
    """``asked``: by the law of the day it was unlocked; ``missing``: names in ``PAPERS``, of two that do equally well
    the one whose number was noted."""

    asked: bool
    files: tuple[Attachment, ...]
    missing: tuple[str, ...]


def photographs(row: PaperUnlock) -> Photographs:
    """Pictures of the paper: what there is, and what is not."""
    law = registers.law_at(day_of(row.granted_at), row.station.place)
    files = tuple(row.files.all())
    seen = {each.paper for each in files}
    missing = [] if "notice" in seen else ["notice"]
    if not seen & {"settlement", "certificate"}:
        missing.append("settlement" if row.settlement_no or not row.certificate_no else "certificate")
    return Photographs(law.flag("outage.photographs"), files, tuple(missing))


def _with_all(rows: QuerySet[PaperUnlock]) -> QuerySet[PaperUnlock]:
    """With everything that is told of one, except the bytes of its photographs."""
    files = Attachment.objects.defer("body").order_by("id")
    return rows.select_related("station", "shop", "case", "outage", "voucher", "repair").prefetch_related(
        Prefetch("files", files)
    )


def unlocks(caller: Caller) -> QuerySet[PaperUnlock]:
    """Those the caller may see, the newest first: of its place, its own, or on its papers."""
    rows = PaperUnlock.objects.filter(own(caller, "station__place", "station__code", "shop__code"))
    return _with_all(rows).order_by("-granted_at", "-id")


def of_case(case: Case) -> QuerySet[PaperUnlock]:
    """Those of a case, in order of time; whoever may see the case may see them."""
    return _with_all(PaperUnlock.objects.filter(case=case)).order_by("granted_at", "id")


def awaited(shop: Party) -> QuerySet[PaperUnlock]:
    """Retests on the shop's paper whose record it still has to upload."""
    rows = PaperUnlock.objects.filter(shop=shop, repair__isnull=True, unlocked_at__isnull=False)
    return _with_all(rows).order_by("granted_at", "id")


def unlock(caller: Caller, unlock_no: str, now: datetime) -> PaperUnlock:
    """One of them; the look is journalled, it shows a vehicle."""
    with writing(now, caller, by_key=True) as ledger:
        found = unlocks(caller).filter(unlock_no=unlock_no).first()
        if found is None:
            raise unknown(unlock_no)
        ledger.note("looked-up", found.unlock_no, {"kind": "unlock"})
    return found


def unknown(unlock_no: str) -> Unknown:
    """The same for what does not exist and what is another's."""
    words = Text(f"没有找到 {unlock_no}，或无权查看。", f"{unlock_no} was not found, or is not yours to see.")
    return Unknown("unknown-unlock", words)


def unlock_json(row: PaperUnlock) -> dict[str, object]:
    """``expires_at``: last moment at which the retest may begin."""
    state = standing(row)
    return {
        "unlock": row.unlock_no,
        "way": row.way,
        "outage": row.outage.outage_no if row.outage else None,
        "station": row.station.code,
        "shop": row.shop.code,
        "case": row.case.case_no if row.case else None,
        "plate": row.plate,
        "vin": row.vin,
        "settlement_no": row.settlement_no,
        "certificate_no": row.certificate_no,
        "granted_at": row.granted_at.astimezone(CHINA).isoformat(),
        "expires_at": row.expires_at.astimezone(CHINA).isoformat(),
        "unlocked": row.unlocked_at is not None,
        "state": state,
        "state_text": STANDING_NAMES[state].zh,
        "state_text_en": STANDING_NAMES[state].en,
        "repair": row.repair.repair_no if row.repair else None,
        "photographs": _photographs_json(photographs(row)),
    }


def _photographs_json(shown: Photographs) -> dict[str, object]:
    files = [
        {
            "paper": each.paper,
            "name": each.name,
            "sha256": each.sha256,
            "size": each.size,
            "uploaded_at": each.uploaded_at.astimezone(CHINA).isoformat(),
            "uploaded_by": each.uploaded_by,
        }
        for each in shown.files
    ]
    return {"asked": shown.asked, "missing": list(shown.missing), "files": files}
