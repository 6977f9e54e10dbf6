"""Prove that nothing was changed or removed: walk the chain, and replay every case from its events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TextIO

import msgspec

from imloop import loop
from imloop.steps.ledger import GENESIS, entry_hash
from imloop.store.models import Case, JournalEntry, JournalHead

FIELDS = ("number", "at", "kind", "actor", "subject", "body", "previous", "hash")


def stored_entries() -> Iterator[dict[str, object]]:
    for entry in JournalEntry.objects.order_by("number").iterator(chunk_size=2000):
        yield {field: getattr(entry, field) for field in FIELDS}


def export_journal(out: TextIO) -> int:
    """One JSON object per line; the file can be verified anywhere."""
    count = 0
    for entry in stored_entries():
        out.write(json.dumps(entry, ensure_ascii=False) + "\n")
        count += 1
    return count


def verify(entries: Iterable[dict[str, object]], head: tuple[int, str] | None = None) -> list[str]:
    """Every break of the chain, in words; an empty list means nothing was changed, removed or added."""
    faults: list[str] = []
    previous, number = GENESIS, 0
    for entry in entries:
        number += 1
        if entry["number"] != number:
            faults.append(f"entry {number} is missing (found {entry['number']})")
            number = int(str(entry["number"]))
        if entry["previous"] != previous:
            faults.append(f"entry {number} does not follow entry {number - 1}")
        text = [str(entry[field]) for field in ("at", "kind", "actor", "subject", "body")]
        if entry["hash"] != entry_hash(str(entry["previous"]), number, *text):
            faults.append(f"entry {number} was changed")
        previous = str(entry["hash"])
    if head is not None and head != (number, previous):
        faults.append(f"the journal ends at {number}, its head says {head[0]}")
    return faults


def head() -> tuple[int, str]:
    row = JournalHead.objects.get(pk=1)
    return row.number, row.hash


def faulty_cases() -> list[str]:
    """Cases whose derived row is not what its journalled state says."""
    faults = []
    for row in Case.objects.iterator():
        case = msgspec.convert(row.snapshot, loop.Case)
        last = row.events.order_by("-number").first()
        if last is None or last.after != row.state or case.state != row.state or case.round != row.round:
            faults.append(f"case {row.case_no} does not match its events")
    return faults
