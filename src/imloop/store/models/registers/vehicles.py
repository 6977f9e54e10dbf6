"""Vehicles, keyed by VIN; one that came without a VIN is keyed by its plate until the VIN is known."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from imloop.store.models.registers.stations import Party


class Vehicle(models.Model):
    """``fuel``, ``plate``, ``plate_colour`` and the owner are the authorities' word where the vehicle is registered;
    of one known from tests alone they are what the station said, so that it can be found."""

    class Status(models.TextChoices):
        ACTIVE = "active", "正常"
        MOVED_OUT = "moved_out", "转出"
        CANCELLED = "cancelled", "注销"
        SCRAPPED = "scrapped", "报废"

    vin = models.CharField(max_length=17, blank=True, default="")
    plate = models.CharField(max_length=12, blank=True, default="", db_index=True)
    plate_colour = models.CharField(max_length=12, blank=True, default="")
    fuel = models.CharField(max_length=16, blank=True, default="")
    facts = models.JSONField(default=dict, help_text="the authorities' word, contract §2 names")
    sources = models.JSONField(
        default=dict, help_text="field: [who of the authorities said it, day, evidence]"
    )
    stated = models.JSONField(
        default=dict,
        help_text="field: [value, by whom, day, settled on]: the latest word of stations and owners; feeds no gate",
    )
    registered = models.BooleanField(default=False, help_text="an authority entered it")
    owner_name = models.CharField(max_length=60, blank=True, default="")
    owner_phone = models.CharField(max_length=20, blank=True, default="")
    cycle = models.PositiveIntegerField(default=1, help_text="ordinal of the running inspection cycle")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    due_on = models.DateField(null=True, db_index=True, help_text="last day of the running inspection cycle")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["vin"], condition=~Q(vin=""), name="vehicle_vin"),
            # not vin = '': SQLite would plan every "vin = ?" anew, as a value might prove that this index holds it
            models.UniqueConstraint(
                fields=["plate"], condition=~Q(vin__gt=""), name="vehicle_plate_without_vin"
            ),
            models.CheckConstraint(condition=~(Q(vin="") & Q(plate="")), name="vehicle_is_identified"),
        ]

    def __str__(self) -> str:
        return self.plate or self.vin


class PlateSpan(models.Model):
    """Which plate a vehicle had from when to when."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="plates")
    plate = models.CharField(max_length=12, db_index=True)
    plate_colour = models.CharField(max_length=12, blank=True, default="")
    since = models.DateField()
    until = models.DateField(null=True)
    source = models.CharField(max_length=40, help_text="police | test | import")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="plate_until_after_since"
            )
        ]


class VehicleChange(models.Model):
    """Something that happened to a vehicle in the police register: sold, moved, cancelled, scrapped. Append-only."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=16)
    on = models.DateField()
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=80)
    data = models.JSONField(default=dict)


class Enrolment(models.Model):
    """A vehicle of another province that is tested here (R28)."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="enrolments")
    place = models.CharField(max_length=6)
    ground = models.CharField(max_length=24, help_text="fixed_route | three_months | resident")
    since = models.DateField()
    until = models.DateField(null=True)
    decided_by = models.CharField(max_length=80)
    evidence = models.CharField(max_length=400)
    cite = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="enrolment_until_after_since"
            )
        ]


class Mark(models.Model):
    """An inspection mark that the police issued on a passed test, or without one where none is due (A13)."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="marks")
    test_no = models.CharField(max_length=64, blank=True, default="")
    issued_at = models.DateTimeField()
    valid_until = models.DateField()
    issued_by = models.CharField(max_length=80)
    cite = models.CharField(max_length=200)


class RegisterFile(models.Model):
    """A list as it was handed in: its bytes (zstd) and their SHA-256. Frozen by triggers."""

    received_at = models.DateTimeField()
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", null=True)
    kind = models.CharField(max_length=12)
    sent_by = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    body = models.BinaryField()
