"""What a line may test at a moment, from the registers' facts."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.steps.stations.station_facts import LineStanding, StationFacts, facts_of
from imloop.store.models import Line, Party


def standing_of(line: Line, at: datetime, law: Law) -> LineStanding:
    """Per licensed method every reason, refusals and warnings, at a moment. ``law``: of that day and place."""
    found = next(each for each in facts_of(line.station).lines if each.line.pk == line.pk)
    return found.standing(at, law)


def lines_on(station: Party, at: datetime) -> list[Line]:
    """The station's lines in service on the day of a moment."""
    return [each.line for each in facts_of(station).lines_on(at)]


def line_reasons(
    facts: StationFacts, line_code: str, method: str, at: datetime, law: Law
) -> tuple[Reason, ...]:
    """Every reason for one method on one line; empty for a line that is not registered (the caller refuses it)."""
    line = facts.line(line_code, at)
    if line is None or method not in line.line.methods:
        return ()
    return line.standing(at, law, (method,))[method]


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


def station_lock(facts: StationFacts, method: str, at: datetime, law: Law) -> Reason | None:
    """For a retest, which names no line: locked only when every line for the method is."""
    first = None
    for each in facts.lines_on(at):
        if method not in each.line.methods:
            continue
        lock = lock_of(each.line.code, method, each.standing(at, law, (method,))[method])
        if lock is None:
            return None
        first = first or lock
    return first


def doubts_of(reasons: tuple[Reason, ...]) -> list[Reason]:
    """Findings for a test run although something was missing: what the law only warns of."""
    return [reason for reason in reasons if reason.warning and reason.code not in _KNOWN_GAPS]


_KNOWN_GAPS = ("instruments-unregistered", "checks-not-reported")
"""What is said of the line as a whole, on its page, and not again with every test."""


def locked_methods(standing: LineStanding) -> set[str]:
    return {method for method, reasons in standing.items() if any(not r.warning for r in reasons)}
