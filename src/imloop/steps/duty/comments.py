"""What a person says about their own duty record: beside the entry, for whoever reads it; journalled, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from imloop.facts.refusal import Malformed, require_reason
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller, require_person
from imloop.steps.ground.actor import Actor
from imloop.steps.ground.ledger import writing
from imloop.store.models import JournalEntry, Party, RecordComment, User

LONGEST = 400
"""Characters of a comment."""


def comment(caller: Caller, entry: int | None, text: str, now: datetime) -> RecordComment:
    """``entry``: its number in the journal, of what the person did or what was done with their right; None: about the
    record as a whole."""
    require_person(caller)
    with writing(now, caller) as ledger:
        require_reason(text, LONGEST)
        if entry is not None:
            _require_own(caller, entry)
        row = RecordComment.objects.create(
            party=Party.objects.get(code=caller.party_code),
            user=User.objects.get(username=caller.user),
            entry=entry,
            text=text.strip(),
            at=now,
        )
        ledger.note("record-commented", caller.user, {"entry": entry, "text": row.text})
    return row


def comments_on(entries: Iterable[int]) -> dict[int, list[RecordComment]]:
    """Number of the entry → what was said about it, oldest first."""
    found: dict[int, list[RecordComment]] = {}
    for row in RecordComment.objects.filter(entry__in=list(entries)).select_related("user").order_by("pk"):
        assert row.entry is not None
        found.setdefault(row.entry, []).append(row)
    return found


def comments_of(user: User) -> list[RecordComment]:
    """What they said about their record as a whole, oldest first."""
    return list(RecordComment.objects.filter(user=user, entry__isnull=True).order_by("pk"))


def _require_own(caller: Caller, number: int) -> None:
    row = JournalEntry.objects.filter(number=number).first()
    who = Actor.read(row.actor) if row else None
    if who is None or who.party != caller.party_code or caller.user not in who.people:
        raise Malformed(
            "not-your-entry",
            Text("只能对自己履职记录中的条目说明。", "Only about an entry of your own record."),
            at="entry",
        )
