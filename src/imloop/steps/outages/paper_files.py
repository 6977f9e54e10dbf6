"""Photographs of the papers that a retest was based on: the notice, and the settlement list or the certificate (A9).

Whoever saw or wrote the paper may hand one in, with the unlock or at any time later. None is needed for the retest:
what is missing is shown as missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from imloop.facts.pictures import media_type
from imloop.facts.refusal import Malformed, Unknown
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.files import keep
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.outages import unlock_texts
from imloop.steps.outages.known_outages import DECLARERS
from imloop.steps.outages.unlock_texts import PAPERS
from imloop.store.models import Attachment, PaperUnlock, PartyKind

GIVERS = (PartyKind.ISTATION, PartyKind.MSTATION, *DECLARERS)
"""The station that saw the paper, the repairer that wrote it, the operator it was sent to."""


@dataclass(frozen=True, slots=True)
class Photograph:
    """``paper``: one of ``unlock_words.PAPERS``."""

    paper: str
    name: str
    body: bytes


def check_photographs(files: Sequence[Photograph]) -> None:
    """Refuse files that could not be stored, before anything else is done."""
    for file in files:
        if file.paper not in PAPERS:
            known = " ".join(PAPERS)
            raise Malformed(
                "wrong-value",
                Text(f"没有这种材料：{file.paper}（{known}）。", f"No such paper: {file.paper} ({known})."),
                at="paper",
            )
        media_type(file.body)


def keep_photographs(ledger: Ledger, row: PaperUnlock, files: Sequence[Photograph]) -> list[Attachment]:
    """Runs inside the caller's transaction."""
    return [
        keep(
            ledger,
            Attachment(unlock=row, paper=file.paper),
            row.files.filter(paper=file.paper),
            row.unlock_no,
            file.name,
            file.body,
        )
        for file in files
    ]


def set_aside(ledger: Ledger, files: Sequence[Photograph]) -> list[int]:
    """Kept by themselves until it is known what they belong to; their keys."""
    nothing = Attachment.objects.none()
    return [
        keep(ledger, Attachment(paper=file.paper), nothing, file.paper, file.name, file.body).pk
        for file in files
    ]


def take_up(ledger: Ledger, row: PaperUnlock, keys: Sequence[int]) -> None:
    """What was set aside belongs to the unlock."""
    files = [
        Photograph(kept.paper, kept.name, bytes(kept.body)) for kept in Attachment.objects.filter(pk__in=keys)
    ]
    keep_photographs(ledger, row, files)


def attach_photographs(
    caller: Caller, unlock_no: str, files: Sequence[Photograph], now: datetime
) -> list[Attachment]:
    """Add to an unlock of one's own, before or after its repair was matched."""
    require_kind(caller, *GIVERS)
    check_photographs(files)
    with writing(now, caller) as ledger:
        row = unlock_texts.unlocks(caller).filter(unlock_no=unlock_no).first()
        if row is None:
            raise unlock_texts.unknown(unlock_no)
        return keep_photographs(ledger, row, files)


def photograph(caller: Caller, unlock_no: str, digest: str, now: datetime) -> Attachment:
    """One file, for everyone who may see the unlock. The look is journalled: the paper names owner and vehicle."""
    with writing(now, caller, by_key=True) as ledger:
        row = unlock_texts.unlocks(caller).filter(unlock_no=unlock_no).first()
        found = row.files.filter(sha256=digest).first() if row is not None else None
        if row is None or found is None:
            raise Unknown("unknown-file", Text("没有这个文件。", "There is no such file."))
        ledger.note("looked-up", row.unlock_no, {"kind": "paper", "sha256": found.sha256})
    return found
