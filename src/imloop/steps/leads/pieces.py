"""What a finding brings into a file: itself, its tests and repairs with the photographs of those, what people added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from imloop.steps.ground.ledger import Ledger
from imloop.steps.leads.evidence_of import LeadEvidence
from imloop.steps.repairs.repair_files import files_of
from imloop.store.models import Evidence, Finding, Matter

Kind = Evidence.Kind


class Piece(NamedTuple):
    kind: str
    reference: str
    sha256: str
    words: str


def pieces_of(row: Finding, found: LeadEvidence) -> Iterator[Piece]:
    """The finding first."""
    yield Piece(Kind.FINDING, str(row.pk), "", str(row.data["text"])[:400])
    for test in found.tests:
        yield Piece(Kind.TEST, f"{test.station.code}/{test.test_no}", test.raw.sha256, "")
    for repair in dict.fromkeys([*found.repairs, *(each for _, others in found.serials for each in others)]):
        name = f"{repair.shop.code}/{repair.repair_no}"
        yield Piece(Kind.REPAIR, name, repair.raw.sha256, "")
        for file in files_of(repair):
            yield Piece(Kind.FILE, f"/repairs/{name}/files/{file.sha256}", file.sha256, file.name)
    for file in found.files:
        yield Piece(Kind.FILE, f"/findings/{row.pk}/files/{file.sha256}", file.sha256, file.name)
    for each in found.added:
        yield Piece(each.kind, each.reference, each.sha256, each.words)


def keep_pieces(ledger: Ledger, matter: Matter, row: Finding, pieces: Iterable[Piece]) -> list[Evidence]:
    """In the matter's file; what is there already stays there once."""
    there = set(matter.evidence.values_list("kind", "reference", "sha256"))
    fresh = [each for each in pieces if (each.kind, each.reference, each.sha256) not in there]
    kept = {"matter": matter, "finding": row, "added_at": ledger.now, "added_by": ledger.caller.actor[:80]}
    rows = [Evidence(**kept, **each._asdict()) for each in fresh]
    Evidence.objects.bulk_create(rows)
    body = {"finding": row.pk, "evidence": [each._asdict() for each in fresh]}
    ledger.note("evidence-carried", matter.matter_no, body)
    return rows
