"""The journal's chain, its daily roots and the proof that an entry is part of it.

The platform computes with this file, and anyone may check with it: it needs Python's standard library only.

    python journal.py verify EXPORT.ndjson [ROOTS.json] was anything changed, removed, added or put elsewhere?
    python journal.py receipt RECEIPT.json PROOF.json   does this receipt's entry stand under the published root?

ROOTS.json holds roots as they were published on an earlier day: with them, a journal that somebody rewrote from some
point on, including all hashes and roots, is detected as well.

An entry's hash is taken over the hash before it and every field, each on its own line. A day's root is the Merkle tree
head of the day's entry hashes (RFC 9162 §2.1). The algorithm is SHA-256 or SM3 (GB/T 32905), one for a whole journal.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ALGORITHMS = ("sha256", "sm3")
FIELDS = ("number", "at", "kind", "actor", "subject", "body", "previous", "hash")
SEALED = "day-sealed"
EXPORT, RECEIPT, INCLUSION = "imloop.journal/1", "imloop.stamp/1", "imloop.inclusion/1"

Entry = Mapping[str, object]


class NotAJournal(ValueError):
    """The file is not what it should be; says which line."""


def digest(algorithm: str, data: bytes) -> bytes:
    """A hash by its name; only those of ``ALGORITHMS``."""
    if algorithm not in ALGORITHMS:
        raise NotAJournal(f"unknown algorithm {algorithm!r}")
    return hashlib.new(algorithm, data).digest()


def genesis(algorithm: str) -> str:
    """What the first entry follows."""
    return digest(algorithm, b"imloop journal").hex()


def entry_hash(algorithm: str, entry: Entry) -> str:
    """Hex hash of an entry: the hash before it and its fields, one a line. Line breaks in a field cannot pass for a
    boundary: only ``body`` may hold them, escaped as JSON."""
    lines = (str(entry[name]) for name in ("previous", "number", "at", "kind", "actor", "subject", "body"))
    return digest(algorithm, "\n".join(lines).encode()).hex()


def root(algorithm: str, hashes: Sequence[str]) -> str:
    """Merkle tree head of at least one entry hash."""
    level = [_leaf(algorithm, each) for each in hashes]
    while len(level) > 1:
        paired = [_node(algorithm, level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0].hex()


def path(algorithm: str, hashes: Sequence[str], index: int) -> list[str]:
    """Audit path of the entry at ``index``: the neighbours to hash with, from the leaf up."""
    level, found = [_leaf(algorithm, each) for each in hashes], []
    while len(level) > 1:
        neighbour = index ^ 1
        if neighbour < len(level):
            found.append(level[neighbour].hex())
        paired = [_node(algorithm, level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
        index //= 2
    return found


def root_by_path(algorithm: str, own: str, index: int, size: int, neighbours: Sequence[str]) -> str:
    """The tree head that follows from one entry's hash, its place and its audit path."""
    if not 0 <= index < size:
        raise NotAJournal(f"place {index} is outside of {size} entries")
    node, left = _leaf(algorithm, own), list(neighbours)
    while size > 1:
        if index % 2 or index + 1 < size:
            if not left:
                raise NotAJournal("the path is too short")
            other = bytes.fromhex(left.pop(0))
            node = _node(algorithm, other, node) if index % 2 else _node(algorithm, node, other)
        index, size = index // 2, (size + 1) // 2
    if left:
        raise NotAJournal("the path is too long")
    return node.hex()


def _leaf(algorithm: str, entry: str) -> bytes:
    return digest(algorithm, b"\x00" + bytes.fromhex(entry))


def _node(algorithm: str, left: bytes, right: bytes) -> bytes:
    return digest(algorithm, b"\x01" + left + right)


@dataclass
class Walk:
    """One pass over a journal: entries as they were written, each day's root after the day's last entry."""

    algorithm: str
    number: int = 0
    before: str = ""
    faults: list[str] = field(default_factory=list)
    _of_day: list[str] = field(default_factory=list)
    _roots: dict[str, Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = genesis(self.algorithm)

    def entry(self, entry: Entry) -> None:
        """The next entry: does it follow, is its hash right, is any root it states right?"""
        self.number += 1
        if entry["number"] != self.number:
            self.faults.append(f"entry {self.number} is missing (found {entry['number']})")
            self.number = int(str(entry["number"]))
        if entry["previous"] != self.before:
            self.faults.append(f"entry {self.number} does not follow entry {self.number - 1}")
        if entry["hash"] != entry_hash(self.algorithm, entry):
            self.faults.append(f"entry {self.number} was changed")
        self.before = str(entry["hash"])
        self._of_day.append(self.before)
        if entry["kind"] == SEALED:
            said = json.loads(str(entry["body"]))
            if self._roots.pop(str(entry["subject"]), None) != said:
                self.faults.append(
                    f"the root of day {entry['subject']} is missing or differs from entry {self.number}"
                )

    def day(self, day: Entry) -> None:
        """A published root; it closes the entries since the last one."""
        name, count = day["day"], len(self._of_day)
        if (day["first"], day["last"]) != (self.number - count + 1, self.number) or not count:
            self.faults.append(
                f"day {name} covers {day['first']} to {day['last']}, not what lies between its neighbours"
            )
        elif root(self.algorithm, self._of_day) != day["root"]:
            self.faults.append(f"the entries of day {name} do not give its root")
        self._roots[str(name)] = dict(day)
        self._of_day.clear()

    def end(self, number: int, digest: str) -> list[str]:
        """All faults, given the head the journal claims."""
        if (number, digest) != (self.number, self.before):
            self.faults.append(f"the journal ends at {self.number}, its head says {number}")
        self.faults += [f"the journal says nothing of the root of day {name}" for name in self._roots]
        return self.faults


def export_faults(lines: Iterable[str], published: Iterable[Entry] = ()) -> list[str]:
    """Faults of an exported journal: a head line, a line per entry, a line per sealed day after its last entry.
    ``published``: roots of some days, known from elsewhere."""
    rows = _rows(lines)
    first = next(rows, {})
    if first.get("schema") != EXPORT:
        raise NotAJournal(f"line 1: no {EXPORT}")
    known = {str(day["day"]): str(day["root"]) for day in published}
    walk = Walk(str(first.get("algorithm")))
    for number, row in enumerate(rows, 2):
        if set(FIELDS) <= set(row):
            walk.entry(row)
        elif set(row) == {"day", "first", "last", "root"}:
            walk.day(row)
            if known.pop(str(row["day"]), row["root"]) != row["root"]:
                walk.faults.append(f"the root of day {row['day']} is not the one published")
        else:
            raise NotAJournal(f"line {number}: neither an entry nor a day")
    walk.faults += [f"the published root of day {day} is missing" for day in known]
    return walk.end(int(str(first.get("number"))), str(first.get("hash")))


def _rows(lines: Iterable[str]) -> Iterator[dict[str, object]]:
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise NotAJournal(f"line {number}: no JSON object")
        yield row


def receipt_faults(receipt: Entry, inclusion: Entry) -> list[str]:
    """Faults of a receipt's stamp against the proof that its entry stands under a day's root."""
    stamp = receipt.get("journal", receipt)
    if not isinstance(stamp, dict) or not set(FIELDS) <= set(stamp):
        raise NotAJournal("the receipt holds no journal stamp")
    if inclusion.get("schema") != INCLUSION:
        raise NotAJournal(f"the proof is no {INCLUSION}")
    algorithm = str(inclusion["algorithm"])
    faults = []
    if entry_hash(algorithm, stamp) != stamp["hash"]:
        faults.append("the stamp was changed")
    if (inclusion["number"], inclusion["hash"]) != (stamp["number"], stamp["hash"]):
        faults.append("the proof speaks of another entry")
    first, last = int(str(inclusion["first"])), int(str(inclusion["last"]))
    neighbours = inclusion["path"]
    assert isinstance(neighbours, list)
    index = int(str(inclusion["number"])) - first
    if root_by_path(algorithm, str(stamp["hash"]), index, last - first + 1, neighbours) != inclusion["root"]:
        faults.append("the entry does not stand under the root")
    return faults


def days_in(published: object) -> list[Entry]:
    """Roots out of the public list (``{"days": […]}``) or a bare list."""
    days = published.get("days") if isinstance(published, dict) else published
    if not isinstance(days, list) or not all(
        isinstance(day, dict) and {"day", "root"} <= set(day) for day in days
    ):
        raise NotAJournal("no list of published roots")
    return days


def _json(name: str) -> Any:
    return json.loads(Path(name).read_text(encoding="utf-8"))


def main(arguments: Sequence[str]) -> int:
    """0: sound · 1: faults found · 2: not understood."""
    try:
        if len(arguments) in (2, 3) and arguments[0] == "verify":
            published = _json(arguments[2]) if len(arguments) == 3 else []
            with Path(arguments[1]).open(encoding="utf-8") as file:
                faults = export_faults(file, days_in(published))
        elif len(arguments) == 3 and arguments[0] == "receipt":
            faults = receipt_faults(_json(arguments[1]), _json(arguments[2]))
        else:
            print(__doc__)
            return 2
    except (NotAJournal, ValueError, KeyError, OSError) as error:
        print(f"not understood: {error}")
        return 2
    for fault in faults:
        print(fault)
    print("sound" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
