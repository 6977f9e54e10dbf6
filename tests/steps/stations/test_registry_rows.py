"""Rows of the registers from a file: entered or refused one by one."""

from __future__ import annotations

import pytest

from imloop.steps.ground.access import SYSTEM
from imloop.steps.stations.registry_rows import enter_rows
from imloop.store.models import Party, Standing
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


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("longitude", "inf"),
        ("longitude", "-180.1"),
        ("latitude", "NAN"),
        ("latitude", "109.41"),
        ("latitude", "N 24"),
        ("place", "４５０２０３"),
        ("place", "45020²"),
        ("name", "站" * 400),
        ("cite", "甲" * 10_000),
    ],
)
@pytest.mark.parametrize("kind", ["stations", "repairers"])
def test_a_row_that_cannot_be_kept_takes_no_other_with_it(
    city: City, kind: str, column: str, cell: str
) -> None:
    good = {**ROW, "longitude": "109.41", "latitude": "24.31"}
    rows = [(2, good), (3, {**good, "code": "450203010", column: cell}), (4, {**good, "code": "450203011"})]
    rejected = enter_rows(kind, rows, SYSTEM, NOW)
    assert [each.number for each in rejected] == [3] and rejected[0].reason
    assert not Party.objects.filter(code="450203010").exists()
    assert Party.objects.filter(code__in=("450203009", "450203011"), latitude=24.31).count() == 2
