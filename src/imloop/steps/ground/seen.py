"""One way in which a look leaves its trace where no single object is opened: gates, lists, papers by number, messages,
files that leave the house. The row is kept before the answer is given.

Looks stand beside the journal, not in it, so that a question does not wait for whoever writes; each batch of them
enters the journal as one digest (``steps/journal/looks.py``), from which on a row that is changed or gone is found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from imloop.facts.identifiers import signs
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import canonical, one_writer
from imloop.store.models import Look, LookedVehicle
from imloop.store.statements import fetch_all, insert, insert_all

_TURN = 0x6C6F6F6B
"""Of PostgreSQL's advisory locks: shared by who enters a look, alone for who seals them."""
_MOST_WORDS = 200
_HASHED = ("at", "door", "actor", "key", "asked", "purpose", "body")


class Door(StrEnum):
    """Where a look was taken; ``steps/ground/texts.py`` has the words."""

    MARK = "gate-inspection-mark"
    CYCLE = "gate-inspection-cycle"
    REGISTRATION = "gate-registration"
    ROAD = "gate-road"
    PERMIT = "gate-retest-permit"
    RECEPTION = "gate-reception"
    NOTICE = "notice"
    FEED = "feed"
    STREAM = "feed-stream"
    APPOINTMENTS = "appointments"
    EXPORT = "export"
    BACKUP = "backup"
    JOURNAL = "journal-export"
    REPLAY = "courier-replay"
    LIST = "list"


def seen(
    caller: Caller,
    door: Door,
    vehicles: Iterable[int] = (),
    *,
    purpose: str = "",
    asked: str = "",
    more: Mapping[str, object] | None = None,
) -> None:
    """Keep that ``caller`` sees these vehicles (their keys) through a door, before they do. ``asked``: what was typed,
    of which only a keyed hash is kept; ``more``: what else says how much it was, as ``{"messages": 40}``."""
    shown = sorted(set(vehicles))
    row = Look(
        at=clock.now().isoformat(),
        door=door,
        actor=caller.actor,
        key=caller.key,
        purpose=purpose[:_MOST_WORDS],
        asked=asked_hash(asked) if asked else "",
        body=canonical({**(more or {}), "vehicles": shown}),
    )
    row.hash = hash_of(row)
    with _turn(), transaction.atomic():
        if connection.vendor == "postgresql":
            fetch_all("SELECT pg_advisory_xact_lock_shared(%s)", [_TURN])
        insert(row)
        insert_all([LookedVehicle(look_id=row.pk, vehicle_id=key) for key in shown])


def listed(caller: Caller, name: str, vehicles: Iterable[int | None], *, asked: str = "") -> None:
    """A page of a list, one look for all that stand on it; None: a row whose vehicle is not known. An empty page tells
    of nobody, unless somebody was searched for. ``asked``: the search."""
    rows = list(vehicles)
    if rows or asked:
        more = {"list": name, "rows": len(rows)}
        seen(caller, Door.LIST, [key for key in rows if key is not None], asked=asked, more=more)


def asked_hash(text: str) -> str:
    """The same for each way of writing a plate or VIN, so that the supervisor finds it again. Keyed: of a plain hash
    one could try every plate."""
    return salted_hmac("imloop.looks", signs(text) or text.strip(), algorithm="sha256").hexdigest()[:32]


def hash_of(row: Look) -> str:
    """Of everything the row says, as canonical JSON."""
    return hashlib.sha256(canonical([str(getattr(row, name)) for name in _HASHED]).encode()).hexdigest()


def wait_for_looks() -> None:
    """For who seals them, inside a transaction: afterwards nobody enters a look with a lower number."""
    if connection.vendor == "postgresql":
        fetch_all("SELECT pg_advisory_xact_lock(%s)", [_TURN])


def _turn() -> AbstractContextManager[object]:
    """SQLite has one writer: threads of a process wait in turn, as the database only tries again."""
    return one_writer() if connection.vendor == "sqlite" else nullcontext()
