"""Everything that the decision about an uploaded run needs to know: looked up once, before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from imloop.facts.days import day_of
from imloop.facts.records.inspection import TestRecord
from imloop.facts.refusal import Conflict
from imloop.facts.text import Reason, Text
from imloop.gates.inspections.counts import Counts
from imloop.gates.inspections.overlaps import LONGEST, Span
from imloop.gates.inspections.retest import Measured, stricter
from imloop.gates.inspections.times import Times
from imloop.gates.lines import ONLY_DUE
from imloop.gates.vehicles.identity import Named
from imloop.law import Law
from imloop.steps.cases.history import measured_of
from imloop.steps.cases.move_case import open_case
from imloop.steps.ground import registers
from imloop.steps.inspections.judge_upload import JudgedUpload
from imloop.steps.lines.heartbeats import link_of, number_last_below
from imloop.steps.outages.known_outages import kept_until
from imloop.steps.prices.compare_charge import charge_for
from imloop.steps.stations import standing
from imloop.steps.stations.latest_checks import failed_checks
from imloop.steps.stations.line_standing import line_reasons
from imloop.steps.stations.station_facts import StationFacts
from imloop.steps.vehicles.identify_vehicle import Identified, identify, names_of
from imloop.steps.vehicles.vehicle_facts import WaitingFail, entered_facts, waiting_fails
from imloop.store.models import Case, Line, Party, Vehicle
from imloop.store.statements import Row, aware, fetch_all, fetch_one
from imloop.verdict import verdict_hash

_TAKEN = (
    "SELECT r.sha256 FROM store_test t JOIN store_rawupload r ON r.id = t.raw_id "
    "WHERE t.station_id = %s AND t.test_no = %s"
)
_LATEST = "SELECT MAX(started_at) FROM store_test WHERE vehicle_id = %s"
_FAILED = (
    "SELECT stated, method, verdict, counts FROM store_test WHERE vehicle_id = %s AND case_no = %s AND result = 'fail' "
    "AND (counts = 'case' OR counts_why = 'retest-without-permit' AND station_id = %s) AND stated IS NOT NULL "
    "ORDER BY started_at, id"
)
_ANOTHERS_FAIL = (
    "SELECT 1 FROM store_test WHERE vehicle_id = %s AND started_at >= %s AND station_id <> %s AND result = 'fail' "
    "AND counts = 'case' LIMIT 1"
)
_ABORTED = (
    "SELECT COUNT(*) FROM store_test WHERE vehicle_id = %s AND started_at >= %s AND started_at < %s "
    "AND (outcome = 'aborted' OR result = 'invalid' OR purpose = 'comparison' AND result = 'fail')"
)
_BESIDE = (
    "SELECT p.code, t.test_no, t.line, t.vehicle_id, t.inspector, t.analyser, t.started_at, t.ended_at "
    "FROM store_test t JOIN store_party p ON p.id = t.station_id "
    "WHERE {whose} = %s AND t.ended_at > %s AND t.ended_at < %s AND t.started_at < %s "
    "ORDER BY t.id"
)
_IN_REPAIR = (
    "SELECT DISTINCT p.name FROM store_repair r JOIN store_case c ON c.id = r.case_id "
    "JOIN store_party p ON p.id = r.shop_id "
    "WHERE c.vehicle_id = %s AND r.received_at < %s AND r.finished_at > %s ORDER BY p.name"
)
_OF_STATION, _OF_VEHICLE = _BESIDE.format(whose="t.station_id"), _BESIDE.format(whose="t.vehicle_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """``case``: the open one of the vehicle, if it is certain which. ``latest``: when its latest run known so far
    began. ``fail_waits``: a failed run before this one may be of this vehicle, and waits for a department. ``beside``:
    other runs near in time, of the station or of the vehicle. ``charge``: what is wrong with the fee.
    ``in_repair``: repairers that say they had the vehicle then. ``failed``: the failed runs of the open case;
    ``anothers_fail``: a later failed run of another station is known; ``aborted``: runs of the vehicle that were broken
    off lately, or decided nothing. ``entered``: what authorities said of the vehicle."""

    sender: StationFacts
    law: Law
    line: Line
    line_reasons: tuple[Reason, ...]
    named: Named
    identified: Identified
    case: Case | None
    case_law: Law
    latest: datetime | None
    fail_waits: bool
    times: Times
    beside: tuple[Span, ...]
    in_repair: tuple[str, ...]
    charge: tuple[Reason, ...]
    failed: tuple[Measured, ...]
    anothers_fail: bool
    aborted: int
    entered: Mapping[str, object]

    @property
    def station(self) -> Party:
        return self.sender.party

    @property
    def vehicle(self) -> Vehicle | None:
        return self.identified.vehicle


def look_up(judged: JudgedUpload, sender: StationFacts, now: datetime) -> Known:
    """Refuses a number that is taken, a station that may not work, and a line that cannot have run it."""
    record, station = judged.record, sender.party
    _require_new(station, record)
    day = day_of(record.started_at)
    law = registers.law_at(day, station.place)
    standing.require_active(sender, day, law)
    line = standing.require_line(sender, record.line, record.method, record.started_at, law)
    ecus = record.obd.ecus if record.obd is not None else ()
    named = names_of(record.vehicle, [ecu.vin for ecu in ecus])
    identified = identify(named)
    vehicle = identified.vehicle
    case = open_case(vehicle)
    waiting = waiting_fails(vehicle) if vehicle is not None else []
    return Known(
        sender=sender,
        law=law,
        line=line,
        line_reasons=line_reasons(sender, record.line, record.method, record.started_at, law),
        named=named,
        identified=identified,
        case=case,
        case_law=law if case is None else registers.law_at(day, case.place),
        latest=_latest(vehicle),
        fail_waits=any(fail.started_at <= record.started_at for fail in waiting),
        times=_times(judged, sender, line, law, now),
        beside=tuple(_beside(record, station, vehicle)),
        in_repair=_in_repair(vehicle, record, law),
        failed=() if case is None else failed_runs(case),
        anothers_fail=vehicle is not None and anothers_fail(vehicle, record.started_at, station, waiting),
        entered={} if vehicle is None else entered_facts(vehicle),
        aborted=_aborted(vehicle, record, law),
        charge=() if record.fee_yuan is None else _charge(record, station, vehicle, law),
    )


def failed_runs(case: Case) -> tuple[Measured, ...]:
    """The failed runs that a case rests on, in order, and those that its own station made without a permit; without
    those of which it was not kept what they rested on."""
    found = fetch_all(_FAILED, [case.vehicle_id, case.case_no, case.station_id])
    return tuple(
        replace(
            measured_of(bytes(stated), method, msgspec.json.decode(verdict)), permitted=counts == Counts.CASE
        )
        for stated, method, verdict, counts in found
    )


def anothers_fail(
    vehicle: Vehicle, since: datetime, station: Party, waiting: Sequence[WaitingFail] = ()
) -> bool:
    """Does a case rest on a later failed run of another station, or will it, once that run is settled? An older run
    would take it over."""
    if any(fail.started_at >= since and fail.station != station.pk for fail in waiting):
        return True
    return fetch_one(_ANOTHERS_FAIL, [vehicle.pk, since, station.pk]) is not None


def _aborted(vehicle: Vehicle | None, record: TestRecord, law: Law) -> int:
    if vehicle is None:
        return 0
    days = law.integer("arrival.aborts_days")
    since = record.started_at - timedelta(days=days)
    (count,) = fetch_one(_ABORTED, [vehicle.pk, since, record.started_at]) or (0,)
    return int(count)


def _charge(record: TestRecord, station: Party, vehicle: Vehicle | None, law: Law) -> tuple[Reason, ...]:
    return tuple(charge_for(vehicle, station, record.method, law.on, law, record.fee_yuan).reasons)


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


def _latest(vehicle: Vehicle | None) -> datetime | None:
    found = fetch_one(_LATEST, [vehicle.pk]) if vehicle is not None else None
    return aware(found[0]) if found is not None and found[0] is not None else None


def _times(judged: JudgedUpload, sender: StationFacts, line: Line, law: Law, now: datetime) -> Times:
    record, hours = judged.record, law.number("upload.within_hours")
    late = now - record.started_at > timedelta(hours=hours)
    outage_ended = kept_until(sender.party, record.started_at, hours) if late else None
    return Times(
        started=record.started_at,
        ended=record.ended_at,
        arrived=now,
        recorded_s=judged.recorded_s,
        line_was_before=number_last_below(link_of(line), record.sequence),
        locked=_locked_between(sender, record, law, now),
        outage_ended=None if outage_ended is None else min(outage_ended, now),
        closed=_closed_since(sender, law, now),
        stricter=_stricter_since(judged, law, now),
    )


def _closed_since(sender: StationFacts, law: Law, now: datetime) -> bool:
    """It might work on the day of the run; might it still when that arrived?"""
    day = day_of(now)
    return day != law.on and not sender.is_active(day, registers.law_at(day, sender.party.place))


def _stricter_since(judged: JudgedUpload, law: Law, now: datetime) -> bool:
    later = law if day_of(now) == law.on else registers.law_at(day_of(now), law.place)
    if verdict_hash(later) == verdict_hash(law):
        return False
    return stricter(judged.under(law).result, judged.of(later).result)


def _locked_between(sender: StationFacts, record: TestRecord, law: Law, now: datetime) -> datetime | None:
    """When the line was locked for the method after the run's claimed start and by its arrival: by a department, by a
    check that failed, by the end of a verification, or because it left the register."""
    moments = [moment for moment in _turning_points(sender, record, now) if record.started_at < moment <= now]
    if day_of(now) != law.on:
        moments.append(now)
    return next((at for at in sorted(moments) if _locks(sender, record, at)), None)


def _turning_points(sender: StationFacts, record: TestRecord, now: datetime) -> list[datetime]:
    line = sender.line(record.line, record.started_at)
    if line is None:
        return []
    orders = [order.since for order in line.orders if order.kind == "lock"]
    if all(last.finished_at <= record.started_at for last in line.checks):
        return orders
    return orders + failed_checks(line.line.pk, record.started_at, now)


def _locks(sender: StationFacts, record: TestRecord, at: datetime) -> bool:
    """A check that is due is none of the reasons: the next one may come in the morning."""
    line = sender.line(record.line, at)
    if line is None or record.method not in line.line.methods:
        return True
    law = registers.law_at(day_of(at), sender.party.place)
    reasons = line.standing(at, law, (record.method,))[record.method]
    return any(not each.warning and each.code not in ONLY_DUE for each in reasons)


def _beside(record: TestRecord, station: Party, vehicle: Vehicle | None) -> list[Span]:
    window = [record.started_at, record.ended_at + LONGEST, record.ended_at]
    found = fetch_all(_OF_STATION, [station.pk, *window])
    if vehicle is not None:
        found += fetch_all(_OF_VEHICLE, [vehicle.pk, *window])
    return [_span(row) for row in found]


def _in_repair(vehicle: Vehicle | None, record: TestRecord, law: Law) -> tuple[str, ...]:
    """More than two clocks may differ before it was finished, and after it came in."""
    if vehicle is None:
        return ()
    clock = timedelta(minutes=law.number("repair.clock_minutes"))
    window = [record.ended_at - clock, record.started_at + clock]
    return tuple(name for (name,) in fetch_all(_IN_REPAIR, [vehicle.pk, *window]))


def _span(row: Row) -> Span:
    code, test_no, line, vehicle, inspector, analyser, started, ended = row
    return Span(
        station=code,
        test_no=test_no,
        line=line,
        vehicle=vehicle,
        inspector=inspector or "",
        analyser=analyser or "",
        started=aware(started),
        ended=aware(ended),
    )
