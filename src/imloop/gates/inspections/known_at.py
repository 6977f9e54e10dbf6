"""When did the platform know of a run? What answers a failed one is later than that, whoever sends first (A4)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from imloop.facts.days import day_of, days_between, midnight
from imloop.gates.repairs.whereabouts import Span, hours_outside
from imloop.law import Law


def known_at(ended: datetime, arrived: datetime, outages: Collection[Span], law: Law) -> datetime | None:
    """Its arrival. None where a declared outage truly explains that it came late, so that its own hour is as good:
    it could not be sent when the run ended, and hardly since, but for the nights, when the station is closed.
    ``outages``: those of its station in between."""
    begins = ended + timedelta(minutes=law.number("repair.clock_minutes"))
    kept = any(since <= begins and ended < until for since, until in outages)
    waited = 60 * hours_outside(ended, arrived, [*outages, *_nights(ended, arrived, law)])
    return None if kept and waited <= law.number("outage.resend_minutes") else arrived


def _nights(since: datetime, until: datetime, law: Law) -> Iterator[Span]:
    evening, morning = (
        timedelta(hours=law.number(f"outage.{name}")) for name in ("closed_from", "closed_until")
    )
    for day in days_between(day_of(since), day_of(until)):
        yield midnight(day), midnight(day) + morning
        yield midnight(day) + evening, midnight(day) + timedelta(days=1)
