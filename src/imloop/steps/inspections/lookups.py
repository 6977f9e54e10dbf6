"""Tests that a caller may see. Looking one up is journalled: it shows personal data."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet

from imloop.facts.refusal import Ambiguous
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller, own
from imloop.steps.ground.lookups import Shown, look, nothing_there
from imloop.steps.ground.seen import listed
from imloop.store.models import HeldRun, Test

MOST_HELD = 500
"""Runs on one list."""


def tests(caller: Caller) -> QuerySet[Test]:
    return Test.objects.filter(own(caller, "station__place", "station__code", None)).select_related(
        "vehicle", "station"
    )


def test(caller: Caller, test_no: str, station: str, show: Callable[[Test], Shown]) -> Shown:
    """What ``show`` makes of it, found by number; ``station`` where several use the same one: without it ``Ambiguous``
    names them."""

    def find() -> Test:
        rows = tests(caller).filter(test_no=test_no)
        alike = list((rows.filter(station__code=station) if station else rows).order_by("station__code"))
        if not alike:
            raise nothing_there("test", test_no)
        if len(alike) > 1:
            raise _several(test_no, [(each.station.code, each.station.name) for each in alike])
        return alike[0]

    return look(caller, "test", find, lambda found: f"{found.station.code}/{found.test_no}", show)


def _several(test_no: str, stations: list[tuple[str, str]]) -> Ambiguous:
    said = [f"{code} {name}" for code, name in stations]
    return Ambiguous(
        "test-no-ambiguous",
        Text(
            f"检验编号 {test_no} 在多个检验机构都有：{'、'.join(said)}。请指定检验机构（station）。",
            f"Several stations have a test {test_no}: {', '.join(said)}. Say which (station).",
        ),
        asks="station",
        choices=stations,
    )


def held_runs(caller: Caller) -> QuerySet[HeldRun]:
    """Runs that wait for a department, or waited: a station's own, a department's of its place."""
    seen = own(caller, "test__station__place", "test__station__code", None)
    return HeldRun.objects.filter(seen).select_related("test__station", "test__vehicle")


def held_run(caller: Caller, station: str, test_no: str) -> HeldRun:
    found = held_runs(caller).filter(test__station__code=station, test__test_no=test_no).first()
    if found is None:
        raise nothing_there("test", test_no)
    return found


def held_list(caller: Caller, settled: bool = False) -> list[HeldRun]:
    """What waits, the oldest first; or what was settled, the latest first. A department's look at it is kept."""
    rows = held_runs(caller).filter(settled_at__isnull=not settled)
    found = list(rows.order_by("-settled_at" if settled else "held_at", "id")[:MOST_HELD])
    if caller.is_department:
        listed(caller, "held-runs", [row.test.vehicle_id for row in found])
    return found
