"""What the gate is asked, and the repair it looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from imloop.law import Law
from imloop.loop.case import Case, Lack, RepairFact, Unlock
from imloop.loop.on_paper import of_earlier_repair
from imloop.loop.repairs import shortfalls


@dataclass(frozen=True)
class Question:
    """What a guard looks at. A dozen guards ask the same of it, so that it is found once."""

    case: Case
    station: str
    at: datetime
    law: Law

    @cached_property
    def repair(self) -> RepairFact | None:
        """The repair that the retest is based on: of those finished since the failed test, the one that lacks least,
        then the latest."""
        repairs = self.case.repairs_since_fail(self.at)
        return min(repairs, key=lambda r: (len(self.shortfalls_of(r)), self.at - r.finished_at), default=None)

    @cached_property
    def shortfalls(self) -> tuple[Lack, ...]:
        """Why that repair does not open the retest; none also where there is no repair."""
        return self.shortfalls_of(self.repair) if self.repair is not None else ()

    def shortfalls_of(self, repair: RepairFact) -> tuple[Lack, ...]:
        return shortfalls(self.case, repair, self.law, self.at)

    @cached_property
    def unlock(self) -> Unlock | None:
        """The unlock on paper that is valid here and now."""
        held = self.case.unlocks_at(self.station, self.at, self.law)
        return next((each for each in held if not of_earlier_repair(self.case, each, self.law)), None)


def waits_for_repair(q: Question) -> bool:
    """Not where the law requires no record, not for a second opinion, which measures the vehicle as it is, and not
    where an outage allows the retest on paper."""
    if not q.law.flag("retest.record_required") or q.unlock is not None:
        return False
    return not q.case.second_opinion(q.station, q.at)
