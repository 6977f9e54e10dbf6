"""What concerns a party, in order, from any point: the outbox read by its receiver."""

from __future__ import annotations

from datetime import datetime

from imloop.steps.access import Caller
from imloop.store.models import OutboxEntry

MOST = 500


def feed(caller: Caller, *, after: int, limit: int, now: datetime) -> dict[str, object]:
    """Messages after a sequence, oldest first, at most ``limit``; ``next`` is the sequence to ask with again."""
    limit = max(1, min(limit, MOST))
    entries = list(
        OutboxEntry.objects.filter(receiver=caller.party_code, id__gt=after).order_by("id")[:limit]
    )
    if after:
        # Asking past a sequence acknowledges it: the hop becomes visible to those who watch the exchange.
        OutboxEntry.objects.filter(receiver=caller.party_code, id__lte=after, seen_at__isnull=True).update(
            seen_at=now
        )
    return {
        "entries": [
            {
                "seq": entry.pk,
                "topic": entry.topic,
                "subject": entry.subject,
                "at": entry.created_at.isoformat(),
                "body": entry.body,
            }
            for entry in entries
        ],
        "next": entries[-1].pk if entries else after,
        "more": len(entries) == limit,
    }
