"""Compare kept lists of the register, and what two people decided, with the journal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import zstandard
from django.db.models import Q, QuerySet

from imloop.steps.journal.faults_of import faults_of
from imloop.store.models import HeldChange, JournalEntry, Proposal, RegisterFile

_BLOCK = 500
_DECIDED = {HeldChange.State.APPLIED: "change-confirmed", HeldChange.State.REJECTED: "change-rejected"}

_OF_TWO = (
    Proposal.State.CONFIRMED,
    Proposal.State.REJECTED,
    Proposal.State.WITHDRAWN,
    Proposal.State.LAPSED,
)
_OF_OPENINGS = {
    Proposal.State.CONFIRMED: "identity-allowed",
    Proposal.State.REJECTED: "identity-refused",
}


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


def held_changes() -> Iterator[str]:
    """Proposals that read otherwise than in the journal, and decisions that nobody made there."""
    proposed = _bodies("change-proposed")
    decided = {state: _bodies(kind) for state, kind in _DECIDED.items()}
    yield from faults_of(HeldChange.objects.order_by("pk"), lambda row: _change(row, proposed, decided))
    yield from (f"change {number} of the register is gone" for number in proposed)


def proposals() -> Iterator[str]:
    """Acts of two persons that read otherwise than in the journal, and decisions that nobody made there."""
    proposed = {**_bodies("proposed", "proposal"), **_bodies("broke-glass", "proposal")}
    decided = {state: _bodies(f"proposal-{state}", "proposal") for state in _OF_TWO}
    kept, before = Proposal.objects.order_by("pk"), Q(body__has_key="opening")
    yield from faults_of(kept.exclude(before), lambda row: _proposal(row, row.pk, proposed, decided))
    yield from (f"proposal {number} is gone" for number in proposed)
    yield from _openings(kept.filter(before))


def _openings(rows: QuerySet[Proposal]) -> Iterator[str]:
    """Of before there was one mechanism for two persons: requests to read who reported, by their own numbers."""
    asked = {
        number: {"kind": "reporter", "body": {"opening": number}, "reason": body["reason"]}
        for number, body in _bodies("identity-asked", "opening").items()
    }
    decided = {state: _bodies(kind, "opening") for state, kind in _OF_OPENINGS.items()}
    yield from faults_of(rows, lambda row: _proposal(row, row.body["opening"], asked, decided))
    yield from (f"request {number} to read who reported is gone" for number in asked)


def _proposal(
    row: Proposal, number: int, proposed: _Bodies, decided: dict[Proposal.State, _Bodies]
) -> Iterator[str]:
    said = proposed.pop(number, None)
    if said is None or (said["kind"], said["body"], said["reason"]) != (row.kind, row.body, row.reason):
        yield f"proposal {row.pk} is not what the journal says"
    for state, bodies in decided.items():
        if (number in bodies) != (row.state == state):
            yield f"proposal {row.pk} was not decided as the journal says"


_Bodies = dict[int, dict[str, object]]


def _change(row: HeldChange, proposed: _Bodies, decided: dict[HeldChange.State, _Bodies]) -> Iterator[str]:
    said = proposed.pop(row.pk, None)
    if said is None or (said["fields"], said["reason"]) != (row.fields, row.reason):
        yield f"change {row.pk} of the register is not what the journal says"
    for state, bodies in decided.items():
        if (row.pk in bodies) != (row.state == state):
            yield f"change {row.pk} of the register was not decided as the journal says"


def _bodies(kind: str, number: str = "held") -> dict[int, dict[str, object]]:
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
