"""What a spot check means once nothing stands against it: of a fail a case without a first station, an order with its
last day, and a word to those who are concerned; all by the loop that tests move."""

from __future__ import annotations

from dataclasses import replace

from imloop.facts.days import day_of
from imloop.facts.records.spot_check import SpotCheck as Record
from imloop.facts.records.spot_check import SpotResult
from imloop.facts.text import Reason, Text
from imloop.gates.inspections.counts import Counts
from imloop.gates.inspections.retest import ways
from imloop.gates.vehicles.identity import Found
from imloop.law import Law
from imloop.loop.history import WITHOUT_PERMIT
from imloop.steps.cases.move_case import open_case
from imloop.steps.cases.reconsider import reconsider, tell_of_mark
from imloop.steps.ground import registers
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger
from imloop.steps.second_person.on_site import afterwards
from imloop.steps.spot_checks.kept_record import record_of
from imloop.steps.spot_checks.team import THEN, lacking, law_of
from imloop.steps.vehicles.identify_vehicle import Identified, enter_vehicle, identify, names_of
from imloop.steps.vehicles.spot_runs import spot_run
from imloop.steps.vehicles.vehicle_facts import entered_facts
from imloop.store.models import Case, Mark, SpotCheck, Vehicle
from imloop.store.statements import rows
from imloop.verdict.spot_checks.judge_spot_check import SpotVerdict, judge_spot_check

State = SpotCheck.State
_WAITS = (State.HELD, State.OFFICERS)
_OTHERWISE = Reason(
    "judged-otherwise",
    Text(
        "按登记资料判定，结果与现场不同，现场结果不生效。",
        "By the register the result is another one than on the spot, which does not take effect.",
    ),
    next=Text("请核对号牌和登记资料。", "Compare the plate and the register."),
)


def law_then(row: SpotCheck) -> Law:
    return registers.law_at(day_of(row.at), row.place)


def judged(record: Record, vehicle: Vehicle | None, law: Law) -> SpotVerdict:
    """By the authorities' word of the vehicle before what the officers say of it."""
    facts = entered_facts(vehicle) if vehicle is not None else {}
    return judge_spot_check(replace(record, vehicle=ways(record.vehicle, law, (), facts)[0]), law)


def which(record: Record) -> Identified:
    return identify(names_of(record.vehicle), record.at)


def advance(ledger: Ledger, row: SpotCheck, also: str = "") -> None:
    """It takes effect, or says what it waits for. ``also``: who says just now that they were there."""
    if row.state not in _WAITS:
        return
    missing = lacking(row.task, row.data["officers"], law_of(row.task, ledger.now))
    if row.doubts and row.settled_at is None:
        _move(row, State.HELD)
    elif [each for each in missing if each != also]:
        _move(row, State.OFFICERS)
    else:
        _take_effect(ledger, row)


def _confirmed(ledger: Ledger, task: str) -> None:
    waiting = SpotCheck.objects.filter(task__number=task, state=State.OFFICERS)
    for row in waiting.select_related("task__office", "vehicle").order_by("at", "id"):
        advance(ledger, row, ledger.caller.user)


afterwards(THEN, _confirmed)


def _move(row: SpotCheck, state: str, *more: str) -> None:
    row.state = state
    row.save(update_fields=["state", *more])


def _take_effect(ledger: Ledger, row: SpotCheck) -> None:
    record, law = record_of(row), law_then(row)
    found = which(record)
    if row.vehicle is None and found.identity.found is Found.DOUBTFUL:
        _doubt(row, found, [reason.to_json() for reason in found.identity.reasons])
        return
    known = row.vehicle or found.vehicle
    verdict = judged(record, known, law)
    if verdict.result != row.result:
        _doubt(row, found, [_OTHERWISE.to_json()])
        return
    row.vehicle = enter_vehicle(
        known,
        names_of(record.vehicle),
        record.vehicle,
        by=row.number,
        law=law,
        firm=True,
        held=open_case(known) is not None,
    )
    _move(row, State.COUNTS, "vehicle")
    ledger.note("spot-check-takes-effect", row.number, {"result": row.result})
    _keep_findings(ledger, row, verdict)
    if row.result == SpotResult.FAIL:
        _failed(ledger, row, row.vehicle)


def _doubt(row: SpotCheck, found: Identified, doubts: list[dict[str, object]]) -> None:
    """To the department's list; nobody is bound meanwhile, nor freed."""
    row.doubts, row.settled_at = doubts, None
    row.candidates.set([found.rows[each.key] for each in found.identity.candidates])
    _move(row, State.HELD, "doubts", "settled_at")


def _keep_findings(ledger: Ledger, row: SpotCheck, verdict: SpotVerdict) -> None:
    said = [each for each in verdict.findings if each.code == "urea-off"]
    if row.result == SpotResult.REFUSED:
        words = Text(
            f"拒绝监督抽测：{row.data['refusal']}", f"A spot check was refused: {row.data['refusal']}"
        )
        said.append(Reason("check-declined", words, law_then(row).cite("spot_check.where"), item=row.number))
    keep_findings(ledger, "vehicle", row.plate or row.vin, row.task.office.code, said)


def _failed(ledger: Ledger, row: SpotCheck, vehicle: Vehicle) -> None:
    """Told in the order of the world: what happened since, or before and became known only now, is not lost."""
    found = reconsider(ledger, vehicle, spot_run(row), row.number)
    for mark in rows(Mark, "vehicle_id = %s AND issued_at > %s", [vehicle.pk, row.at]):
        tell_of_mark(ledger, vehicle, mark, row.number)
    case, said = found.case, found.said
    if case is None or not (said.counts == Counts.CASE or said.why == WITHOUT_PERMIT):
        return
    row.case_no = case.case_no
    row.save(update_fields=["case_no"])
    if case.closed_at is None:
        _order(ledger, row, case)


def _order(ledger: Ledger, row: SpotCheck, case: Case) -> None:
    """责令限期维修复检: by the last day of the case."""
    year = day_of(ledger.now).year
    row.order_no = f"SZ{row.place}-{year}-{ledger.number('spot-order', row.place, year):06d}"
    row.ordered_at, row.deadline = ledger.now, case.deadline
    row.save(update_fields=["order_no", "ordered_at", "deadline"])
    said = {"check": row.number, "case": case.case_no, "deadline": case.deadline.isoformat()}
    ledger.note("spot-order-issued", row.order_no, said)
