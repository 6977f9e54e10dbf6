"""Which case a repair belongs to. A case is claimed with its number and the plate or VIN; wrong pairs are counted.

A wrong pair is answered exactly like a case that does not exist, so that nobody learns of a case from its number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from imloop.facts.days import day_of
from imloop.facts.identifiers import mistyped, plain, signs
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Refusal, Unknown
from imloop.facts.text import Reason, Text
from imloop.steps.cases.history import goes_on_as
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger, writing
from imloop.store.models import Case, Party, PartyKind, PlateSpan, RawUpload, Vehicle, WrongClaim

TAIL, WHOLE = 6, 17
Pick = Callable[[QuerySet[Case]], Case | None]
"""Chooses among the cases of a number or of a vehicle."""


class WrongPair(Unknown):
    """A case number, or the end of a VIN, that goes with no open case: counted, as it may be a guess."""


class VehicleDiffers(Conflict):
    """The case is known by one thing that was said, and another one contradicts it."""

    def __init__(self, case: Case, wrong: list[str]) -> None:
        zh, en = "、".join(_NAMES[name].zh for name in wrong), ", ".join(_NAMES[name].en for name in wrong)
        super().__init__(
            "vehicle-differs",
            Text(
                f"与案件车辆不一致：{zh}。请对照告知书和行驶证核对后重新上传。",
                f"Not that of the case's vehicle: {en}. Check it with the notice and the licence, and upload again.",
            ),
        )
        self.case = case


_NAMES = {
    "case_no": Text("案件号", "case number"),
    "vin": Text("VIN", "VIN"),
    "plate": Text("号牌", "plate"),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said of the case and its vehicle, in the normal form. ``vin``: whole, or its last six signs."""

    case_no: str
    vin: str
    plate: str

    @classmethod
    def of(cls, case_no: str, vin: str, plate: str) -> Claim:
        written = signs(vin)
        return cls(case_no.strip(), written if len(written) == TAIL else plain(vin), plain(plate))

    @property
    def whole(self) -> str:
        return self.vin if len(self.vin) != TAIL else ""

    @property
    def counted(self) -> bool:
        """Could it be a guess? Plate and whole VIN together are only known to who has the vehicle."""
        return not (self.whole and self.plate) or bool(self.case_no)

    @property
    def enough(self) -> bool:
        if self.case_no:
            return bool(self.vin or self.plate)
        return bool(self.whole or (self.vin and self.plate))


def claimed_case(claim: Claim, shop: Party, now: datetime, pick: Pick) -> Case:
    """The case that the shop may file a repair in. Refuses what is too little, what does not agree, and a shop that has
    guessed too often today."""
    if not claim.enough:
        raise Malformed(
            "claim-incomplete",
            Text(
                "请给出案件号，并给出号牌、VIN 或 VIN 后六位之一；没有案件号的，给出完整 VIN，或号牌加 VIN 后六位。",
                "Give the case number with the plate, the VIN or its last six signs; without the number, the whole "
                "VIN, or the plate with the last six signs.",
            ),
            at="plate",
        )
    if claim.counted:
        _require_guesses_left(shop, now)
    found = _by_number(claim, pick) if claim.case_no else _by_vehicle(claim, pick)
    if found is None:
        raise (WrongPair if claim.counted else Unknown)(
            "no-open-case",
            Text(
                "没有找到该车的在办案件；维修记录未入案。请核对案件号、号牌和 VIN。",
                "No open case for this vehicle; the repair was not filed. Check case number, plate and VIN.",
            ),
        )
    return found


def open_claimed(caller: Caller, claim: Claim, now: datetime) -> Case:
    """The open case as its page shows it to an M-station that the owner has come to; the look-up is journalled."""
    require_kind(caller, PartyKind.MSTATION)
    shop = registers.party(caller.party_code, PartyKind.MSTATION)
    with writing(now, caller) as ledger:
        try:
            found = claimed_case(claim, shop, now, lambda cases: cases.filter(closed_at__isnull=True).first())
        except WrongPair as refusal:
            count_wrong_pair(ledger, refusal)
            wrong = refusal
        else:
            ledger.note("looked-up", found.case_no, {"kind": "case"})
            return found
    raise wrong


def _by_number(claim: Claim, pick: Pick) -> Case | None:
    cases = Case.objects.select_related("vehicle", "station")
    found = pick(cases.filter(case_no=goes_on_as(claim.case_no)))
    if found is not None:
        right, wrong = _compared(claim, found)
        if right and wrong:
            raise VehicleDiffers(found, wrong)
        if right:
            return found
    other = _of_vehicle(claim, pick) if claim.whole and claim.plate else None
    if other is not None and not _compared(claim, other)[1]:
        raise VehicleDiffers(other, ["case_no"])
    return None


def _by_vehicle(claim: Claim, pick: Pick) -> Case | None:
    found = _of_vehicle(claim, pick)
    if found is not None and (wrong := _compared(claim, found)[1]):
        raise VehicleDiffers(found, wrong)
    return found


def _of_vehicle(claim: Claim, pick: Pick) -> Case | None:
    """By the whole VIN; by the plate where its end agrees, no VIN is known, or it may be mistyped."""
    cases = Case.objects.select_related("vehicle", "station")
    if claim.whole and (found := pick(cases.filter(vehicle__vin=claim.whole))) is not None:
        return found
    if not claim.plate or (claim.whole and Vehicle.objects.filter(vin=claim.whole).exists()):
        return None
    vehicles = Vehicle.objects.filter(plate=claim.plate).order_by("-id")
    near = [
        each.pk
        for each in vehicles
        if (claim.whole and (not each.vin or mistyped(claim.whole, each.vin)))
        or (not claim.whole and each.vin.endswith(claim.vin))
    ]
    return pick(cases.filter(vehicle__in=near)) if near else None


def _compared(claim: Claim, case: Case) -> tuple[list[str], list[str]]:
    """Which of VIN and plate agree with the case's vehicle, and which do not; what the register lacks does neither."""
    vehicle = case.vehicle
    right: list[str] = []
    wrong: list[str] = []
    known = plain(vehicle.vin)
    if claim.vin and known:
        same = known == claim.whole if claim.whole else known.endswith(claim.vin)
        (right if same else wrong).append("vin")
    if claim.plate and vehicle.plate:
        same = plain(vehicle.plate) == claim.plate or _bore(vehicle, claim.plate, case)
        (right if same else wrong).append("plate")
    return right, wrong


def _bore(vehicle: Vehicle, plate: str, case: Case) -> bool:
    """Its former plate, since the case was opened: the notice names that one."""
    since = Q(until__isnull=True) | Q(until__gte=day_of(case.opened_at))
    return PlateSpan.objects.filter(since, vehicle=vehicle, plate=plate).exists()


def _require_guesses_left(shop: Party, now: datetime) -> None:
    law = registers.law_at(day_of(now), shop.place)
    most = law.integer("repair.claim.wrong_per_day")
    if WrongClaim.objects.filter(shop=shop, day=day_of(now), tries__gte=most).exists():
        raise NotAllowed(
            "too-many-wrong-claims",
            Text(
                f"今天案件号与车辆不符已达 {most} 次；今天请以完整 VIN 加号牌报送，或明天再试。",
                f"{most} case numbers did not go with their vehicles today; send the whole VIN with the plate, or try "
                "again tomorrow.",
            ),
            cite=law.cite("repair.claim.wrong_per_day"),
        )


def count_wrong_pair(ledger: Ledger, refusal: Refusal) -> None:
    """Count a refused claim against its shop; the last that is let through is told to the departments."""
    if not isinstance(refusal, WrongPair):
        return
    shop, day = registers.party(ledger.caller.party_code, PartyKind.MSTATION), day_of(ledger.now)
    law = registers.law_at(day, shop.place)
    row, _ = WrongClaim.objects.get_or_create(shop=shop, day=day)
    WrongClaim.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
    if row.tries + 1 != law.integer("repair.claim.wrong_per_day"):
        return
    reason = Reason(
        "case-numbers-guessed",
        Text(
            f"{shop.name} 一天内 {row.tries + 1} 次以不符的案件号或 VIN 尾号认领案件，当天不再受理。",
            f"{shop.name} claimed cases {row.tries + 1} times in a day with numbers that do not go together; "
            "no more are taken that day.",
        ),
        law.cite("repair.claim.wrong_per_day"),
        Text(
            "向维修站了解：是录入错误，还是试探他人案件。",
            "Ask the shop: typing errors, or other people's cases tried out?",
        ),
    )
    keep_findings(ledger, "repair", shop.code, shop.code, [reason])
    for kind in (PartyKind.TRANSPORT, PartyKind.MARKET):
        if office := registers.department(kind, shop.place):
            ledger.send(
                office.code, "case-numbers-guessed", shop.code, {"shop": shop.code, **reason.to_json()}
            )


def count_wrong_upload(ledger: Ledger, raw: RawUpload, refusal: Refusal) -> None:
    """The same for an upload; the same bytes again are the same try."""
    before = RawUpload.objects.filter(sha256=raw.sha256, party=raw.party).exclude(pk=raw.pk)
    if not before.exists():
        count_wrong_pair(ledger, refusal)
