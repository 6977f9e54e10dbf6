"""Compare kept lists of the register, and what two people decided, with the journal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import zstandard

from imloop.steps.journal.faults_of import faults_of
from imloop.store.models import JournalEntry, Proposal, RegisterFile

_BLOCK = 500
_OF_TWO = (
    Proposal.State.CONFIRMED,
    Proposal.State.REJECTED,
    Proposal.State.WITHDRAWN,
    Proposal.State.LAPSED,
)
_BEFORE = {
    "held": ("change of the register", "change-proposed", "change-confirmed", "change-rejected"),
    "opening": ("request to read who reported", "identity-asked", "identity-allowed", "identity-refused"),
}
"""Name of its number → what it was, and the entries about it."""


def lists() -> Iterator[str]:
    """Lists whose bytes are not what the journal says, are not in it, or are gone."""
    said = dict(JournalEntry.objects.filter(kind="list-kept").values_list("subject", "number"))
    for row in RegisterFile.objects.order_by("pk").iterator(chunk_size=1):
        number = said.pop(row.sha256, None)
        if number is None:
            yield f"list {row.sha256[:16]} is not in the journal"
        elif _hash_of(bytes(row.body)) != row.sha256:
            yield f"the bytes of list {row.sha256[:16]} are not those of entry {number}"
    yield from (f"list {digest[:16]} of entry {number} is gone" for digest, number in said.items())


def proposals() -> Iterator[str]:
    """Acts of two persons that read otherwise than in the journal, and decisions that nobody made there."""
    proposed = {**_bodies("proposed"), **_bodies("broke-glass")}
    decided = {state: _bodies(f"proposal-{state}") for state in _OF_TWO}
    before = [_Before(number, *said) for number, said in _BEFORE.items()]

    def faults(row: Proposal) -> Iterator[str]:
        for each in before:
            if each.number in row.body:
                return each.faults(row, decided)
        return _proposal(row, proposed, decided)

    yield from faults_of(Proposal.objects.order_by("pk"), faults)
    yield from (f"proposal {number} is gone" for number in proposed)
    for each in before:
        yield from (f"{each.name} {number} is gone" for number in each.proposed)


_Bodies = dict[int, dict[str, Any]]


def _proposal(row: Proposal, proposed: _Bodies, decided: dict[Proposal.State, _Bodies]) -> Iterator[str]:
    said = proposed.pop(row.pk, None)
    if said is None or (said["kind"], said["body"], said["reason"]) != (row.kind, row.body, row.reason):
        yield f"proposal {row.pk} is not what the journal says"
    for state, bodies in decided.items():
        if (row.pk in bodies) != (row.state == state):
            yield f"proposal {row.pk} was not decided as the journal says"


class _Before:
    """What two people decided when its subject had a list of its own: the journal knows it by its number there.
    ``number``: its name in bodies of the journal and of the proposal."""

    def __init__(self, number: str, name: str, proposed: str, confirmed: str, rejected: str) -> None:
        self.number, self.name = number, name
        self.proposed = _bodies(proposed, number)
        self._decided = {
            Proposal.State.CONFIRMED: _bodies(confirmed, number),
            Proposal.State.REJECTED: _bodies(rejected, number),
        }

    def faults(self, row: Proposal, decided: dict[Proposal.State, _Bodies]) -> Iterator[str]:
        number = row.body[self.number]
        said = self.proposed.pop(number, None)
        if said is None or (said.get("fields"), said["reason"]) != (row.body.get("fields"), row.reason):
            yield f"{self.name} {number} is not what the journal says"
        for state, bodies in decided.items():
            if (row.pk in bodies or number in self._decided.get(state, {})) != (row.state == state):
                yield f"{self.name} {number} was not decided as the journal says"


def _bodies(kind: str, number: str = "proposal") -> _Bodies:
    entries = JournalEntry.objects.filter(kind=kind).values_list("body", flat=True)
    found = (json.loads(body) for body in entries.iterator(_BLOCK))
    return {int(body[number]): body for body in found}


def _hash_of(frame: bytes) -> str:
    found = hashlib.sha256()
    try:
        with zstandard.ZstdDecompressor().stream_reader(frame) as parts:
            while part := parts.read(1 << 20):
                found.update(part)
    except zstandard.ZstdError:
        return ""
    return found.hexdigest()
