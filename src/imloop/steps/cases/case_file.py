"""A case's file: its papers with their hashes, what the journal says of it, which clauses each event followed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from imloop.facts.days import day_of
from imloop.law import Law
from imloop.proof import journal as journal_proof
from imloop.steps.duty.duty_record import LOOKS
from imloop.steps.duty.who_looked import looks_at
from imloop.steps.ground.ledger import as_row, on_one_line
from imloop.steps.ground.registers import law_at
from imloop.store.models import Case, CaseEvent, JournalEntry, JournalHead, Notice, Repair, Test

_FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "TestFailed": ("repair.owner_duty", "deadline.days"),
    "TestPassed": ("retest.same_station", "retest.record_required"),
    "RepairReported": ("retest.record_required", "warranty.days"),
    "RepairReleased": ("repair.upload_hours", "repair.elsewhere"),
    "DeadlinePassed": ("deadline.days", "overdue.report_to"),
    "DeadlineRecomputed": ("deadline.days",),
    "ExitGranted": ("retest.same_station", "exit.kinds"),
    "ExitEnded": ("second_person.break_glass_hours",),
    "OutageTakenBack": ("repair.upload_hours", "outage.paper_accepted"),
    "UnlockEnded": ("second_person.break_glass_hours",),
    "ObjectionRaised": ("objection.days", "objection.answer_days"),
    "ObjectionRejected": ("objection.answer_days",),
    "CaseAnnulled": ("exit.kinds",),
    "VehicleScrapped": ("scrap.unrepairable",),
}
"""Which keys of the law an event of a kind followed, beside the limits of its own test."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal entry about the case. ``sound``: its hash is that of its content and it follows the entry before."""

    number: int
    at: datetime
    kind: str
    actor: str
    subject: str
    hash: str
    sound: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """What the journal says of a case. ``looks``: how often its vehicle was looked at, through whichever door;
    ``length``: entries in the journal."""

    entries: tuple[Entry, ...]
    looks: int
    length: int

    @property
    def sound(self) -> bool:
        return all(entry.sound for entry in self.entries)


def tests_of(case: Case) -> list[Test]:
    """Tests of the case in order of time."""
    return list(
        case.vehicle.tests.filter(case_no=case.case_no)
        .select_related("station", "raw")
        .order_by("started_at")
    )


def proof(case: Case, tests: Iterable[Test], repairs: Iterable[Repair], notices: Iterable[Notice]) -> Proof:
    """Every journal entry about the case and its papers, each hashed again from its content."""
    subjects = [
        case.case_no,
        *(f"{test.station.code}/{test.test_no}" for test in tests),
        *(f"{repair.shop.code}/{repair.repair_no}" for repair in repairs),
        *(notice.notice_no for notice in notices),
    ]
    about = JournalEntry.objects.filter(subject__in=[on_one_line(each) for each in subjects])
    rows = list(about.exclude(kind__in=LOOKS).order_by("number"))
    before = JournalEntry.objects.filter(number__in=[row.number - 1 for row in rows])
    head = JournalHead.objects.get(pk=1)
    hashes = {0: journal_proof.genesis(head.algorithm), **dict(before.values_list("number", "hash"))}
    return Proof(
        entries=tuple(_checked(row, hashes.get(row.number - 1, ""), head.algorithm) for row in rows),
        looks=looks_at(case.vehicle).total(),
        length=head.number,
    )


def _checked(row: JournalEntry, hash_before: str, algorithm: str) -> Entry:
    found = journal_proof.entry_hash(algorithm, as_row(row))
    return Entry(
        number=row.number,
        at=datetime.fromisoformat(row.at),
        kind=row.kind,
        actor=row.actor,
        subject=row.subject,
        hash=row.hash,
        sound=found == row.hash and row.previous == hash_before,
    )


@dataclass(frozen=True, slots=True)
class Followed:
    """The law of an event: place and day it was asked for, the clauses, whether the law data are unchanged since."""

    place: str
    day: str
    hash: str
    cites: tuple[str, ...]
    unchanged: bool


def law_of(event: CaseEvent, case: Case, tests: Mapping[str, Test]) -> Followed:
    """The clauses an event followed, by the law of its own day."""
    law = law_at(day_of(event.at), case.place)
    keys = [*_limits_of(tests.get(str(event.data.get("test_no", "")))), *_cites(law, event.kind)]
    return Followed(
        place=law.place,
        day=law.on.isoformat(),
        hash=event.law_hash,
        cites=tuple(dict.fromkeys(keys)),
        unchanged=law.hash == event.law_hash,
    )


def _cites(law: Law, kind: str) -> list[str]:
    return [cite for key in _FOLLOWS.get(kind, ()) if (cite := law.cite(key))]


def _limits_of(test: Test | None) -> list[str]:
    """Citations of the limits that decided a test: those exceeded, or all of a passed one."""
    if test is None:
        return []
    judged = [item for item in test.verdict["items"] if item["limit"] is not None and not item["advisory"]]
    exceeded = [item for item in judged if not item["pass"]]
    return [item["cite"] for item in exceeded or judged if item["cite"]]
