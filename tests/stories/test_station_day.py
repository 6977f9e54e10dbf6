"""The main job: one real day of a station, replayed against a running server. No repair, no retest."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from imloop.facts.refusal import Malformed, Unknown
from imloop.sim.traffic.station_day import replay_day

DAY = Path(__file__).parents[3] / "shared" / "data" / "real" / "station-day-2020-10-12.json"
needs_day = pytest.mark.skipif(not DAY.exists(), reason="../shared is absent: no recorded station day")
pytestmark = pytest.mark.one_database("sqlite", reason="the steps behind the demo city are tested on both")


@needs_day
def test_every_retest_without_a_repair_is_refused_with_its_clause(live_server) -> None:
    credentials = live_server.data / "demo-credentials.json"
    summary = replay_day(DAY, live_server.base_url, credentials, speed=0, progress=False)

    assert summary.ok, (summary.not_refused[:3], summary.unexpected[:3])
    assert (summary.tasks, summary.vehicles) == (266, 209)
    assert summary.accepted == 209
    assert summary.refusals + summary.duplicates == 266 - 209
    assert summary.duplicates == 1, "one of the two copied tasks was itself a forbidden retest"
    assert summary.cases_opened == summary.failed >= 39
    assert summary.permits_denied == 55
    assert set(summary.refused) == {"no-repair-record"}
    group = summary.refused["no-repair-record"]
    assert group.cite and group.text
    minutes = sorted(group.minutes)
    assert minutes[0] > 0 and minutes[len(minutes) // 2] < 45

    again = replay_day(DAY, live_server.base_url, credentials, speed=0, progress=False)
    assert again.ok, again.unexpected[:3]
    assert again.accepted == again.cases_opened == 0
    assert again.refusals == summary.refusals


def queue(tmp_path: Path, tasks: list[dict[str, object]]) -> Path:
    file = tmp_path / "day.json"
    file.write_text(json.dumps({"tasks": tasks}), encoding="utf-8")
    return file


def task(number: int, vehicle: str, at: str, method: str = "ASM") -> dict[str, object]:
    plate = f"桂B{int(vehicle):05d}"
    moment = f"2020-10-12T{at}:00+08:00"
    return {
        "task": str(number), "vehicle": vehicle, "plate": plate, "plate_colour": "蓝", "method": method,
        "registered_at": moment,
    }  # fmt: skip


def test_a_small_day(live_server, tmp_path: Path) -> None:
    tasks = [task(1, "70001", "08:00"), task(2, "70002", "08:01"), task(3, "70001", "08:20", "TSI")]
    file = queue(tmp_path, [*tasks, tasks[1]])
    credentials = live_server.data / "demo-credentials.json"
    day = date.today() - timedelta(days=3)
    summary = replay_day(
        file,
        live_server.base_url,
        credentials,
        station="450206001",
        day=day,
        speed=0,
        seed=77,
        progress=False,
    )
    assert summary.ok, (summary.not_refused, summary.unexpected)
    assert (summary.accepted, summary.duplicates, summary.refusals) == (2, 1, 1)


def test_bad_input_is_named(tmp_path: Path) -> None:
    credentials = tmp_path / "demo-credentials.json"
    good = queue(tmp_path, [task(1, "70001", "08:00")])
    nowhere = {"base_url": "http://127.0.0.1:9", "credentials": credentials, "speed": 0, "progress": False}
    with pytest.raises(Malformed):
        replay_day(tmp_path / "missing.json", **nowhere)
    with pytest.raises(Malformed):
        replay_day(queue(tmp_path, []), **nowhere)
    good = queue(tmp_path, [task(1, "70001", "08:00")])
    with pytest.raises(Unknown, match="no-credentials"):
        replay_day(good, **nowhere)
    credentials.write_text(json.dumps({"keys": {"450203001": "imk_x_y"}}), encoding="utf-8")
    with pytest.raises(Unknown, match="server-unreachable"):
        replay_day(good, **nowhere)
    with pytest.raises(Unknown, match="unknown-station"):
        replay_day(good, **nowhere, station="999999999")
