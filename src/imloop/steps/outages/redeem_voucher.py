"""A station reports that it used a voucher: stored in any case, tried at once, and again when more is known."""

from __future__ import annotations

from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.records.redemption import Redemption
from imloop.facts.refusal import Conflict, Unknown, Unlawful
from imloop.facts.text import Reason, Text
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.clock import require_past
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger
from imloop.steps.ground.receipts import Receipt
from imloop.steps.outages.unlock_on_paper import doubt, new_unlock, unlock_by
from imloop.steps.stations.station_facts import StationFacts
from imloop.store.models import Link, PaperUnlock, Party, PartyKind, RawUpload, Voucher


def redeem_voucher(ledger: Ledger, raw: RawUpload, said: Redemption, sender: StationFacts) -> Receipt:
    """Authorise, load, decide, save. Refused and not kept as used: a voucher that is unknown, another station's, of
    another day, or used before for something else."""
    require_kind(ledger.caller, PartyKind.ISTATION)
    station = sender.party
    require_past(
        said.used_at,
        ledger.now,
        Text("使用时间晚于平台时间。", "The time of use is in the future."),
        at="used_at",
    )
    voucher = _voucher(station, said)
    _require_its_day(voucher, said)
    used = PaperUnlock.objects.select_related("shop", "voucher").filter(voucher=voucher).first()
    if used is not None:
        return _again(used, said)
    shop = registers.party(said.shop, PartyKind.MSTATION)
    row = new_unlock(
        ledger,
        way="voucher",
        voucher=voucher,
        raw=raw,
        station=station,
        shop=shop,
        vin=said.vin,
        plate=said.plate,
        settlement_no=said.settlement_no,
        certificate_no=said.certificate_no,
        reason="离线凭单",
        granted_at=said.used_at,
    )
    reasons = unlock_by(ledger, row)
    doubt(ledger, row, reasons)
    clock = _clock(ledger, station, said)
    keep_findings(ledger, "unlock", row.unlock_no, station.code, clock)
    receipt = _receipt(row, [*reasons, *clock], ledger.now) | gate_of(ledger.caller, row, ledger.now)
    row.receipt = receipt
    row.save(update_fields=["receipt"])
    return Receipt(True, receipt)


def gate_of(caller: Caller, row: PaperUnlock, now: datetime) -> dict[str, object]:
    """What the gate of the retest says of the car now: ``permitted``, and ``refused``, its reasons. A paper that was
    accepted may still not do: its repair has arrived with other numbers, a line is locked, the deadline has passed."""
    if row.unlocked_at is None:
        return {"permitted": False, "refused": []}
    try:
        gate = ask_permit(caller, station=row.station.code, vin=row.vin, plate=row.plate, at=now)
    except Conflict as unclear:
        return {"permitted": False, "refused": [Reason(unclear.code, unclear.text).to_json()]}
    return {"permitted": gate["allowed"], "refused": [] if gate["allowed"] else gate["reasons"]}


def _voucher(station: Party, said: Redemption) -> Voucher:
    """By number and code; by code alone where it was typed from paper. A voucher that bears the platform's signature
    and is not known here was issued before a restored backup: it is entered again."""
    rows = Voucher.objects.select_related("station")
    if not said.number:
        found = rows.filter(station=station, code=said.code).first()
    else:
        found = rows.filter(number=said.number).first() or _reentered(station, said)
    if found is None or (found.station == station and found.code != said.code):
        raise Unknown(
            "unknown-voucher",
            Text(
                "没有这样的离线凭单，请核对编号和校验码。", "There is no such voucher; check number and code."
            ),
        )
    if found.station != station:
        raise Unlawful(
            "voucher-other-station",
            Text(
                f"离线凭单发给了 {found.station.code}，不是本站。",
                f"The voucher was issued to {found.station.code}.",
            ),
        )
    return found


def _reentered(station: Party, said: Redemption) -> Voucher | None:
    signed = said.signed
    if signed is None or signed["station"] != station.code:
        return None
    return Voucher.objects.create(
        number=signed["number"],
        station=station,
        day=date.fromisoformat(signed["day"]),
        code=signed["code"],
        issued_at=datetime.fromisoformat(signed["issued_at"]),
        content=dict(signed),
    )


def _require_its_day(voucher: Voucher, said: Redemption) -> None:
    if day_of(said.used_at) != voucher.day:
        raise Unlawful(
            "voucher-other-day",
            Text(f"离线凭单只在 {voucher.day} 当天有效。", f"The voucher is valid on {voucher.day} only."),
        )


def _again(used: PaperUnlock, said: Redemption) -> Receipt:
    """The same use reported twice gets the first receipt; another use is refused."""
    same = (used.vin, used.plate, used.shop.code, used.settlement_no, used.certificate_no, used.granted_at)
    told = (said.vin, said.plate, said.shop, said.settlement_no, said.certificate_no, said.used_at)
    if same == told:
        return Receipt(False, used.receipt)
    raise Conflict(
        "voucher-used",
        Text(
            f"离线凭单已用于 {used.plate or used.vin}（{used.unlock_no}），不能再次使用。",
            f"The voucher was used for {used.plate or used.vin} ({used.unlock_no}) and can be used only once.",
        ),
    )


def _clock(ledger: Ledger, station: Party, said: Redemption) -> list[Reason]:
    """Doubt about the time of use: the station's clock now, else its lines' clock at the last heartbeat."""
    law = registers.law_at(day_of(ledger.now), station.place)
    if said.clock is not None:
        skew = (said.clock - ledger.now).total_seconds()
    else:
        seen = Link.objects.filter(line__station=station).values_list("clock_skew_s", flat=True)
        skew = max(seen, key=abs, default=0.0)
    if abs(skew) <= law.number("link.skew_seconds"):
        return []
    return [
        Reason(
            "clock-skew",
            Text(
                f"登记使用离线凭单时，本站时钟与平台相差 {skew:+.0f} 秒。",
                f"The station's clock was {skew:+.0f} s off when it reported the voucher.",
            ),
            law.cite("link.skew_seconds"),
            Text("校准检测线时钟。", "Set the line's clock."),
        )
    ]


def _receipt(row: PaperUnlock, reasons: list[Reason], now: datetime) -> dict[str, object]:
    assert row.voucher is not None
    return {
        "schema": "imloop.receipt/1",
        "received_at": now.isoformat(),
        "unlock": row.unlock_no,
        "voucher": row.voucher.number,
        "unlocked": row.unlocked_at is not None,
        "outage": row.outage.outage_no if row.outage else None,
        "case": row.case.case_no if row.case else None,
        "expires_at": row.expires_at.isoformat(),
        "matched": row.repair.repair_no if row.repair else None,
        "findings": [reason.to_json() for reason in reasons],
    }
