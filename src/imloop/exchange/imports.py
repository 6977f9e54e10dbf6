"""A register from a file: read row by row, entered block by block, resumable; refused rows are kept with reasons."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from imloop.exchange import decode_readings
from imloop.exchange.tables.read_tables import read_rows
from imloop.facts.records.reading import Reading
from imloop.facts.refusal import Malformed, Refusal
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.rejected_row import ListedRow, Rejected
from imloop.steps.remote_sensing.keep_readings import keep_block, require_sender
from imloop.steps.stations import registry_rows
from imloop.steps.stations.registry_rows import enter_rows
from imloop.steps.vehicles.register.enter_vehicles import (
    Seen,
    enter_vehicles,
    remember_vehicles,
    require_register,
)
from imloop.steps.vehicles.register.keep_list import keep_list

_COUNTS = ("rows", "rejected", "new", "changed", "same", "held", "differing")
_BLOCK = {"vehicles": 4000, "readings": 4000, "departments": 500, "stations": 500, "repairers": 500}
COLUMNS = {**registry_rows.COLUMNS, "readings": decode_readings.COLUMNS}
"""What can be imported, and the columns that each kind knows."""
_REQUIRED = {**registry_rows.REQUIRED, "readings": decode_readings.REQUIRED}


@dataclass(slots=True)
class Imported:
    """``rows`` read in all, ``rejected`` of them; for vehicles also how many were new, changed, unchanged; of how many
    a change waits for a second person (``held``), and of how many an authority that comes first says something else."""

    kind: str
    digest: str
    rows: int = 0
    rejected: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    held: int = 0
    differing: int = 0

    @property
    def entered(self) -> int:
        return self.rows - self.rejected


def import_file(
    kind: str,
    file: Path,
    folder: Path,
    caller: Caller,
    now: Callable[[], datetime],
    progress: Callable[[int], None] = lambda rows: None,
    *,
    reason: str = "",
) -> Imported:
    """Enter a file's rows. Interrupted and called again, it goes on after the last finished block; a file that was
    entered whole is not entered again. ``reason``: why it is entered, for the journal; of known vehicles, for the
    person who confirms the change. Raises ``Malformed`` for a file that cannot be such a register, before anything
    is entered; at a line that cannot be read at all, it stops there and the blocks before it stay entered."""
    rows = read_rows(file)
    first = next(rows, None)
    if first is None or first or first.fault is None:
        _require_columns(kind, first or {})
    rows = _again(first, rows)
    if kind == "vehicles":
        require_register(caller)
    elif kind == "readings":
        require_sender(caller)
    digest = keep_list(caller, kind, file, now())
    mark = _Mark(folder, kind, file, caller.party_code)
    state = mark.load()
    seen = Seen()
    done = 0
    for block in _blocks(islice(rows, state.rows), _BLOCK[kind]):
        if kind == "vehicles":
            remember_vehicles(block, now(), seen)
        done += len(block)
        progress(done)
    for block in _blocks(rows, _BLOCK[kind]):
        rejected = _enter(kind, block, caller, now(), state, seen, digest, reason)
        state.rows += len(block)
        state.rejected += len(rejected)
        mark.keep(state, rejected)
        progress(state.rows)
    return state


def _enter(
    kind: str,
    block: Sequence[ListedRow],
    caller: Caller,
    now: datetime,
    state: Imported,
    seen: Seen,
    digest: str,
    reason: str,
) -> Sequence[Rejected]:
    """A block in one transaction; gives the rows that were refused, and counts the others into ``state``."""
    if kind == "readings":
        kept = keep_block(caller, [_record(row) for row in block], digest, now)
        state.new += kept.new
        state.same += kept.known
        return [Rejected(number, f"{each.code}: {each.text.zh}") for number, each in kept.refused]
    numbered = [(row.number, row) for row in block]
    if kind != "vehicles":
        return enter_rows(kind, numbered, caller, now, reason=reason)
    entered = enter_vehicles(numbered, caller, now, seen, evidence=digest[:16], reason=reason)
    state.new += entered.new
    state.changed += entered.changed
    state.same += entered.same
    state.held += entered.held
    state.differing += entered.differing
    return entered.rejected


def rejected_rows(folder: Path, kind: str, digest: str) -> Iterator[tuple[str, str]]:
    """``(row number, reason)`` of an import's refused rows, row 1 being the heading of the file."""
    file = folder / f"{kind}-{digest}.rejected.csv"
    if file.exists():
        with file.open(encoding="utf-8", newline="") as text:
            yield from ((number, reason) for number, reason in csv.reader(text))


def _record(row: ListedRow) -> tuple[int, Reading | Refusal]:
    return row.number, row.fault or decode_readings.read_or_refuse(row)


def _blocks(rows: Iterator[ListedRow], size: int) -> Iterator[list[ListedRow]]:
    while block := list(islice(rows, size)):
        yield block


def _again(first: ListedRow | None, rows: Iterator[ListedRow]) -> Iterator[ListedRow]:
    if first is not None:
        yield first
    yield from rows


class _Mark:
    """How far an import came, beside its refused rows. Written after each block; rows refused by a block whose mark
    was not written any more are dropped when the import goes on."""

    def __init__(self, folder: Path, kind: str, file: Path, party: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with file.open("rb") as raw:
            found = hashlib.file_digest(raw, "sha256")
        found.update(party.encode())  # the same list is another authority's word, too
        self.digest = found.hexdigest()[:16]
        self.kind = kind
        self.mark = folder / f"{kind}-{self.digest}.json"
        self.refused = folder / f"{kind}-{self.digest}.rejected.csv"

    def load(self) -> Imported:
        kept = json.loads(self.mark.read_text()) if self.mark.exists() else {}
        size = kept.pop("size", 0)
        with self.refused.open("ab") as out:
            out.truncate(size)
        return Imported(self.kind, self.digest, **kept)

    def keep(self, state: Imported, rejected: Sequence[Rejected]) -> None:
        with self.refused.open("a", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rejected)
        kept = {name: getattr(state, name) for name in _COUNTS}
        draft = self.mark.with_suffix(".draft")
        draft.write_text(json.dumps({**kept, "size": self.refused.stat().st_size}))
        draft.replace(self.mark)


def _require_columns(kind: str, row: Mapping[str, str]) -> None:
    missing = [column for column in _REQUIRED[kind] if column not in row]
    if (
        missing
        or not set(row) & set(COLUMNS[kind])
        or (kind == "vehicles" and not {"vin", "plate"} & set(row))
    ):
        names = " ".join(COLUMNS[kind])
        found = " ".join(name for name in row if name)[:200] or "—"
        raise Malformed(
            "wrong-columns",
            Text(
                f"缺少列 {' '.join(missing) or names}；应有 {names}；第一张表的列是 {found}。",
                f"Columns missing: {' '.join(missing) or names}; required: {names}; the first sheet has: {found}.",
            ),
        )
