"""The one door for uploads: keep the bytes, read them, take them in. Used by the API, the desks and the simulator."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from imloop.exchange.decode_check import decode_check
from imloop.exchange.decode_repair import decode_repair
from imloop.exchange.decode_test import decode_test
from imloop.facts.refusal import Refusal
from imloop.facts.text import Text
from imloop.steps.access import Caller, require_kind
from imloop.steps.keep_raw import keep_raw, keep_refusal
from imloop.steps.ledger import Ledger, writing
from imloop.steps.receipts import Receipt
from imloop.steps.receive_check import receive_check
from imloop.steps.receive_repair import receive_repair
from imloop.steps.receive_test import receive_test
from imloop.store.models import PartyKind, RawUpload

R = TypeVar("R")


def take_test(body: bytes, caller: Caller, now: datetime, dialect: str = "") -> Receipt:
    """A test upload, in ``dialect`` where the sender names one. Idempotent; raises ``Refusal`` after the bytes, as they
    came, and the reason were kept."""
    require_kind(caller, PartyKind.ISTATION)
    return _take("test", body, caller, now, partial(decode_test, dialect=dialect), receive_test)


def take_repair(body: bytes, caller: Caller, now: datetime, dialect: str = "") -> Receipt:
    """A repair upload, in ``dialect`` where the sender names one; otherwise as ``take_test``."""
    require_kind(caller, PartyKind.MSTATION)
    return _take("repair", body, caller, now, partial(decode_repair, dialect=dialect), receive_repair)


def take_check(body: bytes, caller: Caller, now: datetime) -> Receipt:
    """A self-check upload. Idempotent; raises ``Refusal`` after the bytes and the reason were kept."""
    require_kind(caller, PartyKind.ISTATION)
    return _take("check", body, caller, now, decode_check, receive_check)


def _take(
    kind: str,
    body: bytes,
    caller: Caller,
    now: datetime,
    decode: Callable[[bytes], R],
    receive: Callable[[Ledger, RawUpload, R], Receipt],
) -> Receipt:
    known = _known(kind, body, caller)
    if known is not None:
        return known
    with writing(now, caller) as ledger:
        known = _known(kind, body, caller)  # again, now that the write lock is held
        if known is not None:
            return known
        raw = keep_raw(ledger, kind, body)
        try:
            with ledger.attempt():
                return receive(ledger, raw, decode(body))
        except Refusal as refusal:
            keep_refusal(ledger, raw, refusal)
            failed: Exception = refusal
        except Exception as error:  # our own fault: the bytes are evidence all the same
            keep_refusal(ledger, raw, Refusal("internal-error", Text("平台内部错误。", "Internal error.")))
            failed = error
    raise failed


_KEPT = {"check": "equipment_check"}
"""Relations of a raw upload that are not called like its kind."""


def _known(kind: str, body: bytes, caller: Caller) -> Receipt | None:
    """The first receipt, if exactly these bytes were accepted before."""
    relation = _KEPT.get(kind, kind)
    raw = (
        RawUpload.objects.filter(
            party__code=caller.party_code, kind=kind, sha256=hashlib.sha256(body).hexdigest(), refused=""
        )
        .select_related(relation)
        .first()
    )
    kept = getattr(raw, relation, None)
    return None if kept is None else Receipt(False, kept.receipt)
