"""A vehicle's runs and events told in the order of the world, whatever order they arrived in.

The state that comes out depends on the facts alone. So a fail that arrives after a pass opens its case all the same,
and takes from the pass what it gave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from imloop.facts.days import day_of
from imloop.facts.refusal import Refusal
from imloop.law import Law, LawUnseen
from imloop.loop.case import Case, State
from imloop.loop.decide import decide
from imloop.loop.events import (
    CaseAnnulled,
    Event,
    ExitEnded,
    OutageTakenBack,
    RepairReleased,
    RepairReported,
    TestFailed,
    TestPassed,
    UnlockedOnPaper,
    UnlockEnded,
)
from imloop.loop.permit import permit

WITHOUT_PERMIT = "retest-without-permit"
FAIL_WAITS = "failed-run-waits"
"""A pass is certain, and a failed run before it may be of this vehicle: it ends its case, so that what follows is a
case of its own, and proves nothing until that run is settled."""
_TAKES_BACK = (OutageTakenBack, ExitEnded, UnlockEnded)
"""By a person's decision, or because nobody confirmed it. A record that contradicts a paper is none: an honest station
may have sent its retest late, in the same outage."""
LawOf = Callable[[date, str], Law]
"""The law of a day in a place."""


class Failed(NamedTuple):
    """A failed run that a case rests on, by its key. ``permitted``: it moved the case; without a permit it shows a
    fault, and answers none."""

    key: int
    permitted: bool


Unanswered = Callable[[int, Sequence[Failed]], str]
"""Of a pass, by its key, and of the failed runs that its case rests on, in order: why it does not answer them; empty:
it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that was judged. ``key``: its row; ``event``: what it would mean for a case; ``waits``: why it counts for
    nothing whatever the others say, empty: it may count; ``arrived_at``: when it came; ``hour_holds``: a department has
    found that it was made when its sender says, which tells nothing of what was known when it came."""

    key: int
    place: str
    event: TestFailed | TestPassed
    waits: str = ""
    arrived_at: datetime | None = None
    hour_holds: bool = False

    @property
    def came_at(self) -> datetime:
        return self.arrived_at or self.event.at


@dataclass(frozen=True, slots=True)
class Said:
    """What a run counts for in this telling: ``case``, ``cycle`` or ``nothing``, and why nothing. ``case``: which of
    the story's cases it moved, or met open."""

    counts: str
    why: str = ""
    case: int | None = None


@dataclass(slots=True)
class Story:
    """``cases``: in the order in which they were opened, each by the run in ``opened``; the last may be open. ``runs``:
    key → what it counts for. ``left_out``: events that the table refuses in this order. ``passed``: the runs that
    closed a cycle, in order: when, by key. ``rests_on``: by case, the failed runs that a pass has to answer."""

    cases: list[Case] = field(default_factory=list)
    opened: list[TestFailed] = field(default_factory=list)
    rests_on: list[list[Failed]] = field(default_factory=list)
    runs: dict[int, Said] = field(default_factory=dict)
    left_out: list[Event] = field(default_factory=list)
    passed: dict[int, datetime] = field(default_factory=dict)

    @property
    def open(self) -> Case | None:
        last = self.cases[-1] if self.cases else None
        return last if last is not None and last.state.is_open else None


def tell(
    runs: Sequence[Run],
    events: Sequence[Event],
    law_of: LawOf,
    now: datetime,
    *,
    cycle: int,
    numbers: Sequence[str],
    unanswered: Unanswered,
) -> Story:
    """``cycle``: the one in which the telling begins, with no case open. ``events``: of its cases, without their runs.
    ``numbers``: of cases that exist, in the order in which they were opened; a case beyond them has none yet."""
    events = _without_accepted_again(events)
    taken_back = [each for each in events if isinstance(each, _TAKES_BACK)]
    telling = _Telling(law_of, now, cycle, numbers, unanswered, sorted(taken_back, key=lambda each: each.at))
    finished = {
        (each.repair.shop, each.repair.repair_no): each.at
        for each in events
        if isinstance(each, RepairReported)
    }
    held = {
        name: each.at
        for each in events
        if isinstance(each, (OutageTakenBack, UnlockEnded))
        for name in each.repairs
    }
    facts: list[Run | Event] = [*runs, *events]
    for fact in sorted(facts, key=lambda fact: _when(fact, finished, held)):
        if isinstance(fact, Run):
            telling.run(fact)
        else:
            telling.event(fact)
    return telling.story


def told_after_its_fail(key: int, runs: Sequence[Run]) -> bool:
    """Of a pass: it is said to be older than a failed run that had come before it. As long as that one's case is open
    it gives no more time to drive: nobody but its sender says which was first."""
    passed = next(each for each in runs if each.key == key)
    later = (each for each in runs if isinstance(each.event, TestFailed) and each.event.at > passed.event.at)
    return any(each.came_at < passed.came_at for each in later)


def _without_accepted_again(events: Sequence[Event]) -> list[Event]:
    """A paper that was shut with its outage, and that another outage has accepted since, was never shut."""
    again: dict[str, datetime] = {}
    for each in events:
        if isinstance(each, UnlockedOnPaper) and each.again_at is not None:
            number = each.unlock.unlock_no
            again[number] = max(each.again_at, again.get(number, each.again_at))

    def lost(event: OutageTakenBack) -> OutageTakenBack:
        return replace(event, unlocks=tuple(n for n in event.unlocks if again.get(n, event.at) <= event.at))

    return [lost(each) if isinstance(each, OutageTakenBack) else each for each in events]


def _when(
    fact: Run | Event,
    finished: Mapping[tuple[str, str], datetime],
    held: Mapping[tuple[str, str], datetime],
) -> tuple[datetime, int, str]:
    """At one moment a run comes before what was decided of it, and after the repair that ended as it began, as the
    gate allows it. Two runs: a fail before a pass. A repair is told when it was ``finished``, and its release right
    behind it: from when on the platform knew of it, or let it count, the gate itself asks of each run. One that was
    ``held`` again since, with the outage that had explained it or the paper that had excused it, is released after."""
    if isinstance(fact, Run):
        return fact.event.at, 2 + int(isinstance(fact.event, TestPassed)), fact.event.test_no
    if isinstance(fact, RepairReported):
        return fact.at, 0, fact.repair.repair_no
    if isinstance(fact, RepairReleased):
        name = (fact.shop, fact.repair_no)
        if name in held and held[name] <= fact.at:
            return fact.at, 5, fact.repair_no
        return finished.get(name, fact.at), 1, fact.repair_no
    return fact.at, 4, type(fact).__name__


def _of_another(event: CaseAnnulled, case: Case) -> bool:
    """Does the test that was annulled not stand behind the case? Nothing was noted of it at first, then its number."""
    return event.test_no not in ("", case.failed_test) or event.station not in ("", case.station)


@dataclass(slots=True)
class _Telling:
    law_of: LawOf
    now: datetime
    cycle: int
    numbers: Sequence[str]
    unanswered: Unanswered
    taken_back: Sequence[Event]
    story: Story = field(default_factory=Story)

    def run(self, run: Run) -> None:
        story, case = self.story, self.story.open
        meets = len(story.cases) - 1 if case is not None else None
        why = run.waits or self._forbids(case, run)
        if why:
            story.runs[run.key] = Said("nothing", why, meets)
            if why == WITHOUT_PERMIT and case is not None and isinstance(run.event, TestFailed):
                self._failed_besides(case, run.key, run.event)
            if why == FAIL_WAITS and case is not None and not self._forbids(case, run):
                self._move(case, run)
        elif case is not None:
            self._move(case, run)
            story.runs[run.key] = Said("case", case=meets)
        elif isinstance(run.event, TestPassed):
            story.runs[run.key] = Said("cycle")
        else:
            self._open(run, run.event)
            story.runs[run.key] = Said("case", case=len(story.cases) - 1)
        if not why and isinstance(run.event, TestPassed):
            story.passed[run.key] = run.event.at

    def _law(self, run: Run, case: Case | None) -> Law:
        return self.law_of(day_of(run.event.at), run.place if case is None else case.place)

    def _forbids(self, case: Case | None, run: Run) -> str:
        """Why the open case does not move by the run; empty: it does, or none is open."""
        if case is None:
            return ""
        event, days = run.event, {day_of(run.event.at)}
        if isinstance(event, TestPassed) and run.arrived_at is not None and not run.hour_holds:
            days.add(
                day_of(run.arrived_at)
            )  # a rule that began meanwhile is not escaped by a word of the hour
        laws = (self.law_of(day, case.place) for day in sorted(days))
        asked = self._as_it_came(case, run)
        if not all(permit(asked, station=event.station or "", at=event.at, law=law).allowed for law in laws):
            return WITHOUT_PERMIT
        return self.unanswered(run.key, self.story.rests_on[-1]) if isinstance(event, TestPassed) else ""

    def _as_it_came(self, case: Case, run: Run) -> Case:
        """Without what had been taken back when the run came, though after the hour that it claims."""
        if run.arrived_at is None:
            return case
        for event in self.taken_back:
            if run.event.at <= event.at <= run.arrived_at:
                case = self._after(case, event) or case
        return case

    def _after(self, case: Case, event: Event) -> Case | None:
        """None: the event is none of the case's."""
        try:
            return decide(case, event, self.law_of(day_of(event.at), case.place), self.now).case
        except LawUnseen:
            raise  # whether it belongs to this case is unknown: it is not left out
        except Refusal:
            return None

    def _move(self, case: Case, run: Run) -> None:
        self.story.cases[-1] = decide(case, run.event, self._law(run, case), self.now).case
        if isinstance(run.event, TestFailed):
            self.story.rests_on[-1].append(Failed(run.key, permitted=True))

    def _failed_besides(self, case: Case, key: int, failed: TestFailed) -> None:
        """A fault is there, whoever found it, and whether or not the run had a permit: what was repaired before does
        not answer it."""
        by = dict.fromkeys((*case.failed_besides_by, failed.station or ""))
        self.story.cases[-1] = replace(
            case,
            failed_besides_at=failed.at,
            failed_besides_by=tuple(by),
            known_at=case.known_with(failed.known_at),
            state=State.AWAITING_REPAIR,
        )
        self.story.rests_on[-1].append(Failed(key, permitted=False))

    def _open(self, run: Run, failed: TestFailed) -> None:
        story = self.story
        number = self.numbers[len(story.cases)] if len(story.cases) < len(self.numbers) else ""
        cycle = self.cycle + len(story.passed)
        opened = decide(
            None, failed, self._law(run, None), self.now, case_no=number, place=run.place, cycle=cycle
        )
        story.cases.append(opened.case)
        story.opened.append(failed)
        story.rests_on.append([Failed(run.key, permitted=True)])

    def event(self, event: Event) -> None:
        """It goes to the case that is open then; a closed one still takes what comes after it, e.g. a late record."""
        cases = self.story.cases
        for number in reversed(range(len(cases))):
            case = cases[number]
            if isinstance(event, CaseAnnulled) and _of_another(event, case):
                continue
            if (after := self._after(case, event)) is not None:
                cases[number] = after
                return
        self.story.left_out.append(event)
