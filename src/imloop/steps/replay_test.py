"""Recompute a stored test from its raw bytes' record, under the law of its day, and compare (F1)."""

from __future__ import annotations

from collections.abc import Callable

from imloop.facts.test_record import TestRecord
from imloop.steps.clock import day_of
from imloop.steps.keep_raw import raw_bytes
from imloop.steps.registers import law_at
from imloop.store.models import Test
from imloop.verdict import judge


def replay_test(test: Test, decode: Callable[[bytes], TestRecord]) -> dict[str, object]:
    """The recomputed verdict, whether it equals the stored one, and the keys in which it differs."""
    record = decode(raw_bytes(test.raw))
    verdict = judge(record, law_at(day_of(record.started_at), test.station.place)).to_json()
    stored = test.verdict
    differs = sorted(
        key for key in set(stored) | set(verdict) if _plain(stored.get(key)) != _plain(verdict.get(key))
    )
    return {"test_no": test.test_no, "same": not differs, "differs": differs, "verdict": verdict}


def _plain(value: object) -> object:
    """Tuples read as lists, as JSON keeps them."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
