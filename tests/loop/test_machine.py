"""No sequence of events breaks the loop: an oracle written from the plan's words, not from the code, watches.

1. No retest happens that the law forbids, and none is refused that the law allows.
2. A case never vanishes and its history only grows, until a final state, which nothing leaves.
3. Every open case can still be closed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from imloop import loop
from imloop.facts.days import day_of
from imloop.facts.refusal import Unlawful
from imloop.loop.case import Lack, StationExit
from imloop.loop.events import (
    CaseAnnulled,
    DeadlinePassed,
    DeadlineRecomputed,
    Event,
    ExitGranted,
    RepairReleased,
    TestFailed,
    TestPassed,
    VehicleScrapped,
)
from support.examples import examples
from support.stories.loop_stories import (
    PAPERS,
    PLACE,
    WORK,
    at,
    contradicted,
    decided,
    law_of,
    repaired,
    unlocked,
)

PLAN_BEGINS, FULL_BEGINS = date(2025, 10, 1), date(2026, 3, 1)
STATIONS = ("A", "B", "C")
STARTS = ("2025-09-20 09:00", "2025-12-01 09:00", "2026-02-20 09:00", "2026-03-02 09:00", "2026-12-10 09:00")
OFTEN = st.sampled_from([PAPERS, ("settlement", "invoice"), ("settlement",), ("certificate",), ()])
MOSTLY_NOT = st.sampled_from([False, False, False, True])
LATE = st.sampled_from([0, 0, 60 * 3, 60 * 30])
CLOCK = timedelta(minutes=5)
STEPS = st.sampled_from([1, 30, 60 * 5, 60 * 26, 60 * 24 * 4, 60 * 24 * 20])


@dataclass(frozen=True)
class Job:
    """What the oracle knows of a repair."""

    came: datetime
    finished: datetime
    known: datetime
    listed: bool
    papers: frozenset[str]
    worked: bool
    held: bool

    def answers(self, failed: datetime) -> bool:
        """A repair is of a car that came and left after it had failed; two clocks may differ by minutes."""
        return self.opens and self.came >= failed - CLOCK and self.finished > failed

    @property
    def opens(self) -> bool:
        """Something was done, nobody has to look first, and the plan, 五（三）（四）, on the day the repair was
        finished; before it, any repair."""
        if self.held or not self.worked:
            return False
        if day_of(self.finished) >= FULL_BEGINS:
            return self.listed and self.papers == frozenset(PAPERS)
        return day_of(self.finished) < PLAN_BEGINS or {"settlement", "invoice"} <= self.papers


class Loop(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.case: loop.Case | None = None
        self.jobs: list[Job] = []
        self.fails: list[datetime] = []
        self.exits: list[StationExit] = []
        self.on_paper: list[tuple[str, datetime]] = []
        self.known_false: dict[int, datetime] = {}
        self.home = ""
        self.serial = 0

    @initialize(start=st.sampled_from(STARTS), station=st.sampled_from(STATIONS))
    def opened(self, start: str, station: str) -> None:
        self.now = at(start)
        self.fails, self.home = [self.now], station
        self.case = decided(None, self.test(TestFailed, self.now, station)).case

    def test(self, kind: type, when: datetime, station: str) -> Event:
        self.serial += 1
        extra = {"items": ("co",)} if kind is TestFailed else {}
        return kind(at=when, station=station, test_no=f"T{self.serial}", **extra)  # type: ignore[no-any-return]

    def lawful(self, station: str, when: datetime) -> bool:
        """May the vehicle be retested there and then? From the plan's sentences."""
        mended = any(
            job.answers(self.fails[-1]) and job.finished <= when and job.known <= when + CLOCK
            for job in self.jobs
        )
        if not (mended or self.paper_stands_in(station, when)):
            return False
        if day_of(when) < PLAN_BEGINS or station == self.home:
            return True
        return any(
            way.to_station in (None, station) and way.granted_at <= when and day_of(when) <= way.expires_on
            for way in self.exits
        )

    def paper_stands_in(self, station: str, when: datetime) -> bool:
        """The flow chart: during an outage the paper stands in for the record, where it was shown and not for long."""
        return any(
            where == station
            and since > self.fails[-1]
            and since <= when <= since + timedelta(hours=8)
            and when < self.known_false.get(number, when + timedelta(1))
            for number, (where, since) in enumerate(self.on_paper)
        )

    def is_open(self) -> bool:
        return self.case is not None and self.case.state.is_open

    @rule(minutes=STEPS)
    def time_goes_by(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(is_open)
    @rule(
        listed=st.booleans(),
        papers=OFTEN,
        late=LATE,
        stay=st.sampled_from([1, 1, 60, 60 * 24]),
        worked=st.sampled_from([True, True, False]),
        held=MOSTLY_NOT,
    )
    def repair(
        self, listed: bool, papers: tuple[str, ...], late: int, stay: int, worked: bool, held: bool
    ) -> None:
        """Reported now, finished now or ``late`` minutes ago."""
        finished = self.now - timedelta(minutes=late)
        came = finished - timedelta(minutes=stay)
        event = repaired(
            f"{finished:%Y-%m-%d %H:%M}",
            listed=listed,
            documents=papers,
            received_at=came,
            items=(WORK,) if worked else (),
            found=[Lack("time-held", "数据联网")] if held else [],
            reported_at=self.now,
            repair_no=f"R{len(self.jobs)}",
        )
        before = self.case
        self.case = decided(before, event).case
        self.jobs.append(Job(came, finished, self.now, listed, frozenset(papers), worked, held))
        assert self.case.repairs[-1] == event.repair

    @precondition(lambda self: self.is_open() and self.jobs)
    @rule(founded=st.booleans(), which=st.integers(0, 9))
    def a_department_looks(self, founded: bool, which: int) -> None:
        """It lets a repair count that was held, from now on; nothing else is released."""
        assert self.case is not None
        which %= len(self.jobs)
        job, repair = self.jobs[which], self.case.repairs[which]
        event = RepairReleased(
            at=self.now,
            shop=repair.shop,
            repair_no=repair.repair_no,
            approver="环境局",
            reason="看过工单" if founded else " ",
        )
        try:
            self.case = decided(self.case, event).case
        except Unlawful:
            assert not (founded and job.held)
            return
        assert founded and job.held
        self.jobs[which] = replace(job, held=False, known=self.now)

    @precondition(is_open)
    @rule(minutes=STEPS, passes=MOSTLY_NOT, station=st.sampled_from(STATIONS))
    def repair_and_retest(self, minutes: int, passes: bool, station: str) -> None:
        """What mostly happens; without it few sequences would come as far as a second round."""
        self.now += timedelta(minutes=1)
        self.repair(listed=True, papers=PAPERS, late=0, stay=1, worked=True, held=False)
        self.now += timedelta(minutes=minutes)
        self.retest(passes=passes, station=station, late=0)

    @precondition(is_open)
    @rule(passes=MOSTLY_NOT, station=st.sampled_from(STATIONS), late=LATE)
    def retest(self, passes: bool, station: str, late: int) -> None:
        """A retest now, or one that ran ``late`` minutes ago and is uploaded now."""
        when = self.now - timedelta(minutes=late)
        event = self.test(TestPassed if passes else TestFailed, when, station)
        before, lawful = self.case, self.lawful(station, when)
        permit = loop.permit(before, station=station, at=when, law=law_of(when))
        assert permit.allowed is lawful, [reason.code for reason in permit.reasons]
        try:
            self.case = decided(before, event).case
        except Unlawful as refusal:
            assert not lawful, refusal
            return
        assert lawful
        if not passes:
            assert before is not None
            assert self.case.round == before.round + 1
            self.fails.append(when)
            self.home = station

    @precondition(is_open)
    @rule(to=st.sampled_from([*STATIONS, None]), days=st.integers(0, 40))
    def exit_is_granted(self, to: str | None, days: int) -> None:
        way_out = StationExit(
            kind="station-closed",
            to_station=to,
            approver="环境局",
            reason="停业",
            evidence="公告",
            granted_at=self.now,
            expires_on=day_of(self.now) + timedelta(days=days),
        )
        self.case = decided(self.case, ExitGranted(at=self.now, exit=way_out)).case
        self.exits.append(way_out)

    @precondition(is_open)
    @rule(station=st.sampled_from(STATIONS), paper=st.booleans(), listed=st.booleans(), late=LATE)
    def paper_is_shown(self, station: str, paper: bool, listed: bool, late: int) -> None:
        """In an outage, now or ``late`` minutes ago; the platform hears of it now."""
        shown = self.now - timedelta(minutes=late)
        number = {"settlement": "J1"} if paper else {}
        event = unlocked(f"{shown:%Y-%m-%d %H:%M}", self.case, station=station, listed=listed, **number)
        event = replace(event, unlock=replace(event.unlock, unlock_no=f"U{len(self.on_paper)}"))
        day = day_of(shown)
        lawful = day >= PLAN_BEGINS and paper and shown > self.fails[-1] and (listed or day < FULL_BEGINS)
        try:
            self.case = decided(self.case, event).case
        except Unlawful as refusal:
            assert not lawful, refusal
            return
        assert lawful
        self.on_paper.append((station, shown))

    @precondition(lambda self: self.is_open() and self.on_paper)
    @rule()
    def record_says_otherwise(self) -> None:
        """Of the last paper shown, once: from now on it carries nothing; what was measured before stands."""
        assert self.case is not None
        last = len(self.on_paper) - 1
        told = bool(self.case.unlocks[-1].record) or last in self.known_false
        try:
            self.case = decided(self.case, contradicted(f"{self.now:%Y-%m-%d %H:%M}", self.case)).case
        except Unlawful:
            assert told
            return
        assert not told
        self.known_false[last] = self.now

    @precondition(is_open)
    @rule(recompute=st.booleans())
    def clock(self, recompute: bool) -> None:
        event = DeadlineRecomputed(at=self.now) if recompute else DeadlinePassed(at=self.now)
        before = self.case
        assert before is not None
        due = before.deadline_provisional if recompute else self.past(before) and not before.overdue
        try:
            self.case = decided(before, event).case
        except Unlawful:
            assert not due
            return
        assert due
        assert self.case.state is before.state
        assert recompute or self.case.overdue

    def past(self, case: loop.Case) -> bool:
        return day_of(self.now) > case.deadline

    @precondition(is_open)
    @rule(founded=st.booleans(), scrap=st.booleans())
    def authority_ends_it(self, founded: bool, scrap: bool) -> None:
        words = {"approver": "局" if founded else "", "evidence": "书"}
        event = (
            VehicleScrapped(at=self.now, **words)
            if scrap
            else CaseAnnulled(at=self.now, reason="申诉成立", **words)
        )
        try:
            ended = decided(self.case, event).case
        except Unlawful:
            assert not founded
            return
        assert founded
        assert not ended.state.is_open
        # Most sequences should live longer than the first decision to end them: it is looked at, not kept.

    @invariant()
    def nothing_is_lost(self) -> None:
        if self.case is None:
            return
        assert self.case.case_no == "C1"
        assert self.case.place == PLACE
        assert len(self.case.repairs) == len(self.jobs)
        assert self.case.exits == tuple(self.exits)
        assert len(self.case.unlocks) == len(self.on_paper)
        assert self.case.round == len(self.fails)
        assert self.case.failed_at == self.fails[-1]
        assert self.case.station == self.home
        assert (self.case.closed_at is None) is self.case.state.is_open

    @invariant()
    def the_state_is_what_the_facts_say(self) -> None:
        if self.case is not None and self.case.state.is_open:
            ready = any(job.answers(self.fails[-1]) for job in self.jobs)
            assert (self.case.state is loop.State.AWAITING_RETEST) is ready

    @invariant()
    def an_open_case_can_be_closed(self) -> None:
        """A full repair and a pass at the case's own station, later than anything so far."""
        if self.case is None or not self.case.state.is_open:
            return
        later = max([self.now, *(job.finished for job in self.jobs)]) + timedelta(days=1)
        mended = decided(self.case, repaired(f"{later:%Y-%m-%d %H:%M}")).case
        event = self.test(TestPassed, later + timedelta(hours=1), self.home)
        assert decided(mended, event).case.state is loop.State.CLOSED


TestLoop = Loop.TestCase
# The same sequences every time: a suite must not fail by chance, and a new law day must not depend on luck.
TestLoop.settings = settings(
    max_examples=examples(300), stateful_step_count=30, deadline=None, derandomize=True, database=None
)
