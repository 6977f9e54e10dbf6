"""One way in which a look leaves its trace where no single object is opened: gates, lists, papers by number, messages,
files that leave the house. It is kept before the answer is given: as a row, or while serving as a line of a file that
becomes a row within a second or two (``look_log.py``).

Looks stand beside the journal, not in it, so that a question does not wait for whoever writes; each batch of them
enters the journal as one digest (``steps/journal/looks.py``), from which on a row that is changed or gone is found.

What renews itself leaves one look an hour, not one a poll: a list for each person, list, search and vehicle
(``listed``), an open stream for each caller (``listens``). The hours are those of the clock, so no look reaches into
another day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Any

import msgspec
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from imloop.facts.identifiers import signs
from imloop.steps.ground import clock, look_log
from imloop.steps.ground.access import Caller
from imloop.steps.ground.ledger import canonical, one_writer
from imloop.store.models import Look, LookedVehicle
from imloop.store.statements import fetch_all, insert_values

LEADS_ON = "leads_on"
"""In a look's body."""
_TURN = 0x6C6F6F6B
"""Of PostgreSQL's advisory locks: shared by who enters a look, alone for who seals them."""
_MOST_WORDS = 200
_AT, _BODY, _HASH = (look_log.FIELDS.index(name) for name in ("at", "body", "hash"))
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
    OWNER = "owner-door"
    RECORD = "duty-record"


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
    said = {
        "at": clock.now().isoformat(),
        "door": str(door),
        "actor": caller.actor,
        "key": caller.key,
        "purpose": purpose[:_MOST_WORDS],
        "asked": asked_hash(asked) if asked else "",
        "body": canonical({**(more or {}), "vehicles": shown}),
    }
    said["hash"] = _hash(said)
    line = [said[name] for name in look_log.FIELDS]
    if log := look_log.running():
        log.add(line)
    else:
        _keep([line])


def enter_lines(lines: Sequence[look_log.Line], *, again: bool) -> None:
    """Make rows of the log's lines. ``again``: some may have become rows before; those of a known hash are left out."""
    new = {line[_HASH]: line for line in lines}
    if again:
        since = min(line[_AT] for line in lines)
        for known in Look.objects.filter(at__gte=since, hash__in=list(new)).values_list("hash", flat=True):
            del new[known]
    _keep(list(new.values()))


def _keep(lines: Sequence[look_log.Line]) -> None:
    with _turn(), transaction.atomic():
        if connection.vendor == "postgresql":
            fetch_all("SELECT pg_advisory_xact_lock_shared(%s)", [_TURN])
        looks = insert_values(Look, look_log.FIELDS, lines)
        shown = [
            (look, key)
            for look, line in zip(looks, lines, strict=True)
            for key in msgspec.json.decode(line[_BODY])["vehicles"]
        ]
        insert_values(LookedVehicle, ("look", "vehicle"), shown)


def listed(
    caller: Caller, name: str, vehicles: Iterable[int | None], *, asked: str = "", leads_on: bool = False
) -> None:
    """A department's page of a list, one look for all that stand on it; what stands on a station's lists is its own.
    None: a row whose vehicle is not known. An empty page tells of nobody, unless somebody was searched for. ``asked``:
    the search, and ``leads_on`` where it found one thing alone and goes on to it: both are one look to the owner. What
    the caller saw on the same list within the hour is not entered again."""
    rows = list(vehicles)
    if not caller.is_department or not (rows or asked):
        return
    before = [body for body in _this_hour(caller, Door.LIST, asked) if body["list"] == name]
    known = {key for body in before for key in body["vehicles"]}
    new = {key for key in rows if key is not None} - known
    if new or not before:
        more = {"list": name, "rows": len(rows), **({LEADS_ON: True} if leads_on else {})}
        seen(caller, Door.LIST, new, asked=asked, more=more)


def listens(caller: Caller, after: int) -> None:
    """An open stream: the caller is told all that its party hears after this sequence, until the hour is over."""
    if not any(body["after"] <= after for body in _this_hour(caller, Door.STREAM)):
        seen(caller, Door.STREAM, more={"after": after})


def _this_hour(caller: Caller, door: Door, asked: str = "") -> Iterator[dict[str, Any]]:
    """Bodies of the caller's looks through a door since the clock struck; those on their way to a row are not
    waited for."""
    since = clock.now().replace(minute=0, second=0, microsecond=0).isoformat()
    rows = Look.objects.filter(actor=caller.actor, at__gte=since, key=caller.key, door=door)
    for body in rows.filter(asked=asked_hash(asked) if asked else "").values_list("body", flat=True):
        yield msgspec.json.decode(body)


def asked_hash(text: str) -> str:
    """The same for each way of writing a plate or VIN, so that the supervisor finds it again. Keyed: of a plain hash
    one could try every plate."""
    return salted_hmac("imloop.looks", signs(text) or text.strip(), algorithm="sha256").hexdigest()[:32]


def hash_of(row: Look) -> str:
    """Of everything the row says, as canonical JSON."""
    return _hash({name: getattr(row, name) for name in _HASHED})


def _hash(said: Mapping[str, str]) -> str:
    return hashlib.sha256(canonical([said[name] for name in _HASHED]).encode()).hexdigest()


def wait_for_looks() -> None:
    """For who seals them, inside a transaction: afterwards nobody enters a look with a lower number."""
    if connection.vendor == "postgresql":
        fetch_all("SELECT pg_advisory_xact_lock(%s)", [_TURN])


def _turn() -> AbstractContextManager[object]:
    """SQLite has one writer: threads of a process wait in turn, as the database only tries again."""
    return one_writer() if connection.vendor == "sqlite" else nullcontext()
