"""Prove that nothing was changed or removed: walk the chain, and replay every case from its events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import TextIO, TypedDict

import msgspec

from imloop import loop
from imloop.proof import journal as proof
from imloop.steps.ground.ledger import as_row, on_one_line
from imloop.steps.journal import seals
from imloop.steps.journal.faults_of import faults_of
from imloop.store.models import Case, JournalEntry, JournalHead, JournalSeal


def export_lines() -> Iterator[dict[str, object]]:
    """The whole journal as rows: its head, every entry, each published root after its last entry. ``proof/journal.py``
    checks them anywhere."""
    number, digest = head()
    yield {
        "schema": proof.EXPORT,
        "algorithm": JournalHead.objects.get(pk=1).algorithm,
        "number": number,
        "hash": digest,
    }
    roots = {row.last: row.published() for row in JournalSeal.objects.filter(last__lte=number)}
    for entry in JournalEntry.objects.filter(number__lte=number).order_by("number").iterator(chunk_size=2000):
        yield as_row(entry)
        if entry.number in roots:
            yield roots.pop(entry.number)
    yield from roots.values()  # of entries that are gone: the reader says so


def export_journal(out: TextIO) -> int:
    """One JSON object per line; returns how many entries."""
    for line in export_lines():
        out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return head()[0]


class Published(TypedDict):
    """The end of the journal, and its roots."""

    algorithm: str
    number: int
    hash: str
    roots: list[dict[str, object]]


def published(since: date) -> Published:
    """What anyone may keep: the end of the journal, and the roots since a day, newest first."""
    row = JournalHead.objects.get(pk=1)
    roots = [each.published() for each in seals.since(since)]
    return {"algorithm": row.algorithm, "number": row.number, "hash": row.hash, "roots": roots}


def check(published: proof.Published | None = None) -> proof.Checked:
    """The kept journal and its roots, compared with themselves and with what was published."""
    last = JournalEntry.objects.order_by("-number").values_list("number", flat=True).first() or 0
    found = proof.check_export((json.dumps(line) for line in export_lines()), published)
    if last > head()[0]:  # the head is read after: an entry written meanwhile moved it
        found.faults.append(f"entry {last} lies behind the end of the journal")
    return found


def faults() -> list[str]:
    """Every break of the kept journal and its roots, in words; empty: nothing was changed, removed or added."""
    return check().faults


def head() -> tuple[int, str]:
    row = JournalHead.objects.get(pk=1)
    return row.number, row.hash


def stamp_of(kind: str, subject: str) -> JournalEntry | None:
    """The entry that recorded a paper or an upload."""
    return JournalEntry.objects.filter(kind=kind, subject=on_one_line(subject)).first()


def faulty_cases() -> list[str]:
    """Cases whose derived row is not what its journalled state says."""
    return list(faults_of(Case.objects.order_by("pk"), _case))


def _case(row: Case) -> Iterator[str]:
    case = msgspec.convert(row.snapshot, loop.Case)
    last = row.events.order_by("-number").values_list("after", flat=True).first()
    if last is None or last != row.state or case.state != row.state or case.round != row.round:
        yield f"case {row.case_no} does not match its events"
