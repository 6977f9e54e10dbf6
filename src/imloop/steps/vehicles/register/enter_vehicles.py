"""A block of a police list into the register: set by set, one transaction, every refused row with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imloop.facts.days import day_of
from imloop.facts.refusal import Refusal
from imloop.law import Law
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.rejected_row import Rejected, require_whole
from imloop.steps.vehicles.register.enter_block import Block
from imloop.steps.vehicles.register.merge_row import Listing
from imloop.steps.vehicles.register.vehicle_row import STATUS_AFTER, Days, VehicleRow, read_vehicle_row
from imloop.steps.vehicles.register.word import source_of
from imloop.store.models import Party, PartyKind

_UNCLEAR = (
    "plate-ambiguous: 号牌 {} 以前只报号牌检验过，此后该号牌换过车，尚不能确认现属哪一辆：请在名单中填写 VIN"
)
"""Of a row by a plate alone."""


class Seen:
    """Which VINs and plates a file has shown already: eight bytes each, so that a million rows stay small."""

    def __init__(self) -> None:
        self._sorted: list[NDArray[np.int64]] = []
        self._new: set[int] = set()

    def add(self, name: str) -> bool:
        """True when the name is new."""
        key = hash(name)
        if key in self._new or any(_holds(block, key) for block in self._sorted):
            return False
        self._new.add(key)
        if len(self._new) >= 65536:
            self._keep()
        return True

    def _keep(self) -> None:
        block = np.sort(np.fromiter(self._new, np.int64, len(self._new)))
        self._new = set()
        while self._sorted and len(self._sorted[-1]) <= len(block):
            block = np.sort(np.concatenate([self._sorted.pop(), block]))
        self._sorted.append(block)


def _holds(block: NDArray[np.int64], key: int) -> bool:
    at = int(block.searchsorted(key))
    return at < len(block) and int(block[at]) == key


class Entered(NamedTuple):
    """What became of a block. ``held``: changes of known vehicles that wait for a second person; ``differing``:
    vehicles of which an authority that comes first says something else."""

    new: int
    changed: int
    same: int
    held: int
    differing: int
    rejected: list[Rejected]


def enter_vehicles(
    rows: Sequence[tuple[int, Mapping[str, str]]],
    caller: Caller,
    now: datetime,
    seen: Seen,
    *,
    evidence: str = "",
    reason: str = "",
) -> Entered:
    """Enter ``(row number, row)``. New vehicles and harmless changes go in at once; a change of what gates ask of a
    known vehicle (by VIN, or by plate while the VIN is not known) waits for a second person.

    ``evidence``: under which hash the list is kept; ``reason``: why known vehicles change."""
    require_register(caller)
    today = day_of(now)
    law = registers.law_at(today, caller.place)
    good, rejected = _read(rows, law, seen)
    with writing(now, caller, by_key=True) as ledger:
        of = Listing(source_of(caller), _speaks_for(caller), today, evidence, law)
        block = Block(ledger, good, of, reason)
        block.apply()
        rejected += [Rejected(row.number, _UNCLEAR.format(row.plate)) for row in block.unclear]
        ledger.note(
            "import",
            "vehicles",
            {
                "list": evidence,
                "rows": [rows[0][0], rows[-1][0]] if rows else [],
                "new": len(block.new),
                "changed": len(block.changed),
                "held": block.held,
                "differing": block.differing,
                "rejected": len(rejected),
                "plates_changed": len(block.plates),
            },
        )
    return Entered(len(block.new), len(block.changed), block.same, block.held, block.differing, rejected)


def require_register(caller: Caller) -> None:
    """Only departments that keep the register, and the operator, enter lists of vehicles."""
    if caller.kind != "system":
        require_kind(caller, PartyKind.POLICE, PartyKind.ENVIRONMENT)


def _speaks_for(caller: Caller) -> str:
    """The party under which differences are found: of what the operator loads, the police's."""
    if caller.kind != "system":
        return caller.party_code
    police = Party.objects.filter(kind=PartyKind.POLICE).order_by("id").first()
    return police.code if police else caller.party_code


def remember_vehicles(rows: Sequence[Mapping[str, str]], now: datetime, seen: Seen) -> None:
    """Rows entered before an interruption, so that a later row that repeats one is still found."""
    _read([(0, row) for row in rows], registers.law_at(day_of(now), "000000"), seen)


def _read(
    rows: Sequence[tuple[int, Mapping[str, str]]], law: Law, seen: Seen
) -> tuple[list[VehicleRow], list[Rejected]]:
    good: list[VehicleRow] = []
    rejected: list[Rejected] = []
    days = Days.of(law)
    for number, row in rows:
        try:
            require_whole(row)
            entry = read_vehicle_row(number, row, days)
        except Refusal as refusal:
            rejected.append(Rejected(number, f"{refusal.code}: {refusal.text.zh}"))
            continue
        if entry.vin and not seen.add(entry.vin):
            rejected.append(Rejected(number, f"duplicate-in-file: VIN {entry.vin} 在本文件中已出现过"))
        elif (
            entry.plate
            and STATUS_AFTER.get(entry.status, entry.status or "active") == "active"
            and not (seen.add(f"P{entry.plate}"))
        ):
            rejected.append(Rejected(number, f"duplicate-in-file: 号牌 {entry.plate} 在本文件中已出现过"))
        else:
            good.append(entry)
    return good, rejected
