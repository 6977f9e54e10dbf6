"""Guards of the table's rows about repairs: reported, and released by a department."""

from __future__ import annotations

from dataclasses import replace

from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.loop.case import Case, RepairFact
from imloop.loop.events import Event, OutageTakenBack, RepairReleased, RepairReported, TestFailed, UnlockEnded
from imloop.loop.guard import guard, unless
from imloop.loop.on_paper import reworked_late
from imloop.loop.repairs import find_repair, held_again, held_repairs, released, shortfalls


@guard("其后已有合格的维修记录", "a qualifying repair that finished after it is already on record")
def repaired_since(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """Uploads may come late: the repair after this failed run can be known before the run is."""
    return unless(_repaired_since(case, event, law), _NOT_REPAIRED)


@guard("其后尚无合格的维修记录", "no qualifying repair after it is on record")
def not_repaired_since(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """The other half of ``repaired_since``."""
    return unless(not _repaired_since(case, event, law), _REPAIRED)


def _repaired_since(case: Case, event: Event, law: Law) -> bool:
    assert isinstance(event, TestFailed)
    failed = replace(case, failed_at=event.at, known_at=case.known_with(event.known_at))
    return any(_answers(failed, repair, law) for repair in case.repairs)


def _answers(case: Case, repair: RepairFact, law: Law) -> bool:
    """Does the repair open the retest after the last failed test?"""
    return repair.finished_at > case.last_failed_at and not shortfalls(case, repair, law)


@guard(
    "进厂、完工晚于最近一次不合格，作业、维修单位与凭证符合完工当日规定，没有待核实的疑点",
    "came in and finished after the last failed test; work, repairer and documents satisfy the law of the finishing "
    "day; nothing holds it",
)
def repair_opens_retest(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """What the repair lacks was found by ``repairs.repair_fact``."""
    return unless(_opens(case, event, law), _FALLS_SHORT)


@guard("其中任一项不符合", "any of these is not met")
def repair_falls_short(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """The other half of ``repair_opens_retest``."""
    return unless(not _opens(case, event, law), _OPENS)


def _opens(case: Case, event: Event, law: Law) -> bool:
    assert isinstance(event, RepairReported)
    return _answers(case, event.repair, law)


@guard("该维修记录因疑点待核实", "that repair is held by a doubt")
def repair_is_held(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """What only a better record mends is not released, nor anything twice."""
    assert isinstance(event, RepairReleased)
    found = find_repair(held_repairs(case, law), event.shop, event.repair_no)
    codes = {lack.code for lack in found.lacks if lack.releasable} if found is not None else set()
    return unless(bool(codes if event.settled is None else codes & set(event.settled)), _NOT_HELD)


@guard("有批准人和理由", "an approver and a reason are named")
def release_is_founded(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """Somebody answers for it."""
    assert isinstance(event, RepairReleased)
    return unless(bool(event.approver.strip() and event.reason.strip()), _UNFOUNDED)


@guard("核实后符合放行条件", "it then opens the retest")
def release_opens_retest(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """A released repair may still lack what the law of its day wants."""
    return unless(_release_opens(case, event, law), _FALLS_SHORT)


@guard("核实后仍不符合放行条件", "it still does not")
def release_falls_short(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """The other half of ``release_opens_retest``."""
    return unless(not _release_opens(case, event, law), _OPENS)


def _release_opens(case: Case, event: Event, law: Law) -> bool:
    assert isinstance(event, RepairReleased)
    after = released(case.repairs, event)
    found = find_repair(after, event.shop, event.repair_no)
    return found is not None and _answers(case, found, law)


@guard(
    "是本轮不合格复检所凭纸质材料的维修，当时仍在质保期内",
    "it is the repair whose paper allowed the failed retest, and it was under warranty then",
)
def rework_told_late(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """Known in time, the record would have had the rework ordered with the failed retest (R21)."""
    return unless(_reworked_late(case, event), _NO_LATE_REWORK)


@guard("不是", "it is not")
def no_rework_told_late(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """The other half of ``rework_told_late``."""
    return unless(not _reworked_late(case, event), _LATE_REWORK)


def _reworked_late(case: Case, event: Event) -> bool:
    assert isinstance(event, RepairReported)
    return reworked_late(case, event.repair, event.failed_odometer_km)


@guard("维修单位与凭证符合完工当日规定", "repairer and documents satisfy the law of the finishing day")
def record_sound(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """What the record lacks was found by ``repairs.repair_fact``."""
    assert isinstance(event, RepairReported)
    return unless(not event.repair.lacks, _FALLS_SHORT)


@guard("维修单位、凭证不符合", "they do not")
def record_lacking(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """The other half of ``record_sound``."""
    assert isinstance(event, RepairReported)
    return unless(bool(event.repair.lacks), _OPENS)


@guard("凭该故障解锁，或其维修记录因该故障未受时间疑点", "a paper or a repair's time rests on that outage")
def rests_on_outage(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """Told once, to the case that it concerns."""
    assert isinstance(event, OutageTakenBack)
    papers = any(each.unlock_no in event.unlocks and each.shut_at is None for each in case.unlocks)
    named = [each for each in case.repairs if (each.shop, each.repair_no) in event.repairs]
    return unless(papers or not all(each.held_for_time for each in named), _NOT_ON_IT)


@guard("另有合格的维修记录", "another repair opens the retest all the same")
def repaired_without_outage(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """What the outage explained, or the paper excused, is not all."""
    return unless(_repaired_without(case, event, law), _NOT_REPAIRED)


@guard("别无合格的维修记录", "no other repair opens it")
def not_repaired_without_outage(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """The other half of ``repaired_without_outage``."""
    return unless(not _repaired_without(case, event, law), _REPAIRED)


def _repaired_without(case: Case, event: Event, law: Law) -> bool:
    assert isinstance(event, (OutageTakenBack, UnlockEnded))
    return any(_answers(case, each, law) for each in held_again(case.repairs, event.repairs, law))


_NOT_ON_IT = Reason(
    "not-on-outage", Text("案件不以该故障为依据。", "Nothing of the case rests on that outage.")
)
_REPAIRED = Reason(
    "repaired-since", Text("其后已有合格的维修记录。", "A qualifying repair after it is on record.")
)
_NOT_REPAIRED = Reason(
    "not-repaired-since", Text("其后尚无合格的维修记录。", "No qualifying repair after it is on record.")
)
_FALLS_SHORT = Reason(
    "repair-falls-short", Text("维修不符合放行条件。", "The repair does not open the retest.")
)
_OPENS = Reason("repair-opens-retest", Text("维修符合放行条件。", "The repair opens the retest."))
_NO_LATE_REWORK = Reason(
    "no-late-rework",
    Text("不是本轮所凭纸质材料的质保期内维修。", "Not the repair behind this round's paper, under warranty."),
)
_LATE_REWORK = Reason(
    "late-rework", Text("应由原维修站返修。", "Its shop has to do it again under warranty.")
)
_NOT_HELD = Reason(
    "repair-not-held",
    Text("该维修记录没有待核实的疑点。", "Nothing holds this repair."),
    next=Text(
        "它若仍不能放行，请维修站按所列原因另报记录。",
        "If it still opens nothing, its shop has to report what is lacking.",
    ),
)
_UNFOUNDED = Reason(
    "decision-unfounded", Text("须写明批准人和理由。", "An approver and a reason must be named.")
)
