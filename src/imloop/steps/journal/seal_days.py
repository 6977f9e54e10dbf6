"""Close the journal's day: the Merkle root of its entries is kept, published, and becomes an entry itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from imloop.facts.days import day_of
from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.proof import journal as proof
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import writing
from imloop.store.models import JournalDay, JournalEntry, JournalHead


def seal_days(now: datetime) -> JournalDay | None:
    """Seal everything written so far as the day before ``now``'s, unless that was done or nothing was written.

    A day is a range of numbers, not of times: what was left open while the server was stopped is sealed with the next
    day, and a clock that jumps moves no entry from one root to another.
    """
    day = day_of(now) - timedelta(days=1)
    last = JournalDay.objects.order_by("-last").first()
    end = JournalHead.objects.get(pk=1).number
    start = last.last + 1 if last else 1
    if end < start or (last is not None and last.day >= day):
        return None
    # Entries never change, so the tree is built before the journal is locked.
    hashes = list(
        JournalEntry.objects.filter(number__range=(start, end))
        .order_by("number")
        .values_list("hash", flat=True)
    )
    with writing(now, SYSTEM) as ledger:
        if JournalDay.objects.filter(last__gte=start).exists():
            return None  # another process was quicker
        row = JournalDay(
            day=day, first=start, last=end, root=proof.root(ledger.algorithm, hashes), sealed_at=now
        )
        row.save(force_insert=True)
        ledger.note(proof.SEALED, day.isoformat(), row.published())
    return row


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an entry: its hash, and the day's root with the audit path once the day is sealed."""

    number: int
    hash: str
    algorithm: str
    day: JournalDay | None
    path: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Contract: imloop.inclusion/1; ``sealed`` false before the day's end."""
        found: dict[str, object] = {
            "schema": proof.INCLUSION,
            "algorithm": self.algorithm,
            "number": self.number,
            "hash": self.hash,
            "sealed": self.day is not None,
        }
        if self.day is not None:
            found |= {**self.day.published(), "path": list(self.path)}
        return found


def place_of(number: int) -> Place:
    """The entry's hash and, after its day was sealed, its audit path. Nothing of what the entry says."""
    entry = JournalEntry.objects.filter(number=number).values_list("hash", flat=True).first()
    if entry is None:
        raise Unknown(
            "unknown-entry", Text(f"日志没有第 {number} 条。", f"The journal has no entry {number}.")
        )
    algorithm = JournalHead.objects.get(pk=1).algorithm
    day = JournalDay.objects.filter(first__lte=number, last__gte=number).first()
    if day is None:
        return Place(number, entry, algorithm, None, ())
    of_day = JournalEntry.objects.filter(number__range=(day.first, day.last)).order_by("number")
    hashes = list(of_day.values_list("hash", flat=True))
    return Place(number, entry, algorithm, day, tuple(proof.path(algorithm, hashes, number - day.first)))


def latest(count: int) -> list[JournalDay]:
    """Published roots, newest first."""
    return list(JournalDay.objects.order_by("-last")[:count])
