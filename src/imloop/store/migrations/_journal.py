"""What a migration changes stands in the journal."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.migrations.state import StateApps

from imloop.proof import journal


def head_of(apps: StateApps) -> Any:
    head = apps.get_model("store", "JournalHead").objects.get(pk=1)
    if head.number == 0 and head.algorithm != settings.JOURNAL_HASH:
        head.algorithm, head.hash = settings.JOURNAL_HASH, journal.genesis(settings.JOURNAL_HASH)
    return head


def note(apps: StateApps, kind: str, subject: str, body: Mapping[str, object]) -> None:
    """As ``steps.ground.ledger`` does: the entry follows the last one, and the head points to it."""
    head = head_of(apps)
    fields = {
        "number": head.number + 1,
        "at": datetime.now(UTC).isoformat(),
        "kind": kind,
        "actor": "imloop",
        "subject": subject,
        "body": json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        "previous": head.hash,
    }
    entry = apps.get_model("store", "JournalEntry")(**fields)
    entry.hash = journal.entry_hash(head.algorithm, fields)
    entry.save(force_insert=True)
    head.number, head.hash = entry.number, entry.hash
    head.save()
