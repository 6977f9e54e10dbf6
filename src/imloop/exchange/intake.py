"""Every upload comes through here: keep the bytes, decode them, run the step. Used by the API, the pages and the
simulator.

What needs no database (hash, decode, judge) is done before the write lock is taken.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any

import msgspec
from django.db import InterfaceError, OperationalError

from imloop.exchange.decode_check import decode_check
from imloop.exchange.decode_redemption import decode_redemption
from imloop.exchange.decode_repair import decode_repair
from imloop.exchange.read_aside import Aside
from imloop.exchange.read_test import judged
from imloop.exchange.together import Together
from imloop.facts.refusal import Refusal
from imloop.facts.text import Text
from imloop.steps.access import Caller, require_kind
from imloop.steps.keep_raw import keep_raw, keep_refusal, raw_of
from imloop.steps.ledger import Ledger, writing
from imloop.steps.receipts import Receipt
from imloop.steps.receive_check import receive_check
from imloop.steps.receive_repair import receive_repair
from imloop.steps.receive_test import receive_test
from imloop.steps.redeem_voucher import redeem_voucher
from imloop.steps.station_facts import StationFacts, facts_by
from imloop.store.models import PartyKind, RawUpload
from imloop.store.prepared import fetch_one
from imloop.store.sealed import seal
from imloop.store.seats import seated, standing


def take_test(body: bytes, caller: Caller, now: datetime, dialect: str = "") -> Receipt:
    """A test upload, in ``dialect`` where the sender names one. Idempotent; raises ``Refusal`` after the bytes, as they
    came, and the reason were kept."""
    require_kind(caller, PartyKind.ISTATION)
    return _alone(read_test(body, caller, now, dialect))


def take_test_together(body: bytes, caller: Caller, now: datetime, dialect: str = "") -> Receipt:
    """The same for a server's threads: tests that arrive together are written in one transaction, and decoded by the
    reading process where there is one. A thread that waits for its turn holds no database connection."""
    require_kind(caller, PartyKind.ISTATION)
    with standing():
        return _together(_read_aside(body, caller, now, dialect) or _read_here(body, caller, now, dialect))


def _read_aside(body: bytes, caller: Caller, now: datetime, dialect: str) -> Upload | None:
    found = aside(body, caller.place, dialect)
    if found is None:
        return None
    return Upload(raw_of(found.sealed, "test", now), caller, now, found.judged, receive_test)


def _read_here(body: bytes, caller: Caller, now: datetime, dialect: str) -> Upload:
    with _READING, seated():
        return read_test(body, caller, now, dialect)


def take_repair(body: bytes, caller: Caller, now: datetime, dialect: str = "") -> Receipt:
    """A repair upload, in ``dialect`` where the sender names one; otherwise as ``take_test``."""
    require_kind(caller, PartyKind.MSTATION)
    return _alone(_read("repair", body, caller, now, partial(decode_repair, dialect=dialect), receive_repair))


def take_check(body: bytes, caller: Caller, now: datetime) -> Receipt:
    """A self-check upload. Idempotent; raises ``Refusal`` after the bytes and the reason were kept."""
    require_kind(caller, PartyKind.ISTATION)
    return _alone(_read("check", body, caller, now, decode_check, receive_check))


def take_redemption(body: bytes, caller: Caller, now: datetime) -> Receipt:
    """A used voucher. Idempotent; raises ``Refusal`` after the bytes and the reason were kept."""
    require_kind(caller, PartyKind.ISTATION)
    return _alone(_read("redemption", body, caller, now, decode_redemption, redeem_voucher))


def read_test(body: bytes, caller: Caller, now: datetime, dialect: str = "") -> Upload:
    """A test upload of an I-station before the write lock: hashed, decoded, judged."""
    decode = partial(judged, place=caller.place, dialect=dialect)
    return _read("test", body, caller, now, decode, receive_test)


@dataclass(frozen=True, slots=True)
class Upload:
    """``message``: as decoded, or why it could not be."""

    raw: RawUpload
    caller: Caller
    now: datetime
    message: Any
    receive: Callable[[Ledger, RawUpload, Any], Receipt]


def _read(
    kind: str,
    body: bytes,
    caller: Caller,
    now: datetime,
    decode: Callable[[bytes], object],
    receive: Callable[[Ledger, RawUpload, Any], Receipt],
) -> Upload:
    message: object
    try:
        message = decode(body)
    except Exception as error:
        message = error
    return Upload(raw_of(seal(body), kind, now), caller, now, message, receive)


def _alone(upload: Upload) -> Receipt:
    (outcome,) = _in_one([upload], _in_parts)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def write(uploads: Sequence[Upload]) -> list[Receipt | Exception]:
    """One transaction; the receipt of each, or why there is none.

    Nearly all are accepted, so they share the transaction without savepoints; when one is refused after all, everything
    is rolled back and done again with a savepoint each."""
    if not any(isinstance(upload.message, Exception) for upload in uploads):
        with contextlib.suppress(_NotTaken):
            return _in_one(uploads, _straight)
    return _in_one(uploads, _in_parts)


def _write(uploads: Sequence[Upload]) -> list[Receipt | Exception]:
    with seated():
        return write(uploads)


def _in_one(
    uploads: Sequence[Upload], take: Callable[[Ledger, Upload], Receipt | Exception]
) -> list[Receipt | Exception]:
    first = uploads[0]
    with writing(first.now, first.caller) as ledger:
        return [_settle(ledger.beside(upload.now, upload.caller), upload, take) for upload in uploads]


_READING = Lock()
"""Reading uploads in this process needs the processor, and Python's threads share one: more readers at a time would
only keep other calls waiting."""
aside = Aside()
"""Started by a server that has a processor to spare."""
_together = Together(_write)


class _NotTaken(Exception):
    """An upload was refused, and there is no savepoint to undo it alone."""


def _settle(
    ledger: Ledger, upload: Upload, take: Callable[[Ledger, Upload], Receipt | Exception]
) -> Receipt | Exception:
    """Either way the bytes are kept."""
    raw, caller = upload.raw, upload.caller
    sender, known = _look(raw, caller)
    if known is not None:
        return known
    keep_raw(raw, sender.party)
    ledger.sender = sender
    return take(ledger, upload)


def _straight(ledger: Ledger, upload: Upload) -> Receipt:
    try:
        return _receive(ledger, upload)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        raise _NotTaken from error


def _in_parts(ledger: Ledger, upload: Upload) -> Receipt | Exception:
    raw = upload.raw
    try:
        with ledger.attempt():
            return _receive(ledger, upload)
    except Refusal as refusal:
        keep_refusal(ledger, raw, refusal)
        return refusal
    except (OperationalError, InterfaceError):  # the database cannot keep anything: nothing is promised
        raise
    except Exception as error:  # our own fault: the bytes are evidence all the same
        keep_refusal(ledger, raw, Refusal("internal-error", Text("平台内部错误。", "Internal error.")))
        return error


def _receive(ledger: Ledger, upload: Upload) -> Receipt:
    if isinstance(upload.message, Exception):
        raise upload.message
    return upload.receive(ledger, upload.raw, upload.message)


_FIRST = """
SELECT p.id, s.token, (SELECT k.{answer} FROM store_rawupload r JOIN {kept} k ON k.raw_id = r.id
 WHERE r.sha256 = %s AND r.kind = %s AND r.refused = '' AND r.party_id = p.id)
FROM store_party p LEFT JOIN store_stationtoken s ON s.party_id = p.id WHERE p.code = %s
"""
_KEPT = {
    "test": _FIRST.format(kept="store_test", answer="receipt"),
    "repair": _FIRST.format(kept="store_repair", answer="receipt"),
    "check": _FIRST.format(kept="store_equipmentcheck", answer="answer"),
    "redemption": _FIRST.format(kept="store_paperunlock", answer="receipt"),
}


def _look(raw: RawUpload, caller: Caller) -> tuple[StationFacts, Receipt | None]:
    """What is known of the sender, and the first receipt, if exactly these bytes were accepted before."""
    found = fetch_one(_KEPT[raw.kind], [raw.sha256, raw.kind, caller.party_code])
    assert found is not None, "a caller is a party's"
    party_id, token, answer = found
    known = None if answer is None else Receipt(False, msgspec.json.decode(answer))
    return facts_by(party_id, token or ""), known
