"""Rows of the registers from a file: entered or refused one by one."""

from __future__ import annotations

from imloop.steps.ground.access import SYSTEM
from imloop.steps.stations.registry_rows import enter_rows
from imloop.store.models import Standing
from support.city import City, at

ROW = {
    "code": "450203009",
    "name": "新站",
    "place": "450203",
    "since": "2025-01-01",
    "cite": "甲",
    "lines": "01:ASM",
}
NOW = at("2026-03-05 09:00")


def test_the_same_row_again_changes_nothing_and_another_beginning_is_refused(city: City) -> None:
    assert enter_rows("stations", [(1, ROW), (2, ROW)], SYSTEM, NOW) == []
    rejected = enter_rows("stations", [(3, {**ROW, "since": "2025-06-01"})], SYSTEM, NOW)
    assert [(each.number, each.reason.partition(":")[0]) for each in rejected] == [(3, "standing-overlaps")]
    kept = Standing.objects.filter(party__code="450203009")
    assert [str(each.since) for each in kept] == ["2025-01-01"]
