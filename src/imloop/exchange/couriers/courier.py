"""Deliver waiting messages to their receivers: by signed HTTP, or as files into a folder, here or by SFTP."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx

from imloop.exchange.couriers.http_drop import HttpDrop
from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text
from imloop.steps.couriers import deliveries
from imloop.steps.couriers.deliveries import Message, Refused, TryLater
from imloop.steps.couriers.receivers import dead_letter
from imloop.steps.ground.access import Caller
from imloop.store.connection_pool import without_connection
from imloop.store.models import Delivery, Receiver

MOST = 200
"""Messages per receiver and pass: one that is far behind does not keep the others waiting."""

Bring = Callable[[Message, datetime], str]
"""Returns the SHA-256 the receiver says it received; empty when it does not say."""


def carry(clock: Callable[[], datetime], transport: httpx.BaseTransport | None = None) -> int:
    """One delivery pass over every receiver that is due, one after another; returns how many messages arrived."""
    return sum(carry_to(receiver, clock, transport) for receiver in deliveries.due(clock()))


def carry_to(
    receiver: Receiver, clock: Callable[[], datetime], transport: httpx.BaseTransport | None = None
) -> int:
    """One pass to one receiver, unless another worker is at it; returns how many messages arrived."""
    with deliveries.leased(receiver, clock()) as mine:
        if not mine:
            return 0
        with _way_to(receiver, transport) as bring:
            return _carry(receiver, bring, clock)


def _carry(receiver: Receiver, bring: Bring, clock: Callable[[], datetime]) -> int:
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
    # Who waits for a receiver keeps no connection from others.
    with without_connection(), _way_to(receiver, transport) as bring:
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
def _way_to(receiver: Receiver, transport: httpx.BaseTransport | None) -> Iterator[Bring]:
    """Open the way to a receiver; whatever was opened is closed at the end."""
    if receiver.way == Receiver.Way.FOLDER:
        yield lambda message, now: _drop(Path(receiver.address), message)
    elif receiver.way == Receiver.Way.SFTP:
        # Its library takes memory and time to load, and few installations have such a receiver.
        from imloop.exchange.couriers.sftp_drop import SftpDrop

        with SftpDrop(receiver.address) as there:
            yield lambda message, now: there.put(message)
    else:
        with HttpDrop(receiver.code, receiver.address, transport) as http:
            yield http.put


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
