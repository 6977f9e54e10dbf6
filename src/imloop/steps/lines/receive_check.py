"""A line reports a self-check: recompute it, keep both results, and say which methods it locks or frees."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.records.check import CHECK_NAMES, CHECKED, CheckRecord
from imloop.facts.refusal import Conflict, Unknown
from imloop.facts.text import Reason, Text
from imloop.gates.lines import CheckResult, recompute
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_own
from imloop.steps.ground.clock import require_past
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.ledger import Ledger, as_row
from imloop.steps.ground.receipts import Receipt
from imloop.steps.stations.line_standing import lines_on, locked_methods, standing_of
from imloop.steps.stations.station_facts import StationFacts
from imloop.store.models import Equipment, EquipmentCheck, Line, Party, PartyKind, RawUpload


def receive_check(ledger: Ledger, raw: RawUpload, record: CheckRecord, _sender: StationFacts) -> Receipt:
    """Authorise, load, recompute, save, tell. Raises a named refusal; the raw bytes are kept either way."""
    line = require_own_line(ledger.caller, record.station, record.line, record.finished_at)
    _require_new(line, record)
    _require_past(record, ledger.now)
    equipment = _equipment(line, record)
    law = registers.law_at(day_of(record.finished_at), line.station.place)
    ours = recompute(record.kind, record.values, law)
    law_now = registers.law_at(day_of(ledger.now), line.station.place)
    before = locked_methods(standing_of(line, ledger.now, law_now))
    row = EquipmentCheck(
        raw=raw,
        line=line,
        equipment=equipment,
        check_no=record.check_no,
        kind=record.kind,
        started_at=record.started_at,
        finished_at=record.finished_at,
        received_at=ledger.now,
        claimed=record.claimed,
        result=ours.result,
        law_hash=law.hash,
        answer={},
    )
    findings = _findings(record, ours, law)
    entry = ledger.note(
        "check-received",
        f"{line.station.code}/{line.code}/{record.check_no}"[:80],
        {"sha256": raw.sha256, "kind": record.kind, "result": ours.result, "claimed": record.claimed},
    )
    row.answer = {**check_answer(record, ours, findings, ledger.now), "journal": as_row(entry)}
    row.save()
    after = locked_methods(standing_of(line, ledger.now, law_now))
    keep_findings(ledger, "check", f"{line.station.code}/{record.check_no}"[:80], line.station.code, findings)
    tell_change(ledger, line, before, after)
    return Receipt(True, row.answer)


def require_own_line(caller: Caller, station_code: str, line_code: str, at: datetime) -> Line:
    """A line of the calling station in service on that day."""
    require_own(caller, PartyKind.ISTATION, station_code)
    return the_line(registers.party(station_code, PartyKind.ISTATION), line_code, at)


def the_line(station: Party, line_code: str, at: datetime) -> Line:
    """A registered line in service on the day of ``at``, or ``Unknown``."""
    line = next((each for each in lines_on(station, at) if each.code == line_code), None)
    if line is None:
        raise Unknown(
            "unknown-line",
            Text(
                f"{station.name} 没有登记 {line_code} 号检测线。", f"{station.name} has no line {line_code}."
            ),
        )
    return line


def _require_new(line: Line, record: CheckRecord) -> None:
    if EquipmentCheck.objects.filter(line=line, check_no=record.check_no).exists():
        raise Conflict(
            "check-no-taken",
            Text(
                f"自检编号 {record.check_no} 已有另一份不同的报文。",
                f"Check {record.check_no} was already uploaded with other bytes.",
            ),
        )


def _require_past(record: CheckRecord, now: datetime) -> None:
    words = Text(
        "自检时间晚于平台时间，请校准检测线时钟。",
        "The check is in the future; set the line's clock.",
    )
    require_past(record.finished_at, now, words, at="finished_at")


def _equipment(line: Line, record: CheckRecord) -> Equipment | None:
    """The instrument named by its serial number, or the line's only one of the kind."""
    day = day_of(record.finished_at)
    of_kind = [
        row
        for row in line.equipment.filter(kind=CHECKED[record.kind], since__lte=day)
        if row.until is None or day < row.until
    ]
    if not record.serial:
        return of_kind[0] if len(of_kind) == 1 else None
    found = next((row for row in of_kind if row.serial == record.serial), None)
    if found is None:
        raise Unknown(
            "unknown-instrument",
            Text(
                f"{line.code} 号线没有登记编号 {record.serial} 的该类设备。",
                f"Line {line.code} has no such instrument with serial {record.serial}.",
            ),
        )
    return found


def _findings(record: CheckRecord, ours: CheckResult, law: Law) -> list[Reason]:
    if not record.claimed or record.claimed == ours.result:
        return []
    name = CHECK_NAMES[record.kind]
    return [
        Reason(
            "check-claim-differs",
            Text(
                f"{name.zh}：检测线报 {record.claimed}，复算为 {ours.result}，以复算为准。",
                f"{name.en}: the line reported {record.claimed}, recomputed {ours.result}; "
                "the recomputed result counts.",
            ),
            law.cite(f"check.{record.kind}.hours"),
        )
    ]


def check_answer(
    record: CheckRecord, ours: CheckResult, findings: list[Reason], now: datetime
) -> dict[str, object]:
    """What the line is told, and kept: result, errors beside tolerances, reasons, findings."""
    return {
        "schema": "imloop.check-receipt/1",
        "check_no": record.check_no,
        "line": record.line,
        "kind": record.kind,
        "received_at": now.isoformat(),
        "claimed": record.claimed,
        **ours.to_json(),
        "values": dict(record.values),
        "findings": [finding.to_json() for finding in findings],
        "notes": list(record.notes),
    }


def tell_change(ledger: Ledger, line: Line, before: set[str], after: set[str]) -> None:
    """Tell the station and the environment department what was locked and what was freed."""
    office = registers.department(PartyKind.ENVIRONMENT, line.station.place)
    receivers = [line.station.code, *([office.code] if office else [])]
    for topic, methods in (("line-locked", after - before), ("line-unlocked", before - after)):
        for receiver in receivers if methods else []:
            ledger.send(
                receiver,
                topic,
                f"{line.station.code}/{line.code}"[:40],
                {"station": line.station.code, "line": line.code, "methods": sorted(methods)},
            )
