"""Recompute stored tests from the bytes that arrived, under the law of their own day, and compare (F1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from imloop.facts.codes import Method
from imloop.facts.days import day_of, midnight
from imloop.facts.records.inspection import TestRecord
from imloop.facts.refusal import Malformed, Refusal
from imloop.facts.text import Text
from imloop.steps.ground.access import place_prefix
from imloop.steps.ground.keep_raw import raw_bytes
from imloop.steps.ground.registers import law_at
from imloop.store.models import Test
from imloop.store.sound_rows import BadRow, in_words, raise_if_away, sound_rows
from imloop.store.verdict_inputs import as_judged
from imloop.verdict import judge, verdict_hash

Decode = Callable[[bytes], TestRecord]
BLOCK = 500
"""Tests per block: what is in memory at once does not grow with the number of tests."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which stored tests: ``since`` and ``until`` are days in China, both included; empty means all."""

    since: date | None = None
    until: date | None = None
    place: str = ""
    station: str = ""
    method: str = ""

    def tests(self) -> QuerySet[Test]:
        """The tests in the order in which they arrived. Raises ``Malformed`` for a wrong place or method."""
        wanted = Q()
        if self.since:
            wanted &= Q(started_at__gte=midnight(self.since))
        if self.until:
            wanted &= Q(started_at__lt=midnight(self.until + timedelta(days=1)))
        if self.place:
            if len(self.place) != 6 or not self.place.isdigit():
                words = Text(f"{self.place} 不是六位行政区划代码。", f"{self.place} is not a GB/T 2260 code.")
                raise Malformed("wrong-value", words)
            wanted &= Q(station__place__startswith=place_prefix(self.place))
        if self.station:
            wanted &= Q(station__code=self.station)
        if self.method:
            if self.method not in list(Method):
                words = Text(f"没有检验方法 {self.method}。", f"No method {self.method}.")
                raise Malformed("wrong-value", words)
            wanted &= Q(method=self.method)
        return Test.objects.filter(wanted).order_by("id")


@dataclass(frozen=True, slots=True)
class Replayed:
    """One test, then and now. ``differs``: the keys of the verdict that came out otherwise; ``law_corrected``: the
    data of that day's law was changed since, so the verdict's law hash differs and other keys may."""

    test_no: str
    station: str
    stored: str
    recomputed: str
    differs: tuple[str, ...]
    law_corrected: bool

    @property
    def same(self) -> bool:
        return not self.differs


def blocks(tests: QuerySet[Test], size: int = BLOCK) -> Iterator[list[int]]:
    """Primary keys, block by block; asks for the next keys only when the last block was taken."""
    last = 0
    while True:
        keys = list(tests.filter(pk__gt=last).values_list("pk", flat=True)[:size])
        if not keys:
            return
        yield keys
        last = keys[-1]


def replay_block(keys: Sequence[int], decode: Decode) -> list[Replayed]:
    """Recompute the tests of a block. One that cannot be read differs, by its key and the error."""
    tests = Test.objects.filter(pk__in=keys).select_related("raw", "station").defer("trace", "receipt")
    bad: list[BadRow] = []
    found = [_replayed(test, decode) for test in sound_rows(tests.order_by("id"), bad.append)]
    return found + [Replayed(f"{row.table} {row.key}", "", "", row.why, ("row",), False) for row in bad]


def replay_test(test: Test, decode: Decode) -> dict[str, object]:
    """The recomputed verdict, whether it equals the stored one, and the keys in which it differs."""
    verdict = _recompute(test, decode)
    differs = _differs(test.verdict, verdict)
    return {"test_no": test.test_no, "same": not differs, "differs": differs, "verdict": verdict}


def _replayed(test: Test, decode: Decode) -> Replayed:
    try:
        verdict = _recompute(test, decode)
        now_hash = verdict_hash(law_at(day_of(test.started_at), test.station.place))
        differs = tuple(_differs(test.verdict, verdict))
    except Exception as error:
        raise_if_away(error)
        said = error.code if isinstance(error, Refusal) else in_words(error)
        return Replayed(test.test_no, test.station.code, test.result, said, ("verdict",), False)
    corrected = test.law_hash != now_hash
    return Replayed(test.test_no, test.station.code, test.result, str(verdict["verdict"]), differs, corrected)


def _recompute(test: Test, decode: Decode) -> dict[str, object]:
    record = decode(raw_bytes(test.raw))
    if test.stated is not None:
        record = replace(record, vehicle=as_judged(record.vehicle, bytes(test.stated)))
    return judge(record, law_at(day_of(record.started_at), test.station.place)).to_json()


def _differs(stored: dict[str, object], verdict: dict[str, object]) -> list[str]:
    return sorted(
        key for key in set(stored) | set(verdict) if _plain(stored.get(key)) != _plain(verdict.get(key))
    )


def _plain(value: object) -> object:
    """Tuples read as lists, as JSON keeps them."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
