"""What a station has in hand for an outage."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from imloop.steps.ground.access import Caller
from imloop.store.models import Voucher


def unused_vouchers(caller: Caller, day: date) -> QuerySet[Voucher]:
    """The calling station's vouchers for that day and later, which nobody has used."""
    return Voucher.objects.filter(station__code=caller.party_code, unlock__isnull=True, day__gte=day)
