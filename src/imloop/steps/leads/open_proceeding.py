"""A finding becomes a proceeding about its party: opened like any other, with the finding's evidence in its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.matters import Kind as Proceeding
from imloop.steps.findings.lookups import finding, kind_of_party, vehicle_of
from imloop.steps.findings.resolve_finding import decide
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import alone, writing
from imloop.steps.leads.evidence_of import LeadEvidence, evidence_of
from imloop.steps.repairs.repair_files import files_of
from imloop.store.models import Evidence, Finding, Matter, PartyKind

Kind = Evidence.Kind


_STATIONS = (PartyKind.ISTATION, PartyKind.MSTATION)
_OPENED: dict[Proceeding, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Proceeding.PENALTY: (
        (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET, PartyKind.POLICE),
        _STATIONS,
    ),
    Proceeding.SUSPENSION: ((PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET), _STATIONS),
    Proceeding.STRIKE_OFF: ((PartyKind.ENVIRONMENT, PartyKind.MARKET), (PartyKind.ISTATION,)),
    Proceeding.REVOCATION: (
        (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET),
        (PartyKind.MSTATION,),
    ),
}
"""Kind of proceeding → which departments open it, about which kinds of party."""


class Piece(NamedTuple):
    kind: str
    reference: str
    sha256: str
    words: str


def open_from_lead(caller: Caller, number: int, opening: Callable[[], Matter], now: datetime) -> Matter:
    """Both or neither: ``opening`` opens the matter, which must be about the finding's party or vehicle; the finding is
    decided by it, and what it rests on is put into the file with the hashes of the bytes."""
    with alone():
        matter = opening()
        carry(caller, number, matter.matter_no, now)
    return matter


def carry(caller: Caller, number: int, matter_no: str, now: datetime) -> None:
    """The finding is decided by a matter that was opened just now: the same transaction holds both."""
    with writing(now, caller) as ledger:
        row = finding(caller, number)
        matter = Matter.objects.select_related("party").get(matter_no=matter_no)
        _require_same(row, matter)
        pieces = list(_pieces(row, evidence_of(caller, row)))
        decide(ledger, row, Finding.Outcome.PROCEEDING, matter.matter_no, {"matter": matter.matter_no})
        kept = {"matter": matter, "finding": row, "added_at": now, "added_by": caller.actor[:80]}
        Evidence.objects.bulk_create(Evidence(**kept, **piece._asdict()) for piece in pieces)
        body = {"finding": row.pk, "evidence": [piece._asdict() for piece in pieces]}
        ledger.note("evidence-carried", matter.matter_no, body)


def kinds_for(caller: Caller, row: Finding) -> list[Proceeding]:
    """What the caller may open about the finding's party."""
    subject = kind_of_party(row)
    return [
        kind
        for kind, (offices, subjects) in _OPENED.items()
        if caller.kind in offices and subject in subjects
    ]


def _require_same(row: Finding, matter: Matter) -> None:
    about = vehicle_of(row)
    same = matter.party.code == row.station_code if matter.party else False
    if not same and (about is None or matter.vehicle_id != about.pk):
        raise Malformed(
            "wrong-value",
            Text(
                f"这条线索涉及 {row.station_code}，立案对象须是它。",
                f"This finding is about {row.station_code}: the proceeding must be, too.",
            ),
            at="party",
        )


def _pieces(row: Finding, found: LeadEvidence) -> Iterator[Piece]:
    """The finding itself, its tests and repairs with the photographs of those, and what people added."""
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
