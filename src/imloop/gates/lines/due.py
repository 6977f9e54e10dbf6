"""When the periodic self-checks of a line run out: what has to be done before which hour (R19(2))."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from imloop.facts.records.check import CHECKED, CheckKind
from imloop.gates.lines.standing import CheckFact
from imloop.law import Law


@dataclass(frozen=True, slots=True)
class Due:
    """``by``: until then the last passed check holds; None: it must be done before anything is tested."""

    kind: CheckKind
    by: datetime | None

    def is_open(self, at: datetime) -> bool:
        return self.by is None or self.by <= at


def checks_due(
    methods: Sequence[str], checks: Iterable[CheckFact], at: datetime, law: Law
) -> tuple[Due, ...]:
    """Every check with a period that the methods' instruments require, the most urgent first. ``law``: of ``at``."""
    needed = {kind for method in methods for kind in law.words(f"instruments.{method}")}
    latest: dict[str, CheckFact] = {}
    for check in sorted(checks, key=lambda each: each.finished_at):
        if check.finished_at <= at:
            latest[check.kind] = check
    found = [
        Due(kind, _holds_until(latest.get(kind), hours))
        for kind, instrument in CHECKED.items()
        if instrument in needed and (hours := law.number(f"check.{kind}.hours"))
    ]
    return tuple(sorted(found, key=lambda due: (due.by is not None, due.by or at, due.kind)))


def _holds_until(last: CheckFact | None, hours: float) -> datetime | None:
    if last is None or last.result != "pass":
        return None
    return last.finished_at + timedelta(hours=hours)
