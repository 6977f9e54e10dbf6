"""A restored platform begins a new epoch: what may have been given out since the backup is never given out again.

A backup knows nothing of what came after it. Numbers and sequences that went on from it would be given a second time,
and who reads the feed would miss what it has not got yet.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from imloop.facts.days import day_of
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import writing
from imloop.store.backup import advance_keys
from imloop.store.models import Counter, JournalHead, OutboxEntry, Restart

KEYS_AHEAD = 1_000_000
"""Messages and rows: far more than a province makes between two backups."""
NUMBERS_AHEAD = 10_000
"""Of people's numbers, such as those of cases, which have six digits a year: at least so many are left out."""


def begin_again(backup_at: datetime, now: datetime) -> Restart:
    """Once, after ``store.backup.restore``: keys and numbers jump ahead, and the journal says so with the last entry
    and message that are known."""
    with writing(now, SYSTEM) as ledger:
        head = JournalHead.objects.get(pk=1)
        last_seq = OutboxEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
        known = max([last_seq, *Restart.objects.values_list("first_seq", flat=True)])
        row = Restart.objects.create(
            epoch=f"{Restart.objects.count() + 1}-{secrets.token_hex(4)}",
            begun_at=now,
            backup_at=backup_at,
            last_entry=head.number,
            last_seq=last_seq,
            first_seq=known + KEYS_AHEAD,
            numbers_from=NUMBERS_AHEAD,
        )
        advance_keys(KEYS_AHEAD, {OutboxEntry: row.first_seq})
        for counter in Counter.objects.all():
            counter.last += _ahead(counter, backup_at, now)
            counter.save(update_fields=["last"])
        ledger.note(
            "restored",
            row.epoch,
            {
                "backup_at": backup_at.isoformat(),
                "last_entry": row.last_entry,
                "last_message": row.last_seq,
                "messages_after": row.first_seq,
            },
        )
    return row


def moved(backup_at: datetime, now: datetime) -> None:
    """Restored where nothing was given out since the backup: everything goes on as it was, and the journal says who
    said so."""
    with writing(now, SYSTEM) as ledger:
        ledger.note("restored", "moved", {"backup_at": backup_at.isoformat(), "moved": True})


def _ahead(counter: Counter, backup_at: datetime, now: datetime) -> int:
    """Twice of what the counter gave a day, for the days since the backup; at least ``NUMBERS_AHEAD``."""
    until = day_of(backup_at)
    days = until.timetuple().tm_yday if counter.year == until.year else 365
    lost = (day_of(now) - until).days + 1
    return max(NUMBERS_AHEAD, 2 * lost * counter.last // days)
