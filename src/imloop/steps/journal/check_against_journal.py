"""Compare stored tests, repairs and cases with the journal, which the hash chain itself proves to be unchanged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import zstandard

from imloop.proof.journal import receipt_hash
from imloop.steps.ground.keep_raw import raw_bytes
from imloop.steps.ground.ledger import as_row, on_one_line
from imloop.steps.journal.check_registers import lists, proposals
from imloop.steps.journal.faults_of import faults_of
from imloop.steps.journal.looks import looks_unlike_the_journal
from imloop.store.models import CaseEvent, JournalEntry, JournalHead, RawUpload, Repair, Test

_BLOCK = 500
_TOLD_ANEW = ("findings", "test_no")
"""Keys of the verdict that are not compared, because a receipt may add to them."""
_ANEW = ("result", "law", "verdict")
"""What an entry says of a run that failed when it was settled which vehicle it was of; the verdict by its hash."""


def unlike_the_journal() -> list[str]:
    """Every difference between the journal's entries and the rows they describe, in words; empty: none."""
    return [
        *_tests(),
        *_repairs(),
        *_events(),
        *lists(),
        *proposals(),
        *looks_unlike_the_journal(),
    ]


class _Entries:
    """Entries of a kind that happens once per subject. Two subjects may read alike on one line: then the receipt says
    which entry is whose."""

    def __init__(self, kind: str) -> None:
        self.algorithm = JournalHead.objects.get(pk=1).algorithm
        self._left: dict[str, list[JournalEntry]] = {}
        for entry in JournalEntry.objects.filter(kind=kind).iterator(_BLOCK):
            self._left.setdefault(entry.subject, []).append(entry)

    def take(self, subject: str, receipt: dict[str, Any]) -> JournalEntry | None:
        alike = self._left.get(on_one_line(subject), [])
        number = (receipt.get("journal") or {}).get("number")
        found = next((entry for entry in alike if entry.number == number), alike[0] if alike else None)
        if found is not None:
            alike.remove(found)
        return found

    def gone(self, name: str) -> Iterator[str]:
        for entry in (entry for alike in self._left.values() for entry in alike):
            yield f"{name} {entry.subject} of entry {entry.number} is gone"


def _tests() -> Iterator[str]:
    said, anew = _Entries("test-received"), _judged_anew()
    rows = Test.objects.select_related("raw", "station").defer("trace", "stated")
    yield from faults_of(rows.order_by("pk"), lambda row: _test(row, said, anew))
    yield from said.gone("test")


def _judged_anew() -> dict[str, list[dict[str, str]]]:
    """What entries say of runs that failed once it was settled which vehicle they were of, by subject."""
    found: dict[str, list[dict[str, str]]] = {}
    for entry in JournalEntry.objects.filter(kind="run-settled").iterator(_BLOCK):
        body = json.loads(entry.body)
        if "verdict" in body:
            found.setdefault(entry.subject, []).append({name: body[name] for name in _ANEW})
    return found


def _test(row: Test, said: _Entries, anew: dict[str, list[dict[str, str]]]) -> Iterator[str]:
    name = f"{row.station.code}/{row.test_no}"
    entry = said.take(name, row.receipt)
    if entry is None:
        yield f"test {row.test_no} is not in the journal"
        return
    body = json.loads(entry.body)
    shown = {"result": row.result, "law": row.law_hash}
    told = row.receipt.get("report") == body["report"] and row.receipt["verdict"] == body["result"]
    if settled := anew.get(on_one_line(name)):
        told &= {**shown, "verdict": receipt_hash(said.algorithm, row.verdict)} in settled
    else:
        told &= shown == {part: body[part] for part in shown}
        told &= all(
            row.receipt.get(part) == row.verdict[part] for part in row.verdict if part not in _TOLD_ANEW
        )
    if not told or row.verdict["verdict"] != row.result:
        yield f"test {row.test_no} is not what entry {entry.number} says"
    yield from _upload(said.algorithm, f"test {row.test_no}", row.raw, row.receipt, entry)


def _repairs() -> Iterator[str]:
    said = _Entries("repair-received")
    rows = Repair.objects.select_related("raw", "shop", "case")
    yield from faults_of(rows.order_by("pk"), lambda row: _repair(row, said))
    yield from said.gone("repair")


def _repair(row: Repair, said: _Entries) -> Iterator[str]:
    entry = said.take(f"{row.shop.code}/{row.repair_no}", row.receipt)
    if entry is None:
        yield f"repair {row.repair_no} is not in the journal"
        return
    if json.loads(entry.body)["case"] != row.case.case_no:
        yield f"repair {row.repair_no} is not what entry {entry.number} says"
    yield from _upload(said.algorithm, f"repair {row.repair_no}", row.raw, row.receipt, entry)


def _upload(
    algorithm: str, name: str, raw: RawUpload, receipt: dict[str, object], entry: JournalEntry
) -> Iterator[str]:
    if receipt.get("journal") != as_row(entry):
        yield f"the receipt of {name} does not bear entry {entry.number}"
    body = json.loads(entry.body)
    if "receipt" in body and body["receipt"] != receipt_hash(algorithm, receipt):
        yield f"the receipt of {name} is not the one of entry {entry.number}"
    sha256 = body["sha256"]
    try:
        same = hashlib.sha256(raw_bytes(raw)).hexdigest() == sha256 == raw.sha256
    except zstandard.ZstdError:
        same = False
    if not same or raw.refused:
        yield f"the bytes of {name} are not those of entry {entry.number}"


def _events() -> Iterator[str]:
    said: dict[tuple[str, int], dict[str, object]] = {}
    for entry in JournalEntry.objects.filter(kind="case-event").iterator(_BLOCK):
        body = json.loads(entry.body)
        said[entry.subject, body["number"]] = body
    rows = CaseEvent.objects.select_related("case").order_by("pk")
    yield from faults_of(rows, lambda row: _event(row, said))
    yield from (f"event {number} of case {case_no} is gone" for case_no, number in said)


def _event(row: CaseEvent, said: dict[tuple[str, int], dict[str, object]]) -> Iterator[str]:
    found = said.pop((row.case.case_no, row.number), None)
    shown = {
        "event": row.kind,
        "before": row.before,
        "after": row.after,
        "law": row.law_hash,
        "data": row.data,
    }
    if found is None or any(found[name] != value for name, value in shown.items()):
        yield f"event {row.number} of case {row.case.case_no} is not what the journal says"
