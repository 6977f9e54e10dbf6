"""Recorded uploads of two real lines: judged as they are, their claims reproduced or the difference named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.facts.records.inspection import TestRecord
from imloop.law import load
from imloop.verdict import judge
from imloop.verdict.answer import Verdict

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "real"
TAIYUAN, SHIHEZI = "140100", "659001"
pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason="the recorded uploads are not on this machine")

Read = Callable[..., tuple[TestRecord, Verdict]]


@pytest.fixture
def read() -> Read:
    def judged(name: str, place: str = "000000") -> tuple[TestRecord, Verdict]:
        record = decode_test((RECORDED / f"{name}.json").read_bytes())
        return record, judge(record, load().at(record.started_at.date(), place))

    return judged


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("asm-taiyuan", [30, 39]),
        ("asm-shihezi", [72, 81]),
        ("tsi-taiyuan", [45, 74]),
        ("tsi-shihezi", [15, 44]),
    ],
)
def test_a_claimed_pass_is_reproduced(read: Read, name: str, rows: list[int]) -> None:
    _, found = read(name)
    assert str(found.result) == "pass"
    assert found.claim.agrees is True and found.claim.reproduced_by is not None
    assert found.claim.reproduced_by["rows"] == rows
    assert "claim-differs" not in {finding.code for finding in found.findings}


def test_a_difference_is_named(read: Read) -> None:
    record, found = read("freeacc-taiyuan")
    assert record.claimed.values == {"k_mean_per_m": 0.0}
    assert found.claim.agrees is False
    assert [dict(each) for each in found.claim.differences] == [
        {"item": "k_mean_per_m", "claimed": 0.0, "ours": 0.05}
    ]
    assert "claim-differs" in {finding.code for finding in found.findings}


def test_free_acceleration_without_a_claim(read: Read) -> None:
    _, found = read("freeacc-shihezi")
    assert str(found.result) == "pass" and found.claim.agrees is None


def test_lug_down_of_an_unknown_engine_is_no_pass(read: Read) -> None:
    _, found = read("lugdown-shihezi", SHIHEZI)
    assert str(found.result) == "invalid"
    assert [reason.code for reason in found.reasons] == ["rated-power-missing"]


def test_lug_down_of_2018_is_judged_by_the_limits_of_its_province_alone(read: Read) -> None:
    _, elsewhere = read("lugdown-shihezi", TAIYUAN)
    assert [reason.code for reason in elsewhere.reasons] == ["law-text-not-seen"]


def test_the_line_simulator_is_recognised(read: Read) -> None:
    for place in (TAIYUAN, SHIHEZI):
        record, found = read("lugdown-taiyuan-simulator", place)
        assert "implausible-run" in {finding.code for finding in found.findings}
        assert str(found.result) != "pass"
    assert record.claimed.verdict is not None and found.claim.agrees is False


@pytest.mark.parametrize(
    "path", sorted(RECORDED.glob("*-*.json")) if RECORDED.exists() else [], ids=lambda path: path.stem
)
def test_no_real_vehicle_is_called_implausible(path: Path) -> None:
    if path.stem in ("equipment-checks", "lugdown-taiyuan-simulator") or path.stem.startswith("station-day"):
        return
    record = decode_test(path.read_bytes())
    found = judge(record, load().at(record.started_at.date(), "000000"))
    assert "implausible-run" not in {finding.code for finding in found.findings}
