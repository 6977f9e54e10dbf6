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
    before = {kind: _bodies(f"change-{kind}", "held") for kind in ("proposed", "confirmed", "rejected")}
    yield from faults_of(
        Proposal.objects.order_by("pk"),
        lambda row: (
            _before(row, before, decided) if "held" in row.body else _proposal(row, proposed, decided)
        ),
    )
    yield from (f"proposal {number} is gone" for number in proposed)
    yield from (f"change {number} of the register is gone" for number in before["proposed"])


_Bodies = dict[int, dict[str, Any]]


def _proposal(row: Proposal, proposed: _Bodies, decided: dict[Proposal.State, _Bodies]) -> Iterator[str]:
    said = proposed.pop(row.pk, None)
    if said is None or (said["kind"], said["body"], said["reason"]) != (row.kind, row.body, row.reason):
        yield f"proposal {row.pk} is not what the journal says"
    for state, bodies in decided.items():
        if (row.pk in bodies) != (row.state == state):
            yield f"proposal {row.pk} was not decided as the journal says"


def _before(
    row: Proposal, before: dict[str, _Bodies], decided: dict[Proposal.State, _Bodies]
) -> Iterator[str]:
    """One from when changes of the register had a list of their own: the journal knows it by its number there."""
    number = row.body["held"]
    said = before["proposed"].pop(number, None)
    if said is None or (said["fields"], said["reason"]) != (row.body["fields"], row.reason):
        yield f"change {number} of the register is not what the journal says"
    for state, bodies in decided.items():
        if (row.pk in bodies or number in before.get(str(state), {})) != (row.state == state):
            yield f"change {number} of the register was not decided as the journal says"


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
