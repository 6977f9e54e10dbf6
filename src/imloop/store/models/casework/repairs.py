"""Repairs as reported, which of their numbers were seen before, and the figures of M-stations,
counted again each night."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from imloop.store.models.casework.cases import Case
from imloop.store.models.casework.inspections import RawUpload
from imloop.store.models.registers.stations import Party


class Repair(models.Model):
    """A repair as reported, frozen. ``listed``: was the shop on the published list when it finished?"""

    raw = models.OneToOneField(RawUpload, on_delete=models.PROTECT, related_name="repair")
    shop = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="repairs")
    repair_no = models.CharField(max_length=64)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="repairs")
    received_at = models.DateTimeField(help_text="the vehicle came in")
    finished_at = models.DateTimeField()
    uploaded_at = models.DateTimeField()
    listed = models.BooleanField()
    cost_yuan = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    warranty_until = models.DateField(null=True)
    warranty_km = models.FloatField(null=True, help_text="odometer reading at which the warranty ends")
    rework_of = models.CharField(
        max_length=64, null=True, help_text="the same shop's repair whose warranty ran; null: no rework"
    )
    record = models.JSONField()
    receipt = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["shop", "uploaded_at"], name="repair_shop_upload")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "repair_no"], name="repair_no_per_shop")
        ]


class RepairMark(models.Model):
    """What of a repair must not come again for another vehicle:
    a part's serial number, or the SHA-256 of its content."""

    class Kind(models.TextChoices):
        SERIAL = "serial", "配件序列号"
        CONTENT = "content", "内容"

    repair = models.ForeignKey(Repair, on_delete=models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.CharField(max_length=200)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["kind", "value"], name="repair_mark_value")]


class WrongClaim(models.Model):
    """How often an M-station named a case that did not go with its vehicle, on one day."""

    shop = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="wrong_claims")
    day = models.DateField()
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "day"], name="wrong_claims_per_shop_and_day")
        ]


class ShopFigures(models.Model):
    """What an M-station's finished repairs came to. ``fuel``: of the repaired vehicles, empty: all together."""

    shop = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="figures")
    fuel = models.CharField(max_length=16, blank=True, default="")
    counted_on = models.DateField()
    priced = models.PositiveIntegerField(help_text="repairs with a price")
    median_yuan = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    retested = models.PositiveIntegerField(help_text="repairs followed by a retest that counts")
    passed_first = models.PositiveIntegerField(help_text="of these, the first retest passed")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "fuel"], name="figures_per_shop_and_fuel")
        ]
