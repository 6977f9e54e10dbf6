"""The case as a frozen value, derived from its history, which is stored elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from imloop.facts.days import day_of
from imloop.facts.identifiers import paper_number
from imloop.facts.records.repair import came_in_by
from imloop.facts.text import Text
from imloop.law import Law


class State(StrEnum):
    AWAITING_REPAIR = "awaiting_repair"
    AWAITING_RETEST = "awaiting_retest"
    CLOSED = "closed"
    ANNULLED = "annulled"
    SCRAPPED = "scrapped"

    @property
    def is_open(self) -> bool:
        return self in (State.AWAITING_REPAIR, State.AWAITING_RETEST)


STATE_NAMES: dict[State, Text] = {
    State.AWAITING_REPAIR: Text("待维修", "awaiting repair"),
    State.AWAITING_RETEST: Text("待复检", "awaiting retest"),
    State.CLOSED: Text("已结案", "closed"),
    State.ANNULLED: Text("已撤销", "annulled"),
    State.SCRAPPED: Text("已报废", "scrapped"),
}


class Origin(StrEnum):
    """What brought the vehicle into the loop. A spot check has no first I-station."""

    PERIODIC = "periodic"
    REGISTRATION = "registration"
    TRANSFER_IN = "transfer_in"
    SPOT_CHECK = "spot_check"
    REMOTE_SENSING = "remote_sensing"


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a repair does not open the retest, by the law of the day it was finished. ``about``: which of its
    documents."""

    code: str
    cite: str
    about: tuple[str, ...] = ()

    @property
    def releasable(self) -> bool:
        return self.code in RELEASABLE


UNCONFIRMED = "papers-unconfirmed"
"""A station entered the papers of a repairer without access to the platform; nobody has compared them yet."""
FAIL_TOLD_LATE = "fail-told-late"
"""The work was over before the platform knew of the failed run that it is to answer: what has to be looked at is the
hour of that run, not the repair."""
RELEASABLE = (
    *("time-held", FAIL_TOLD_LATE, "vehicle-elsewhere", "documents-elsewhere", "documents-on-paper"),
    UNCONFIRMED,
)
"""Doubts that hold a repair until a department has looked and releases it; everything else only a better record
mends. That of a station's entry is settled by another person of the station, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairFact:
    """A reported repair as the loop needs it. ``lacks`` is empty when it qualifies; ``work_listed``: it names work done
    or parts fitted; ``reported_at``: when the platform had the record, or a department released it (None: kept before
    this was noted); ``fail_hour_at``: when a department last found that the failed runs known by then were made when
    they say."""

    repair_no: str
    shop: str
    received_at: datetime
    finished_at: datetime
    listed: bool
    documents: frozenset[str]
    lacks: tuple[Lack, ...] = ()
    odometer_km: float | None = None
    warranty_until: date | None = None
    warranty_km: float | None = None
    rework_of: str = ""
    settlement_no: str = ""
    certificate_no: str = ""
    work_listed: bool = True
    reported_at: datetime | None = None
    fail_hour_at: datetime | None = None

    @property
    def came_in_by(self) -> datetime:
        return came_in_by(self.received_at, self.finished_at)

    @property
    def held(self) -> bool:
        """Does it wait for a department's release?"""
        return any(lack.releasable for lack in self.lacks)

    @property
    def held_for_time(self) -> bool:
        return any(lack.code == "time-held" for lack in self.lacks)

    def released(self, at: datetime, settled: Collection[str]) -> RepairFact:
        """Without the doubts a department has settled; where its record held one, it counts from then on."""
        lacks = tuple(lack for lack in self.lacks if not (lack.releasable and lack.code in settled))
        return replace(
            self,
            lacks=lacks,
            reported_at=at if lacks != self.lacks else self.reported_at,
            fail_hour_at=at if FAIL_TOLD_LATE in settled else self.fail_hour_at,
        )

    def under_warranty(self, day: date, odometer_km: float | None) -> bool:
        """Finished, and inside both ends of the warranty; an unknown odometer cannot end it."""
        if self.warranty_until is None or not day_of(self.finished_at) <= day <= self.warranty_until:
            return False
        return self.warranty_km is None or odometer_km is None or odometer_km <= self.warranty_km


@dataclass(frozen=True, slots=True, kw_only=True)
class StationExit:
    """A lawful exit from the same-station rule (A12), decided by a department. ``to_station`` None: any station;
    ``ended_at``: when it was taken back, as nobody confirmed it: what comes from then on, whenever it says it was
    measured, does not rest on it. What had come stands;
    ``proposed_at``: when it was asked for, where a second person granted it later: of what failed since nobody knew."""

    kind: str
    to_station: str | None
    approver: str
    reason: str
    evidence: str
    granted_at: datetime
    expires_on: date
    ended_at: datetime | None = None
    proposed_at: datetime | None = None

    @property
    def asked_at(self) -> datetime:
        return self.proposed_at or self.granted_at

    def covers(self, station: str, at: datetime) -> bool:
        in_time = self.granted_at <= at and day_of(at) <= self.expires_on
        return in_time and self.ended_at is None and self.to_station in (None, station)


class Answer(StrEnum):
    """A department's answer to an objection."""

    WAITING = "waiting"
    SECOND_OPINION = "second_opinion"
    ANNULLED = "annulled"
    REJECTED = "rejected"


ANSWER_NAMES: dict[Answer, Text] = {
    Answer.WAITING: Text("等待答复", "waiting for an answer"),
    Answer.SECOND_OPINION: Text("准予另行复核", "a second opinion is granted"),
    Answer.ANNULLED: Text("异议成立，撤销案件", "upheld, the case is annulled"),
    Answer.REJECTED: Text("异议不成立", "not upheld"),
}

SECOND_OPINION_EXIT = "objection"
"""The kind of exit that grants a second opinion: another station measures the vehicle as it is, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """The owner says that the failed test of ``round`` should not stand. ``ground``: one of the law's
    ``objection.grounds``; ``answered_at`` and ``because`` are filled by the department; ``station`` and ``test_no``:
    which test, empty: raised before that was noted."""

    round: int
    ground: str
    words: str
    raised_at: datetime
    answer_by: date
    answer: Answer = Answer.WAITING
    answered_at: datetime | None = None
    because: str = ""
    station: str = ""
    test_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock:
    """A retest on paper during a declared outage (A9): what the station saw, and how long it holds. ``way``:
    ``operator`` or ``voucher``; ``failed_at``: of the failed test it follows; ``record``: the repair that was uploaded
    later and matches the paper, empty until it comes; ``contradicted_at``: when a record of that repair came that
    differs from the paper; ``shut_at``: when its outage was found to be none at that hour, or it was taken back itself;
    ``read_at``: when it was read out, where a second person confirmed it later."""

    unlock_no: str
    outage_no: str
    way: str
    station: str
    shop: str
    listed: bool
    settlement_no: str
    certificate_no: str
    approver: str
    reason: str
    granted_at: datetime
    expires_at: datetime
    failed_at: datetime
    record: str = ""
    contradicted_at: datetime | None = None
    shut_at: datetime | None = None
    read_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Nobody has taken it back, and no record has contradicted it."""
        return self.shut_at is None and not (self.contradicted_at and not self.record)

    @property
    def seen_at(self) -> datetime:
        """It speaks of a repair of before."""
        return self.read_at or self.granted_at

    @property
    def papers(self) -> frozenset[str]:
        """Names of the documents whose numbers were noted, as the law's ``outage.papers`` names them."""
        named = {"settlement": self.settlement_no, "certificate": self.certificate_no}
        return frozenset(name for name, number in named.items() if paper_number(number, 1))

    def covers(self, station: str, at: datetime) -> bool:
        return self.shut_at is None and self.shown(station, at) and not self.contradicted(at)

    def shown(self, station: str, at: datetime) -> bool:
        """Shown by then, and within its hours."""
        return self.station == station and self.granted_at <= at <= self.expires_at

    def contradicted(self, at: datetime) -> bool:
        """A contradicting record had come by then. A retest measured earlier stands, however late it is uploaded."""
        return not self.record and self.contradicted_at is not None and at >= self.contradicted_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One vehicle's way through the loop in one inspection cycle. ``failed_at``: of the failed test of this round;
    ``failed_besides_at``: of the last failed run that had no permit. It moves no round, and no repair before it, nor
    paper, answers it. ``failed_besides_by``: the other stations that found it failed since it was last repaired.
    ``known_at``: by when the platform knew of every one of its failed runs; None: they came at their own hour."""

    case_no: str
    place: str
    origin: Origin
    station: str | None
    cycle: int
    state: State
    round: int
    failed_at: datetime
    failed_test: str
    failed_items: tuple[str, ...]
    deadline: date
    deadline_provisional: bool
    overdue: bool = False
    repairs: tuple[RepairFact, ...] = ()
    exits: tuple[StationExit, ...] = ()
    objections: tuple[Objection, ...] = ()
    unlocks: tuple[Unlock, ...] = ()
    closed_at: datetime | None = None
    failed_besides_at: datetime | None = None
    failed_besides_by: tuple[str, ...] = ()
    known_at: datetime | None = None

    @property
    def last_failed_at(self) -> datetime:
        """With or without a permit: a repair answers only what failed before it."""
        return max(self.failed_at, self.failed_besides_at or self.failed_at)

    @property
    def last_known_at(self) -> datetime:
        """What answers its failed runs, by the platform's own clock, is later than this."""
        return max(self.last_failed_at, self.known_at or self.last_failed_at)

    def known_with(self, known_at: datetime | None) -> datetime | None:
        """By when the platform knew of another failed run, too: it may have been made after any of them."""
        return max(filter(None, (self.known_at, known_at)), default=None)

    def answered_after(self, law: Law) -> datetime:
        """The same by another clock, of a repairer or of a station."""
        clock = timedelta(minutes=law.number("repair.clock_minutes"))
        return max(self.last_failed_at, self.last_known_at - clock)

    @property
    def objection(self) -> Objection | None:
        """The objection to the failed test of this round, answered or not."""
        return next((each for each in self.objections if each.round == self.round), None)

    @property
    def waiting_objection(self) -> Objection | None:
        """The objection that waits for its answer; a retest on the way does not answer it."""
        return next((each for each in self.objections if each.answer is Answer.WAITING), None)

    def second_opinion(self, station: str, at: datetime) -> bool:
        """Asked for after the last failed run, so it is used up by the run it allows; by another station than those
        that found it failed, which have given their opinion."""
        return not self.found_failed_by(station) and any(
            way_out.kind == SECOND_OPINION_EXIT
            and way_out.asked_at > self.last_known_at
            and way_out.covers(station, at)
            for way_out in self.exits
        )

    def found_failed_by(self, station: str | None) -> bool:
        """Since it was last repaired, with or without a permit."""
        return station in (self.station, *self.failed_besides_by)

    def answers(self, unlock: Unlock, law: Law) -> bool:
        """A failed run uses up what was shown before it, or before anybody knew of it. What was read out to the
        platform was shown by its own clock."""
        own_clock = unlock.way != "voucher"
        return unlock.seen_at > (self.last_known_at if own_clock else self.answered_after(law))

    def unlocks_at(self, station: str, at: datetime, law: Law) -> Iterator[Unlock]:
        """The retests on paper that hold there and then."""
        return (each for each in self.unlocks if self.answers(each, law) and each.covers(station, at))

    @property
    def unmatched(self) -> tuple[Unlock, ...]:
        """Retests on paper whose repair was not uploaded yet."""
        return tuple(each for each in self.unlocks if not each.record)

    def repairs_since_fail(self, until: datetime) -> tuple[RepairFact, ...]:
        """Repairs finished after the last failed test and not after ``until``."""
        return tuple(repair for repair in self.repairs if self.last_failed_at < repair.finished_at <= until)

    def warranty_repair(self, at: datetime, odometer_km: float | None) -> RepairFact | None:
        """The repair last finished by ``at`` whose warranty still runs then (R21); its shop does the rework."""
        day = day_of(at)
        running = (r for r in self.repairs if r.finished_at <= at and r.under_warranty(day, odometer_km))
        return max(running, key=lambda repair: repair.finished_at, default=None)
