"""What every look-up shares: the refusal, and the journal entry that says who looked at whose data."""

from __future__ import annotations

from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import writing


def nothing_there(kind: str, name: str) -> Unknown:
    # The same words whether it does not exist or is not the caller's: nothing is revealed.
    return Unknown(
        f"unknown-{kind}",
        Text(f"没有找到 {name}，或无权查看。", f"{name} was not found, or is not yours to see."),
    )


def journal_look(caller: Caller, kind: str, subject: str) -> None:
    with writing(clock.now(), caller) as ledger:
        ledger.note("looked-up", subject, {"kind": kind})
