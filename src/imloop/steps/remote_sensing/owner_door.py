"""The owner's way to a reading: by the address in the message, or by plate and VIN tail."""

from __future__ import annotations

import base64

from django.utils.crypto import constant_time_compare, salted_hmac

from imloop.facts.days import midnight
from imloop.facts.digits import whole
from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.steps.remote_sensing.lookups import site_of
from imloop.steps.remote_sensing.weigh import Weighed, weight_of
from imloop.store.models import RemoteReading, RemoteSite, Vehicle

_BYTES = 18
_MOST = 50


def page_of(row: RemoteReading) -> str:
    return f"/r/{row.pk}-{_seal(row.pk)}"


def _seal(number: int) -> str:
    keyed = salted_hmac("imloop.reading", str(number), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(keyed[:_BYTES]).decode()


def reading_behind(token: str) -> RemoteReading:
    """``Unknown`` where nothing is open there: what was not confirmed is shown to nobody."""
    said, _, seal = token.partition("-")
    number = whole(said) or 0
    found = None
    if constant_time_compare(seal, _seal(number)):
        found = (
            RemoteReading.objects.filter(pk=number, open_at__isnull=False).select_related("sender").first()
        )
    if found is None:
        raise Unknown("unknown-reading", Text("没有这条记录，或链接有误。", "No such reading."))
    return found


def for_owner(token: str) -> tuple[Weighed, RemoteSite | None]:
    """What the owner may know of it: all that the office knows, but no names of officials."""
    row = reading_behind(token)
    return weight_of(row), site_of(row)


def open_readings(vehicle: Vehicle) -> list[RemoteReading]:
    """Of the plate that it bears since it bears it, newest first."""
    if not vehicle.plate:
        return []
    span = vehicle.plates.filter(plate=vehicle.plate, until__isnull=True).order_by("-since").first()
    found = RemoteReading.objects.filter(plate=vehicle.plate, open_at__isnull=False)
    if span is not None:
        found = found.filter(at__gte=midnight(span.since))
    return list(found.order_by("-at")[:_MOST])
