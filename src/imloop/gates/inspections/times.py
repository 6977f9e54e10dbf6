"""When can a run have been made? What its sender claims is bracketed by what the platform knows (A1, B8).

A run outside the bracket is *held*: kept and judged, and it frees nobody until a department releases it with a reason.
A run that waited for an outage to end needs nobody: the outage is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from imloop.facts.text import Reason, Text
from imloop.law import Law

HELD = "time-held"
"""Code of every reason here; ``item`` says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """``recorded_s``: seconds that the trace holds. ``line_was_before``: when the line last told the platform of a
    running number below this run's: it had not begun by then. ``locked``: when a department locked the line for the
    method, if that was after the claimed start and before the arrival. ``outage_ended``: of an outage that covers
    the claimed start; its end, or the arrival while it runs. ``closed``: on a day since, up to that of its arrival, the
    station might not work; ``stricter``: by the law of that last day its result is worse, or its case forbids it."""

    started: datetime
    ended: datetime
    arrived: datetime
    recorded_s: int
    line_was_before: datetime | None = None
    locked: datetime | None = None
    outage_ended: datetime | None = None
    closed: bool = False
    stricter: bool = False


def outside_bracket(times: Times, law: Law) -> tuple[Reason, ...]:
    """Why the claimed time cannot be taken without a department's word; empty: it can."""
    found = (
        late(times, law),
        _longer(times, law),
        _line_knew(times, law),
        _before_lock(times, law),
        _before_closing(times, law),
        _before_stricter_law(times, law),
    )
    return tuple(reason for reason in found if reason is not None)


def late_hours(times: Times) -> float:
    """Hours from the claimed start to the arrival, without those in which an outage kept it."""
    since = max(times.started, times.outage_ended) if times.outage_ended else times.started
    return max(0.0, (times.arrived - since).total_seconds() / 3600)


def late(times: Times, law: Law) -> Reason | None:
    """It came after the law's hours, and no outage kept it."""
    hours = law.number("upload.within_hours")
    if late_hours(times) <= hours:
        return None
    return _held(
        "late",
        f"检验开始 {hours:g} 小时以后才上传，期间没有已宣布的系统故障。",
        f"Uploaded more than {hours:g} hours after its start, without a declared outage between.",
        law.cite("upload.within_hours"),
    )


def _longer(times: Times, law: Law) -> Reason | None:
    minutes = law.number("arrival.run_beyond_trace_minutes")
    lasted = (times.ended - times.started).total_seconds()
    if lasted - times.recorded_s <= 60 * minutes:
        return None
    return _held(
        "longer-than-trace",
        f"起止时间相隔 {lasted / 60:.0f} 分钟，过程数据只有 {times.recorded_s / 60:.0f} 分钟。",
        f"It is said to have lasted {lasted / 60:.0f} minutes; its data cover {times.recorded_s / 60:.0f}.",
        law.cite("arrival.run_beyond_trace_minutes"),
    )


def _line_knew(times: Times, law: Law) -> Reason | None:
    knew = times.line_was_before
    if knew is None or times.started >= knew - timedelta(seconds=law.number("link.skew_seconds")):
        return None
    return _held(
        "before-the-line-knew-it",
        "检测线当时上报的序号表明该次检验尚未开始。",
        "By the running number that the line reported then, this run had not begun.",
        law.cite("link.sequence_complete"),
    )


def _before_lock(times: Times, law: Law) -> Reason | None:
    if times.locked is None:
        return None
    return _held(
        "before-lock",
        "称在检测线锁定之前检验，锁定之后才上传。",
        "Said to have been made before the line was locked, and uploaded after that.",
        law.cite("station.conditions"),
    )


def _before_closing(times: Times, law: Law) -> Reason | None:
    if not times.closed:
        return None
    return _held(
        "before-closing",
        "称在本站被暂停、注销或证书失效之前检验，此后才上传。",
        "Said to have been made before the station was suspended, struck off or without its certificate, and uploaded "
        "after that.",
        law.cite("station.networked_required"),
    )


def _before_stricter_law(times: Times, law: Law) -> Reason | None:
    if not times.stricter:
        return None
    return _held(
        "before-stricter-law",
        "称在规定变严之前检验，此后才上传；按上传当日的规定结论更差，或者不予复检放行。",
        "Said to have been made before the rules became stricter, and uploaded after that; by those of the day it came "
        "its result is worse, or the retest is not permitted.",
        law.cite("upload.within_hours"),
    )


def _held(item: str, zh: str, en: str, cite: str) -> Reason:
    return Reason(
        HELD,
        Text(zh, en),
        cite,
        Text(
            "本次检验已保存，合格结论暂不生效；请向生态环境部门说明原因，核实后放行。",
            "The run is kept; a pass has no effect yet. Tell the environment department why: it releases the run.",
        ),
        item=item,
    )
