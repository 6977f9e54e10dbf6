"""Deliver waiting messages to their receivers: by signed HTTP, or as files into a folder, here or by SFTP."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx

from imloop.exchange.signing import signed_headers
from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text
from imloop.steps.couriers import deliveries
from imloop.steps.couriers.deliveries import Message, Refused, TryLater
from imloop.steps.couriers.receivers import dead_letter
from imloop.steps.ground.access import Caller
from imloop.store.models import Delivery, Receiver

MOST = 200
"""Messages per receiver and pass: one that is far behind does not keep the others waiting."""
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_TRY_AGAIN = frozenset({408, 425, 429})


Bring = Callable[[Message, datetime], str]
"""Returns the SHA-256 the receiver says it received; empty when it does not say."""


def carry(clock: Callable[[], datetime], transport: httpx.BaseTransport | None = None) -> int:
    """One delivery pass over every receiver that is due; returns how many messages arrived."""
    arrived = 0
    with httpx.Client(timeout=TIMEOUT, transport=transport, follow_redirects=False) as http:
        for receiver in deliveries.due(clock()):
            with deliveries.leased(receiver, clock()) as mine:
                if mine:
                    with _way_to(receiver, http) as bring:
                        arrived += _carry_to(receiver, bring, clock)
    return arrived


def _carry_to(receiver: Receiver, bring: Bring, clock: Callable[[], datetime]) -> int:
    arrived = 0
    for entry in list(deliveries.waiting(receiver)[:MOST]):
        if not deliveries.hold(receiver, clock()):
            break
        message = deliveries.message_of(receiver, entry)
        try:
            answered = bring(message, clock())
        except TryLater as error:
            deliveries.failed(receiver, str(error), clock())
            break
        except Refused as error:
            deliveries.refused(receiver, message, str(error), clock())
        else:
            deliveries.delivered(receiver, message, answered, clock())
            arrived += 1
        if receiver.cursor != entry.pk:
            break  # set back meanwhile, for a replay
    return arrived


def bring_again(
    caller: Caller, code: str, seq: int, now: datetime, transport: httpx.BaseTransport | None = None
) -> None:
    """Send a dead letter once more, by itself; refused again it stays one."""
    receiver, entry = dead_letter(caller, code, seq)
    message = deliveries.message_of(receiver, entry)
    with (
        httpx.Client(timeout=TIMEOUT, transport=transport, follow_redirects=False) as http,
        _way_to(receiver, http) as bring,
    ):
        try:
            answered = bring(message, now)
        except (TryLater, Refused) as error:
            words = Text(f"仍未送达：{error}", f"Still not delivered: {error}")
            raise NotAllowed("not-delivered", words) from None
    differs = bool(answered) and answered != message.sha256
    receiver.deliveries.filter(entry=entry, state__in=Delivery.UNSETTLED).update(
        state=Delivery.State.DIFFERING if differs else Delivery.State.DELIVERED,
        at=now,
        answered=answered[:64],
        error="",
    )


@contextmanager
def _way_to(receiver: Receiver, http: httpx.Client) -> Iterator[Bring]:
    """Open the way to a receiver; whatever was opened is closed at the end."""
    if receiver.way == Receiver.Way.FOLDER:
        yield lambda message, now: _drop(Path(receiver.address), message)
    elif receiver.way == Receiver.Way.SFTP:
        # Its library takes memory and time to load, and few installations have such a receiver.
        from imloop.exchange.couriers.sftp_drop import SftpDrop

        with SftpDrop(receiver.address) as there:
            yield lambda message, now: there.put(message)
    else:
        yield lambda message, now: _post(receiver, message, http, now)


def _post(receiver: Receiver, message: Message, http: httpx.Client, now: datetime) -> str:
    key = f"{receiver.code}-{message.entry.pk}"
    headers = signed_headers(receiver.address, message.body, key, now)
    try:
        answer = http.post(receiver.address, content=message.body, headers=headers)
    except httpx.HTTPError as error:
        raise TryLater(f"{type(error).__name__}: {error}") from None
    if answer.is_success:
        return _acknowledged(answer)
    words = f"HTTP {answer.status_code} {answer.text[:120]}".strip()
    if answer.status_code in _TRY_AGAIN or not answer.is_client_error:
        raise TryLater(words)
    raise Refused(words)


def _acknowledged(answer: httpx.Response) -> str:
    try:
        said = answer.json()
    except ValueError:
        return ""
    return str(said.get("sha256", "")) if isinstance(said, dict) else ""


def _drop(folder: Path, message: Message) -> str:
    """Write a file that appears complete or not at all, and count it as delivered once it is on the disk."""
    part = folder / f".{message.file_name}.part"
    try:
        with part.open("wb") as out:
            out.write(message.body)
            out.flush()
            os.fsync(out.fileno())
        part.replace(folder / message.file_name)
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise TryLater(f"{type(error).__name__}: {error.strerror}") from None
    return message.sha256
