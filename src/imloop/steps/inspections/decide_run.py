"""What an uploaded run means: its verdict, what it counts for, what is doubtful. Nothing is looked up or written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from imloop import loop
from imloop.facts.codes import DIESEL_FUELS, DIESEL_METHODS, EXEMPT_FUELS, Fuel, Outcome, Purpose, Result
from imloop.facts.records.inspection import TestRecord, Vehicle
from imloop.facts.refusal import Unlawful
from imloop.facts.text import Reason, Text
from imloop.gates.inspections.counts import cannot_count, waits
from imloop.gates.inspections.overlaps import Span, in_repair, runs_overlap
from imloop.gates.inspections.retest import (
    NOT_RETESTED,
    Measured,
    not_retested,
    passed_items,
    passes_here_alone,
    restated,
)
from imloop.gates.inspections.times import HELD
from imloop.gates.stations.staff import people_reasons
from imloop.gates.vehicles.compare_statement import bounded, differences
from imloop.loop.events import TestFailed, TestPassed
from imloop.steps.cases.history import run_event
from imloop.steps.cases.move_case import as_loop_case
from imloop.steps.inspections.judge_upload import JudgedUpload
from imloop.steps.inspections.known_facts import Known
from imloop.steps.stations.line_standing import doubts_of, lock_of
from imloop.steps.vehicles.identify_vehicle import plate_differs, vin_missing
from imloop.steps.vehicles.register.how_failed import worst_way
from imloop.verdict import Verdict

_ABORTED_AFTER_FAIL = Reason(
    "aborted-after-fail",
    Text(
        "检验中止以前的数据已足以判定不合格。",
        "What was measured before the run was broken off is a complete failing test.",
    ),
    next=Text(
        "请说明中止原因；该车应重新检验。", "Say why it was broken off; the vehicle has to be tested again."
    ),
)
_FAILED_UNCOUNTED = Reason(
    "fail-not-counted",
    Text(
        "本次检验不计，但其数据或检验机构自报结论为不合格。",
        "The run counts for nothing, though its data, or the station's own answer, say that it failed.",
    ),
    next=Text(
        "请说明原因（比对检验应有安排记录）；该车应重新检验。",
        "Say why, and for a comparison who ordered it; the vehicle has to be tested again.",
    ),
)
_EXHAUST_OF_EXEMPT = Reason(
    "exhaust-of-exempt",
    Text(
        "按没有排气的车辆判定，报文却有完整的排气检测数据。",
        "Judged as a vehicle without exhaust, and the message holds a complete exhaust test.",
    ),
    next=Text(
        "请对照行驶证和实车核对燃料种类。", "Compare the fuel with the licence and the vehicle itself."
    ),
)
_EXHAUST_OUT_OF_SCOPE = Reason(
    "exhaust-of-exempt",
    Text(
        "按填报的车辆类型不作判定，报文却有完整的排气检测数据；登记资料没有该车的类型。",
        "Not judged, by the type as stated, and the message holds a complete exhaust test; the register has no type.",
    ),
    next=Text(
        "请对照行驶证和实车核对车辆类型。", "Compare the type with the licence and the vehicle itself."
    ),
)
BEFORE_A_CASE = Reason(
    HELD,
    Text(
        "称早于另一检验机构已立案的不合格检验，却在其后上传。",
        "Said to be older than a failed test of another station that opened a case, and uploaded after it.",
    ),
    next=Text(
        "本次检验已保存，暂不生效；请向生态环境部门说明迟传原因，核实后放行。",
        "The run is kept without effect. Tell the environment department why it came late: it releases the run.",
    ),
    item="before-a-case",
)
_OUT_OF_ORDER = Reason(
    "uploaded-out-of-order",
    Text(
        "早于已知的后续检验，其后的结论已按实际先后重新核定。",
        "Older than a run already on record: what followed was decided anew in the order of events.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """``judged_as``: the vehicle that the verdict rests on, where it is not as the message states it. ``waits``: why
    the run counts for nothing for now, a key of ``counts.WHY``; empty: it may count. ``held``: what a department has to
    settle. ``event``: what it means for a case, where it has a verdict. ``late``: a later run of the vehicle is known
    already, so everything since is told anew. ``measured``: what a later retest is asked about; ``about_vehicle``: the
    findings that depend on which vehicle it was."""

    verdict: Verdict
    judged_as: Vehicle | None
    findings: tuple[Reason, ...]
    waits: str
    held: tuple[Reason, ...]
    event: TestFailed | TestPassed | None
    late: bool
    measured: Measured
    about_vehicle: tuple[Reason, ...]

    @property
    def names_vehicle(self) -> bool:
        """The run says something of a vehicle: it was completed, judged, and is certain to be of it."""
        return self.waits not in ("aborted", "comparison", "not-decided", "identity-doubtful")


def decide_run(known: Known, judged: JudgedUpload) -> Decided:
    """Raises the refusal of a locked line, and of a retest without a permit: neither run is taken."""
    record = judged.record
    _require_unlocked(record, known)
    verdict, judged_as = _stricter_verdict(judged, known)
    identity = known.identified.identity
    cannot = cannot_count(record.purpose, record.outcome, verdict.result, identity.found)
    doubted = known.doubted
    answered = verdict.result is Result.FAIL and known.answered_since
    late = known.settled or (known.latest is not None and record.started_at <= known.latest)
    # Told anew as well, with or without a permit: its outage may be taken back, and then its time is asked.
    kept_back = verdict.result is Result.FAIL and known.kept_back
    if not cannot and not late and not answered and not kept_back:
        _require_permit(known, record)
    measured = _measured(known, judged, verdict)
    # A late run need not be of the case that is open now: which one it met is found when everything is told anew.
    answer = None if late else _answer_for_fault(known, judged, measured, verdict)
    if known.anothers_fail:
        doubted = (*doubted, BEFORE_A_CASE)
    why = waits(verdict.result, cannot, time_held=bool(doubted), failed_run_waits=known.fail_waits)
    # A doubt about its time is settled first: what is asked anew whenever the history is told would hide it.
    if answer is not None and not cannot and not doubted:
        why = NOT_RETESTED
    elif not why and (answered or BEFORE_A_CASE in doubted):
        why = "time-held"
    about_vehicle = (
        *(restated(record.vehicle, known.failed[-1].record.vehicle) if known.failed else ()),
        *_about_uncounted(known, judged, verdict),
        *_about_the_vehicle(known, record),
    )
    return Decided(
        verdict=verdict,
        judged_as=judged_as,
        findings=(
            *identity.reasons,
            *doubted,
            *([_OUT_OF_ORDER] if late else ()),
            *verdict.findings,
            *([answer] if answer else ()),
            *about_vehicle,
            *_about_the_message(known, record),
        ),
        waits=why,
        held={"time-held": doubted, "identity-doubtful": (*identity.reasons, *doubted)}.get(why, ()),
        event=_event(known, measured, verdict),
        late=late or kept_back,
        measured=measured,
        about_vehicle=about_vehicle,
    )


def _event(known: Known, measured: Measured, verdict: Verdict) -> TestFailed | TestPassed | None:
    record, failed = measured.record, [item for item, passed in measured.items.items() if not passed]
    odometer_km = record.vehicle.odometer_km
    return run_event(record, verdict.result, record.station, failed, odometer_km, known.known_at)


def _require_unlocked(record: TestRecord, known: Known) -> None:
    """A run on a line that was locked for the method at its own start is not taken."""
    lock = lock_of(record.line, record.method, known.line_reasons)
    if lock is not None:
        raise Unlawful(lock.code, lock.text, cite=lock.cite, reasons=(lock,))


def _stricter_verdict(judged: JudgedUpload, known: Known) -> tuple[Verdict, Vehicle | None]:
    """By the register's word, where there is one. A retest, where there is none, by what is stated now and by what was
    stated each time the vehicle failed: the worst result holds. With the vehicle that was judged, where it is not the
    one stated."""
    stated, law = judged.record.vehicle, known.law
    as_judged, verdict = worst_way(
        known.ways, lambda way: judged.under(law) if way == stated else judged.of(law, way)
    )
    return verdict, None if as_judged == stated else as_judged


def _measured(known: Known, judged: JudgedUpload, verdict: Verdict) -> Measured:
    items = passed_items((item.item, item.passed) for item in verdict.items if not item.advisory)
    reached = judged.reached_rpm if verdict.result is Result.FAIL else None
    return Measured(judged.record, verdict.parts, items, place=known.station.place, reached_rpm=reached)


def _answer_for_fault(
    known: Known, judged: JudgedUpload, measured: Measured, verdict: Verdict
) -> Reason | None:
    if not known.failed or verdict.result is not Result.PASS:
        return None
    return not_retested(measured, known.failed, known.entered) or _by_other_laws(known, judged)


def _by_other_laws(known: Known, judged: JudgedUpload) -> Reason | None:
    """It failed in another place, whose law judges otherwise."""
    if not known.failed_by:
        return None
    passes = all(judged.of(law, way).result is Result.PASS for law in known.failed_by for way in known.ways)
    return None if passes else passes_here_alone()


def _about_uncounted(known: Known, judged: JudgedUpload, verdict: Verdict) -> list[Reason]:
    """A run that decides nothing by what its sender says of it, although what it shows is a fail; and a pass after many
    that decided nothing."""
    record, aborted = judged.record, judged.record.outcome is Outcome.ABORTED
    if aborted or verdict.result is Result.INVALID:
        shown = judged.of(known.law, _as_if_asked_for(known, record), Outcome.COMPLETED)
        failed = _shows_fail(shown)
        if aborted:
            whole = shown.result is Result.FAIL or "phase-incomplete" not in _codes(shown)
            return [_ABORTED_AFTER_FAIL] if failed and whole else []
        if (said := _not_asked_for(known, verdict)) is not None:
            return [said] if failed or shown.result is Result.PASS else []
        return [_FAILED_UNCOUNTED] if failed or record.claimed.verdict is Result.FAIL else []
    if record.purpose is Purpose.COMPARISON and verdict.result is Result.FAIL:
        return [_FAILED_UNCOUNTED]
    many = known.aborted >= known.law.integer("arrival.aborts_suspicious")
    if verdict.result is not Result.PASS or not many:
        return []
    words = Text(
        f"合格以前有 {known.aborted} 次检验中止或无效。",
        f"{known.aborted} runs before this pass were broken off or invalid.",
    )
    return [Reason("aborts-then-pass", words, known.law.cite("arrival.aborts_suspicious"))]


def _not_asked_for(known: Known, verdict: Verdict) -> Reason | None:
    """What to say where a vehicle is not to be tested by these standards, and was."""
    codes = _codes(verdict)
    if "vehicle-exempt" in codes:
        return _EXHAUST_OF_EXEMPT
    by_its_sender = "vehicle-out-of-scope" in codes and not known.entered.get("vehicle_type")
    return _EXHAUST_OUT_OF_SCOPE if by_its_sender else None


def _codes(verdict: Verdict) -> set[str]:
    return {reason.code for reason in verdict.reasons}


def _as_if_asked_for(known: Known, record: TestRecord) -> Vehicle:
    """The vehicle as one that the method is made for, but for a type that an authority entered: only to see what the
    message shows, whatever its sender says of the vehicle."""
    vehicle, by_diesel = known.ways[0], record.method in DIESEL_METHODS
    made_for = Fuel.DIESEL if by_diesel else Fuel.GASOLINE
    fuel, second = vehicle.fuel, vehicle.second_fuel
    if fuel is None or fuel in EXEMPT_FUELS or (fuel in DIESEL_FUELS) is not by_diesel:
        fuel = made_for
    if record.second is not None:
        second = second or made_for
    kind = vehicle.vehicle_type if known.entered.get("vehicle_type") else ""
    return replace(vehicle, fuel=fuel, second_fuel=second, vehicle_type=kind)


def _shows_fail(shown: Verdict) -> bool:
    """Its data, whatever keeps it from counting."""
    return shown.result is Result.FAIL or any(not item.passed and not item.advisory for item in shown.items)


def _require_permit(known: Known, record: TestRecord) -> None:
    """The gate, at the run's own start and by the law of the case's place: a run that it forbids is not taken."""
    if known.case is None:
        return
    permit = loop.permit(
        as_loop_case(known.case), station=known.station.code, at=record.started_at, law=known.case_law
    )
    if not permit.allowed:
        raise loop.retest_forbidden(permit)


def _about_the_vehicle(known: Known, record: TestRecord) -> list[Reason]:
    found = []
    if known.vehicle is not None:
        found += plate_differs(known.vehicle, known.named)
        found += vin_missing(known.vehicle, known.named)
        found += differences(known.entered, record.vehicle, known.law, known.vehicle.sources)
    found += known.charge
    found += in_repair(known.in_repair, known.law)
    found += runs_overlap(span_of(known, record), known.beside)
    return found


def span_of(known: Known, record: TestRecord) -> Span:
    """The run's time, and who was in it."""
    return Span(
        station=known.station.code,
        test_no=record.test_no,
        line=record.line,
        vehicle=known.vehicle.pk if known.vehicle is not None else None,
        inspector=record.people.get("inspector", "")[:60],
        analyser=record.equipment.get("analyser", "")[:60],
        started=record.started_at,
        ended=record.ended_at,
    )


def _about_the_message(known: Known, record: TestRecord) -> list[Reason]:
    law = known.law
    found = [
        Reason("field-unreadable", Text(f"未采用的字段 {note}", f"Field left out: {note}"))
        for note in record.notes
    ]
    hours = law.number("upload.within_hours")
    if known.times.arrived - record.started_at > timedelta(hours=hours):
        found.append(
            Reason(
                "uploaded-late",
                Text(
                    f"检验开始 {hours:g} 小时以后才上传。",
                    f"Uploaded more than {hours:g} hours after the start of the test.",
                ),
                cite=law.cite("upload.within_hours"),
            )
        )
    found += bounded(record.vehicle, law, known.entered)[1]
    found += doubts_of(known.line_reasons)
    return found + people_reasons(record.people, known.sender.staff, law.on, law)
