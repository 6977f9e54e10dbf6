"""A finding becomes a proceeding about its party: opened like any other, with the finding's evidence in its file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from imloop.matters import Kind as Proceeding
from imloop.steps.findings.lookups import finding, kind_of_party
from imloop.steps.findings.resolve_finding import decide
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import alone, writing
from imloop.steps.leads.attach_lead import require_same
from imloop.steps.leads.evidence_of import evidence_of
from imloop.steps.leads.pieces import keep_pieces, pieces_of
from imloop.store.models import Finding, Matter, PartyKind

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
        require_same(row, matter)
        pieces = list(pieces_of(row, evidence_of(caller, row)))
        decide(ledger, row, Finding.Outcome.PROCEEDING, matter.matter_no, {"matter": matter.matter_no})
        keep_pieces(ledger, matter, row, pieces)


def kinds_for(caller: Caller, row: Finding) -> list[Proceeding]:
    """What the caller may open about the finding's party."""
    subject = kind_of_party(row)
    return [
        kind
        for kind, (offices, subjects) in _OPENED.items()
        if caller.kind in offices and subject in subjects
    ]
