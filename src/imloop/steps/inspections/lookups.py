"""Tests that a caller may see. Looking one up is journalled: it shows personal data."""

from __future__ import annotations

from django.db.models import QuerySet

from imloop.steps.ground.access import Caller, own
from imloop.steps.ground.lookups import journal_look, nothing_there
from imloop.store.models import HeldRun, Test

MOST_HELD = 500
"""Runs on one list."""


def tests(caller: Caller) -> QuerySet[Test]:
    return Test.objects.filter(own(caller, "station__place", "station__code", None)).select_related(
        "vehicle", "station"
    )


def test(caller: Caller, test_no: str, station: str = "") -> Test:
    """By number; ``station`` when two stations use the same number."""
    rows = tests(caller).filter(test_no=test_no)
    found = (rows.filter(station__code=station) if station else rows).order_by("-id").first()
    if found is None:
        raise nothing_there("test", test_no)
    journal_look(caller, "test", f"{found.station.code}/{found.test_no}")
    return found


def held_runs(caller: Caller) -> QuerySet[HeldRun]:
    """Runs that wait for a department, or waited: a station's own, a department's of its place."""
    seen = own(caller, "test__station__place", "test__station__code", None)
    return HeldRun.objects.filter(seen).select_related("test__station", "test__vehicle")


def held_list(caller: Caller, settled: bool = False) -> QuerySet[HeldRun]:
    """What waits, the oldest first; or what was settled, the latest first."""
    rows = held_runs(caller).filter(settled_at__isnull=not settled).prefetch_related("candidates")
    return rows.order_by("-settled_at" if settled else "held_at", "id")[:MOST_HELD]
