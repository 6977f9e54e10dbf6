"""An I-station reports a test: judge it ourselves and move the case accordingly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from imloop import loop
from imloop.facts.codes import Outcome, Purpose, Result
from imloop.facts.days import day_of
from imloop.facts.records.inspection import TestRecord
from imloop.facts.refusal import Conflict, Unlawful
from imloop.facts.text import Reason, Text
from imloop.gates.stations.staff import people_reasons
from imloop.gates.vehicles.cycle import due_after
from imloop.law import Law
from imloop.loop.events import TestFailed, TestPassed
from imloop.steps.cases.issue_notice import issue_notice
from imloop.steps.cases.let_cases_go import let_late_case_go
from imloop.steps.cases.move_case import as_loop_case, decide_and_keep, open_case
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind, require_own
from imloop.steps.ground.clock import require_past
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger
from imloop.steps.ground.receipts import Receipt, test_receipt
from imloop.steps.inspections.judge_upload import JudgedUpload
from imloop.steps.lines.heartbeats import count_test
from imloop.steps.outages.unlock_on_paper import unlock_waiting_for
from imloop.steps.prices.compare_charge import charge_for
from imloop.steps.repairs.rework import order_rework
from imloop.steps.stations import standing
from imloop.steps.stations.line_standing import doubts_of, line_reasons, lock_of
from imloop.steps.stations.station_facts import StationFacts
from imloop.steps.vehicles.identify_vehicle import enter_vehicle
from imloop.steps.vehicles.vehicle_facts import subject_of
from imloop.store.models import Case, Party, PartyKind, RawUpload, Test, Vehicle
from imloop.store.statements import fetch_one, insert, update
from imloop.verdict import Verdict

_ORIGINS = {
    Purpose.REGISTRATION: loop.Origin.REGISTRATION,
    Purpose.TRANSFER_IN: loop.Origin.TRANSFER_IN,
    Purpose.SPOT_CHECK_RETEST: loop.Origin.SPOT_CHECK,
    Purpose.REMOTE_SENSING_RETEST: loop.Origin.REMOTE_SENSING,
}
_TAKEN = (
    "SELECT r.sha256 FROM store_test t JOIN store_rawupload r ON r.id = t.raw_id "
    "WHERE t.station_id = %s AND t.test_no = %s"
)
_PASSED_LATER = "SELECT 1 FROM store_test WHERE vehicle_id = %s AND result = %s AND started_at > %s LIMIT 1"


@dataclass(slots=True)
class _Received:
    """What the step knows so far; findings are added as it goes on."""

    judged: JudgedUpload
    raw: RawUpload
    station: Party
    law: Law
    verdict: Verdict
    vehicle: Vehicle | None
    findings: list[Reason]

    @property
    def record(self) -> TestRecord:
        return self.judged.record


def receive_test(ledger: Ledger, raw: RawUpload, judged: JudgedUpload, sender: StationFacts) -> Receipt:
    """Authorise, load, judge, decide, save. Raises a named refusal; the raw bytes are kept either way."""
    record = judged.record
    _authorise(ledger.caller, record)
    station = sender.party
    _require_new(station, record)
    _require_past(record, ledger.now)
    day = day_of(record.started_at)
    law = registers.law_at(day, station.place)
    standing.require_active(sender, day, law)
    line = standing.require_line(sender, record.line, record.method, record.started_at, law)
    reasons = line_reasons(sender, record.line, record.method, record.started_at, law)
    _require_unlocked(record, reasons)
    verdict = judged.under(law)
    vehicle, doubts = enter_vehicle(record.vehicle, day)
    received = _Received(judged, raw, station, law, verdict, vehicle, [*doubts, *verdict.findings])
    received.findings += _about_the_message(record, ledger.now, law)
    if record.fee_yuan is not None:
        received.findings += charge_for(vehicle, station, record.method, day, law, record.fee_yuan).reasons
    received.findings += doubts_of(reasons)
    received.findings += people_reasons(record.people, sender.staff, day, law)
    received.findings += count_test(ledger, line, record.sequence, law)
    case = _move_case(ledger, received)
    return _save(ledger, received, case)


def _authorise(caller: Caller, record: TestRecord) -> None:
    """A station that is not registered is told so, not that it is somebody else's."""
    if record.station != caller.party_code:
        require_kind(caller, PartyKind.ISTATION)
        registers.party(record.station, PartyKind.ISTATION)
    require_own(caller, PartyKind.ISTATION, record.station)


def _require_new(station: Party, record: TestRecord) -> None:
    kept = fetch_one(_TAKEN, [station.pk, record.test_no])
    if kept is not None:
        short = kept[0][:12]
        raise Conflict(
            "test-no-taken",
            Text(
                f"检验编号 {record.test_no} 已有另一份不同的报文（{short}）。",
                f"Test {record.test_no} was already uploaded with other bytes ({short}).",
            ),
        )


def _require_past(record: TestRecord, now: datetime) -> None:
    words = Text(
        f"检验时间 {record.ended_at.isoformat()} 晚于平台时间，请校准检测线时钟。",
        f"Test time {record.ended_at.isoformat()} is in the future; set the line's clock.",
    )
    require_past(max(record.started_at, record.ended_at), now, words)


def _require_unlocked(record: TestRecord, reasons: tuple[Reason, ...]) -> None:
    """A run on a line that was locked for the method at its own start is not taken."""
    lock = lock_of(record.line, record.method, reasons)
    if lock is not None:
        raise Unlawful(lock.code, lock.text, cite=lock.cite, reasons=(lock,))


def _about_the_message(record: TestRecord, now: datetime, law: Law) -> list[Reason]:
    found = [
        Reason("field-unreadable", Text(f"未采用的字段 {note}", f"Field left out: {note}"))
        for note in record.notes
    ]
    hours = law.number("upload.within_hours")
    if now - record.ended_at > timedelta(hours=hours):
        found.append(
            Reason(
                "uploaded-late",
                Text(
                    f"检验结束 {hours:g} 小时以后才上传。",
                    f"Uploaded more than {hours:g} hours after the test.",
                ),
                cite=law.cite("upload.within_hours"),
            )
        )
    return found


def _move_case(ledger: Ledger, received: _Received) -> Case | None:
    """Let the case move by the test's own time. Runs that do not count move nothing."""
    vehicle = received.vehicle
    row = open_case(vehicle)
    event = None if vehicle is None else _event(vehicle, row, received)
    if vehicle is None or event is None:
        return row
    if isinstance(event, TestFailed):
        return _failed(ledger, vehicle, row, event, received)
    if row is not None:
        row, _ = decide_and_keep(
            ledger, row, event, received.law, vehicle=vehicle, place=received.station.place
        )
    _end_cycle(vehicle, day_of(event.at), received.law)
    return row


def _failed(
    ledger: Ledger, vehicle: Vehicle, row: Case | None, event: TestFailed, received: _Received
) -> Case:
    """A case opens, or its next round; what lay ready for it follows: free rework, a paper, a station that closed."""
    case, decision = decide_and_keep(
        ledger, row, event, received.law, vehicle=vehicle, place=received.station.place
    )
    if all(effect.kind is not loop.EffectKind.REWORK_ORDERED for effect in decision.effects):
        order_rework(ledger, case)
    if unlock_waiting_for(ledger, case):
        case.refresh_from_db()
    if day_of(ledger.now) != day_of(event.at):
        today = registers.law_at(day_of(ledger.now), received.station.place)
        let_late_case_go(ledger, case, received.station, today)
    return case


def _event(vehicle: Vehicle, row: Case | None, received: _Received) -> TestFailed | TestPassed | None:
    """What the run means for the case; None: nothing. One that is older than what is known leaves a finding."""
    record = received.record
    if record.outcome is Outcome.ABORTED or record.purpose is Purpose.COMPARISON:
        return None
    if row is not None and record.started_at <= row.failed_at:
        received.findings.append(_out_of_order())
        return None
    if row is not None:
        _require_permit(row, received)
    event = _by_verdict(received)
    if event is not None and row is None and _overtaken(vehicle, record):
        received.findings.append(_out_of_order())
        return None
    return event


def _require_permit(row: Case, received: _Received) -> None:
    """The gate, at the test's own start time: a run that the law forbids is not taken, whatever its result."""
    permit = loop.permit(
        as_loop_case(row), station=received.station.code, at=received.record.started_at, law=received.law
    )
    if not permit.allowed:
        raise loop.retest_forbidden(permit)


def _by_verdict(received: _Received) -> TestFailed | TestPassed | None:
    record, verdict = received.record, received.verdict
    if verdict.result is Result.PASS:
        return TestPassed(at=record.started_at, station=record.station, test_no=record.test_no)
    if verdict.result is Result.FAIL:
        failed = tuple(item.item for item in verdict.items if not item.passed and not item.advisory)
        return TestFailed(
            at=record.started_at,
            station=record.station,
            test_no=record.test_no,
            items=failed,
            origin=_ORIGINS.get(record.purpose, loop.Origin.PERIODIC),
            odometer_km=record.vehicle.odometer_km,
        )
    return None


def _overtaken(vehicle: Vehicle, record: TestRecord) -> bool:
    """A later pass is already known: this older run came late and changes nothing."""
    return fetch_one(_PASSED_LATER, [vehicle.pk, str(Result.PASS), record.started_at]) is not None


def _out_of_order() -> Reason:
    return Reason(
        "uploaded-out-of-order",
        Text(
            "该次检验早于已知的后续检验，只存档，不改变案件。",
            "Older than a test already on record: kept, does not change the case.",
        ),
    )


def _end_cycle(vehicle: Vehicle, day: date, law: Law) -> None:
    vehicle.cycle += 1
    vehicle.due_on = due_after(subject_of(vehicle), day, law) or vehicle.due_on
    update(vehicle, "cycle", "due_on")


def _save(ledger: Ledger, received: _Received, case: Case | None) -> Receipt:
    record, verdict = received.record, received.verdict
    opened = (
        case is not None and verdict.result is Result.FAIL and case.snapshot["failed_test"] == record.test_no
    )
    notice = issue_notice(ledger, case, received.law, verdict) if case is not None and opened else None
    year = day_of(record.started_at).year
    report = f"R{received.station.place}-{year}-{ledger.number('report', received.station.place, year):06d}"
    receipt = test_receipt(
        record, verdict, received.findings, report=report, case=case, notice=notice, received_at=ledger.now
    )
    entry = ledger.note(
        "test-received",
        f"{received.station.code}/{record.test_no}",
        {
            "sha256": received.raw.sha256,
            "result": verdict.result,
            "law": verdict.law_hash,
            "report": report,
            "case": case.case_no if case is not None else None,
        },
    )
    receipt = receipt.stamped(entry)
    test = Test(
        raw=received.raw,
        station=received.station,
        test_no=record.test_no,
        line=record.line,
        vehicle=received.vehicle,
        case_no=case.case_no if case is not None else "",
        method=record.method,
        purpose=record.purpose,
        outcome=record.outcome,
        started_at=record.started_at,
        ended_at=record.ended_at,
        received_at=ledger.now,
        result=verdict.result,
        law_hash=verdict.law_hash,
        verdict=verdict.to_json(),
        receipt=receipt.body,
        trace=received.judged.trace,
        stated=received.judged.stated,
        fee_yuan=record.fee_yuan,
    )
    insert(test)
    keep_findings(ledger, "test", record.test_no, received.station.code, received.findings)
    return receipt
