"""Recompute stored tests from the bytes that arrived, under the law of their own day, and compare (F1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from imloop.facts.codes import RESULT_NAMES, Method, Result
from imloop.facts.days import day_of, midnight
from imloop.facts.places import is_place
from imloop.facts.records.inspection import TestRecord
from imloop.facts.refusal import Malformed, Refusal
from imloop.facts.text import Reason, Text
from imloop.law import Law
from imloop.law.compare import changes, movers
from imloop.steps.ground.access import SYSTEM, place_prefix
from imloop.steps.ground.findings import keep_findings
from imloop.steps.ground.keep_raw import raw_bytes
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.registers import law_at
from imloop.steps.journal.law_in_use import law_of_hash
from imloop.store.models import Finding, Test
from imloop.store.sound_rows import BadRow, in_words, raise_if_away, sound_rows
from imloop.store.verdict_inputs import as_judged
from imloop.verdict import judge, verdict_hash
from imloop.verdict.subjects import SUBJECTS

Decode = Callable[[bytes], TestRecord]
BLOCK = 500
"""Tests per block: what is in memory at once does not grow with the number of tests."""
NOT_KEPT = "当时的法律数据没有留存 · the law's data of then was not kept"


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
            if not is_place(self.place):
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
    data of that day's law was changed since, so the verdict's law hash differs and other keys may; ``moved_by``: the
    changes that moved more of it than its hash, in words."""

    test_no: str
    station: str
    stored: str
    recomputed: str
    differs: tuple[str, ...]
    law_corrected: bool
    moved_by: tuple[str, ...] = ()

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
    found = [replayed(test, decode) for test in sound_rows(tests.order_by("id"), bad.append)]
    return found + [Replayed(f"{row.table} {row.key}", "", "", row.why, ("row",), False) for row in bad]


def replay_test(test: Test, decode: Decode) -> dict[str, object]:
    """The recomputed verdict, whether it equals the stored one, and the keys in which it differs."""
    verdict = _recompute(test, decode)
    differs = _differs(test.verdict, verdict)
    return {"test_no": test.test_no, "same": not differs, "differs": differs, "verdict": verdict}


def replayed(test: Test, decode: Decode) -> Replayed:
    try:
        record = _record(test, decode)
        law = law_at(day_of(record.started_at), test.station.place)
        verdict = judge(record, law).to_json()
        differs = tuple(_differs(test.verdict, verdict))
        corrected = test.law_hash != verdict_hash(law_at(day_of(test.started_at), test.station.place))
        moved_by = _moved_by(test, record, law) if corrected and differs != ("law",) else ()
    except Exception as error:
        raise_if_away(error)
        said = error.code if isinstance(error, Refusal) else in_words(error)
        return Replayed(test.test_no, test.station.code, test.result, said, ("verdict",), False)
    said = str(verdict["verdict"])
    return Replayed(test.test_no, test.station.code, test.result, said, differs, corrected, moved_by)


def _moved_by(test: Test, record: TestRecord, law: Law) -> tuple[str, ...]:
    """The changes of the law's data since the test without which its verdict would be another."""
    before = law_of_hash(test.law_hash, law.on, law.place)
    if before is None:
        return (NOT_KEPT,)

    def answer(assumed: Law) -> object:
        try:
            found = judge(record, assumed).to_json()
        except Refusal as refusal:
            return refusal.code
        return {key: value for key, value in found.items() if key != "law"}

    return tuple(map(str, movers(changes(before, law, SUBJECTS), law, answer)))


def list_for_the_department(moved: Sequence[Replayed], now: datetime) -> int:
    """A finding of every test whose result would be another today, once for the same change: what was judged stays as
    judged. Returns how many are new."""
    told = 0
    for each in moved:
        if each.law_corrected and each.stored != each.recomputed:
            told += _list(each, now)
    return told


def _list(each: Replayed, now: datetime) -> bool:
    """Whether it was not listed before."""
    finding = _moved(each)
    with writing(now, SYSTEM) as ledger:
        known = Finding.objects.filter(code=finding.code, subject=each.test_no, station_code=each.station)
        if any(row.data == finding.to_json() for row in known):
            return False
        keep_findings(ledger, "test", each.test_no, each.station, [finding])
    return True


def _moved(each: Replayed) -> Reason:
    before, after = (RESULT_NAMES[Result(result)] for result in (each.stored, each.recomputed))
    why = "；".join(each.moved_by)
    return Reason(
        "verdict-moved",
        Text(
            f"法律数据更正后复算：{before.zh} → {after.zh}。变动：{why}。原结论保持不变，由部门核对。",
            f"Recomputed since the law's data was corrected: {before.en} → {after.en}. Changed: {why}. The verdict "
            "stays as it was; the department looks at the difference.",
        ),
    )


def _recompute(test: Test, decode: Decode) -> dict[str, object]:
    record = _record(test, decode)
    return judge(record, law_at(day_of(record.started_at), test.station.place)).to_json()


def _record(test: Test, decode: Decode) -> TestRecord:
    record = decode(raw_bytes(test.raw))
    if test.stated is None:
        return record
    return replace(record, vehicle=as_judged(record.vehicle, bytes(test.stated)))


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
