"""Test lines: their instruments, self-checks, locks, signs of life and programs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from imloop.store.models.registers.spans import ends_later
from imloop.store.models.registers.stations import Party


class Line(models.Model):
    """A test line of an I-station and the methods it is licensed for."""

    station = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="lines")
    code = models.CharField(max_length=8)
    methods = models.JSONField(default=list)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["station", "code"], name="line_code_per_station")
        ]

    def __str__(self) -> str:
        return f"{self.station.code}/{self.code}"


class Equipment(models.Model):
    """An instrument on a line. ``kind``: ``imloop.facts.codes.Instrument``."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="equipment")
    kind = models.CharField(max_length=20)
    maker = models.CharField(max_length=60, blank=True, default="")
    model = models.CharField(max_length=60)
    serial = models.CharField(max_length=40)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "serial", "since"], name="equipment_serial"),
            ends_later("equipment_until_after_since"),
        ]


class EquipmentCheck(models.Model):
    """A self-check as reported and as recomputed by us. Frozen."""

    raw = models.OneToOneField("RawUpload", on_delete=models.PROTECT, related_name="equipment_check")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="checks")
    equipment = models.ForeignKey(Equipment, on_delete=models.PROTECT, related_name="checks", null=True)
    check_no = models.CharField(max_length=64)
    kind = models.CharField(max_length=24)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    received_at = models.DateTimeField()
    claimed = models.CharField(max_length=8, blank=True, default="")
    result = models.CharField(max_length=8)
    law_hash = models.CharField(max_length=64)
    answer = models.JSONField(help_text="recomputed errors beside their tolerances")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "check_no"], name="check_no_per_line")
        ]
        indexes: ClassVar = [models.Index(fields=["line", "kind", "finished_at"], name="check_line_kind")]

    @property
    def receipt(self) -> dict[str, object]:
        """What the line was told."""
        return dict(self.answer)


class LineOrder(models.Model):
    """A department's order about a line for some time: locked, or unlocked although a check is missing (A-ground
    needed)."""

    class Kind(models.TextChoices):
        LOCK = "lock", "锁定"
        UNLOCK = "unlock", "解锁"

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="orders")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    methods = models.JSONField(default=list, help_text="empty: every method of the line")
    reason = models.CharField(max_length=400)
    evidence = models.CharField(max_length=400)
    approver = models.CharField(max_length=80)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="order_until_after_since")
        ]
        indexes: ClassVar = [models.Index(fields=["line", "until"], name="order_line_until")]


class Link(models.Model):
    """The last heartbeat of a line."""

    line = models.OneToOneField(Line, on_delete=models.PROTECT, related_name="link")
    seen_at = models.DateTimeField()
    clock_skew_s = models.FloatField(help_text="the line's clock minus ours")
    software_sha256 = models.CharField(max_length=64, blank=True, default="")
    software = models.CharField(max_length=80, blank=True, default="")
    spooled = models.PositiveIntegerField(default=0, help_text="messages waiting at the station")
    sequence = models.BigIntegerField(null=True, help_text="the last sequence number of a test of this line")
    counted = models.JSONField(
        null=True, help_text="[running number, when it was last heard] of the last days, the oldest first"
    )
    status = models.CharField(max_length=12, default="idle")
    lost_at = models.DateTimeField(null=True, help_text="when the loss of the link was noticed")


class Software(models.Model):
    """An approved inspection program."""

    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    place = models.CharField(max_length=6)
    since = models.DateField()
    until = models.DateField(null=True)
    cite = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sha256", "place", "since"], name="software_once"),
            ends_later("software_until_after_since"),
        ]
