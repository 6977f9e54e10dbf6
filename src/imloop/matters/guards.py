"""Conditions of the table's rows, one per clause. A guard returns the reason against the step, or None."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.matters.clocks import Clock
from imloop.matters.matter import Matter, Value, last_day


@dataclass(frozen=True, slots=True)
class Asked:
    """``values``: what the step says; ``day``: when it is taken; ``person``: the account that takes it, empty where
    a party without one does; ``alike``: other accounts of the same natural person, by account."""

    matter: Matter
    values: Mapping[str, Value]
    day: date
    law: Law
    person: str = ""
    alike: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def every_account(self, people: Iterable[str]) -> frozenset[str]:
        """These accounts and all others of the same people."""
        named = frozenset(people)
        return named.union(*(self.alike.get(name, frozenset()) for name in named))


Check = Callable[[Asked], Reason | None]


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition in words, for the generated docs, and as a function."""

    words: Text
    check: Check

    def __call__(self, asked: Asked) -> Reason | None:
        return self.check(asked)


def guard(zh: str, en: str) -> Callable[[Check], Guard]:
    """Makes a guard of a check, with its condition in words."""
    return lambda check: Guard(Text(zh, en), check)


@guard("绿色通道开放", "the green channel is open")
def green_channel(asked: Asked) -> Reason | None:
    """A repairer may apply directly, without being selected by its county first."""
    if asked.law.flag("mstation.green_channel"):
        return None
    return Reason(
        "no-green-channel",
        Text("绿色通道未开放，应先经县区遴选。", "The green channel is closed; the county selects first."),
        asked.law.cite("mstation.green_channel"),
    )


@guard("核查人员达到法定人数", "enough officers took part")
def enough_officers(asked: Asked) -> Reason | None:
    """As many different people as the law asks for went to the site."""
    least = asked.law.integer("matter.site_check_officers")
    names = [name for name in str(asked.values["officers"]).replace("，", "、").split("、") if name.strip()]
    if len(set(names)) >= least:
        return None
    return Reason(
        "too-few-officers",
        Text(
            f"现场核查应有 {least} 名以上工作人员，姓名以“、”分隔。",
            f"An on-site check takes at least {least} officers, names separated by “、”.",
        ),
        asked.law.cite("matter.site_check_officers"),
    )


def _not_later(name: str, zh: str, en: str) -> Guard:
    """The day given in a step must not be in the future."""

    @guard(f"{zh}不晚于今天", f"the day of {en} has come")
    def check(asked: Asked) -> Reason | None:
        day = asked.values.get(name)
        if not isinstance(day, date) or day <= asked.day:
            return None
        return Reason(
            "in-the-future", Text(f"{zh} {day} 尚未到来。", f"The day of {en}, {day}, is in the future.")
        )

    return check


checked_has_come = _not_later("checked_on", "核查日期", "the check")
served_has_come = _not_later("served_on", "告知日期", "the notice")
held_has_come = _not_later("held_on", "听证日期", "the hearing")
dismantled_has_come = _not_later("dismantled_on", "拆解日期", "the dismantling")


@guard("整改期限晚于今天，不超过上限", "the day to put it right is still to come, and comes")
def required_later(asked: Asked) -> Reason | None:
    """Nobody can put something right in the past, and nobody waits for ever."""
    until = asked.values["required_by"]
    assert isinstance(until, date)
    if until > asked.day:
        return too_far_ahead(until, asked.day, asked.law)
    return Reason(
        "in-the-past",
        Text(
            f"整改期限 {until} 应晚于今天。", f"The day to put it right, {until}, must be later than today."
        ),
    )


def too_far_ahead(until: date, since: date, law: Law) -> Reason | None:
    """A day that an official sets has an end."""
    last = last_day("matter.most_days_ahead", since, law)
    if until <= last:
        return None
    return Reason(
        "too-far-ahead",
        Text(f"{until} 太远，最晚到 {last}。", f"{until} is too far ahead: {last} at the latest."),
        law.cite("matter.most_days_ahead"),
    )


@guard("核查结论为符合", "the check found the conditions met")
def conditions_met(asked: Asked) -> Reason | None:
    """Nobody is admitted whose check on site found the conditions not met."""
    if asked.matter.facts.get("passed") == "yes":
        return None
    return Reason(
        "conditions-not-met",
        Text(
            f"核查结论为不符合：{asked.matter.facts.get('findings', '')}",
            f"The check found conditions not met: {asked.matter.facts.get('findings', '')}",
        ),
        asked.law.cite("station.conditions"),
        Text(
            "整改后重新核查，或者作出不予准予决定。", "Check again once this has been put right, or refuse."
        ),
    )


@guard("生效日不早于今天", "it takes effect today or later")
def not_backdated(asked: Asked) -> Reason | None:
    """A decision works from its own day on, never for the past."""
    since = asked.values["since"]
    assert isinstance(since, date)
    if since >= asked.day:
        return None
    return Reason(
        "backdated",
        Text(
            f"生效日 {since} 早于决定日 {asked.day}。",
            f"It would take effect on {since}, before it is decided on {asked.day}.",
        ),
    )


@guard("期满日晚于生效日", "it ends after it begins")
def ends_later(asked: Asked) -> Reason | None:
    """A measure with an end lasts at least a day; one without an end is fine."""
    since, until = asked.values["since"], asked.values.get("until")
    assert isinstance(since, date)
    if not isinstance(until, date) or until > since:
        return None
    return Reason(
        "ends-before-it-starts",
        Text(f"期满日 {until} 应晚于生效日 {since}。", f"It ends on {until}, which is not after {since}."),
    )


def _by_the_clock(over: bool, code: str, key: str, zh: str, en: str) -> Guard:
    """A step that the party must take before its time is over, or a department only after it."""
    words = (
        Text(f"{zh}期限已过", f"the time to {en} is over")
        if over
        else Text(f"在{zh}期限内", f"in time to {en}")
    )

    def check(asked: Asked) -> Reason | None:
        due = asked.matter.state_due
        if due is None or (asked.day > due) is over:
            return None
        told = (
            Text(f"{zh}的期限到 {due} 为止，尚未届满。", f"The time to {en} runs until {due}.")
            if over
            else Text(f"{zh}的期限 {due} 已过。", f"The time to {en} ended on {due}.")
        )
        return Reason(code, told, asked.law.cite(key))

    return Guard(words, check)


_HEARING = ("matter.notified_days", "要求听证", "ask for a hearing")
_APPEAL = ("matter.in_force_days", "申请复议", "appeal")
hearing_in_time = _by_the_clock(False, "hearing-too-late", *_HEARING)
hearing_time_over = _by_the_clock(True, "hearing-time-runs", *_HEARING)
appeal_in_time = _by_the_clock(False, "appeal-too-late", *_APPEAL)
appeal_time_over = _by_the_clock(True, "appeal-time-runs", *_APPEAL)


@guard("未曾复议", "it has not been appealed before")
def not_appealed(asked: Asked) -> Reason | None:
    """A decision is appealed once."""
    if "appeal" not in asked.matter.facts:
        return None
    return Reason(
        "appealed-already",
        Text("该决定已经复议。", "The decision has already been appealed."),
        asked.law.cite("matter.in_force_days"),
    )


def _announced_in_time(day_of_hearing: str) -> Guard:
    """The parties heard of the hearing the law's days before it. ``day_of_hearing``: the field that names its day."""

    @guard("听证已提前通知", "the hearing was announced in time")
    def check(asked: Asked) -> Reason | None:
        announced, held = asked.values["announced_on"], asked.values[day_of_hearing]
        assert isinstance(announced, date) and isinstance(held, date)
        days = asked.law.value("matter.hearing_notice_days")
        earliest = last_day(days.key, announced, asked.law)
        if earliest <= held:
            return None
        return Reason(
            "hearing-notice-short",
            Text(
                f"应在听证 {days.value} 个{days.unit}前通知；{announced} 通知的，听证最早为 {earliest}，不是 {held}。",
                f"Announced on {announced}, a hearing is held on {earliest} at the earliest, not on {held}.",
            ),
            days.cite,
        )

    return check


hearing_announced = _announced_in_time("held_on")
hearing_planned = _announced_in_time("hearing_on")


def clock_named(asked: Asked) -> Clock:
    """The clock that a step names; its field offers no other than those that have not ended."""
    clock = asked.matter.clock(str(asked.values["clock"]))
    assert clock is not None
    return clock


@guard("期限尚未届满", "the clock is not over yet")
def not_over(asked: Asked) -> Reason | None:
    """A time that is over is not paused or extended afterwards."""
    clock = clock_named(asked)
    if asked.day <= clock.due_on:
        return None
    return Reason(
        "clock-over",
        Text(
            f"该期限已于 {clock.due_on} 届满，届满后不能中止或者延长。",
            f"This time ended on {clock.due_on}; it is not paused or extended afterwards.",
        ),
        asked.law.cite(clock.key),
    )


@guard("选择“其他”的，理由已写明", "the ground “other” is explained")
def said_which(asked: Asked) -> Reason | None:
    """Six characters say more than “other”."""
    if asked.values["pause_ground"] != "other" or len(str(asked.values["reason"])) >= 6:
        return None
    return Reason(
        "reason-too-short",
        Text("事由为“其他”的，请在理由中写明是什么。", "Say in the reason what the other ground is."),
    )


@guard("法律允许再延长", "the law allows another extension")
def extendable(asked: Asked) -> Reason | None:
    """As often as the law's value says."""
    clock = clock_named(asked)
    most = asked.law.integer(clock.extension[1]) if clock.extension else 0
    if clock.extended < most:
        return None
    told = (
        Text(f"该期限已延长 {most} 次。", f"This time was extended {most} times already.")
        if most
        else Text("该期限不能延长。", "This time cannot be extended.")
    )
    return Reason(
        "not-extendable", told, asked.law.cite(clock.extension[0] if clock.extension else clock.key)
    )
