"""What tests ask of the demo city as it was loaded."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path


def labels(data: Path) -> list[dict[str, object]]:
    return [
        json.loads(line) for line in (data / "sim-labels.ndjson").read_text(encoding="utf-8").splitlines()
    ]


def assert_runs_of_a_line_never_overlap() -> None:
    from imloop.store.models import Test

    runs = Test.objects.order_by("station", "line", "started_at").values_list(
        "station", "line", "started_at", "ended_at"
    )
    for (station, line, _, ended), (other, other_line, started, _) in pairwise(runs):
        assert (station, line) != (other, other_line) or started > ended


def assert_the_outage_is_past(now: datetime) -> None:
    """Three weeks ago: three retests on paper, two matched, the third missing at its station and its repairer."""
    from imloop.store.models import Finding, Outage, PaperUnlock

    outage = Outage.objects.get()
    assert outage.ends_at is not None and outage.ends_at < now - timedelta(days=20)
    papers = PaperUnlock.objects.order_by("granted_at")
    assert [bool(row.matched_at) for row in papers] == [True, True, False]
    missing = papers[2]
    assert missing.missed_at is not None and missing.case is not None and missing.case.state == "closed"
    named = Finding.objects.filter(subject=missing.unlock_no).values_list("station_code", flat=True)
    assert set(named) == {missing.station.code, missing.shop.code}
