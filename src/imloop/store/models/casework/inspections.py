"""What arrived: the raw bytes first, then the decoded test with its verdict and trace. Frozen by triggers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from imloop.store.models.registers.stations import Party
from imloop.store.models.registers.vehicles import Vehicle


class RawUpload(models.Model):
    """The bytes as received (zstd) and their SHA-256. Bytes, hash, sender and time never change."""

    received_at = models.DateTimeField()
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    body = models.BinaryField()
    refused = models.CharField(
        max_length=40, blank=True, default="", help_text="refusal code, empty: accepted"
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["refused", "received_at"], name="raw_refused")]


class Test(models.Model):
    """One run. ``verdict`` is the recomputed answer (contract §3), ``receipt`` what the station was told."""

    __test__ = False

    raw = models.OneToOneField(RawUpload, on_delete=models.PROTECT, related_name="test")
    station = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="tests")
    test_no = models.CharField(max_length=64)
    line = models.CharField(max_length=8)
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="tests", null=True)
    case_no = models.CharField(max_length=32, blank=True, default="", db_index=True)
    method = models.CharField(max_length=12)
    purpose = models.CharField(max_length=24)
    outcome = models.CharField(max_length=12)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    received_at = models.DateTimeField()
    result = models.CharField(max_length=12)
    law_hash = models.CharField(max_length=64)
    verdict = models.JSONField()
    receipt = models.JSONField()
    trace = models.BinaryField()
    fee_yuan = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, help_text="charged, as reported"
    )
    stated = models.BinaryField(
        null=True, help_text="what the verdict depends on beside the trace; null: taken in before it was kept"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["station", "test_no"], name="test_no_per_station"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["station", "started_at"], name="test_station_time"),
            models.Index(fields=["vehicle", "started_at"], name="test_vehicle_time"),
        ]
