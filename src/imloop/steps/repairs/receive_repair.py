"""An M-station reports a repair: that, and nothing else, allows the retest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import msgspec
from django.db.models import QuerySet

from imloop import loop
from imloop.facts.days import CHINA, day_of
from imloop.facts.records.repair import RepairRecord
from imloop.facts.refusal import Conflict
from imloop.facts.text import Reason, Text
from imloop.gates.repairs.paper_numbers import doubts_about_numbers, used_by_repair
from imloop.gates.repairs.warranty import rework_charged, warranty_unused
from imloop.gates.repairs.whereabouts import before_fail_known
from imloop.law import Law
from imloop.loop.case import UNCONFIRMED, Lack
from imloop.loop.events import RepairReported
from imloop.loop.on_paper import excused
from imloop.loop.repairs import over_before_known
from imloop.steps.cases.move_case import as_loop_case, decide_and_keep
from imloop.steps.cases.reconsider import reconsider_after
from imloop.steps.ground import registers
from imloop.steps.ground.access import require_own
from imloop.steps.ground.clock import require_past
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger
from imloop.steps.ground.receipts import Receipt
from imloop.steps.outages.compare_papers import say_what_is_wrong, say_whose_paper
from imloop.steps.outages.late_repairs import held_by_time, no_longer_allowed
from imloop.steps.outages.match_papers import settle
from imloop.steps.outages.paper_numbers import keep_numbers, normal, uses_of
from imloop.steps.repairs.circumstances import Late, doubts_around, lacks_around
from imloop.steps.repairs.claims import Claim, VehicleDiffers, claimed_case
from imloop.steps.repairs.repair_files import named_and_missing
from imloop.steps.repairs.repair_marks import doubts_about, keep_marks
from imloop.steps.repairs.rework import earlier_rework, odometer_at_fail
from imloop.steps.stations import standing
from imloop.steps.stations.station_facts import StationFacts
from imloop.steps.vehicles.vehicle_facts import entered_facts
from imloop.store.models import Case, Party, PartyKind, RawUpload, Repair


@dataclass(frozen=True, slots=True)
class Entered:
    """A station entered the papers of a repairer without access. ``by``: who did; ``cite``: why somebody has to compare
    them before they count."""

    by: str
    cite: str


@dataclass(frozen=True, slots=True)
class _Repaired:
    """What the step knows once the case has moved. ``running``: whose warranty ran when the vehicle came in, and until
    when; ``doubts``: signs in the record and around it; ``numbers``: of its documents, in the normal form."""

    record: RepairRecord
    shop: Party
    law: Law
    case: Case
    fact: loop.RepairFact
    permit: loop.Permit
    running: tuple[str, date] | None
    doubts: list[Reason]
    numbers: dict[str, str]
    entered: Entered | None


def receive_repair(ledger: Ledger, raw: RawUpload, record: RepairRecord, _sender: StationFacts) -> Receipt:
    """Authorise, load, decide, save. The law of the day the repair finished says whether it qualifies."""
    require_own(ledger.caller, PartyKind.MSTATION, record.shop)
    shop = registers.party(ledger.caller.party_code, PartyKind.MSTATION)
    require_new(shop, record)
    require_finished(record, ledger.now)
    return file_repair(ledger, raw, record, shop, case_of(record, shop, ledger.now))


def file_repair(
    ledger: Ledger,
    raw: RawUpload,
    record: RepairRecord,
    shop: Party,
    row: Case,
    entered: Entered | None = None,
) -> Receipt:
    """Judge it, move the case, keep it. ``entered``: by a station, in place of the repairer."""
    law = registers.law_at(day_of(record.finished_at), row.place)
    earlier, owed = as_loop_case(row), earlier_rework(row)
    numbers = normal(record.documents.numbers, law)
    fact, doubts = _judged(record, shop, row, law, numbers, ledger.now, entered)
    if owed is not None and owed.shop == shop and not fact.rework_of:
        fact = replace(fact, rework_of=owed.repair_no)
    event = RepairReported(at=record.finished_at, repair=fact, failed_odometer_km=odometer_at_fail(row))
    row, _ = decide_and_keep(ledger, row, event, law, vehicle=row.vehicle, place=row.place)
    # A run after it may have had a permit after all: the receipt says what is so then.
    if reconsider_after(ledger, row.vehicle, record.finished_at, f"{shop.code}/{record.repair_no}"):
        row.refresh_from_db()
    permit = loop.permit(
        as_loop_case(row),
        station=row.station.code if row.station else "",
        at=max(ledger.now, row.failed_at),
        law=law,
    )
    running = _running(earlier, record, owed)
    done = _Repaired(record, shop, law, row, fact, permit, running, doubts, numbers, entered)
    return _save(ledger, raw, done)


def _judged(
    record: RepairRecord,
    shop: Party,
    row: Case,
    law: Law,
    numbers: dict[str, str],
    now: datetime,
    entered: Entered | None,
) -> tuple[loop.RepairFact, list[Reason]]:
    """The repair as the loop takes it, and every doubt: in the record, around it, about its documents."""
    case = as_loop_case(row)
    used = used_by_repair(
        numbers,
        uses_of(numbers, row),
        shop=shop.code,
        finished_at=record.finished_at,
        failed_at=case.last_failed_at,
        law=law,
    )
    listed = standing.is_active(shop, day_of(record.finished_at))
    plain = loop.repair_fact(record, listed=listed, law=law)
    late = _late(excused(case.unlocks, plain), entered, law.integer("retest.papers_days"))
    doubts = doubts_around(record, shop, row, law, now, late=late)
    unconfirmed = [Lack(UNCONFIRMED, entered.cite)] if entered else []
    fact = loop.repair_fact(
        record,
        listed=listed,
        law=law,
        earlier=case.repairs,
        used=used,
        found=[*lacks_around(record, shop, row, law, doubts), *unconfirmed],
        reported_at=now,
        vehicle_type=str(entered_facts(row.vehicle).get("vehicle_type", "")),
    )
    if over_before_known(case, fact, law):
        doubts.append(before_fail_known(law))
    return fact, [*doubts_about(record, shop, row, law), *doubts, *doubts_about_numbers(used, numbers, law)]


def _late(awaited: bool, entered: Entered | None, days: int) -> Late:
    """Nobody could have reported in time what an outage was to bring late. Papers come when the owner brings them: that
    the rules have changed since matters once that was long ago. ``days``: within which it was not."""
    if awaited:
        return lambda *_: None
    if entered is None:
        return held_by_time

    def late(case: Case, shop: Party, record: RepairRecord, at: datetime, law: Law) -> Reason | None:
        soon = at <= record.finished_at + timedelta(days=days)
        return None if soon else no_longer_allowed(case, shop, record, at, law)

    return late


def require_new(shop: Party, record: RepairRecord) -> None:
    """A number is one repair's."""
    if Repair.objects.filter(shop=shop, repair_no=record.repair_no).exists():
        raise Conflict(
            "repair-no-taken",
            Text(
                f"维修单号 {record.repair_no} 已有另一份不同的报文。",
                f"Repair {record.repair_no} was already uploaded with other bytes.",
            ),
        )


def require_finished(record: RepairRecord, now: datetime) -> None:
    """Nobody reports a repair before it is done."""
    words = Text(
        f"完工时间 {record.finished_at.astimezone(CHINA):%Y-%m-%d %H:%M} 晚于平台时间。",
        f"Finished at {record.finished_at.astimezone(CHINA):%Y-%m-%d %H:%M}, which is in the future.",
    )
    require_past(record.finished_at, now, words, at="finished_at")


def case_of(record: RepairRecord, shop: Party, now: datetime) -> Case:
    """The open case that the shop claims; or the one retested on paper that waits for the record."""

    def waiting(cases: QuerySet[Case]) -> QuerySet[Case]:
        return cases.filter(paper_unlocks__repair__isnull=True, paper_unlocks__unlocked_at__isnull=False)

    def pick(cases: QuerySet[Case]) -> Case | None:
        between = waiting(cases).filter(
            paper_unlocks__granted_at__gte=record.finished_at, opened_at__lt=record.finished_at
        )
        return between.last() or cases.filter(closed_at__isnull=True).first() or waiting(cases).last()

    try:
        return claimed_case(Claim.of(record.case_no, record.vin, record.plate), shop, now, pick)
    except VehicleDiffers as refusal:
        if refusal.case in waiting(Case.objects.all()):
            raise Conflict(
                "paper-of-other-vehicle",
                Text(
                    f"案件 {refusal.case.case_no} 凭纸质材料复检过，补传的维修记录与其车辆不一致。",
                    f"Case {refusal.case.case_no} was retested on paper; its record names another vehicle.",
                ),
            ) from refusal
        raise


def _save(ledger: Ledger, raw: RawUpload, done: _Repaired) -> Receipt:
    record, shop, row, fact = done.record, done.shop, done.case, done.fact
    doubts = [
        Reason("field-unreadable", Text(f"未采用的字段 {note}", f"Field left out: {note}"))
        for note in record.notes
    ]
    doubts += [*_about_the_warranty(done), *done.doubts]
    missing = named_and_missing(shop, record.repair_no, record.documents.photos)
    receipt = _receipt(ledger, done, doubts, missing)
    said = {"sha256": raw.sha256, "case": row.case_no, "listed": fact.listed}
    entry = ledger.note(
        "repair-received",
        f"{shop.code}/{record.repair_no}",
        {**said, "receipt": ledger.receipt_hash(receipt.body)},
    )
    receipt = receipt.stamped(entry)
    repair = Repair.objects.create(
        raw=raw,
        shop=shop,
        repair_no=record.repair_no,
        case=row,
        received_at=record.received_at,
        finished_at=record.finished_at,
        uploaded_at=ledger.now,
        listed=fact.listed,
        cost_yuan=record.cost_yuan,
        warranty_until=fact.warranty_until,
        warranty_km=fact.warranty_km,
        rework_of=fact.rework_of or None,
        record=msgspec.to_builtins(record, enc_hook=dict),
        receipt=receipt.body,
    )
    keep_marks(repair, record)
    keep_numbers(done.numbers, shop, repair=repair)
    keep_findings(ledger, "repair", record.repair_no, shop.code, doubts)
    settle(ledger, row)
    say_what_is_wrong(ledger, row, fact, done.doubts)
    say_whose_paper(ledger, repair)
    return receipt


def _running(before: loop.Case, record: RepairRecord, owed: Repair | None) -> tuple[str, date] | None:
    """Whose warranty ran when the vehicle came in, and until when: of this case, else of an earlier one."""
    running = before.warranty_repair(record.received_at, record.odometer_km)
    if running is not None and running.warranty_until is not None:
        return running.shop, running.warranty_until
    if owed is not None and owed.warranty_until is not None:
        return owed.shop.code, owed.warranty_until
    return None


def _about_the_warranty(done: _Repaired) -> list[Reason]:
    if done.fact.rework_of:
        charged = rework_charged(done.fact.rework_of, done.record.cost_yuan, done.law)
        return [charged] if charged else []
    return [warranty_unused(*done.running, done.law)] if done.running else []


def _receipt(ledger: Ledger, done: _Repaired, doubts: list[Reason], missing: list[str]) -> Receipt:
    row, fact = done.case, done.fact
    return Receipt(
        True,
        {
            "schema": "imloop.receipt/1",
            "received_at": ledger.now.isoformat(),
            "repair_no": done.record.repair_no,
            "case": row.case_no,
            "case_state": row.state,
            "round": row.round,
            "station": row.station.code if row.station else None,
            "deadline": row.deadline.isoformat(),
            "rework_of": fact.rework_of or None,
            "warranty_until": fact.warranty_until.isoformat() if fact.warranty_until else None,
            "retest": done.permit.to_json(),
            "findings": [doubt.to_json() for doubt in doubts],
            "photographs_missing": missing,
            **({"shop": done.shop.code, "entered_by": done.entered.by} if done.entered else {}),
        },
    )
