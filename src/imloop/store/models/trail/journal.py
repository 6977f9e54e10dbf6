"""The journal and its seals: append-only, triggers refuse change and removal; the numbers counted under its lock."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class JournalHead(models.Model):
    """One row: the end of the chain. Locked by every writing step, so journal and outbox are in commit order."""

    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    algorithm = models.CharField(
        max_length=8, default="sha256", help_text="sha256 or sm3; fixed by the first entry"
    )


class JournalEntry(models.Model):
    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.CharField(max_length=32, help_text="ISO 8601, as hashed")
    kind = models.CharField(max_length=32)
    actor = models.CharField(max_length=80)
    subject = models.CharField(max_length=80, db_index=True)
    body = models.TextField(help_text="canonical JSON, as hashed")
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["number"],
                condition=models.Q(kind__in=["looked-up", "shown", "export"]),
                name="journal_looks",
            ),
        ]


class JournalSeal(models.Model):
    """A published root: the Merkle tree head of entries ``first`` to ``last``. Frozen by triggers."""

    name = models.CharField(
        max_length=13,
        unique=True,
        help_text="the hour 2026-03-02T14; former versions sealed days: 2026-03-02",
    )
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def published(self) -> dict[str, object]:
        """The form used by the journal, the public list and the export."""
        of = "hour" if "T" in self.name else "day"
        return {of: self.name, "first": self.first, "last": self.last, "root": self.root}


class Restart(models.Model):
    """The platform began again from a backup. It does not know what was given out after ``last_seq`` and
    ``last_entry``, so what it gives out now begins far ahead. Frozen by triggers.

    ``epoch``: tells two platforms with one key apart; ``first_seq``: the first message of this epoch comes after it;
    ``numbers_from``: what it counts anew begins after it."""

    epoch = models.CharField(max_length=24, unique=True)
    begun_at = models.DateTimeField()
    backup_at = models.DateTimeField()
    last_entry = models.PositiveBigIntegerField()
    last_seq = models.PositiveBigIntegerField()
    first_seq = models.PositiveBigIntegerField()
    numbers_from = models.PositiveIntegerField()


class Counter(models.Model):
    """Gapless numbers per kind, place and year; drawn under the journal lock. A restart leaves a gap."""

    kind = models.CharField(max_length=12)
    place = models.CharField(max_length=6)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "place", "year"], name="counter_scope")
        ]
