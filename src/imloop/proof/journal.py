"""The journal's chain, its hourly roots and the proof that a receipt is part of it.

The platform computes with this file, and anyone may check with it: it needs Python's standard library only.

    python journal.py verify EXPORT.ndjson [ROOTS.json]        was anything changed, removed, added or put elsewhere?
    python journal.py receipt RECEIPT.json PROOF.json ROOTS.json  is this receipt, word for word, what was recorded?

It prints what it vouches for, then ``sound``; ``not checkable`` with what it cannot vouch for; or the faults.
Exit: 0 sound · 1 faults · 2 not understood · 3 not checkable.

ROOTS.json holds roots as they were published (``/api/v1/public/journal/root``) and kept elsewhere: with them, a journal
that somebody rewrote from some point on, including all hashes and roots, is detected as well. Behind the last
published root nobody can say whether entries were cut off; that end is named.

An entry's hash is taken over the hash before it and every field, each on its own line. A root is the Merkle tree head
of the entry hashes of an hour, of a day in former versions (RFC 9162 §2.1). The algorithm is SHA-256 or SM3
(GB/T 32905), one for a whole journal. A receipt's hash is taken over its canonical JSON (RFC 8785), without the key
``journal`` that holds the entry itself: blanks, the order of keys and ``1.0`` for ``1`` make no difference.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from json.encoder import encode_basestring as _quoted
from operator import methodcaller
from pathlib import Path
from typing import Any

ALGORITHMS = ("sha256", "sm3")
FIELDS = ("number", "at", "kind", "actor", "subject", "body", "previous", "hash")
SEALED = ("hour-sealed", "day-sealed")
"""Kinds of the entries that repeat a root; former versions sealed once a day."""
EXPORT, INCLUSION = "imloop.journal/1", "imloop.inclusion/1"
RECEIVED = {"test-received": "test_no", "repair-received": "repair_no"}
"""Kinds of the entries that record a receipt, and the receipt's key with the number in their subject."""
OF_FORMER = {"result": "verdict", "report": "report", "case": "case"}
"""What an entry of a former version, which held no hash of the receipt, says: its own name → the receipt's."""
_ENTRY = {**dict.fromkeys(FIELDS, str), "number": int}
_END = {"algorithm": str, "number": int, "hash": str}
_UNSEALED = {"schema": str, **_END, "sealed": bool}
_UTF_16 = methodcaller("encode", "utf-16-be")
_HASH = re.compile(r"[0-9a-f]{64}")
NOT_UNDERSTOOD = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)

Entry = Mapping[str, Any]


class NotAJournal(ValueError):
    """The file is not what it should be; says which line."""


def digest(algorithm: str, data: bytes) -> bytes:
    """A hash by its name; only those of ``ALGORITHMS``."""
    if algorithm not in ALGORITHMS:
        raise NotAJournal(f"unknown algorithm {algorithm!r}")
    return hashlib.new(algorithm, data).digest()


def canonical(value: object) -> str:
    """JSON as RFC 8785 writes it: the same text for the same values, whoever parsed and wrote them in between.
    ``TypeError``: no JSON; ``ValueError``: NaN or an infinity."""
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(k)}:{canonical(value[k])}" for k in sorted(value, key=_UTF_16)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(canonical, value)) + "]"
    raise TypeError(f"no JSON: {type(value).__name__}")


def _number(value: float) -> str:
    """As ECMAScript writes a number: the shortest digits that read back as it."""
    if isinstance(value, int) and abs(value) <= 2**53:
        return str(value)
    exact = Decimal(repr(float(value))).normalize()
    if not exact.is_finite():
        raise ValueError(f"no JSON: {value}")
    return format(exact, "f" if 1e-6 <= abs(value) < 1e21 else "e") if exact else "0"


def receipt_hash(algorithm: str, receipt: Entry) -> str:
    """Hex hash of a receipt without its key ``journal``."""
    rest = {name: value for name, value in receipt.items() if name != "journal"}
    return digest(algorithm, canonical(rest).encode()).hex()


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
    level = [leaf(algorithm, each) for each in hashes]
    while len(level) > 1:
        paired = [node(algorithm, level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0].hex()


def root_by_path(algorithm: str, own: str, index: int, size: int, neighbours: Sequence[str]) -> str:
    """The tree head that follows from one entry's hash, its place and its audit path."""
    if not 0 <= index < size:
        raise NotAJournal(f"place {index} is outside of {size} entries")
    found, left = leaf(algorithm, own), list(neighbours)
    while size > 1:
        if index % 2 or index + 1 < size:
            if not left:
                raise NotAJournal("the path is too short")
            other = bytes.fromhex(left.pop(0))
            found = node(algorithm, other, found) if index % 2 else node(algorithm, found, other)
        index, size = index // 2, (size + 1) // 2
    if left:
        raise NotAJournal("the path is too long")
    return found.hex()


def leaf(algorithm: str, entry: str) -> bytes:
    """Of an entry's hash, in hex; its first byte tells it from an inner node's."""
    return digest(algorithm, b"\x00" + bytes.fromhex(entry))


def node(algorithm: str, left: bytes, right: bytes) -> bytes:
    """Of two neighbours in the tree."""
    return digest(algorithm, b"\x01" + left + right)


def read_json(text: str) -> Any:
    """JSON that every reader reads alike: no key twice, no NaN or infinity. ``NotAJournal`` otherwise."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
            raise NotAJournal(f"the key {twice!r} stands twice in one object")
        return found

    def no_number(word: str) -> Any:
        raise NotAJournal(f"{word} is no JSON")

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=no_number)
    except (json.JSONDecodeError, RecursionError):
        raise NotAJournal("no JSON") from None


def _like(row: object, kinds: Mapping[str, type]) -> bool:
    """An object with exactly these keys and kinds of values."""
    return isinstance(row, dict) and {name: type(value) for name, value in row.items()} == kinds


def seal_name(row: Any) -> str:
    """The hour or day of a root: ``2026-03-02T14``, ``2026-03-02``. ``NotAJournal``: it is no root."""
    of = "hour" if isinstance(row, dict) and "hour" in row else "day"
    if not _like(row, {of: str, "first": int, "last": int, "root": str}):
        raise NotAJournal("neither an entry nor a root")
    return str(row[of])


@dataclass(frozen=True)
class Published:
    """Roots as they were published, by hour or day, and what was said of the journal's end (empty: nothing)."""

    roots: Mapping[str, Entry] = field(default_factory=dict)
    head: Entry = field(default_factory=dict)

    def covering(self, number: int) -> Entry | None:
        """The root of the hour or day that entry ``number`` belongs to."""
        return next((row for row in self.roots.values() if row["first"] <= number <= row["last"]), None)


def published_in(told: object) -> Published:
    """Out of the public list, of this version (``roots``) or a former one (``days``), or a bare list of roots."""
    head = dict(told) if isinstance(told, dict) else {}
    rows = head.pop("roots", head.pop("days", None)) if head else told
    if not isinstance(rows, list) or (head and not _like(head, _END)):
        raise NotAJournal("no list of published roots")
    roots = {seal_name(row): row for row in rows}
    if len(roots) != len(rows):
        raise NotAJournal("an hour is published twice")
    return Published(roots, head)


@dataclass
class Checked:
    """What was found: ``faults``; what is ``vouched`` for when there are none; what could not be checked (``open``)."""

    faults: list[str] = field(default_factory=list)
    vouched: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        """The exit code: 0 sound · 1 faults · 3 not checkable."""
        return 1 if self.faults else 3 if self.open else 0

    def lines(self) -> list[str]:
        """To be printed; the last one is the answer."""
        if self.faults:
            return [*self.faults, f"{len(self.faults)} faults"]
        said = [f"vouched for: {each}" for each in self.vouched]
        said += [f"not checkable: {each}" for each in self.open]
        return [*said, "not checkable" if self.open else "sound"]


@dataclass
class Walk:
    """One pass over a journal: entries as they were written, each root after the last entry it covers. ``published``:
    what was kept elsewhere; ``proved``: the last entry that it fixes."""

    algorithm: str
    published: Published
    number: int = 0
    before: str = ""
    proved: int = 0
    faults: list[str] = field(default_factory=list)
    _unsealed: list[str] = field(default_factory=list)
    _roots: dict[str, Entry] = field(default_factory=dict)
    _missing: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.before, self._missing = genesis(self.algorithm), set(self.published.roots)

    def entry(self, entry: Entry) -> None:
        """The next entry: does it follow, is its hash right, is any root it states right?"""
        self.number += 1
        if entry["number"] != self.number:
            self.faults.append(f"entry {self.number} is missing (found {entry['number']})")
            self.number = entry["number"]
        if entry["previous"] != self.before:
            self.faults.append(f"entry {self.number} does not follow entry {self.number - 1}")
        if entry["hash"] != entry_hash(self.algorithm, entry):
            self.faults.append(f"entry {self.number} was changed")
        said, self.before = read_json(entry["body"]), entry["hash"]
        self._unsealed.append(self.before)
        name, kind = entry["subject"], entry["kind"]
        if kind in SEALED and self._roots.pop(name, None) != said:
            self.faults.append(f"the root of {name} is missing or differs from entry {self.number}")
        head = self.published.head
        if head.get("number") == self.number:
            self._compare(head["hash"], self.before, f"entry {self.number} is not the published end")

    def seal(self, row: Entry) -> None:
        """A root; it closes the entries since the last one."""
        name, count = seal_name(row), len(self._unsealed)
        if (row["first"], row["last"]) != (self.number - count + 1, self.number) or not count:
            covered = f"{row['first']} to {row['last']}"
            self.faults.append(f"{name} covers {covered}, not what lies between its neighbours")
        elif root(self.algorithm, self._unsealed) != row["root"]:
            self.faults.append(f"the entries of {name} do not give its root")
        self._roots[name] = row
        self._unsealed.clear()
        if name in self.published.roots:
            self._missing.discard(name)
            self._compare(self.published.roots[name], row, f"the root of {name} is not the one published")

    def _compare(self, published: object, found: object, otherwise: str) -> None:
        if published == found:
            self.proved = self.number
        else:
            self.faults.append(otherwise)

    def end(self, number: int, digest: str) -> Checked:
        """All that was found, given the head the journal claims."""
        found, last = Checked(self.faults), self.published.head.get("number", 0)
        if (number, digest) != (self.number, self.before):
            found.faults.append(f"the journal ends at {self.number}, its head says {number}")
        found.faults += [f"the journal says nothing of the root of {name}" for name in self._roots]
        found.faults += [f"the published root of {name} is missing" for name in sorted(self._missing)]
        if last > self.number:
            found.faults.append(f"entry {last}, the published end, is missing")
        if not self.proved:
            found.open.append("without published roots a journal written anew as a whole looks like this one")
            return found
        found.vouched.append(f"entries 1 to {self.proved}, by what was published")
        if self.proved < self.number:
            after = f"entries {self.proved + 1} to {self.number} lie behind the last published root"
            found.vouched.append(f"nothing more: {after} and may be cut off, changed or invented")
        return found


def check_export(lines: Iterable[str], published: Published | None = None) -> Checked:
    """An exported journal: a head line, a line per entry, a line per root after its last entry."""
    walk, first = None, {}
    for number, line in enumerate(lines, 1):
        try:
            row = read_json(line)
            if walk is None:
                if not _like(row, {"schema": str, **_END}) or row["schema"] != EXPORT:
                    raise NotAJournal(f"no {EXPORT}")
                first, walk = row, Walk(row["algorithm"], published or Published())
            elif _like(row, _ENTRY):
                walk.entry(row)
            else:
                walk.seal(row)
        except NotAJournal as error:
            raise NotAJournal(f"line {number}: {error}") from None
    if walk is None:
        raise NotAJournal("the file is empty")
    return walk.end(first["number"], first["hash"])


def check_receipt(receipt: Entry, inclusion: Entry, published: Published) -> Checked:
    """A receipt against the proof that its entry stands under a published root: is it, word for word, what was sent?"""
    stamp = receipt.get("journal", {})
    found = check_proof(stamp, inclusion, published)
    body, proved = read_json(stamp["body"]), not found.open
    named, number = RECEIVED.get(stamp["kind"]), stamp["number"]
    if named is None or " ".join(str(receipt.get(named)).splitlines()) != stamp["subject"].partition("/")[2]:
        found.faults.append(f"entry {number} records another matter than this receipt")
    at = (
        f"{stamp['at']} by its own word, fixed by the root of {inclusion.get('hour') or inclusion.get('day')}"
    )
    found.vouched.append(f"entry {number}, {stamp['kind']} {stamp['subject']}, {at}")
    if "receipt" in body:
        if body["receipt"] != receipt_hash(inclusion["algorithm"], receipt):
            found.faults.append(f"the receipt is not the one that entry {number} records")
        found.vouched.append("the whole receipt, word for word")
    else:
        pairs = [(name, body.get(name), receipt.get(key)) for name, key in OF_FORMER.items()]
        pairs = [pair for pair in pairs if None not in pair]
        wrong = [name for name, recorded, shown in pairs if recorded != shown]
        found.faults += [f"the {name} of the receipt is not what entry {number} records" for name in wrong]
        said = ", ".join(["number", *(name for name, *_ in pairs)])
        found.open.append(f"entry {number} is of a former version, which vouches for no more than: {said}")
    found.vouched += [f"{name} {body[name]}" for name in (*OF_FORMER, "sha256") if body.get(name)]
    return found if proved else Checked(found.faults, [], found.open)


def check_proof(stamp: Entry, inclusion: Entry, published: Published) -> Checked:
    """Does an entry stand under the published root, by the proof that was given out for it?"""
    if not _like(stamp, _ENTRY):
        raise NotAJournal("no journal entry")
    told: dict[str, Any] = {name: inclusion.get(name) for name in _UNSEALED}
    number, found = stamp["number"], Checked()
    if not _like(told, _UNSEALED) or told["schema"] != INCLUSION:
        raise NotAJournal(f"the proof is no {INCLUSION}")
    if entry_hash(told["algorithm"], stamp) != stamp["hash"]:
        found.faults.append(f"entry {number} was changed")
    if (told["number"], told["hash"]) != (number, stamp["hash"]):
        found.faults.append("the proof speaks of another entry")
    seal = {name: value for name, value in inclusion.items() if name not in told}
    path, known = seal.pop("path", None), published.covering(number)
    if not told["sealed"] and not seal and path is None:
        found.open.append(f"entry {number} is not sealed yet; ask for its proof again after the hour")
        return found
    if not told["sealed"] or not all(_HASH.fullmatch(str(each)) for each in path):
        raise NotAJournal("the proof has no path of hashes")
    name, index, size = seal_name(seal), number - seal["first"], seal["last"] - seal["first"] + 1
    if root_by_path(told["algorithm"], stamp["hash"], index, size, path) != seal["root"]:
        found.faults.append(f"the entry does not stand under the root of {name}")
    if known is None:
        found.open.append(f"no published root covers entry {number}: get the roots of that time")
    elif known != seal:
        found.faults.append(f"the root of {name} is not the one published")
    return found


def _load(name: str) -> Any:
    return read_json(Path(name).read_text(encoding="utf-8"))


def main(arguments: Sequence[str]) -> int:
    """Exit code: see above."""
    try:
        if len(arguments) in (2, 3) and arguments[0] == "verify":
            published = published_in(_load(arguments[2])) if len(arguments) == 3 else Published()
            with Path(arguments[1]).open(encoding="utf-8") as file:
                found = check_export(file, published)
        elif len(arguments) == 4 and arguments[0] == "receipt":
            found = check_receipt(_load(arguments[1]), _load(arguments[2]), published_in(_load(arguments[3])))
        else:
            print(__doc__)
            return 2
    except (*NOT_UNDERSTOOD, OSError) as error:
        print(f"not understood: {error}")
        return 2
    print("\n".join(found.lines()))
    return found.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
