"""What a line may test at a moment: the registers' facts loaded for the pure gate."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from imloop.facts.days import day_of
from imloop.facts.refusal import Unlawful
from imloop.facts.text import Reason, Text
from imloop.gates.equipment import CheckFact, InstrumentFact, OrderFact, line_standing
from imloop.law import Law
from imloop.store.models import Equipment, EquipmentCheck, Line, LineOrder, Party

Standing = dict[str, tuple[Reason, ...]]
REMEMBERED = timedelta(days=30)
"""An older check is as good as none: no check of a line holds that long."""


def standing_of(line: Line, at: datetime, law: Law) -> Standing:
    """Per licensed method every reason, refusals and warnings, at a moment. ``law``: of that day and place."""
    checks = EquipmentCheck.objects.filter(line=line, finished_at__lte=at, finished_at__gt=at - REMEMBERED)
    latest = {
        kind: CheckFact(kind, finished, result)
        for kind, finished, result in checks.order_by("finished_at", "id").values_list(
            "kind", "finished_at", "result"
        )
    }
    orders = [
        OrderFact(o.kind, tuple(o.methods), o.since, o.until, o.reason, o.approver)
        for o in LineOrder.objects.filter(line=line, since__lte=at, until__gt=at)
    ]
    reports = bool(latest) or EquipmentCheck.objects.filter(line=line, finished_at__lte=at).exists()
    return line_standing(line.methods, _instruments(line), list(latest.values()), orders, at, law, reports)


def _instruments(line: Line) -> list[InstrumentFact]:
    rows = Equipment.objects.filter(line=line).prefetch_related("certificates").order_by("id")
    return [
        InstrumentFact(
            row.kind,
            row.serial,
            row.since,
            row.until,
            tuple((c.since, c.until) for c in row.certificates.all() if c.kind == "verification"),
        )
        for row in rows
    ]


def lines_on(station: Party, at: datetime) -> list[Line]:
    """The station's lines in service on the day of a moment."""
    day = day_of(at)
    serving = Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day))
    return list(station.lines.filter(serving).order_by("code"))


def line_reasons(station: Party, line_code: str, method: str, at: datetime, law: Law) -> tuple[Reason, ...]:
    """Every reason for one method on one line; empty for a line that is not registered (the caller refuses it)."""
    line = next((each for each in lines_on(station, at) if each.code == line_code), None)
    return standing_of(line, at, law).get(method, ()) if line else ()


def line_lock(station: Party, line_code: str, method: str, at: datetime, law: Law) -> Reason | None:
    """One reason that sums up what locks the line for the method; None when it may test."""
    found = [reason for reason in line_reasons(station, line_code, method, at, law) if not reason.warning]
    return _sum_up(line_code, method, found) if found else None


def _sum_up(line_code: str, method: str, found: list[Reason]) -> Reason:
    first = found[0]
    return Reason(
        "line-locked",
        Text(
            f"{line_code} 号线 {method} 已锁定：" + "".join(each.text.zh for each in found),
            f"Line {line_code} is locked for {method}: " + " ".join(each.text.en for each in found),
        ),
        first.cite,
        first.next,
        item=first.code,
    )


def station_lock(station: Party, method: str, at: datetime, law: Law) -> Reason | None:
    """For a retest, which names no line: locked only when every line for the method is."""
    locks = [
        line_lock(station, line.code, method, at, law)
        for line in lines_on(station, at)
        if method in line.methods
    ]
    return locks[0] if locks and all(lock is not None for lock in locks) else None


def run_doubts(line: Line, method: str, at: datetime, law: Law) -> list[Reason]:
    """Findings for a run made although something was missing: what the law only warns of. Raises the refusal of a run on
    a line that was locked for the method at its own start."""
    found = standing_of(line, at, law).get(method, ())
    refusals = [reason for reason in found if not reason.warning]
    if refusals:
        lock = _sum_up(line.code, method, refusals)
        raise Unlawful(lock.code, lock.text, cite=lock.cite, reasons=(lock,))
    return [reason for reason in found if reason.code not in _KNOWN_GAPS]


_KNOWN_GAPS = ("instruments-unregistered", "checks-not-reported")
"""What is said of the line as a whole, on its page, and not again with every test."""


def locked_methods(standing: Standing) -> set[str]:
    return {method for method, reasons in standing.items() if any(not r.warning for r in reasons)}


RECENT = timedelta(days=2)
"""How far back a page looks for checks."""
