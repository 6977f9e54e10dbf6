"""What every look-up shares: the refusal, and the journal entry that says who looked at whose data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import alone, writing

Row = TypeVar("Row")
Shown = TypeVar("Shown")


def itself(row: Row) -> Row:
    """For ``look``, where what is shown never changes."""
    return row


def nothing_there(kind: str, name: str) -> Unknown:
    # The same words whether it does not exist or is not the caller's: nothing is revealed.
    return Unknown(
        f"unknown-{kind}",
        Text(f"没有找到 {name}，或无权查看。", f"{name} was not found, or is not yours to see."),
    )


def look(
    caller: Caller,
    kind: str,
    find: Callable[[], Row],
    name: Callable[[Row], str],
    show: Callable[[Row], Shown],
) -> Shown:
    """What ``show`` makes of the row that ``find`` finds: row, journal entry and answer are of one moment, as nobody
    else writes meanwhile. So ``show`` reads and shapes, and does nothing that takes long."""
    with writing(clock.now(), caller) as ledger:
        row = find()
        ledger.note("looked-up", name(row), {"kind": kind})
        return show(row)


def after(step: Callable[[], Row], show: Callable[[Row], Shown]) -> Shown:
    """What ``show`` makes of the row that a writing step leaves, or a look finds of which nothing is noted, before
    anybody else writes: the answer is of one moment."""
    with alone():
        return show(step())
