"""Messages waiting for a receiver, and the result of each: every one is handled once, in order, and none is lost.

A message that fails temporarily (no answer, 5xx, 429) is tried again, later and later, for as long as it takes, and
those behind it wait. One that is refused for good is set aside as a dead letter, and the next goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import msgspec
from django.db import transaction
from django.db.models import F, Q, QuerySet

from imloop.facts.days import CHINA
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import writing
from imloop.store.models import Delivery, OutboxEntry, Receiver

LEASE = timedelta(minutes=1)
"""How long a worker may be silent before another takes over; longer than one message can take."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=15)


class TryLater(Exception):
    """The receiver did not answer, or asks to be tried later."""


class Refused(Exception):
    """The receiver will never take this message."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is sent, byte for byte the same at every try."""

    entry: OutboxEntry
    body: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @property
    def file_name(self) -> str:
        """Sorts as the messages follow each other."""
        return f"{self.entry.pk:012d}-{self.entry.topic}.json"


def message_of(receiver: Receiver, entry: OutboxEntry) -> Message:
    """imloop.message/1: its place in the order, what it is about, when it was decided, its content."""
    said = {
        "schema": "imloop.message/1",
        "receiver": receiver.code,
        "seq": entry.pk,
        "topic": entry.topic,
        "subject": entry.subject,
        "at": entry.created_at.astimezone(CHINA).isoformat(),
        "body": entry.body,
    }
    return Message(entry, msgspec.json.encode(said, order="sorted"))


def pause_after(tries: int) -> timedelta:
    """How long to wait after a number of failed tries: doubled each time, up to a quarter of an hour."""
    doubled: int = 2 ** min(tries - 1, 20)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def waiting(receiver: Receiver) -> QuerySet[OutboxEntry]:
    """Messages behind the cursor, oldest first."""
    entries = OutboxEntry.objects.filter(receiver=receiver.party.code, id__gt=receiver.cursor)
    return (entries.filter(topic__in=receiver.topics) if receiver.topics else entries).order_by("id")


def due(now: datetime) -> list[Receiver]:
    """Receivers to which messages may be delivered now."""
    ready = _over("retry_at", now, LONGEST_PAUSE)
    return list(Receiver.objects.filter(ready, paused=False).select_related("party").order_by("id"))


@contextmanager
def leased(receiver: Receiver, now: datetime) -> Iterator[bool]:
    """Whether this worker may deliver to the receiver: of two that ask, one. Given back at the end."""
    until = now + LEASE
    rows = Receiver.objects.filter(_over("leased_until", now, LEASE), pk=receiver.pk)
    mine = rows.update(leased_until=until) == 1
    try:
        if mine:
            receiver.refresh_from_db()
        yield mine
    finally:
        if mine:
            held = Receiver.objects.filter(pk=receiver.pk, leased_until=receiver.leased_until)
            held.update(leased_until=None)


def hold(receiver: Receiver, now: datetime) -> bool:
    """Renew the lease when half of it is gone; False when another worker has taken over meanwhile."""
    until = now + LEASE
    if receiver.leased_until is not None and until - LEASE / 2 < receiver.leased_until <= until:
        return True
    held = Receiver.objects.filter(pk=receiver.pk, leased_until=receiver.leased_until)
    if held.update(leased_until=until) != 1:
        return False
    receiver.leased_until = until
    return True


def _over(field: str, now: datetime, longest: timedelta) -> Q:
    """A moment that has come. One much further away than it can have been set is of a clock that was set back since;
    twice as far, for ``now`` may have waited for the database while another worker wrote a later one."""
    later = Q(**{f"{field}__gt": now + 2 * longest})
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lte": now}) | later


def delivered(receiver: Receiver, message: Message, answered: str, now: datetime) -> None:
    """It arrived: record that and go on to the next one. Another worker that took over meanwhile has kept it already.
    What the receiver says it got must be what was sent: if not, it needs a person's attention."""
    tries, said = receiver.tries + 1, answered[:64]
    if answered and answered != message.sha256:
        with writing(now, SYSTEM) as ledger:
            if _go_on(receiver, message.entry.pk, delivered_at=now):
                _end(receiver, message, Delivery.State.DIFFERING, now, tries, answered=said)
                ledger.note("delivery-differs", receiver.code, {"seq": message.entry.pk, "answered": said})
        return
    with transaction.atomic():
        if _go_on(receiver, message.entry.pk, delivered_at=now):
            # After a replay, what was refused or differed before is done with.
            receiver.deliveries.filter(entry=message.entry, state__in=Delivery.UNSETTLED).update(
                state=Delivery.State.SETTLED
            )
            _end(receiver, message, Delivery.State.DELIVERED, now, tries, answered=said)


def refused(receiver: Receiver, message: Message, error: str, now: datetime) -> None:
    """It will never be accepted: set it aside, journal it, and go on to the next one."""
    tries = receiver.tries + 1
    with writing(now, SYSTEM) as ledger:
        if not _go_on(receiver, message.entry.pk):
            return
        _end(receiver, message, Delivery.State.DEAD, now, tries, error=error[:200])
        ledger.note("dead-letter", receiver.code, {"seq": message.entry.pk, "error": error[:200]})


def failed(receiver: Receiver, error: str, now: datetime) -> None:
    """It failed for now: it stays the next one, to be tried after a pause. Another worker that took over meanwhile and
    brought it knows better."""
    tries, since = receiver.tries + 1, receiver.failing_since or now
    pause = now + pause_after(tries)
    mine = Receiver.objects.filter(pk=receiver.pk, cursor=receiver.cursor)
    if mine.update(tries=tries, retry_at=pause, failing_since=since, last_error=error[:200]):
        receiver.tries, receiver.retry_at, receiver.failing_since = tries, pause, since
        receiver.last_error = error[:200]
    else:
        receiver.refresh_from_db()


def _end(receiver: Receiver, message: Message, state: str, now: datetime, tries: int, **more: str) -> None:
    Delivery.objects.create(
        receiver=receiver,
        entry=message.entry,
        state=state,
        at=now,
        tries=tries,
        sha256=message.sha256,
        **more,
    )


def _go_on(receiver: Receiver, handled: int, delivered_at: datetime | None = None) -> bool:
    # Only forward: a replay that set the cursor back meanwhile wins over a message already on its way.
    moved = Receiver.objects.filter(pk=receiver.pk, cursor=receiver.cursor).update(
        cursor=handled,
        tries=0,
        retry_at=None,
        failing_since=None,
        last_error="",
        delivered_at=delivered_at or F("delivered_at"),
    )
    if moved:
        receiver.cursor, receiver.tries, receiver.failing_since = handled, 0, None
    else:
        receiver.refresh_from_db()
    return moved == 1


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind a receiver is. ``oldest``: when its next message was decided."""

    receiver: Receiver
    waiting: int
    oldest: datetime | None
    dead: int
    differing: int


def lags(receivers: Iterable[Receiver]) -> list[Lag]:
    return [
        Lag(
            receiver=receiver,
            waiting=waiting(receiver).count(),
            oldest=waiting(receiver).values_list("created_at", flat=True).first(),
            dead=receiver.deliveries.filter(state=Delivery.State.DEAD).count(),
            differing=receiver.deliveries.filter(state=Delivery.State.DIFFERING).count(),
        )
        for receiver in receivers
    ]


@dataclass(frozen=True, slots=True)
class DaySheet:
    """One day of one receiver: what was sent, what it says it received, what differs, what it refused."""

    day: date
    sent: int
    acknowledged: int
    unanswered: int
    differing: int
    dead: int


def reconcile(receiver: Receiver, days: Iterable[date]) -> list[DaySheet]:
    """A sheet per day (China). ``acknowledged``: answered with the hash of what was sent,
    or flushed to disk in its folder."""
    sheets = []
    for day in days:
        start = datetime(day.year, day.month, day.day, tzinfo=CHINA)
        rows = receiver.deliveries.filter(at__gte=start, at__lt=start + timedelta(days=1))
        sent = rows.exclude(state=Delivery.State.DEAD).filter(
            Q(state=Delivery.State.DELIVERED) | ~Q(answered="")
        )
        sheets.append(
            DaySheet(
                day=day,
                sent=sent.count(),
                acknowledged=sent.filter(answered=F("sha256")).count(),
                unanswered=sent.filter(answered="").count(),
                differing=sent.exclude(answered="").exclude(answered=F("sha256")).count(),
                dead=rows.filter(state=Delivery.State.DEAD).count(),
            )
        )
    return sheets
