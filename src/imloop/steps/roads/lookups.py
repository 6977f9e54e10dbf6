"""Zones and alerts of a department's own place, those that are over included."""

from __future__ import annotations

from django.db.models import QuerySet

from imloop.steps.ground.access import Caller
from imloop.store.models import PollutionAlert, Zone


def zones(caller: Caller) -> QuerySet[Zone]:
    """Every zone of the caller's place, the newest first."""
    return Zone.objects.filter(place=caller.place).order_by("-since")


def alerts(caller: Caller) -> QuerySet[PollutionAlert]:
    """The last heavy-pollution alerts of the caller's place, the newest first."""
    return PollutionAlert.objects.filter(place=caller.place).order_by("-since")[:20]
