"""A record of a spot check: its bytes are kept, it is kept or refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from imloop.exchange.decode_spot_checks import decode_spot_check
from imloop.facts.records.spot_check import SpotCheck
from imloop.facts.refusal import Refusal
from imloop.steps.ground.access import Caller
from imloop.steps.ground.keep_raw import raw_of
from imloop.steps.ground.ledger import writing
from imloop.steps.spot_checks.receive_check import Received, receive_message, require_sender
from imloop.store.hashed_bytes import seal

Shown = TypeVar("Shown")


def take_spot_check(body: bytes, caller: Caller, now: datetime, show: Callable[[Received], Shown]) -> Shown:
    """``imloop.spot-check/1``. Idempotent; raises ``Refusal`` after the bytes and the reason were kept. What is shown
    of the record is of the moment in which it was kept."""
    require_sender(caller)
    found: SpotCheck | Refusal
    try:
        found = decode_spot_check(body)
    except Refusal as refusal:
        found = refusal
    raw = raw_of(seal(body), "spotcheck", now)
    with writing(now, caller) as ledger:
        kept = receive_message(ledger, raw, found)
        if not isinstance(kept, Refusal):
            return show(kept)
    raise kept
