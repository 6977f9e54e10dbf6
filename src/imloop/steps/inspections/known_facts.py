"""Everything that the decision about an uploaded run needs to know: looked up once, before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from imloop.facts.days import day_of, days_between, midnight
from imloop.facts.records import inspection
from imloop.facts.records.inspection import TestRecord
from imloop.facts.refusal import Conflict
from imloop.facts.text import Reason, Text
from imloop.gates.inspections.overlaps import LONGEST, Span
from imloop.gates.inspections.retest import Measured, stricter, ways, worst
from imloop.gates.inspections.times import Times, outside_bracket
from imloop.gates.lines import ONLY_DUE
from imloop.gates.vehicles.identity import Bearer, Found, Identity, Named
from imloop.law import Law
from imloop.loop import permit
from imloop.steps.cases.history import law_for_fail
from imloop.steps.cases.move_case import as_loop_case, open_case
from imloop.steps.ground import registers
from imloop.steps.inspections.judge_upload import JudgedUpload
from imloop.steps.lines.heartbeats import link_of, number_last_below
from imloop.steps.outages.known_outages import kept_until
from imloop.steps.prices.compare_charge import charge_for
from imloop.steps.stations import standing
from imloop.steps.stations.declared_outages import run_known_at
from imloop.steps.stations.latest_checks import failed_checks
from imloop.steps.stations.line_standing import line_reasons
from imloop.steps.stations.station_facts import StationFacts
from imloop.steps.vehicles.identify_vehicle import Identified, identify, names_of
from imloop.steps.vehicles.register.how_failed import measured_fails
from imloop.steps.vehicles.vehicle_facts import WaitingFail, entered_facts, waiting_fails
from imloop.store.models import Case, Line, Party, Vehicle
from imloop.store.statements import Row, aware, fetch_all, fetch_one
from imloop.verdict import verdict_hash

_TAKEN = (
    "SELECT r.sha256 FROM store_test t JOIN store_rawupload r ON r.id = t.raw_id "
    "WHERE t.station_id = %s AND t.test_no = %s"
)
_LATEST = (
    "SELECT MAX(at) FROM (SELECT MAX(started_at) AS at FROM store_test WHERE vehicle_id = %s UNION ALL "
    "SELECT MAX(at) FROM store_spotcheck WHERE vehicle_id = %s AND result = 'fail' AND state = 'counts') runs"
)
_ANOTHERS_FAIL = (
    "SELECT 1 FROM store_test WHERE vehicle_id = %s AND started_at >= %s AND station_id <> %s "
    "AND result = 'fail' AND counts = 'case' LIMIT 1"
)
_ANSWERED = (
    "SELECT 1 FROM store_caseevent e JOIN store_case c ON c.id = e.case_id WHERE c.vehicle_id = %s AND e.at > %s "
    "AND e.kind IN ('RepairReported', 'ExitGranted', 'UnlockedOnPaper') LIMIT 1"
)
_ABORTED = (
    "SELECT COUNT(*) FROM store_test WHERE vehicle_id = %s AND started_at >= %s AND started_at < %s "
    "AND (outcome = 'aborted' OR result = 'invalid' OR purpose = 'comparison' AND result = 'fail')"
)
_MOST_BESIDE = 200
"""More than any station runs at one time. On a line whose clock stands still every run overlaps all before it."""
_BESIDE = (
    "SELECT p.code, t.test_no, t.line, t.vehicle_id, t.inspector, t.analyser, t.started_at, t.ended_at "
    "FROM store_test t JOIN store_party p ON p.id = t.station_id "
    "WHERE {whose} = %s AND t.ended_at > %s AND t.ended_at < %s AND t.started_at < %s "
    f"ORDER BY t.ended_at, t.id LIMIT {_MOST_BESIDE}"
)
_IN_REPAIR = (
    "SELECT DISTINCT p.name FROM store_repair r JOIN store_case c ON c.id = r.case_id "
    "JOIN store_party p ON p.id = r.shop_id "
    "WHERE c.vehicle_id = %s AND r.received_at < %s AND r.finished_at > %s ORDER BY p.name"
)
_OF_STATION, _OF_VEHICLE = _BESIDE.format(whose="t.station_id"), _BESIDE.format(whose="t.vehicle_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """``settled``: it is stored already, and a department has said which vehicle it was. ``case``: the open one of the
    vehicle, if it is certain which. ``latest``: when its latest run known so far
    began. ``fail_waits``: a failed run before this one may be of this vehicle, and waits for a department. ``doubted``:
    why its time cannot be taken without a department's word; ``answered_since``: then, that what would answer a failed
    run of that time is known; ``kept_back``: it is, and an outage explains why the run comes only now. ``beside``:
    other runs near in time, of the station or of the vehicle. ``charge``: what is wrong with the fee.
    ``known_at``: when the platform knows of it; None: an outage explains why no earlier.
    ``in_repair``: repairers that say they had the vehicle then. ``failed``: the failed runs of the case that it met;
    ``failed_by``: the law of the places where it failed, as far as that judges otherwise than ``law``;
    ``anothers_fail``: a later failed run of another station is known; ``aborted``: runs of the vehicle that were broken
    off lately, or decided nothing. ``entered``: what authorities said of the vehicle; ``ways``: the
    vehicle as it is judged, by their word, and as it was stated each time it failed."""

    settled: bool
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
    known_at: datetime | None
    doubted: tuple[Reason, ...]
    answered_since: bool
    kept_back: bool
    beside: tuple[Span, ...]
    in_repair: tuple[str, ...]
    charge: tuple[Reason, ...]
    failed: tuple[Measured, ...]
    failed_by: tuple[Law, ...]
    anothers_fail: bool
    aborted: int
    entered: Mapping[str, object]
    ways: tuple[inspection.Vehicle, ...]

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
    law = registers.law_at(day_of(record.started_at), station.place)
    standing.require_active(sender, law.on, law)
    line = standing.require_line(sender, record.line, record.method, record.started_at, law)
    ecus = record.obd.ecus if record.obd is not None else ()
    named = names_of(record.vehicle, [ecu.vin for ecu in ecus])
    return _look_up(judged, sender, line, named, identify(named, record.started_at), now)


def look_up_settled(
    judged: JudgedUpload, sender: StationFacts, vehicle: Vehicle, arrived: datetime, doubted: Sequence[Reason]
) -> Known:
    """The same of a stored run, as of its arrival and with all that is known since, now that a department has said
    which vehicle it was. ``doubted``: what was said of its time when it came."""
    stated = judged.record.vehicle
    line = next(each.line for each in sender.lines if each.line.code == judged.record.line)
    bearer = Bearer(vehicle.pk, vehicle.vin, vehicle.plate)
    identified = Identified(Identity(Found.THIS, bearer), {vehicle.pk: vehicle})
    named = Named(stated.vin, stated.plate)
    return _look_up(judged, sender, line, named, identified, arrived, doubted)


def _look_up(
    judged: JudgedUpload,
    sender: StationFacts,
    line: Line,
    named: Named,
    identified: Identified,
    arrived: datetime,
    doubted: Sequence[Reason] | None = None,
) -> Known:
    """``doubted``: of a stored run, in whose place on its line nothing is asked again."""
    record, station, vehicle = judged.record, sender.party, identified.vehicle
    law, settled = registers.law_at(day_of(record.started_at), station.place), doubted is not None
    case, latest = open_case(vehicle), _latest(vehicle)
    met = case or _met(vehicle, record.started_at, latest)
    waiting, entered = ([], {}) if vehicle is None else (waiting_fails(vehicle), entered_facts(vehicle))
    failed = () if met is None else measured_fails(met)
    judged_as = ways(record.vehicle, law, failed, entered)
    stricter = _stricter_since(judged, law, arrived, judged_as, failed)
    stricter = stricter or _forbidden_since(record, case, law, arrived)
    times = _times(judged, sender, line, law, arrived, stricter=stricter)
    said = {each.item: each for each in (*outside_bracket(times, law), *(doubted or ()))}
    answered = bool(said or times.outage_ended) and _answered_since(vehicle, record.started_at)
    of_line = () if settled else line_reasons(sender, record.line, record.method, record.started_at, law)
    return Known(
        settled=settled,
        sender=sender,
        law=law,
        line=line,
        line_reasons=of_line,
        named=named,
        identified=identified,
        case=case,
        case_law=law if case is None else registers.law_at(law.on, case.place),
        latest=latest,
        fail_waits=any(fail.started_at <= record.started_at for fail in waiting),
        times=times,
        known_at=run_known_at(station, record.ended_at, arrived, law),
        doubted=tuple(said.values()),
        answered_since=bool(said) and answered,
        kept_back=times.outage_ended is not None and answered,
        beside=tuple(_beside(record, station, vehicle)),
        in_repair=_in_repair(vehicle, record, law),
        failed=failed,
        failed_by=_laws_of(failed, law),
        anothers_fail=vehicle is not None and _anothers_fail(vehicle, record.started_at, station, waiting),
        entered=entered,
        ways=judged_as,
        aborted=_aborted(vehicle, record, law),
        charge=() if record.fee_yuan is None else _charge(record, station, vehicle, law),
    )


def _met(vehicle: Vehicle | None, at: datetime, latest: datetime | None) -> Case | None:
    """The case that was open at the moment of a run that is told late, and is closed since."""
    if vehicle is None or latest is None or latest < at:
        return None
    return Case.objects.filter(vehicle=vehicle, opened_at__lte=at, closed_at__gt=at).last()


def _laws_of(failed: Sequence[Measured], law: Law) -> tuple[Law, ...]:
    there = (law_for_fail(law.on, place, law.place) for place in dict.fromkeys(run.place for run in failed))
    return tuple(each for each in there if each is not law)


def _anothers_fail(vehicle: Vehicle, since: datetime, station: Party, waiting: Sequence[WaitingFail]) -> bool:
    """Does a case rest on a later failed run of another station, or will it, once that run is settled? An older run
    would take it over."""
    if any(fail.started_at >= since and fail.station != station.pk for fail in waiting):
        return True
    return fetch_one(_ANOTHERS_FAIL, [vehicle.pk, since, station.pk]) is not None


def _answered_since(vehicle: Vehicle | None, moment: datetime) -> bool:
    """Is a repair, a paper or a way out known, later than ``moment``? A failed run of that time might be answered by
    it; one that was made later would not."""
    return vehicle is not None and fetch_one(_ANSWERED, [vehicle.pk, moment]) is not None


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
    found = fetch_one(_LATEST, [vehicle.pk, vehicle.pk]) if vehicle is not None else None
    return aware(found[0]) if found is not None and found[0] is not None else None


def _times(
    judged: JudgedUpload, sender: StationFacts, line: Line, law: Law, now: datetime, *, stricter: bool
) -> Times:
    record, hours = judged.record, law.number("upload.within_hours")
    late = now - record.started_at > timedelta(hours=hours)
    outage_ended = kept_until(sender.party, record.started_at, now, hours) if late else None
    # Without an outage that kept it, a late run waits for a department whatever else is known.
    since = day_of(now) if late and outage_ended is None else law.on
    return Times(
        started=record.started_at,
        ended=record.ended_at,
        arrived=now,
        recorded_s=judged.recorded_s,
        line_was_before=number_last_below(link_of(line), record.sequence),
        locked=_locked_between(sender, record, since, now),
        outage_ended=None if outage_ended is None else min(outage_ended, now),
        closed=_closed_since(sender, law, since, now),
        stricter=stricter,
    )


def _closed_since(sender: StationFacts, law: Law, since: date, now: datetime) -> bool:
    """It might work on the day of the run; might it on every day until that arrived?"""
    place = sender.party.place
    later = (day for day in days_between(since, day_of(now)) if day != law.on)
    return not all(sender.is_active(day, registers.law_at(day, place)) for day in later)


def _stricter_since(
    judged: JudgedUpload,
    law: Law,
    now: datetime,
    ways: Sequence[inspection.Vehicle],
    failed: Sequence[Measured],
) -> bool:
    """By the law of the day on which it came, here and where the vehicle failed, its result is worse: of the vehicle as
    it is judged, whatever the message states."""
    today, here = day_of(now), law.place
    if today == law.on:
        return False
    places = dict.fromkeys((here, *(run.place for run in failed)))
    laws = [(law_for_fail(law.on, place, here), law_for_fail(today, place, here)) for place in places]
    if all(verdict_hash(then) == verdict_hash(later) for then, later in laws):
        return False
    then, later = (
        worst(judged.as_if(each, way) for each in dict.fromkeys(of_day) for way in ways)
        for of_day in zip(*laws, strict=True)
    )
    return stricter(then, later)


def _forbidden_since(record: TestRecord, case: Case | None, law: Law, now: datetime) -> bool:
    """Its case permits the run by the law of its own day, and not by that of the day on which it came."""
    if case is None or day_of(now) == law.on:
        return False
    asked = as_loop_case(case)
    laws = (registers.law_at(day, case.place) for day in (law.on, day_of(now)))
    then, later = (permit(asked, station=record.station, at=record.started_at, law=each) for each in laws)
    return then.allowed and not later.allowed


def _locked_between(sender: StationFacts, record: TestRecord, since: date, now: datetime) -> datetime | None:
    """When the line was locked for the method after the run's claimed start and by its arrival: by a department, by a
    check that failed, by the end of an order that let it test all the same, by the end of a verification (asked on
    every day from ``since``), or because it left the register."""
    moments = [*_turning_points(sender, record, now), *map(midnight, days_between(since, day_of(now)))]
    moments = [moment for moment in moments if record.started_at < moment <= now]
    if day_of(now) != day_of(record.started_at):
        moments.append(now)
    return next((at for at in sorted(moments) if _locks(sender, record, at)), None)


def _turning_points(sender: StationFacts, record: TestRecord, now: datetime) -> list[datetime]:
    line = sender.line(record.line, record.started_at)
    if line is None:
        return []
    orders = [order.since if order.kind == "lock" else order.until for order in line.orders]
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
    return [_span(row) for row in found if row[:2] != (station.code, record.test_no)]


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
