"""Is this the demo's database? Imports little, because the background worker asks every minute."""

from __future__ import annotations

from imloop.sim.world.places import CITY, SHOPS, STATIONS
from imloop.store.models import Party


def is_demo() -> bool:
    """Every station and shop of the demo is there under its made-up name: no real register has that."""
    expected = {(party.code, party.name) for party in (*STATIONS, *SHOPS)}
    found = Party.objects.filter(code__in=[code for code, _ in expected], place=CITY)
    return expected <= set(found.values_list("code", "name"))
