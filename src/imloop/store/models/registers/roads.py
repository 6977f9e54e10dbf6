"""Where and when vehicles may not drive: zones, and days of heavy pollution."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Zone(models.Model):
    """A restriction zone or a staged phase-out. ``rules``: ``imloop.gates.roads.may_drive`` gives their form."""

    code = models.CharField(max_length=20)
    place = models.CharField(max_length=6)
    name = models.CharField(max_length=80)
    rules = models.JSONField(default=list)
    outline = models.JSONField(null=True, help_text="GeoJSON geometry")
    since = models.DateField()
    until = models.DateField(null=True)
    cite = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["place", "code", "since"], name="zone_once"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="zone_until_after_since"
            ),
        ]


class PollutionAlert(models.Model):
    """A heavy-pollution alert of a place with its own rules for as long as it lasts."""

    place = models.CharField(max_length=6)
    level = models.CharField(max_length=8, help_text="yellow | orange | red")
    rules = models.JSONField(default=list)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    declared_by = models.CharField(max_length=80)
    cite = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="alert_until_after_since"
            )
        ]
