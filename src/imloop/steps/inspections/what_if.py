"""What if the law said otherwise: who would newly fail or pass (E7). Nothing is changed; real tests, assumed law."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from imloop.facts.codes import Method
from imloop.facts.days import day_of
from imloop.facts.records.inspection import TestRecord
from imloop.facts.refusal import Refusal
from imloop.law import Assumed, Law
from imloop.steps.ground.access import Caller
from imloop.steps.ground.keep_raw import raw_bytes
from imloop.steps.ground.ledger import writing
from imloop.steps.inspections.replay import BLOCK, Decode, Selection
from imloop.steps.inspections.stored_runs import stored_runs
from imloop.steps.inspections.what_if_report import Kind, Outcome, Report
from imloop.store import verdict_inputs
from imloop.store.models import RawUpload, Test
from imloop.store.sound_rows import BadRow, in_words, raise_if_away
from imloop.verdict.batch import RESULTS, Runs, judge_many
from imloop.watch.expectation import UNKNOWN, age_class

MOST = 2_000
"""Tests that a page judges while its reader waits; the command line takes any number."""

_PRODUCED = 6  # the figures from here on: days of production and of first registration
_COLUMNS = (
    *("test_no", "raw_id", "station__code", "station__place", "method", "started_at", "result"),
    *("trace", "stated"),
)


class _Stored(NamedTuple):
    """A stored test as far as it is judged again; ``stated`` is never empty here."""

    test_no: str
    raw_id: int
    station: str
    place: str
    method: str
    day: date
    result: str
    trace: bytes
    stated: bytes


def run_latest(
    caller: Caller, chosen: Selection, decode: Decode, assumed: Assumed, text: str, now: datetime
) -> tuple[Report, int]:
    """A report over the newest ``MOST`` of the chosen tests, and how many there are; who asked what is journalled."""
    tests = chosen.tests()
    total = tests.count()
    keys = sorted(tests.order_by("-id").values_list("pk", flat=True)[:MOST])
    report = Report()
    for start in range(0, len(keys), BLOCK):
        report.merge(judge_block(keys[start : start + BLOCK], decode, assumed))
    with writing(now, caller) as ledger:
        ledger.note("what-if", assumed.title, {"assumed": text, "tests": report.tests, **report.changes})
    return report, total


def judge_block(keys: Sequence[int], decode: Decode, assumed: Assumed) -> Report:
    """The tests of a block, before and after, judged many at once. A test whose day and place the assumptions leave
    alone is not judged again: its stored verdict is used. One that cannot be read is named, and not counted."""
    try:
        return _judge_block(keys, decode, assumed)
    except Exception as error:
        raise_if_away(error)
        if len(keys) == 1:
            return Report(unreadable=[BadRow(Test._meta.db_table, keys[0], in_words(error))])
    report = Report()
    for key in keys:
        report.merge(judge_block([key], decode, assumed))
    return report


def _judge_block(keys: Sequence[int], decode: Decode, assumed: Assumed) -> Report:
    report = Report()
    left_alone: list[_Stored] = []
    groups: dict[tuple[int, str], list[_Stored]] = defaultdict(list)
    laws: dict[int, tuple[Law, Law]] = {}
    for test in _load(keys, decode):
        base, other = assumed.book.at(test.day, test.place), assumed.at(test.day, test.place)
        if base is other:
            left_alone.append(test)
        else:
            laws[id(other)] = base, other
            groups[id(other), test.method].append(test)
    for test, who in zip(left_alone, _whose(left_alone), strict=True):
        report.kinds[Kind(*who, test.result, test.result)] += 1
    for (law, method), alike in groups.items():
        _compare(alike, Method(method), *laws[law], decode, report)
    return report


def _load(keys: Sequence[int], decode: Decode) -> list[_Stored]:
    rows = Test.objects.filter(pk__in=keys).order_by("id").values_list(*_COLUMNS)
    found = []
    for test_no, raw_id, station, place, method, started_at, result, trace, blob in rows.iterator():
        # A test stored before its facts were kept beside the trace: they are read from the bytes that arrived.
        facts = verdict_inputs.pack(_record(raw_id, decode)) if blob is None else bytes(blob)
        day = day_of(started_at)
        found.append(_Stored(test_no, raw_id, station, place, method, day, result, bytes(trace), facts))
    return found


def _record(raw_id: int, decode: Decode) -> TestRecord:
    return decode(raw_bytes(RawUpload.objects.get(pk=raw_id)))


def _as_judged(test: _Stored, decode: Decode) -> TestRecord:
    record = _record(test.raw_id, decode)
    return replace(record, vehicle=verdict_inputs.as_judged(record.vehicle, test.stated))


def _compare(
    tests: Sequence[_Stored], method: Method, base: Law, other: Law, decode: Decode, report: Report
) -> None:
    """Judge tests of one method under both laws and count what follows."""
    runs = stored_runs(
        method,
        [test.trace for test in tests],
        [test.stated for test in tests],
        lambda at: _as_judged(tests[at], decode),
    )
    # The past is judged again as well: it costs less than reading the stored verdict with all its steps, and holds
    # when the law's data has been corrected since.
    before, exceeded, _ = _judged(runs, base)
    after, now_exceeded, items = _judged(runs, other)
    newly: NDArray[np.bool_] = (
        now_exceeded & ~exceeded if exceeded.shape == now_exceeded.shape else now_exceeded
    )
    some = set(np.flatnonzero(newly.any(axis=1)).tolist())
    for at, (test, who) in enumerate(zip(tests, _whose(tests), strict=True)):
        kind = Kind(*who, before[at], after[at])
        report.kinds[kind] += 1
        named = tuple(sorted(np.array(items)[newly[at]].tolist())) if at in some else ()
        for item in named:
            report.items[item, kind.before, kind.after] += 1
        if kind.before != kind.after:
            report.changed.append(Outcome(test.test_no, test.day, kind, named))


def _judged(runs: Runs, law: Law) -> tuple[list[str], NDArray[np.bool_], tuple[str, ...]]:
    """Result of every test, exceeded of shape (tests, items), and the items. A law that cannot judge gives its refusal
    as the result."""
    try:
        outcomes = judge_many(runs, law)
    except Refusal as refusal:
        return [refusal.code] * runs.tests, np.zeros((runs.tests, 0), dtype=np.bool_), ()
    return [_RESULTS[code] for code in outcomes.result.tolist()], outcomes.exceeded, outcomes.items


_RESULTS = tuple(map(str, RESULTS))


def _whose(tests: Sequence[_Stored]) -> Iterator[tuple[str, str, str, str, str]]:
    """Method, stage, age, station and fuel of every test."""
    days = verdict_inputs.figures_of([test.stated for test in tests])[_PRODUCED:].T.tolist()
    for test, (produced, registered) in zip(tests, days, strict=True):
        facts = verdict_inputs.record_of_kind(
            verdict_inputs.kind_bytes(test.stated), Method(test.method)
        ).vehicle
        since = produced if isnan(registered) else registered
        fuel = str(facts.fuel or UNKNOWN)
        yield test.method, facts.emission_stage or UNKNOWN, _age(since, test.day), test.station, fuel


def _age(since: float, day: date) -> str:
    """Age group in whole years on the day of the test; ``since``: an ordinal, NaN where nobody stated it."""
    if isnan(since):
        return UNKNOWN
    first = date.fromordinal(int(since))
    years = day.year - first.year - ((day.month, day.day) < (first.month, first.day))
    return age_class(years)
