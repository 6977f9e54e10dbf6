"""Allow a retest on paper evidence in a declared outage: unlocked by the operator, or by a voucher issued before (A9).

What a station did is always stored. It allows the retest as soon as everything needed is known: an outage that was
running for the station at that moment, and the failed test. Either may come later than the voucher itself: the outage
of the platform can only be declared afterwards, and the failed test may still wait in the station's spool. So the
voucher waits and is tried again when one of them arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from imloop.facts.days import day_of, days_between
from imloop.facts.records.repair import DOCUMENT_NAMES
from imloop.facts.refusal import Conflict, Unlawful
from imloop.facts.text import Reason, Text
from imloop.gates.outages.outage import OutageFact as Fact
from imloop.gates.outages.outage import outage_for
from imloop.gates.repairs.paper_numbers import used_by_paper
from imloop.law import Law
from imloop.loop.case import Unlock
from imloop.loop.events import UnlockedOnPaper, UnlockEnded
from imloop.steps.cases.history import lasting
from imloop.steps.cases.move_case import as_loop_case, decide_and_keep, take_back
from imloop.steps.cases.reconsider import reconsider_after
from imloop.steps.ground import registers
from imloop.steps.ground.access import place_prefix
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger
from imloop.steps.outages.known_outages import declared_for
from imloop.steps.outages.match_papers import settle
from imloop.steps.outages.paper_numbers import keep_numbers, normal, noted, uses_of
from imloop.steps.stations import standing
from imloop.steps.vehicles.identify_vehicle import find_vehicle
from imloop.store.models import Case, Finding, Outage, PaperUnlock, Party, Proposal, Vehicle
from imloop.store.statements import fetch_one

OUTSIDE = ("fallback-outside-outage", "fallback-own-fault")
"""Doubts that end when the outage is declared after all."""
OPERATOR_UNLOCK = "paper-unlock"
NO_FAILED_TEST = Reason(
    "failed-test-unknown",
    Text(
        "不合格检验尚未上传；上传后自动生效。",
        "The failed test has not been uploaded yet; the unlock takes effect once it has.",
    ),
)


AMBIGUOUS = Reason(
    "plate-ambiguous",
    Text(
        "出示纸质材料时，该号牌属于哪辆车不能确定，暂不生效。",
        "Which car bore the plate when the paper was shown is not certain: it opens nothing.",
    ),
    next=Text(
        "请凭 VIN 办理；否则等维修记录补传后复检。",
        "Give the VIN with the paper; else wait for the record to be uploaded.",
    ),
)


def new_unlock(
    ledger: Ledger, *, station: Party, granted_at: datetime, vehicle: Vehicle | None = None, **said: object
) -> PaperUnlock:
    """The row, not yet tried; the law of the day it was accepted says how long it holds. Its ``vehicle`` is the one
    that bears the names now, whoever bears them when the paper is tried again; None: look it up."""
    day, said = day_of(granted_at), {"recorded_at": ledger.now, **said}
    law = registers.law_at(day, station.place)
    number = ledger.number("unlock", station.place, day.year)
    row = PaperUnlock.objects.create(
        unlock_no=f"U{station.place}-{day.year}-{number:06d}",
        station=station,
        vehicle=vehicle,
        granted_at=granted_at,
        expires_at=granted_at + timedelta(hours=law.number("outage.unlock_hours")),
        **{"approver": ledger.caller.actor[:80], **said},
    )
    if row.vehicle is None:
        row.vehicle = named_then(row.vin, row.plate, row.shown_at)
        row.save(update_fields=["vehicle"])
    keep_numbers(normal(noted(row), law), row.shop, unlock=row)
    ledger.note(
        "paper-accepted",
        row.unlock_no,
        {
            "way": row.way,
            "station": station.code,
            "shop": row.shop.code,
            "settlement_no": row.settlement_no,
            "certificate_no": row.certificate_no,
            "granted_at": granted_at.isoformat(),
            "recorded_at": row.recorded_at.isoformat(),
            "voucher": row.voucher.number if row.voucher else None,
        },
    )
    return row


def try_unlock(ledger: Ledger, row: PaperUnlock, known: Iterable[Fact] | None = None) -> tuple[Reason, ...]:
    """Open the gate if everything is known; else why not yet. ``known``: the outages that may justify it, None: all."""
    station = row.station
    law = registers.law_at(day_of(row.granted_at), station.place)
    outages = declared_for(row.granted_at) if known is None else known
    found = outage_for(outages, station=station.code, place=station.place, at=row.granted_at, law=law)
    if isinstance(found, Reason):
        return (found,)
    row.outage = Outage.objects.get(outage_no=found.outage_no)
    row.save(update_fields=["outage"])
    _settle_doubts(ledger, row)
    try:
        case = _case_of(row)
        if case is None:
            return (NO_FAILED_TEST,)
        law = registers.law_at(law.on, case.place)
        if used := _used_before(row, case, law):
            return (used,)
        with ledger.attempt():
            event = _event(row, case, ledger.now)
            case, _ = decide_and_keep(ledger, case, event, law, vehicle=case.vehicle, place=case.place)
    except (Unlawful, Conflict) as refusal:
        return refusal.reasons or (Reason(refusal.code, refusal.text, refusal.cite),)
    row.case, row.unlocked_at = case, ledger.now
    row.save(update_fields=["case", "unlocked_at"])
    if (ended := _taken_back(row)) is not None:
        take_back(ledger, case, ended)
    _ask_for_the_record(ledger, row, case)
    settle(ledger, case)
    row.refresh_from_db(fields=["repair", "matched_at", "contradicted_at"])
    return ()


def unlock_by(ledger: Ledger, row: PaperUnlock, known: Iterable[Fact] | None = None) -> tuple[Reason, ...]:
    """``try_unlock``; a failed retest that came before its paper had a permit after all: the paper is used up by it."""
    reasons = try_unlock(ledger, row, known)
    if row.case is not None:
        reconsider_after(ledger, row.case.vehicle, row.granted_at, row.unlock_no)
    return reasons


def _used_before(row: PaperUnlock, case: Case, law: Law) -> Reason | None:
    """A paper whose number is another repair's opens nothing, whoever showed it."""
    numbers = normal(noted(row), law)
    uses = uses_of(numbers, case, but=row)
    failed_at = as_loop_case(case).last_failed_at
    used = used_by_paper(numbers, uses, shop=row.shop.code, failed_at=failed_at, law=law)
    if not used:
        return None
    zh = "、".join(DOCUMENT_NAMES[name].zh for name in sorted(used))
    en = ", ".join(DOCUMENT_NAMES[name].en for name in sorted(used))
    return Reason(
        "paper-used",
        Text(
            f"纸质材料的编号已用于另一次维修：{zh}。",
            f"A number on the paper is that of another repair: {en}.",
        ),
        law.cite("repair.numbers.everywhere"),
        Text(
            "核对抄录的编号，可改记本次维修的另一份材料；否则等系统恢复，凭维修记录复检。",
            "Check what was noted, or note the other paper of this repair; else wait for the record to be uploaded.",
        ),
    )


def _event(row: PaperUnlock, case: Case, now: datetime) -> UnlockedOnPaper:
    assert row.outage is not None
    known = as_loop_case(case)
    again = any(each.unlock_no == row.unlock_no for each in known.unlocks)
    unlock = Unlock(
        unlock_no=row.unlock_no,
        outage_no=row.outage.outage_no,
        way=row.way,
        station=row.station.code,
        shop=row.shop.code,
        listed=_listed(row),
        settlement_no=row.settlement_no,
        certificate_no=row.certificate_no,
        approver=row.approver,
        reason=row.reason,
        granted_at=row.granted_at,
        expires_at=row.expires_at,
        failed_at=known.last_failed_at,
        contradicted_at=row.contradicted_at,
        read_at=row.recorded_at if row.recorded_at < row.granted_at else None,
    )
    return UnlockedOnPaper(at=row.granted_at, unlock=unlock, again_at=now if again else None)


def _taken_back(row: PaperUnlock) -> UnlockEnded | None:
    """It took effect before anybody confirmed it, and was taken back before the failed test had come."""
    said = Proposal.objects.filter(kind=OPERATOR_UNLOCK, done__no=row.unlock_no, decided_at__isnull=False)
    made = said.exclude(state=Proposal.State.CONFIRMED).first()
    return None if made is None else unlock_ended(row, made)


def unlock_ended(row: PaperUnlock, made: Proposal, now: datetime | None = None) -> UnlockEnded:
    """``now``: where it is taken back only now."""
    at = made.decided_at or now
    assert at is not None
    return UnlockEnded(at=at, unlock_no=row.unlock_no, reason=f"{_UNCONFIRMED.zh}：{made.reason}"[:400])


_UNCONFIRMED = Text("先行凭纸质材料解锁，未获确认", "an unlock on paper that nobody confirmed")


def _listed(row: PaperUnlock) -> bool:
    """From the day the paper is said to have been shown, which is the station's word, to the day the platform heard of
    it: a repairer that has left the list since writes no papers of the day before."""
    days = days_between(day_of(row.granted_at), day_of(row.recorded_at))
    return all(standing.is_active(row.shop, day) for day in days)


def _case_of(row: PaperUnlock) -> Case | None:
    """The case of the paper: the one open then. A case that failed only later is not it: the test that the
    paper follows is still to come."""
    try:
        vehicle = row.vehicle or find_vehicle(row.vin, row.plate, row.shown_at)
    except Conflict as unclear:
        reasons = unclear.reasons if row.vin else (AMBIGUOUS,)
        raise Conflict(unclear.code, unclear.text, reasons=reasons) from unclear
    if vehicle is None:
        return None
    if row.vehicle is None:
        row.vehicle = vehicle
        row.save(update_fields=["vehicle"])
    still_open = Q(closed_at__isnull=True) | Q(closed_at__gte=row.granted_at)
    rows = Case.objects.select_related("vehicle", "station").filter(still_open, vehicle=vehicle)
    found = rows.filter(opened_at__lt=row.granted_at).order_by("opened_at").last()
    return None if found is None else lasting(found)


def named_then(vin: str, plate: str, at: datetime) -> Vehicle | None:
    """None as well where that is not certain: it is asked again when the paper is tried."""
    try:
        return find_vehicle(vin, plate, at)
    except Conflict:
        return None


def _ask_for_the_record(ledger: Ledger, row: PaperUnlock, case: Case) -> None:
    """The repairer is told that its record is awaited."""
    body = {
        "unlock": row.unlock_no,
        "case": case.case_no,
        "plate": case.vehicle.plate,
        "vin": case.vehicle.vin,
        "station": row.station.code,
        "settlement_no": row.settlement_no,
        "certificate_no": row.certificate_no,
    }
    ledger.send(row.shop.code, "record-awaited", case.case_no, body)


def _settle_doubts(ledger: Ledger, row: PaperUnlock) -> None:
    assert row.outage is not None
    Finding.objects.filter(subject=row.unlock_no, code__in=OUTSIDE, resolved_at__isnull=True).update(
        resolved_at=ledger.now,
        resolved_by="imloop",
        outcome=Finding.Outcome.GONE,
        resolution=f"该时刻的系统故障已宣布：{row.outage.outage_no}",
    )


_WAITS = """
SELECT 1 FROM store_paperunlock WHERE unlocked_at IS NULL
 AND (vehicle_id = %s OR vin = %s AND vin <> '' OR plate = %s AND plate <> '') AND granted_at > %s LIMIT 1
"""


def unlock_waiting(ledger: Ledger, declared: Outage) -> int:
    """An outage was declared: try what was used while it ran. Returns how many opened."""
    waiting = _waiting().filter(
        granted_at__gte=declared.starts_at, station__place__startswith=place_prefix(declared.place)
    )
    if declared.ends_at is not None:
        waiting = waiting.filter(granted_at__lte=declared.ends_at)
    return sum(1 for row in waiting if not _tried_again(ledger, row, unlock_by))


def unlock_waiting_for(ledger: Ledger, case: Case) -> int:
    """A failed test arrived: try the papers of that vehicle which came before it. Returns how many opened."""
    vehicle = case.vehicle
    # Nearly always none, and asked at every failed test.
    if fetch_one(_WAITS, [vehicle.pk, vehicle.vin, vehicle.plate, case.failed_at]) is None:
        return 0
    named = Q(vehicle=vehicle)
    if vehicle.vin:
        named |= Q(vin=vehicle.vin)
    if vehicle.plate:
        named |= Q(plate=vehicle.plate)
    waiting = _waiting().filter(named, granted_at__gt=case.failed_at)
    return sum(1 for row in waiting if not _tried_again(ledger, row, try_unlock))


def _waiting() -> QuerySet[PaperUnlock]:
    rows = PaperUnlock.objects.filter(unlocked_at__isnull=True).select_related(
        "station", "shop", "voucher", "vehicle"
    )
    return rows.order_by("granted_at", "id")


def _tried_again(
    ledger: Ledger, row: PaperUnlock, how: Callable[[Ledger, PaperUnlock], tuple[Reason, ...]]
) -> tuple[Reason, ...]:
    """Try again; what still prevents it becomes a finding if it is new."""
    reasons = how(ledger, row)
    doubt(ledger, row, reasons)
    return reasons


def doubt(ledger: Ledger, row: PaperUnlock, reasons: Iterable[Reason]) -> None:
    """Store as a finding, once, why a used voucher allows nothing; a failed test still on its way is no finding."""
    said = set(Finding.objects.filter(subject=row.unlock_no).values_list("code", flat=True))
    new = [each for each in reasons if each != NO_FAILED_TEST and each.code not in said]
    keep_findings(ledger, "unlock", row.unlock_no, row.station.code, new)
