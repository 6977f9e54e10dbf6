"""Whose messages may be delivered outside."""

from __future__ import annotations

from django.db.models import QuerySet

from imloop.steps.ground.access import Caller, place_prefix
from imloop.store.models import Party, PartyKind
from imloop.store.models.registers.stations import DEPARTMENTS


def senders(caller: Caller) -> QuerySet[Party]:
    """For the administrator who adds a receiver, the departments of their place; nobody else adds one, and chooses
    from none."""
    rows = Party.objects.filter(kind__in=DEPARTMENTS, place__startswith=place_prefix(caller.place)).order_by(
        "code"
    )
    return rows if caller.kind == PartyKind.ADMIN else rows.none()
