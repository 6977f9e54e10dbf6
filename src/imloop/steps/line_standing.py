"""What a line may test at a moment: the registers' facts loaded for the pure gate."""

from __future__ import annotations

from datetime import datetime

from django.db.models import OuterRef, Q, Subquery

from imloop.facts.check_record import CheckKind
from imloop.facts.days import day_of
from imloop.facts.text import Reason, Text
from imloop.gates.equipment import CheckFact, InstrumentFact, OrderFact, line_standing
from imloop.law import Law
from imloop.store.models import Equipment, EquipmentCheck, Line, LineOrder, Party

Standing = dict[str, tuple[Reason, ...]]


def standing_of(line: Line, at: datetime, law: Law) -> Standing:
    """Per licensed method every reason, refusals and warnings, at a moment. ``law``: of that day and place."""
    orders = [
        OrderFact(o.kind, tuple(o.methods), o.since, o.until, o.reason, o.approver)
        for o in LineOrder.objects.filter(line=line, since__lte=at, until__gt=at)
    ]
    checks = _latest_checks(line, at)
    return line_standing(line.methods, _instruments(line), checks, orders, at, law, reports=bool(checks))


def _latest_checks(line: Line, at: datetime) -> list[CheckFact]:
    """The last check of every kind by ``at``: one look into the index per kind, however many years are kept."""
    last = {
        f"last_{kind}": EquipmentCheck.objects.filter(line=OuterRef("pk"), kind=kind, finished_at__lte=at)
        .order_by("-finished_at", "-id")
        .values("id")[:1]
        for kind in CheckKind
    }
    ids = Line.objects.filter(pk=line.pk).values_list(*(Subquery(query) for query in last.values())).get()
    rows = EquipmentCheck.objects.filter(pk__in=[pk for pk in ids if pk is not None])
    return [CheckFact(*row) for row in rows.values_list("kind", "finished_at", "result")]


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
    return lock_of(line_code, method, line_reasons(station, line_code, method, at, law))


def lock_of(line_code: str, method: str, reasons: tuple[Reason, ...]) -> Reason | None:
    """The refusals among a line's reasons as one; None when there is none."""
    found = [reason for reason in reasons if not reason.warning]
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


def doubts_of(reasons: tuple[Reason, ...]) -> list[Reason]:
    """Findings for a test run although something was missing: what the law only warns of."""
    return [reason for reason in reasons if reason.warning and reason.code not in _KNOWN_GAPS]


_KNOWN_GAPS = ("instruments-unregistered", "checks-not-reported")
"""What is said of the line as a whole, on its page, and not again with every test."""


def locked_methods(standing: Standing) -> set[str]:
    return {method for method, reasons in standing.items() if any(not r.warning for r in reasons)}
