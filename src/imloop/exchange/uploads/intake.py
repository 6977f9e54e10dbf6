"""Every upload comes through here: keep the bytes, decode them, run the step. Used by the API, the pages and the
simulator.

What needs no database (hash, decode, judge) is done before the write lock is taken.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any

from django.db import InterfaceError, OperationalError

from imloop.exchange.uploads.decode_check import decode_check
from imloop.exchange.uploads.decode_papers import decode_papers
from imloop.exchange.uploads.decode_redemption import decode_redemption
from imloop.exchange.uploads.decode_repair import decode_repair
from imloop.exchange.uploads.group_commit import GroupCommit
from imloop.exchange.uploads.read_upload import judge_message
from imloop.exchange.uploads.reader_process import ReaderProcess
from imloop.facts.refusal import Refusal
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.keep_raw import keep_raw, keep_refusal, raw_of
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.receipts import Receipt
from imloop.steps.inspections.receive_inspection import receive_test
from imloop.steps.lines.receive_check import receive_check
from imloop.steps.outages.redeem_voucher import redeem_voucher
from imloop.steps.repairs.claims import count_wrong_upload
from imloop.steps.repairs.receive_repair import receive_repair
from imloop.steps.repairs.station_papers import receive_papers
from imloop.steps.stations.known_sender import known_sender
from imloop.steps.stations.station_facts import StationFacts
from imloop.store.connection_pool import with_connection, without_connection
from imloop.store.hashed_bytes import seal
from imloop.store.models import PartyKind, RawUpload

Receive = Callable[[Ledger, RawUpload, Any, StationFacts], Receipt]
"""A step that takes a decoded message in, from a sender whose standing is known."""


def take_test(body: bytes, caller: Caller, now: datetime, dialect: str = "") -> Receipt:
    """A test upload, in ``dialect`` where the sender names one. Idempotent; raises ``Refusal`` after the bytes, as they
    came, and the reason were kept."""
    require_kind(caller, PartyKind.ISTATION)
    return _alone(upload_of_test(body, caller, now, dialect))


def take_test_in_group(body: bytes, caller: Caller, now: datetime, dialect: str = "") -> Receipt:
    """The same for a server's threads: tests that arrive together are written in one transaction, and decoded by the
    reading process where there is one. A thread that waits for its turn holds no database connection."""
    require_kind(caller, PartyKind.ISTATION)
    with without_connection():
        return _group(_read_by_process(body, caller, now, dialect) or _read_here(body, caller, now, dialect))


def _read_by_process(body: bytes, caller: Caller, now: datetime, dialect: str) -> Upload | None:
    found = reader(body, caller.place, dialect)
    if found is None:
        return None
    return Upload(raw_of(found.sealed, "test", now), caller, now, found.judged, receive_test)


def _read_here(body: bytes, caller: Caller, now: datetime, dialect: str) -> Upload:
    with _READING, with_connection():
        return upload_of_test(body, caller, now, dialect)


def take_repair(body: bytes, caller: Caller, now: datetime, dialect: str = "") -> Receipt:
    """A repair upload, in ``dialect`` where the sender names one; otherwise as ``take_test``."""
    require_kind(caller, PartyKind.MSTATION)
    upload = _read("repair", body, caller, now, partial(decode_repair, dialect=dialect), receive_repair)
    return _alone(replace(upload, refused=count_wrong_upload))


def take_papers(body: bytes, caller: Caller, now: datetime) -> Receipt:
    """The papers of a repairer without access, entered by a person of a station. Idempotent; raises ``Refusal`` after
    the bytes and the reason were kept."""
    require_kind(caller, PartyKind.ISTATION)
    return _alone(_read("papers", body, caller, now, decode_papers, receive_papers))


def take_check(body: bytes, caller: Caller, now: datetime) -> Receipt:
    """A self-check upload. Idempotent; raises ``Refusal`` after the bytes and the reason were kept."""
    require_kind(caller, PartyKind.ISTATION)
    return _alone(_read("check", body, caller, now, decode_check, receive_check))


def take_redemption(body: bytes, caller: Caller, now: datetime) -> Receipt:
    """A used voucher. Idempotent; raises ``Refusal`` after the bytes and the reason were kept."""
    require_kind(caller, PartyKind.ISTATION)
    return _alone(_read("redemption", body, caller, now, decode_redemption, redeem_voucher))


def upload_of_test(body: bytes, caller: Caller, now: datetime, dialect: str = "") -> Upload:
    """A test upload of an I-station before the write lock: hashed, decoded, judged."""
    decode = partial(judge_message, place=caller.place, dialect=dialect)
    return _read("test", body, caller, now, decode, receive_test)


@dataclass(frozen=True, slots=True)
class Upload:
    """``message``: as decoded, or why it could not be."""

    raw: RawUpload
    caller: Caller
    now: datetime
    message: Any
    receive: Receive
    refused: Callable[[Ledger, RawUpload, Refusal], None] | None = None
    """What a refusal leaves behind, besides the bytes and its reason."""


_Take = Callable[[Ledger, Upload, StationFacts], Receipt | Exception]


def _read(
    kind: str,
    body: bytes,
    caller: Caller,
    now: datetime,
    decode: Callable[[bytes], object],
    receive: Receive,
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
    with with_connection():
        return write(uploads)


def _in_one(uploads: Sequence[Upload], take: _Take) -> list[Receipt | Exception]:
    first = uploads[0]
    with writing(first.now, first.caller) as ledger:
        return [_settle(ledger.beside(upload.now, upload.caller), upload, take) for upload in uploads]


_READING = Lock()
"""Reading uploads in this process needs the processor, and Python's threads share one: more readers at a time would
only keep other calls waiting."""
reader = ReaderProcess()
"""Started by a server that has a processor to spare."""
_group = GroupCommit(_write)


class _NotTaken(Exception):
    """An upload was refused, and there is no savepoint to undo it alone."""


def _settle(ledger: Ledger, upload: Upload, take: _Take) -> Receipt | Exception:
    """Either way the bytes are kept."""
    raw, caller = upload.raw, upload.caller
    sender, known = known_sender(raw, caller)
    if known is not None:
        return known
    keep_raw(raw, sender.party)
    return take(ledger, upload, sender)


def _straight(ledger: Ledger, upload: Upload, sender: StationFacts) -> Receipt:
    try:
        return _receive(ledger, upload, sender)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        raise _NotTaken from error


def _in_parts(ledger: Ledger, upload: Upload, sender: StationFacts) -> Receipt | Exception:
    raw = upload.raw
    try:
        with ledger.attempt():
            return _receive(ledger, upload, sender)
    except Refusal as refusal:
        keep_refusal(ledger, raw, refusal)
        if upload.refused is not None:
            upload.refused(ledger, raw, refusal)
        return refusal
    except (OperationalError, InterfaceError):  # the database cannot keep anything: nothing is promised
        raise
    except Exception as error:  # our own fault: the bytes are evidence all the same
        keep_refusal(ledger, raw, Refusal("internal-error", Text("平台内部错误。", "Internal error.")))
        return error


def _receive(ledger: Ledger, upload: Upload, sender: StationFacts) -> Receipt:
    if isinstance(upload.message, Exception):
        raise upload.message
    return upload.receive(ledger, upload.raw, upload.message, sender)
