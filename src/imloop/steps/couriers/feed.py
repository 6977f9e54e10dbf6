"""What concerns a party, in order, from any point: the outbox read by its receiver, page by page or as it grows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from imloop.facts.days import CHINA
from imloop.facts.refusal import WrongPlace
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.seen import Door, seen
from imloop.store.models import OutboxEntry, Restart
from imloop.store.statements import rows

MOST = 500


def feed(caller: Caller, *, after: int, limit: int, now: datetime) -> dict[str, object]:
    """Messages after a sequence, oldest first, at most ``limit``; ``next`` is the sequence to ask with again."""
    limit = max(1, min(limit, MOST))
    require_place(after)
    entries = after_in(caller.party_code, after, limit)
    if entries:
        seen(caller, Door.FEED, more=told_in(entries))
    if after:
        acknowledge(caller.party_code, after, now)
    return {
        "entries": [as_entry(entry) for entry in entries],
        "next": entries[-1].pk if entries else after,
        "more": len(entries) == limit,
        "epoch": epoch(),
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


def told_in(entries: Sequence[OutboxEntry]) -> dict[str, object]:
    """What a look at messages is kept with: from which to which, how many, and of how many vehicles."""
    named = {each.body.get("vin") or each.body.get("plate") for each in entries} - {None, ""}
    return {
        "from": entries[0].pk,
        "to": entries[-1].pk,
        "messages": len(entries),
        "vehicle_count": len(named),
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


def epoch() -> str:
    """Tells two platforms with one key apart: ``0``, or the name that a restored one gave itself."""
    return Restart.objects.order_by("-id").values_list("epoch", flat=True).first() or "0"


def require_place(after: int) -> None:
    """Refuses a place that the feed never reached, or only before the platform was restored from a backup: who asks
    from there would miss messages without a word."""
    last = newest()
    restart = Restart.objects.filter(last_seq__lt=after, first_seq__gte=after).first()
    if restart is not None:
        raise WrongPlace(
            "feed-restarted",
            Text(
                f"平台已从 {restart.backup_at.astimezone(CHINA):%Y-%m-%d %H:%M} 的备份恢复，序号 {restart.last_seq} "
                f"以后的消息已作废；请从 {restart.last_seq} 之后继续。",
                f"The platform was restored from a backup: messages after {restart.last_seq} are void. Go on after "
                f"{restart.last_seq}.",
            ),
            after=restart.last_seq,
            newest=last,
        )
    if after > last:
        raise WrongPlace(
            "ahead-of-feed",
            Text(
                f"序号 {after} 超出消息流，最新序号为 {last}；请核对所连接的平台。",
                f"{after} is ahead of the feed, whose newest message is {last}. Is it the right platform?",
            ),
            after=last,
            newest=last,
        )


def newest_of(party_code: str) -> int:
    """The last sequence of a party."""
    own = OutboxEntry.objects.filter(receiver=party_code)
    return own.order_by("-id").values_list("id", flat=True).first() or 0


def acknowledge(party_code: str, upto: int, now: datetime) -> None:
    """Asking for what follows a sequence acknowledges it, which shows how far each receiver has read."""
    OutboxEntry.objects.filter(receiver=party_code, id__lte=upto, seen_at__isnull=True).update(seen_at=now)
