"""Can the vehicle have been at the repairer when its record says so, and was the record there in time?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from imloop.facts.days import CHINA
from imloop.facts.places import distance_km
from imloop.facts.records.repair import RepairRecord, came_in_by
from imloop.facts.text import Reason, Text
from imloop.law import Law

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Stay:
    """The vehicle elsewhere: ``who`` tested or repaired it, from when to when."""

    who: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class FailedRun:
    """The failed test that the repair answers. ``place``: (latitude, longitude) of the station, None: not entered."""

    ended_at: datetime
    place: tuple[float, float] | None = None


def elsewhere(record: RepairRecord, stays: Iterable[Stay], law: Law) -> list[Reason]:
    """One doubt for each stay that overlaps the repair by more than two clocks may differ."""
    clock = timedelta(minutes=law.number("repair.clock_minutes"))
    came = came_in_by(record.received_at, record.finished_at)
    if not law.flag("repair.elsewhere"):
        return []
    return [
        _was_there(stay, law)
        for stay in stays
        if stay.since + clock < record.finished_at and came + clock < stay.until
    ]


def _was_there(stay: Stay, law: Law) -> Reason:
    since, until = (f"{moment.astimezone(CHINA):%m-%d %H:%M}" for moment in (stay.since, stay.until))
    return Reason(
        "vehicle-elsewhere",
        Text(
            f"所报在厂期间，车辆另在 {stay.who}（{since} 至 {until}）。",
            f"While it is said to have been here, the vehicle was at {stay.who} from {since} to {until}.",
        ),
        law.cite("repair.elsewhere"),
        Text(
            "核对进厂、完工时间；有误的另报记录，转包等确有原因的由部门核实放行。",
            "Check the times and report anew if they are wrong; where there is a reason, such as a subcontractor, "
            "a department releases it.",
        ),
    )


def too_soon_there(
    record: RepairRecord, failed: FailedRun, shop: tuple[float, float] | None, law: Law
) -> Reason | None:
    """It came in sooner after the failed test than a car can drive there. A doubt alone: the repairer may have taken
    the car over at the station."""
    came = came_in_by(record.received_at, record.finished_at)
    if record.finished_at <= failed.ended_at:
        return None  # of an earlier round
    minutes = (came - failed.ended_at).total_seconds() / 60
    if failed.place is None or shop is None:
        least = law.number("repair.plausible.travel_minutes")
        key = "repair.plausible.travel_minutes"
    else:
        least = distance_km(failed.place, shop) / law.number("repair.plausible.travel_kmh") * 60
        key = "repair.plausible.travel_kmh"
    if minutes >= least:
        return None
    return Reason(
        "shop-reached-too-soon",
        Text(
            f"不合格检验结束后 {minutes:.0f} 分钟即已进厂，路上至少需要 {least:.0f} 分钟。",
            f"It came in {minutes:.0f} minutes after the failed test ended; the way takes at least {least:.0f}.",
        ),
        law.cite(key),
        Text(
            "核对进厂时间；在检验机构接车的请注明。",
            "Check the time; say so if the car was taken over at the station.",
        ),
    )


def time_held(
    finished_at: datetime, reported_at: datetime, outages: Iterable[Span], law: Law
) -> Reason | None:
    """The record's times rest on its sender's word alone, as it came long after the work. ``outages``: declared ones of
    the repairer's place since it was finished."""
    hours = law.number("repair.upload_hours")
    waited = hours_outside(finished_at, reported_at, outages)
    if waited <= hours:
        return None
    return _held(
        Text(
            f"完工 {waited:.0f} 小时后才上传（不计系统故障时间），超过 {hours:g} 小时。",
            f"Reported {waited:.0f} hours after it was finished (outages left out), over {hours:g} hours.",
        ),
        law,
    )


def before_fail_known(law: Law) -> Reason:
    """The work was over before the platform knew of a failed test that it is to answer: either hour may be untrue."""
    return Reason(
        "fail-told-late",
        Text(
            "完工早于不合格检验传到平台的时间。",
            "The work was finished before the failed test had arrived at the platform.",
        ),
        law.cite("repair.upload_hours"),
        Text(
            "生态环境或交通运输部门对照检测线日志、监控核对不合格检验的时间，属实的写明理由放行。",
            "The environment or transport department compares log and video of the line with the failed test's hour, "
            "and releases the repair with a reason if that holds.",
        ),
    )


def more_allowed_then(law: Law) -> Reason:
    """Whether the repair is one rests on the time that its sender states itself."""
    return _held(
        Text(
            "称在维修站暂停、退出、被取消资格或者规定变严之前完工，此后才上传。",
            "Said to have been finished before the repairer was suspended or left the list, or before the rules became "
            "stricter, and reported after that.",
        ),
        law,
    )


def _held(words: Text, law: Law) -> Reason:
    what_next = Text(
        "生态环境或交通运输部门看过工单、照片后写明理由放行。",
        "The environment or transport department looks at order and photographs, and releases it with a reason.",
    )
    return Reason("time-held", words, law.cite("repair.upload_hours"), what_next)


def hours_outside(since: datetime, until: datetime, spans: Iterable[Span]) -> float:
    """Hours from ``since`` to ``until`` that lie in none of the spans, which may overlap."""
    left = (until - since).total_seconds()
    done = since
    for begun, ended in sorted(spans):
        first, last = max(begun, done), min(ended, until)
        if last > first:
            left -= (last - first).total_seconds()
            done = last
    return left / 3600
