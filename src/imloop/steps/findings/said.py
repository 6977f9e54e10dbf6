"""What people decided about a finding so far."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from imloop.steps.findings.proposed import ended
from imloop.store.models import Finding, JournalEntry, Proposal

_KINDS = ("finding-resolved", "finding-handed-over", "finding-reopened")


@dataclass(frozen=True, slots=True)
class Said:
    """``kind``: of the entry in the journal; ``second``: who confirmed it, where that takes two."""

    at: datetime
    kind: str
    actor: str
    reason: str
    outcome: str = ""
    handed_to: str = ""
    second: str = ""


def said_of(row: Finding) -> list[Said]:
    """As the journal has it, with what was proposed and not confirmed, oldest first."""
    return sorted([*_entries(row), *map(_not_confirmed, ended(row))], key=lambda each: each.at)


def _entries(row: Finding) -> Iterator[Said]:
    for entry in JournalEntry.objects.filter(subject=row.subject, kind__in=_KINDS).order_by("number"):
        body = json.loads(entry.body)
        if body.get("finding") != row.pk:
            continue
        proposed_by = str(body.get("proposed_by") or "")
        yield Said(
            datetime.fromisoformat(entry.at),
            entry.kind,
            proposed_by or entry.actor,
            str(body.get("reason") or body.get("resolution") or ""),
            str(body.get("outcome") or ""),
            str(body.get("handed_to") or ""),
            entry.actor if proposed_by else "",
        )


def _not_confirmed(row: Proposal) -> Said:
    assert row.decided_at is not None
    return Said(row.decided_at, f"proposal-{row.state}", row.decided_by, row.decision or row.reason, "true")
