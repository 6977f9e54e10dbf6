"""Approved prices."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from imloop.store.models.registers.spans import ends_later
from imloop.store.models.registers.stations import Party


class Fee(models.Model):
    """An approved price: for a place, or for one station, by method; what people must be charged at most."""

    place = models.CharField(max_length=6)
    station = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="fees", null=True)
    method = models.CharField(max_length=12)
    yuan = models.DecimalField(max_digits=8, decimal_places=2)
    since = models.DateField()
    until = models.DateField(null=True)
    cite = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [ends_later("fee_until_after_since")]
        indexes: ClassVar = [models.Index(fields=["place", "method"], name="fee_place_method")]
