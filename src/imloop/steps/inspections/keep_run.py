"""Write what was decided about an uploaded run: the vehicle's row, its case, notice, receipt, journal and findings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from imloop import loop
from imloop.facts.codes import Result
from imloop.facts.days import day_of
from imloop.facts.identifiers import vin_fault
from imloop.facts.text import Reason
from imloop.gates.inspections.counts import Counted, Counts
from imloop.gates.inspections.retest import worst
from imloop.gates.vehicles.cycle import due_after
from imloop.gates.vehicles.identity import Found, Named
from imloop.law import Law
from imloop.loop.events import TestFailed, TestPassed
from imloop.loop.history import FAIL_WAITS, Run
from imloop.steps.cases.history import Shown, laws_for_fail
from imloop.steps.cases.issue_notice import issue_notice
from imloop.steps.cases.let_cases_go import let_late_case_go
from imloop.steps.cases.move_case import decide_and_keep
from imloop.steps.cases.reconsider import Reconsidered, reconsider, say_held, tell_of_mark, wait_after
from imloop.steps.ground import registers
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger
from imloop.steps.ground.receipts import Receipt, test_receipt
from imloop.steps.inspections.decide_run import Decided, span_of
from imloop.steps.inspections.judge_upload import JudgedUpload
from imloop.steps.inspections.known_facts import Known
from imloop.steps.lines.heartbeats import count_test
from imloop.steps.outages.unlock_on_paper import unlock_waiting_for
from imloop.steps.repairs.rework import order_rework
from imloop.steps.vehicles.identify_vehicle import enter_vehicle
from imloop.steps.vehicles.vehicle_facts import subject_of
from imloop.store.models import Case, HeldRun, Mark, Notice, ObdName, Party, RawUpload, Test, Vehicle
from imloop.store.statements import fetch_one, insert, insert_all, rows, update

_NOTICED = "SELECT 1 FROM store_notice WHERE case_id = %s AND round = %s"
_REPAIRED_SINCE = (
    "SELECT 1 FROM store_repair r JOIN store_case c ON c.id = r.case_id "
    "WHERE c.vehicle_id = %s AND r.finished_at > %s LIMIT 1"
)
_NOT_STORED = 0
"""Key of a run whose row is still to be written."""


@dataclass(frozen=True, slots=True)
class _Moved:
    """``case``: the one that the run moved, or met open; ``due_before``: when the inspection before a pass ended."""

    case: Case | None
    counted: Counted
    due_before: date | None = None

    @property
    def opens(self) -> bool:
        return self.counted.counts is Counts.CASE


def keep_run(ledger: Ledger, raw: RawUpload, judged: JudgedUpload, known: Known, decided: Decided) -> Receipt:
    """Everything in the transaction of the ledger."""
    vehicle = _enter(judged, known, decided)
    gap = count_test(ledger, known.line, judged.record.sequence, known.law)
    moved = _move(ledger, judged, known, decided, vehicle)
    findings = [*decided.findings, *gap]
    test = _test(ledger, raw, judged, known, decided, vehicle, moved)
    receipt = _receipt(ledger, raw, judged, known, decided, moved, findings)
    test.receipt = receipt.body
    insert(test)
    keep_findings(ledger, "test", test.test_no, known.station.code, findings)
    if test.result == Result.FAIL:
        keep_obd_names(test, known.named)
    if decided.held:
        _hold(ledger, test, known, decided)
    return receipt


def _enter(judged: JudgedUpload, known: Known, decided: Decided) -> Vehicle | None:
    """The vehicle's row; none for a run of which it is not certain, or that names none."""
    if known.identified.identity.found in (Found.DOUBTFUL, Found.NOTHING):
        return None
    record = judged.record
    return enter_vehicle(
        known.vehicle,
        known.named,
        record.vehicle,
        by=f"{known.station.code}/{record.test_no}",
        law=known.law,
        firm=decided.names_vehicle,
        held=bool(decided.waits) or known.case is not None,
    )


def _move(
    ledger: Ledger, judged: JudgedUpload, known: Known, decided: Decided, vehicle: Vehicle | None
) -> _Moved:
    """Let the case move by the run's own time; what came late is told anew together with what it changes."""
    event, waits = decided.event, decided.waits
    if vehicle is None or event is None or waits not in ("", FAIL_WAITS):
        return _Moved(known.case, Counted(Counts.NOTHING, waits, decided.held))
    if decided.late or (known.case is None and _repaired_since(vehicle, event)):
        return _late(ledger, judged, known, decided, vehicle, event)
    if isinstance(event, TestFailed):
        return _failed(ledger, known, vehicle, known.case, event)
    if waits:
        return _passed_in_doubt(ledger, known, vehicle, event)
    return _passed(ledger, known, vehicle, event)


def _repaired_since(vehicle: Vehicle, event: TestFailed | TestPassed) -> bool:
    """Is a repair known that was finished after the failed run? It was reported in an earlier case, whose pass came
    later."""
    return isinstance(event, TestFailed) and fetch_one(_REPAIRED_SINCE, [vehicle.pk, event.at]) is not None


def _passed_in_doubt(ledger: Ledger, known: Known, vehicle: Vehicle, event: TestPassed) -> _Moved:
    """It ends its case, and proves nothing until a failed run that may be of this vehicle is settled."""
    case = known.case
    if case is not None:
        case, _ = decide_and_keep(ledger, case, event, known.case_law, vehicle=vehicle, place=case.place)
    return _Moved(case, Counted(Counts.NOTHING, FAIL_WAITS))


def _late(
    ledger: Ledger,
    judged: JudgedUpload,
    known: Known,
    decided: Decided,
    vehicle: Vehicle,
    event: TestFailed | TestPassed,
) -> _Moved:
    here, days = known.station.place, {known.law.on, day_of(ledger.now)}
    run = Run(key=_NOT_STORED, place=here, event=event, waits=decided.waits, arrived_at=ledger.now)
    shown = Shown(
        decided.measured,
        known.law,
        lambda other, place: worst(judged.of(law, other).result for law in laws_for_fail(days, place, here)),
    )
    found = tell_anew(ledger, vehicle, run, known.station, shown)
    counted = Counted(Counts(found.said.counts), found.said.why)
    return _Moved(found.case, counted, found.due_before)


def tell_anew(
    ledger: Ledger, vehicle: Vehicle, run: Run, station: Party, shown: Shown | None = None
) -> Reconsidered:
    """A run that came late, or was settled: told with all that it changes, and what follows where it opened or moved a
    case."""
    event = run.event
    found = reconsider(ledger, vehicle, run, f"{station.code}/{event.test_no}", shown)
    if found.case is not None and isinstance(event, TestFailed) and found.said.counts == Counts.CASE:
        _follow_fail(ledger, found.case, station, event)
    return found


def _passed(ledger: Ledger, known: Known, vehicle: Vehicle, event: TestPassed) -> _Moved:
    case, due_before = known.case, vehicle.due_on
    if case is not None:
        case, _ = decide_and_keep(ledger, case, event, known.case_law, vehicle=vehicle, place=case.place)
    _end_cycle(vehicle, day_of(event.at), known.law)
    return _Moved(case, Counted(Counts.CYCLE if case is None else Counts.CASE), due_before)


def _failed(ledger: Ledger, known: Known, vehicle: Vehicle, row: Case | None, event: TestFailed) -> _Moved:
    """A case opens, or its next round; what lay ready for it follows: free rework, a paper, a station that closed."""
    place = row.place if row is not None else known.station.place
    case, decision = decide_and_keep(ledger, row, event, known.case_law, vehicle=vehicle, place=place)
    rework = any(effect.kind is loop.EffectKind.REWORK_ORDERED for effect in decision.effects)
    _follow_fail(ledger, case, known.station, event, rework_ordered=rework)
    say_held(ledger, case)
    today = day_of(ledger.now)
    if today != day_of(event.at):
        let_late_case_go(ledger, case, known.station, registers.law_at(today, known.station.place))
    return _Moved(case, Counted(Counts.CASE))


def _follow_fail(
    ledger: Ledger, case: Case, station: Party, event: TestFailed, *, rework_ordered: bool = False
) -> None:
    """What follows where a failed run moved its case, whenever it came or was settled: free rework, a paper that
    waited; the police hear of a mark that was released meanwhile."""
    if not rework_ordered:
        order_rework(ledger, case)
    if unlock_waiting_for(ledger, case):
        case.refresh_from_db()
    for mark in rows(Mark, "vehicle_id = %s AND issued_at > %s", [case.vehicle_id, event.at]):
        tell_of_mark(ledger, case.vehicle, mark, f"{station.code}/{event.test_no}")


def _end_cycle(vehicle: Vehicle, day: date, law: Law) -> None:
    vehicle.cycle += 1
    vehicle.due_on = due_after(subject_of(vehicle), day, law) or vehicle.due_on
    update(vehicle, "cycle", "due_on")


def _receipt(
    ledger: Ledger,
    raw: RawUpload,
    judged: JudgedUpload,
    known: Known,
    decided: Decided,
    moved: _Moved,
    findings: list[Reason],
) -> Receipt:
    record, verdict = judged.record, decided.verdict
    notice = _notice(ledger, known, decided, moved, record.test_no)
    place, year = known.station.place, day_of(record.started_at).year
    report = f"R{place}-{year}-{ledger.number('report', place, year):06d}"
    receipt = test_receipt(
        replace(verdict, test_no=record.test_no),
        findings,
        report=report,
        case=_shown_case(known, moved),
        notice=notice,
        received_at=ledger.now,
        counted=moved.counted,
        law=known.case_law,
    )
    entry = ledger.note(
        "test-received",
        f"{known.station.code}/{record.test_no}",
        {
            "sha256": raw.sha256,
            "result": verdict.result,
            "law": verdict.law_hash,
            "report": report,
            "case": moved.case.case_no if moved.case is not None else None,
            "counts": moved.counted.counts,
            "receipt": ledger.receipt_hash(receipt.body),
        },
    )
    return receipt.stamped(entry)


def _shown_case(known: Known, moved: _Moved) -> Case | None:
    """A station hears of its own case, and of the one it may retest; not of a car that failed elsewhere (C8)."""
    case = moved.case
    if case is None or moved.counted.counts is not Counts.NOTHING:
        return case
    return case if case.station_id == known.station.pk else None


def _test(
    ledger: Ledger,
    raw: RawUpload,
    judged: JudgedUpload,
    known: Known,
    decided: Decided,
    vehicle: Vehicle | None,
    moved: _Moved,
) -> Test:
    record, verdict, span = judged.record, decided.verdict, span_of(known, judged.record)
    return Test(
        raw=raw,
        station=known.station,
        test_no=record.test_no,
        line=record.line,
        vehicle=vehicle,
        case_no=moved.case.case_no if moved.case is not None else "",
        counts=moved.counted.counts,
        counts_why=moved.counted.why or None,
        method=record.method,
        purpose=record.purpose,
        outcome=record.outcome,
        started_at=record.started_at,
        ended_at=record.ended_at,
        received_at=ledger.now,
        result=verdict.result,
        law_hash=verdict.law_hash,
        verdict=verdict.to_json(),
        trace=judged.trace,
        stated=judged.stated_as(decided.judged_as),
        fee_yuan=record.fee_yuan,
        inspector=span.inspector or None,
        analyser=span.analyser or None,
        due_before=moved.due_before,
    )


def _notice(ledger: Ledger, known: Known, decided: Decided, moved: _Moved, test_no: str) -> Notice | None:
    """For the failed test that the case now rests on, once per round."""
    case = moved.case
    if case is None or decided.verdict.result is not Result.FAIL or not moved.opens:
        return None
    own = case.station_id == known.station.pk and case.snapshot["failed_test"] == test_no
    if not own or fetch_one(_NOTICED, [case.pk, case.round]) is not None:
        return None
    return issue_notice(ledger, case, known.law, decided.verdict)


def keep_obd_names(test: Test, named: Named) -> None:
    """A VIN that is not in the message may be of a vehicle that comes to be known later; so may the one in the message
    where the vehicle was known by its plate, and an authority has not said its VIN."""
    stated = named.vin if test.vehicle is not None and test.vehicle.vin != named.vin else ""
    vins = dict.fromkeys((*named.obd_vins, stated))
    insert_all([ObdName(test=test, vin=vin) for vin in vins if vin_fault(vin) is None])


def _hold(ledger: Ledger, test: Test, known: Known, decided: Decided) -> None:
    """Put the run on the list of the department that settles it."""
    held = HeldRun(
        test=test,
        vin=known.named.vin,
        plate=known.named.plate,
        reasons=[reason.to_json() for reason in decided.held],
        place=known.station.place,
        held_at=ledger.now,
    )
    insert(held)
    candidates = [known.identified.rows[each.key] for each in known.identified.identity.candidates]
    if known.vehicle is not None:
        candidates.append(known.vehicle)
    held.candidates.set(candidates)
    if decided.verdict.result is Result.FAIL:
        for candidate in candidates:
            wait_after(ledger, candidate, test.started_at, f"{known.station.code}/{test.test_no}")
