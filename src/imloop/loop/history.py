"""A vehicle's runs and events told in the order of the world, whatever order they arrived in.

The state that comes out depends on the facts alone. So a fail that arrives after a pass opens its case all the same,
and takes from the pass what it gave.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Refusal
from imloop.law import Law
from imloop.loop.case import Case
from imloop.loop.decide import decide
from imloop.loop.events import CaseAnnulled, Event, TestFailed, TestPassed
from imloop.loop.permit import permit

WITHOUT_PERMIT = "retest-without-permit"
FAIL_WAITS = "failed-run-waits"
"""A pass is certain, and a failed run before it may be of this vehicle: it ends its case, so that what follows is a
case of its own, and proves nothing until that run is settled."""
LawOf = Callable[[date, str], Law]
"""The law of a day in a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that was judged. ``key``: its row; ``event``: what it would mean for a case; ``waits``: why it counts for
    nothing whatever the others say, empty: it may count."""

    key: int
    place: str
    event: TestFailed | TestPassed
    waits: str = ""


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
    closed a cycle, in order."""

    cases: list[Case] = field(default_factory=list)
    opened: list[TestFailed] = field(default_factory=list)
    runs: dict[int, Said] = field(default_factory=dict)
    left_out: list[Event] = field(default_factory=list)
    passed: list[TestPassed] = field(default_factory=list)

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
) -> Story:
    """``cycle``: the one in which the telling begins, with no case open. ``events``: of its cases, without their runs.
    ``numbers``: of cases that exist, in the order in which they were opened; a case beyond them has none yet."""
    story = Story()
    facts: list[Run | Event] = [*runs, *events]
    for fact in sorted(facts, key=_when):
        if isinstance(fact, Run):
            _run(story, fact, law_of, now, cycle, numbers)
        else:
            _event(story, fact, law_of, now)
    return story


def _when(fact: Run | Event) -> tuple[datetime, int, str]:
    """At one moment a run comes first: what was decided of it came after it. Two runs: a fail before a pass."""
    if not isinstance(fact, Run):
        return fact.at, 2, type(fact).__name__
    return fact.event.at, int(isinstance(fact.event, TestPassed)), fact.event.test_no


def _run(story: Story, run: Run, law_of: LawOf, now: datetime, cycle: int, numbers: Sequence[str]) -> None:
    event, case = run.event, story.open
    law = law_of(day_of(event.at), run.place if case is None else case.place)
    if run.waits:
        story.runs[run.key] = Said("nothing", run.waits, len(story.cases) - 1 if case is not None else None)
        if case is not None and run.waits == FAIL_WAITS and _permitted(case, event, law):
            story.cases[-1] = decide(case, event, law, now).case
        return
    if case is None:
        if isinstance(event, TestPassed):
            story.runs[run.key] = Said("cycle")
            story.passed.append(event)
            return
        number = numbers[len(story.cases)] if len(story.cases) < len(numbers) else ""
        opened = decide(
            None, event, law, now, case_no=number, place=run.place, cycle=cycle + len(story.passed)
        )
        story.cases.append(opened.case)
        story.opened.append(event)
    elif _permitted(case, event, law):
        story.cases[-1] = decide(case, event, law, now).case
        if isinstance(event, TestPassed):
            story.passed.append(event)
    else:
        story.runs[run.key] = Said("nothing", WITHOUT_PERMIT, len(story.cases) - 1)
        return
    story.runs[run.key] = Said("case", case=len(story.cases) - 1)


def _permitted(case: Case, event: TestFailed | TestPassed, law: Law) -> bool:
    return permit(case, station=event.station or "", at=event.at, law=law).allowed


def _event(story: Story, event: Event, law_of: LawOf, now: datetime) -> None:
    """An event goes to the case that is open then; a closed one still takes what comes after it, e.g. a late record."""
    for number in reversed(range(len(story.cases))):
        case = story.cases[number]
        if isinstance(event, CaseAnnulled) and event.test_no not in ("", case.failed_test):
            continue
        try:
            story.cases[number] = decide(case, event, law_of(day_of(event.at), case.place), now).case
        except Refusal:
            continue
        return
    story.left_out.append(event)
