"""What concerns a party, in order, from any point: the outbox read by its receiver, page by page or as it grows."""

from __future__ import annotations

from datetime import UTC, datetime

from imloop.steps.ground.access import Caller
from imloop.store.models import OutboxEntry
from imloop.store.statements import rows

MOST = 500


def feed(caller: Caller, *, after: int, limit: int, now: datetime) -> dict[str, object]:
    """Messages after a sequence, oldest first, at most ``limit``; ``next`` is the sequence to ask with again."""
    limit = max(1, min(limit, MOST))
    entries = after_in(caller.party_code, after, limit)
    if after:
        acknowledge(caller.party_code, after, now)
    return {
        "entries": [as_entry(entry) for entry in entries],
        "next": entries[-1].pk if entries else after,
        "more": len(entries) == limit,
    }


def as_entry(entry: OutboxEntry) -> dict[str, object]:
    """One message as the feed and the stream say it."""
    return {
        "seq": entry.pk,
        "topic": entry.topic,
        "subject": entry.subject,
        "at": entry.created_at.astimezone(UTC).isoformat(),
        "body": entry.body,
    }


def after_in(party_code: str, after: int, limit: int) -> list[OutboxEntry]:
    """Messages of one party, oldest first."""
    return rows(OutboxEntry, "receiver = %s AND id > %s ORDER BY id LIMIT %s", [party_code, after, limit])


def after_in_all(after: int, limit: int) -> list[OutboxEntry]:
    """Messages of whatever party, oldest first: one query for all waiting streams."""
    return rows(OutboxEntry, "id > %s ORDER BY id LIMIT %s", [after, limit])


def newest() -> int:
    """The highest sequence so far."""
    return OutboxEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def newest_of(party_code: str) -> int:
    """The last sequence of a party."""
    own = OutboxEntry.objects.filter(receiver=party_code)
    return own.order_by("-id").values_list("id", flat=True).first() or 0


def acknowledge(party_code: str, upto: int, now: datetime) -> None:
    """Asking for what follows a sequence acknowledges it, which shows how far each receiver has read."""
    OutboxEntry.objects.filter(receiver=party_code, id__lte=upto, seen_at__isnull=True).update(seen_at=now)
