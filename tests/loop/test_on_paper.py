"""A retest on paper and the record that comes later: the same repair, or what differs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imloop.loop.on_paper import differences, speaks_of
from support.stories.loop_stories import decided, failed, passed, repair_at, repaired, story, unlocked

FAIL = failed("2026-03-02 09:00")
DONE = "2026-03-03 16:00"
NUMBERS = {"settlement_no": "J1", "certificate_no": "H1"}


def unlock(**said: str) -> object:
    return unlocked("2026-03-04 10:00", story(FAIL), **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "differs"),
    [
        ({"settlement": "J1"}, ()),
        ({"certificate": "h 1"}, ()),
        ({"settlement": "J1", "certificate": "H1"}, ()),
        ({"settlement": "J1", "certificate": "H2"}, ("certificate",)),
        ({"settlement": "J2"}, ("settlement",)),
        ({"settlement": "J1", "shop": "M2"}, ("shop",)),
    ],
)
def test_what_the_station_noted_must_be_what_the_shop_uploads(
    said: dict[str, str], differs: tuple[str, ...]
) -> None:
    record = repair_at(DONE, **NUMBERS)
    assert differences(unlock(**said).unlock, record) == differs  # type: ignore[attr-defined]
    closed = story(FAIL, unlock(**said), passed("2026-03-04 11:00"))  # type: ignore[arg-type]
    after = decided(closed, repaired(DONE, **NUMBERS)).case
    assert bool(after.unmatched) is bool(differs)
    assert after.unlocks[0].record == ("" if differs else record.repair_no)


@pytest.mark.parametrize("done", ["2026-03-02 08:00", "2026-03-04 10:01"])
def test_a_repair_outside_the_time_between_fail_and_retest_is_not_the_one(done: str) -> None:
    event = unlock(settlement="J1")
    record = repair_at(done, **NUMBERS)
    assert differences(event.unlock, record) == ("finished_at",)  # type: ignore[attr-defined]
    assert speaks_of(event.unlock, record)  # type: ignore[attr-defined]
    assert not speaks_of(event.unlock, replace(record, settlement_no="J9"))  # type: ignore[attr-defined]


def test_a_match_is_not_lost_to_a_later_record() -> None:
    case = story(FAIL, unlock(settlement="J1"), repaired(DONE, **NUMBERS))  # type: ignore[arg-type]
    later = decided(case, repaired("2026-03-03 17:00", settlement_no="J1")).case
    assert later.unlocks == case.unlocks
