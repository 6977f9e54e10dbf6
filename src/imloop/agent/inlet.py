"""The one way in: bytes in any dialect are read, checked as far as the station can, and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

import msgspec

from imloop.agent.spool import Item, Kind, Spool, State
from imloop.exchange.decode_check import decode_check
from imloop.exchange.decode_repair import decode_repair
from imloop.exchange.decode_test import decode_test
from imloop.exchange.dialects import MessageKind, Reading, read
from imloop.exchange.dialects.maps import OURS

_DECODERS: dict[MessageKind, Callable[[bytes], object]] = {
    MessageKind.TEST: decode_test,
    MessageKind.REPAIR: decode_repair,
    MessageKind.CHECK: decode_check,
}


def take(
    spool: Spool,
    body: bytes,
    now: datetime,
    kind: MessageKind | None = None,
    dialect: str = "",
    file: str = "",
) -> tuple[Item, bool]:
    """Keep a message for sending; (item, whether it is new).

    ``kind``: what it must be, where the way in says so. Raises ``Malformed`` for what the platform could not read
    either, ``NotAllowed`` ``spool-full``; nothing is kept then.
    """
    reading = read(body, kind, dialect)
    converted = _converted(body, reading)
    _DECODERS[reading.kind](
        converted if reading.dialect.name == OURS else body
    )  # faults in the sender's words
    item, fresh = spool.put(
        Kind(reading.kind), body, now, converted=converted, dialect=reading.dialect.name, file=file
    )
    if item.state == State.REFUSED and spool.retry(item.id):
        item = spool.get(item.id) or item  # sent once more by hand: it is asked once more
    return item, fresh


def _converted(body: bytes, reading: Reading) -> bytes:
    """What is sent: our own JSON as it came; another dialect under our names, with its origin named beside."""
    if reading.dialect.name == OURS:
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            return msgspec.json.encode(reading.message)
        return body.removeprefix(b"\xef\xbb\xbf")
    source = {"dialect": reading.dialect.name, "sha256": hashlib.sha256(body).hexdigest()}
    return msgspec.json.encode({**reading.message, "source": source})
