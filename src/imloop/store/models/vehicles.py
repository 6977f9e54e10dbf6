"""Vehicles, keyed by VIN; one that came without a VIN is keyed by its plate until the VIN is known."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Vehicle(models.Model):
    vin = models.CharField(max_length=17, blank=True, default="")
    plate = models.CharField(max_length=12, blank=True, default="", db_index=True)
    plate_colour = models.CharField(max_length=12, blank=True, default="")
    fuel = models.CharField(max_length=16, blank=True, default="")
    facts = models.JSONField(default=dict, help_text="latest statement about the vehicle, contract §2 names")
    owner_name = models.CharField(max_length=60, blank=True, default="")
    owner_phone = models.CharField(max_length=20, blank=True, default="")
    cycle = models.PositiveIntegerField(default=1, help_text="ordinal of the running inspection cycle")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["vin"], condition=~Q(vin=""), name="vehicle_vin"),
            models.UniqueConstraint(fields=["plate"], condition=Q(vin=""), name="vehicle_plate_without_vin"),
            models.CheckConstraint(condition=~(Q(vin="") & Q(plate="")), name="vehicle_is_identified"),
        ]

    def __str__(self) -> str:
        return self.plate or self.vin
