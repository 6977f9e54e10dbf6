"""What a line may test at a moment: exactly the methods whose instruments are verified, checked and fresh."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from imloop.facts.codes import INSTRUMENT_NAMES, Instrument
from imloop.facts.days import CHINA, day_of
from imloop.facts.records.check import CHECK_NAMES, CHECKED, CheckKind
from imloop.facts.text import Reason, Text
from imloop.law import Law

ONLY_DUE = ("missing-check", "stale-check")
"""Codes of what the passing of time alone does to a line, until its next check."""


@dataclass(frozen=True, slots=True)
class InstrumentFact:
    """An instrument of the line, ``until`` exclusive; ``certificates``: spans (since, until exclusive)."""

    kind: str
    serial: str
    since: date
    until: date | None = None
    certificates: tuple[tuple[date, date], ...] = ()

    def in_service(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    def verified(self, day: date) -> bool:
        return any(since <= day < until for since, until in self.certificates)


@dataclass(frozen=True, slots=True)
class CheckFact:
    kind: str
    finished_at: datetime
    result: str


@dataclass(frozen=True, slots=True)
class OrderFact:
    """A department's order; no ``methods``: all. In force from ``since`` until ``until`` (exclusive)."""

    kind: str
    methods: tuple[str, ...]
    since: datetime
    until: datetime
    reason: str
    approver: str

    def covers(self, method: str, at: datetime) -> bool:
        return self.since <= at < self.until and (not self.methods or method in self.methods)


def line_standing(
    methods: Sequence[str],
    instruments: Sequence[InstrumentFact],
    checks: Sequence[CheckFact],
    orders: Sequence[OrderFact],
    at: datetime,
    law: Law,
    reports: bool = True,
) -> dict[str, tuple[Reason, ...]]:
    """Per method: why it may not be tested (refusals), or what is doubtful (warnings). ``law`` is the law of ``at``.

    ``reports`` False: the line has never reported a check by ``at``. Such a line, and one without any registered
    instrument, was taken over from a list and is only warned of; a department may lock it by order.

    How hard a missing, failed or stale check is follows ``line.lock``; an order to lock always refuses, an order to
    unlock turns what the checks refuse into warnings, but not a check that failed after it was given.
    """
    day = day_of(at)
    serving = [each for each in instruments if each.in_service(day)]
    latest: dict[str, CheckFact] = {}
    for check in sorted(checks, key=lambda each: each.finished_at):
        if check.finished_at <= at:
            latest[check.kind] = check
    return {
        method: (
            *_locked(orders, method, at, law),
            *_of_method(method, serving, latest if reports else None, orders, at, law),
        )
        for method in methods
    }


def _locked(orders: Iterable[OrderFact], method: str, at: datetime, law: Law) -> list[Reason]:
    return [
        Reason(
            "locked-by-order",
            Text(
                f"生态环境部门锁定至 {_minute(order.until)}：{order.reason}",
                f"Locked by the environment department until {_minute(order.until)}: {order.reason}",
            ),
            law.cite("line.lock"),
            Text("向作出锁定的部门申请解除。", "Ask the department that locked it."),
            item=method,
        )
        for order in orders
        if order.kind == "lock" and order.covers(method, at)
    ]


def _of_method(
    method: str,
    serving: Sequence[InstrumentFact],
    latest: dict[str, CheckFact] | None,
    orders: Iterable[OrderFact],
    at: datetime,
    law: Law,
) -> list[Reason]:
    lock = law.word("line.lock")
    if lock == "none":
        return []
    if not serving:
        return [_unregistered(law)]
    found = []
    for kind in law.words(f"instruments.{method}"):
        instrument = Instrument(kind)
        reason = _instrument(instrument, serving, at, law)
        found += [reason] if reason else _checks(instrument, latest, at, law) if latest is not None else []
    unlocks = [order for order in orders if order.kind == "unlock" and order.covers(method, at)]
    unreported = [] if latest is not None else [_unreported(law)]
    warned = (lock == "warn" or _let_all_the_same(reason, unlocks, latest or {}) for reason in found)
    return [*unreported, *(replace(reason, warning=each) for reason, each in zip(found, warned, strict=True))]


def _let_all_the_same(reason: Reason, unlocks: Iterable[OrderFact], latest: Mapping[str, CheckFact]) -> bool:
    """An order is given by what was known then: a check that failed since is not part of it."""
    failed = latest.get(reason.item or "") if reason.code == "failed-check" else None
    return any(failed is None or failed.finished_at <= order.since for order in unlocks)


def _instrument(kind: Instrument, serving: Sequence[InstrumentFact], at: datetime, law: Law) -> Reason | None:
    name, day = INSTRUMENT_NAMES[kind], day_of(at)
    of_kind = [each for each in serving if each.kind == kind]
    if not of_kind:
        return Reason(
            "instrument-missing",
            Text(f"本线没有登记{name.zh}。", f"The line has no registered {name.en}."),
            law.cite("line.lock"),
            Text("登记该设备及其检定证书。", "Register the instrument with its verification certificate."),
            item=kind,
        )
    if any(each.verified(day) for each in of_kind):
        return None
    return Reason(
        "certificate-expired",
        Text(
            f"{name.zh}（{of_kind[0].serial}）在 {day} 没有有效的检定证书。",
            f"The {name.en} ({of_kind[0].serial}) has no verification certificate valid on {day}.",
        ),
        law.cite("line.lock"),
        Text("送检并登记新的检定证书。", "Have it verified and register the new certificate."),
        item=kind,
    )


def _checks(instrument: Instrument, latest: dict[str, CheckFact], at: datetime, law: Law) -> list[Reason]:
    found = (_check(kind, latest.get(kind), at, law) for kind, of in CHECKED.items() if of is instrument)
    return [reason for reason in found if reason is not None]


def _check(kind: CheckKind, last: CheckFact | None, at: datetime, law: Law) -> Reason | None:
    name, key = CHECK_NAMES[kind], f"check.{kind}.hours"
    hours = law.number(key)
    again = Text(
        f"完成一次合格的{name.zh}并上传，即自动解锁。",
        f"Pass a {name.en} and upload it: the line unlocks at once.",
    )
    if last is None:
        if not hours:
            return None
        words = Text(f"没有{name.zh}记录。", f"No {name.en} on record.")
        return Reason("missing-check", words, law.cite(key), again, item=kind)
    if last.result != "pass":
        when = _minute(last.finished_at)
        words = Text(f"{when} 的{name.zh}不合格。", f"The {name.en} of {when} did not pass.")
        return Reason("failed-check", words, law.cite(key), again, item=kind)
    if hours and at - last.finished_at > timedelta(hours=hours):
        when = _minute(last.finished_at)
        words = Text(
            f"{name.zh}已超过 {hours:g} 小时（{when}）。",
            f"The {name.en} is older than {hours:g} h ({when}).",
        )
        return Reason("stale-check", words, law.cite(key), again, item=kind)
    return None


def _unreported(law: Law) -> Reason:
    return Reason(
        "checks-not-reported",
        Text("本线尚未开始上报设备自检。", "The line has not begun to report its self-checks."),
        law.cite("line.lock"),
        Text("请通过接口或页面上报每日自检。", "Report the daily checks by the API or on the page."),
        warning=True,
    )


def _unregistered(law: Law) -> Reason:
    return Reason(
        "instruments-unregistered",
        Text(
            "本线尚未登记设备，无法核对自检与检定。",
            "No instruments are registered: nothing to check against.",
        ),
        law.cite("line.lock"),
        Text("请登记本线设备及检定证书。", "Register the line's instruments with their certificates."),
        warning=True,
    )


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}"
