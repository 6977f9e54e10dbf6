"""A published station as JSON."""

from __future__ import annotations

from datetime import date

from imloop.steps.stations.standing import is_active
from imloop.store.models import Party


def station_json(party: Party, day: date) -> dict[str, object]:
    """What is published about a station."""
    return {
        "code": party.code,
        "kind": party.kind,
        "name": party.name,
        "place": party.place,
        "address": party.address,
        "phone": party.phone,
        "longitude": party.longitude,
        "latitude": party.latitude,
        "active": is_active(party, day),
        "methods": sorted({method for line in party.lines.all() for method in line.methods}),
        "capability": party.capability,
    }
