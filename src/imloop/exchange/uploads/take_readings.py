"""A message of readings: its bytes are kept, each record is kept or refused by itself."""

from __future__ import annotations

from datetime import datetime

from imloop.exchange.decode_readings import decode_readings
from imloop.facts.records.reading import Reading
from imloop.facts.refusal import Refusal
from imloop.steps.ground.access import Caller
from imloop.steps.ground.keep_raw import raw_of
from imloop.steps.ground.ledger import writing
from imloop.steps.remote_sensing.keep_readings import Kept, receive_message, require_sender
from imloop.store.hashed_bytes import seal

Found = list[tuple[int, Reading | Refusal]] | Refusal
"""Each record with its number, or why the message cannot be read."""


def take_readings(body: bytes, caller: Caller, now: datetime) -> Kept:
    """``imloop.readings/1``. Idempotent; raises ``Refusal`` after the bytes and the reason were kept."""
    require_sender(caller)
    found: Found
    try:
        found = decode_readings(body)
    except Refusal as refusal:
        found = refusal
    return take(body, found, caller, now)


def take(body: bytes, found: Found, caller: Caller, now: datetime) -> Kept:
    """The same for a message of another shape that was read."""
    require_sender(caller)
    raw = raw_of(seal(body), "readings", now)
    with writing(now, caller, by_key=True) as ledger:
        kept = receive_message(ledger, raw, found)
    if isinstance(kept, Refusal):
        raise kept
    return kept
