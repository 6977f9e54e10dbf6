"""What arrived: the raw bytes first, then the decoded test with its verdict and trace. Frozen by triggers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from imloop.store.models.registers.stations import Party
from imloop.store.models.registers.vehicles import Vehicle


class RawUpload(models.Model):
    """The bytes as received (zstd) and their SHA-256. Bytes, hash, sender and time never change."""

    received_at = models.DateTimeField()
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    body = models.BinaryField()
    refused = models.CharField(
        max_length=40, blank=True, default="", help_text="refusal code, empty: accepted"
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["refused", "received_at"], name="raw_refused"),
            # Were these bytes answered before? Asked with every upload. SQLite without statistics takes the index with
            # the most columns; of two alike it may take the one over all that the sender ever sent.
            models.Index(fields=["sha256", "party", "kind"], name="raw_content"),
        ]


class Test(models.Model):
    """One run. ``verdict`` is the recomputed answer (contract §3), ``receipt`` what the station was told. What it
    counts for, and of which vehicle, may be decided anew when more is known; a pass may become a fail once, when it is
    settled which vehicle it was; everything else is frozen."""

    __test__ = False

    raw = models.OneToOneField(RawUpload, on_delete=models.PROTECT, related_name="test")
    station = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="tests")
    test_no = models.CharField(max_length=64)
    line = models.CharField(max_length=8)
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="tests", null=True)
    case_no = models.CharField(max_length=32, blank=True, default="", db_index=True)
    counts = models.CharField(max_length=8, null=True, help_text="gates.inspections.counts.Counts")
    counts_why = models.CharField(max_length=24, null=True, help_text="why it counts for nothing")
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
        max_digits=10, decimal_places=2, null=True, help_text="charged, as reported"
    )
    inspector = models.CharField(max_length=60, null=True, help_text="as reported, to find overlapping runs")
    analyser = models.CharField(max_length=60, null=True, help_text="as reported, to find overlapping runs")
    stated = models.BinaryField(
        null=True, help_text="what the verdict depends on beside the trace; null: taken in before it was kept"
    )

    due_before = models.DateField(
        null=True, help_text="of a pass that counts: last day of the inspection before it; null: not known"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["station", "test_no"], name="test_no_per_station"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["station", "started_at"], name="test_station_time"),
            models.Index(fields=["station", "ended_at"], name="test_station_end"),
            models.Index(fields=["vehicle", "started_at"], name="test_vehicle_time"),
        ]

    @property
    def judged_anew(self) -> bool:
        """Its receipt, which is what the station was told when it came, says another result."""
        return bool(self.receipt.get("verdict", self.result) != self.result)


class HeldRun(models.Model):
    """A run that waits for a department: it is not certain which vehicle it was, or when it was made.
    ``reasons``: why, as in the receipt."""

    class Settled(models.TextChoices):
        VEHICLE = "vehicle", "确认车辆"
        RELEASED = "released", "放行"
        LATER = "later", "时间不实，按收到时间计入"
        REJECTED = "rejected", "不予采信"

    test = models.OneToOneField(Test, on_delete=models.PROTECT, related_name="held")
    vin = models.CharField(max_length=17, blank=True, default="", help_text="as the message says")
    plate = models.CharField(max_length=12, blank=True, default="", help_text="as the message says")
    candidates = models.ManyToManyField(Vehicle, related_name="held_runs")
    reasons = models.JSONField()
    place = models.CharField(max_length=6)
    held_at = models.DateTimeField()
    settled = models.CharField(max_length=12, choices=Settled.choices, blank=True, default="")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True, default="")
    settled_because = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["held_at"], condition=Q(settled_at__isnull=True), name="held_waiting"),
            models.Index(
                fields=["vin"], condition=Q(settled_at__isnull=True) & ~Q(vin=""), name="held_waiting_vin"
            ),
            models.Index(
                fields=["plate"],
                condition=Q(settled_at__isnull=True) & ~Q(plate=""),
                name="held_waiting_plate",
            ),
        ]


class ObdName(models.Model):
    """The VIN that a control unit reported in a failed run, where it is not the one in the message, or the one in the
    message, where the run's vehicle does not bear it: in its normal form. The vehicle that bears it may come to be
    known later."""

    test = models.ForeignKey(Test, on_delete=models.PROTECT, related_name="obd_names")
    vin = models.CharField(max_length=17, db_index=True)
