"""Guards of the table's rows: None lets the row happen, a reason says why not."""

from __future__ import annotations

from collections.abc import Callable

from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.loop.case import Case, day_of
from imloop.loop.events import (
    DeadlinePassed,
    DeadlineRecomputed,
    Event,
    RepairReported,
    TestFailed,
    TestPassed,
)
from imloop.loop.permit import permit

Guard = Callable[[Case, Event, Law], tuple[Reason, ...]]


def always(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """无条件"""
    return ()


def retest_permitted(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """复检放行（同站、维修记录、名录、凭证）"""
    assert isinstance(event, (TestFailed, TestPassed))
    return permit(case, station=event.station, at=event.at, law=law).refusals


def warranty_runs(case: Case, event: TestFailed) -> bool:
    """Does a repair of this case still stand under warranty on the day of the failed retest (R21)?"""
    day = day_of(event.at)
    return any(repair.under_warranty(day, event.odometer_km) for repair in case.repairs)


def retest_permitted_under_warranty(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """复检放行，且维修质保期内"""
    assert isinstance(event, TestFailed)
    refused = retest_permitted(case, event, law)
    return refused or (() if warranty_runs(case, event) else (_NO_WARRANTY,))


def retest_permitted_without_warranty(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """复检放行，维修质保期外"""
    assert isinstance(event, TestFailed)
    refused = retest_permitted(case, event, law)
    return refused or ((_WARRANTY,) if warranty_runs(case, event) else ())


def repair_opens_retest(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """完工晚于最近一次不合格，维修单位与凭证符合完工当日规定"""
    assert isinstance(event, RepairReported)
    opens = event.repair.finished_at > case.failed_at and not event.repair.lacks
    return () if opens else (_FALLS_SHORT,)


def repair_falls_short(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """完工不晚于最近一次不合格，或维修单位、凭证不符合"""
    return () if repair_opens_retest(case, event, law) else (_OPENS,)


def deadline_is_past(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """期限已过且尚未报过"""
    assert isinstance(event, DeadlinePassed)
    return () if day_of(event.at) > case.deadline and not case.overdue else (_NOT_DUE,)


def deadline_is_provisional(case: Case, event: Event, law: Law) -> tuple[Reason, ...]:
    """期限原按未公布的日历暂定"""
    assert isinstance(event, DeadlineRecomputed)
    return () if case.deadline_provisional else (_FIRM,)


_NO_WARRANTY = Reason("warranty-over", Text("质保期已过。", "The warranty is over."))
_WARRANTY = Reason("under-warranty", Text("仍在质保期内。", "Still under warranty."))
_FALLS_SHORT = Reason(
    "repair-falls-short", Text("维修不符合放行条件。", "The repair does not open the retest.")
)
_OPENS = Reason("repair-opens-retest", Text("维修符合放行条件。", "The repair opens the retest."))
_NOT_DUE = Reason(
    "not-overdue", Text("期限未过，或已报逾期。", "Not past the deadline, or already reported.")
)
_FIRM = Reason("deadline-firm", Text("期限已按公布的日历确定。", "The deadline is already firm."))
