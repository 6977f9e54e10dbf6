"""Figures of M-stations, counted again each night."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from imloop.store.models.parties import Party


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
