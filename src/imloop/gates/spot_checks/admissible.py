"""May this record of a spot check be kept as one? Two officers of the task, instruments within their verification, and
an hour that can be true. What the law says of fines holds for checks, too: two people (Penalty Law 42)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from imloop.facts.days import CHINA, day_of
from imloop.facts.records.spot_check import INSTRUMENTS, SpotCheck
from imloop.facts.text import Reason, Text
from imloop.gates.answer import Answer
from imloop.law import Law

GATE = "spot-check"
HELD = "time-held"
OFFICERS = "procedure.officers"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFact:
    """``officers``: user names of its team; ``made_at``: when the task came to be on the platform."""

    number: str
    officers: frozenset[str]
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedFact:
    """An instrument of the team with the certificate that is nearest to the day. ``verified_until``: last day."""

    serial: str
    kind: str
    verified_from: date
    verified_until: date


def may_be_kept(
    check: SpotCheck, task: TaskFact, carried: Mapping[str, CarriedFact | None], law: Law
) -> Answer:
    """``carried``: by kind, as the register knows the serial number that the record names."""
    reasons = [*_team(check, task, law), *_hour(check, task, law)]
    for kind, serial in check.instruments.items():
        reasons += _instrument(kind, serial, carried.get(kind), day_of(check.at), law)
    return Answer.of(GATE, reasons, {"task": task.number})


def _team(check: SpotCheck, task: TaskFact, law: Law) -> Iterator[Reason]:
    named = dict.fromkeys(check.officers)
    least = law.integer(OFFICERS) if law.get(OFFICERS) else 2
    cite = law.cite(OFFICERS) if law.get(OFFICERS) else ""
    if len(named) < least:
        words = Text(
            f"现场执法人员不得少于 {least} 人，记录只有 {len(named)} 人。",
            f"At least {least} officers check on the spot; the record names {len(named)}.",
        )
        then = Text("请补上同行人员后再发送。", "Name who else was there, then send it.")
        yield Reason("second-officer-missing", words, cite, then, item="officers")
    strange = [each for each in named if each not in task.officers]
    if strange:
        names = "、".join(strange)
        words = Text(
            f"{names} 不在任务 {task.number} 的人员中。", f"{names}: not of the team of {task.number}."
        )
        then = Text("请由任务所列人员检查，或者另派任务。", "Let its team check, or make a task with them.")
        yield Reason("not-of-the-team", words, cite, then, item="officers")


def _hour(check: SpotCheck, task: TaskFact, law: Law) -> Iterator[Reason]:
    """No check is older than its task."""
    clock = timedelta(minutes=law.number("repair.clock_minutes"))
    if check.at < task.made_at - clock:
        made = task.made_at.astimezone(CHINA)
        words = Text(
            f"检测时间早于派出任务的时间 {made:%Y-%m-%d %H:%M}。",
            f"The check is older than its task, which was made at {made:%Y-%m-%d %H:%M}.",
        )
        yield Reason("before-task", words, "", Text("请校准手机时间。", "Set the phone's clock."), item="at")


def _instrument(kind: str, serial: str, carried: CarriedFact | None, day: date, law: Law) -> Iterator[Reason]:
    name, cite = INSTRUMENTS[kind], law.cite("station.conditions")
    then = Text("请换用检定有效的仪器重新检测。", "Measure again with one that is verified.")
    if not serial:
        words = Text(f"没有写明所用{name.zh}。", f"Which {name.en} was used is not said.")
        yield Reason("instrument-missing", words, cite, then, item=kind)
    elif carried is None:
        words = Text(
            f"没有登记编号为 {serial} 的{name.zh}。", f"No {name.en} with number {serial} is registered."
        )
        next_ = Text("请先登记仪器和检定证书。", "Register it with its certificate first.")
        yield Reason("instrument-unknown", words, cite, next_, item=kind)
    elif not carried.verified_from <= day <= carried.verified_until:
        words = Text(
            f"{name.zh} {serial} 检定有效期为 {carried.verified_from} 至 {carried.verified_until}，"
            f"检测日 {day} 不在其内。",
            f"{name.en} {serial} was verified from {carried.verified_from} to {carried.verified_until}, "
            f"not on {day}.",
        )
        yield Reason("instrument-past-date", words, cite, then, item=kind)


def time_doubts(at: datetime, arrived: datetime, law: Law) -> tuple[Reason, ...]:
    """Why its own word of the hour is not taken without a department's; a phone without network is given a day."""
    hours = law.number("spot_check.upload_hours")
    if arrived - at <= timedelta(hours=hours):
        return ()
    words = Text(
        f"检测 {hours:g} 小时以后才发送，时间待核实。", f"Sent more than {hours:g} hours after the check."
    )
    then = Text(
        "记录已保存，暂不产生效力；由生态环境部门核实后放行。",
        "It is kept without effect until the environment department has looked at it.",
    )
    return (Reason(HELD, words, law.cite("spot_check.upload_hours"), then, item="late"),)
