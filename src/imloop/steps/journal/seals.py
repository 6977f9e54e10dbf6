"""Seal the journal each hour: the Merkle root of what was written is kept, published, and becomes an entry itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from imloop.facts.days import CHINA
from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.proof import journal as proof
from imloop.proof.audit_path import audit_path
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.ledger import writing
from imloop.store.models import JournalEntry, JournalHead, JournalSeal


def seal(now: datetime) -> JournalSeal | None:
    """Seal everything written so far as the hour before ``now``'s, unless that was done or nothing was written but the
    last seal's own entry.

    An hour is a range of numbers, not of times: what was left open while the server was stopped is sealed with the next
    one, and a clock that jumps moves no entry from one root to another.
    """
    name = (now.astimezone(CHINA) - timedelta(hours=1)).strftime("%Y-%m-%dT%H")
    last = JournalSeal.objects.order_by("-last").first()
    end = JournalHead.objects.get(pk=1).number
    start = last.last + 1 if last else 1
    if end < start + (last is not None) or (last is not None and last.name >= name):
        return None
    # Entries never change, so the tree is built before the journal is locked.
    hashes = _hashes(start, end)
    with writing(now, SYSTEM) as ledger:
        if JournalSeal.objects.filter(last__gte=start).exists():
            return None  # another process was quicker
        root = proof.root(ledger.algorithm, hashes)
        row = JournalSeal(name=name, first=start, last=end, root=root, sealed_at=now)
        row.save(force_insert=True)
        ledger.note("hour-sealed", name, row.published())
    return row


def _hashes(first: int, last: int) -> list[str]:
    found = JournalEntry.objects.filter(number__range=(first, last)).order_by("number")
    return list(found.values_list("hash", flat=True))


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an entry: its hash, and once it is sealed the root with the audit path."""

    number: int
    hash: str
    algorithm: str
    seal: JournalSeal | None
    path: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Contract: imloop.inclusion/1; ``sealed`` false before the hour's end."""
        found: dict[str, object] = {
            "schema": proof.INCLUSION,
            "algorithm": self.algorithm,
            "number": self.number,
            "hash": self.hash,
            "sealed": self.seal is not None,
        }
        if self.seal is not None:
            found |= {**self.seal.published(), "path": list(self.path)}
        return found


def place_of(number: int) -> Place:
    """The entry's hash and, once it is sealed, its audit path. Nothing of what the entry says."""
    entry = JournalEntry.objects.filter(number=number).values_list("hash", flat=True).first()
    if entry is None:
        raise Unknown(
            "unknown-entry", Text(f"日志没有第 {number} 条。", f"The journal has no entry {number}.")
        )
    algorithm = JournalHead.objects.get(pk=1).algorithm
    of = JournalSeal.objects.filter(first__lte=number, last__gte=number).first()
    if of is None:
        return Place(number, entry, algorithm, None, ())
    way = audit_path(algorithm, _hashes(of.first, of.last), number - of.first)
    return Place(number, entry, algorithm, of, tuple(way))


def latest(count: int) -> list[JournalSeal]:
    """Published roots, newest first."""
    return list(JournalSeal.objects.order_by("-last")[:count])


def since(day: date) -> list[JournalSeal]:
    """Published roots of that day and later, newest first."""
    return list(JournalSeal.objects.filter(name__gte=day.isoformat()).order_by("-last"))
