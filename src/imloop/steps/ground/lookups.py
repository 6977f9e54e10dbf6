"""What every look-up shares: the refusal, and the journal entry that says who looked at whose data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, connections, transaction
from django.db.models import Q

from imloop.facts.days import midnight
from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller, place_prefix
from imloop.steps.ground.ledger import alone, writing

Row = TypeVar("Row")
Shown = TypeVar("Shown")


def within_days(field: str, since: date | None, until: date | None) -> Q:
    """Rows whose moment lies in these days of China, both included; None: no end there."""
    found = Q()
    if since is not None:
        found &= Q(**{f"{field}__gte": midnight(since)})
    if until is not None:
        found &= Q(**{f"{field}__lt": midnight(until + timedelta(days=1))})
    return found


def within_place(field: str, place: str) -> Q:
    """Rows of a place and of all it covers; without one, all."""
    return Q(**{f"{field}__startswith": place_prefix(place)}) if place else Q()


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
    now: datetime | None = None,
) -> Shown:
    """What ``show`` makes of the row that ``find`` finds: row, journal entry and answer are of one moment, as nobody
    else writes meanwhile. So ``show`` reads and shapes, and does nothing that takes long. ``now``: None: by the
    clock."""
    with writing(now or clock.now(), caller, by_key=True) as ledger:
        row = find()
        ledger.note("looked-up", name(row), {"kind": kind})
        return show(row)


def after(step: Callable[[], Row], show: Callable[[Row], Shown]) -> Shown:
    """What ``show`` makes of the row that a writing step leaves, or a look finds of which nothing is noted, before
    anybody else writes: the answer is of one moment."""
    with alone():
        return show(step())


@contextmanager
def snapshot() -> Iterator[None]:
    """All that is read within is of one moment, and nobody waits for it. Nothing can be written. Within a step it
    is the step's moment."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with _only_reading():
            yield


@contextmanager
def _only_reading() -> Iterator[None]:
    """SQLite: a transaction that begins without the write lock."""
    of: Any = connections["default"]
    of.ensure_connection()
    mode = of.transaction_mode
    with of.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
        of.transaction_mode = None
        try:
            with transaction.atomic():
                of.transaction_mode = mode
                yield
        finally:
            of.transaction_mode = mode
            cursor.execute("PRAGMA query_only = OFF")
