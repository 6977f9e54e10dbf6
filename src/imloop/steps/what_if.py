"""What if the law said otherwise: who would newly fail or pass (E7). Nothing is changed; real tests, assumed law."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from imloop.facts.codes import Result
from imloop.facts.days import day_of
from imloop.facts.refusal import Refusal
from imloop.facts.test_record import TestRecord
from imloop.facts.text import Text
from imloop.law import Assumed, Law
from imloop.steps.access import Caller
from imloop.steps.keep_raw import raw_bytes
from imloop.steps.ledger import writing
from imloop.steps.replay import BLOCK, Decode, Selection
from imloop.store.models import Test
from imloop.verdict.batch import RESULTS, judge_many, runs_of

DIMENSIONS = ("method", "stage", "age", "station", "fuel", "item")
"""By what the outcome is broken down; ``item``: the item that newly decides."""

CHANGES = ("newly_fail", "newly_pass", "newly_invalid")
"""``newly_invalid`` is mostly a run that stopped when it passed under the law of its day: it no longer passes, and is
too short to fail."""

DIMENSION_NAMES = {
    "method": Text("方法", "method"),
    "stage": Text("排放阶段", "emission stage"),
    "age": Text("车龄（年）", "age in years"),
    "station": Text("检验机构", "station"),
    "fuel": Text("燃料", "fuel"),
    "item": Text("项目", "item"),
}

_AGES = ((5, "0–4"), (10, "5–9"), (15, "10–14"), (200, "15+"))
_UNKNOWN = "?"
MOST = 2_000
"""Tests that a page judges while its reader waits; the command line takes any number."""

_LISTED = 20_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test under the law as it was and as assumed. ``items``: exceeded now and not before."""

    test_no: str
    station: str
    method: str
    fuel: str
    stage: str
    age: str
    day: date
    before: str
    after: str
    items: tuple[str, ...] = ()

    @property
    def change(self) -> str:
        """``newly_fail``, ``newly_pass``, ``newly_invalid`` or empty."""
        return "" if self.before == self.after else f"newly_{self.after}"


@dataclass(slots=True)
class Report:
    """Counts over all tests, by dimension, and the tests that change (the first ``_LISTED`` of them)."""

    tests: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    by: dict[str, dict[str, Counter[str]]] = field(
        default_factory=lambda: {name: defaultdict(Counter) for name in DIMENSIONS}
    )
    changed: list[Outcome] = field(default_factory=list)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Count a block of outcomes."""
        for each in outcomes:
            self.tests += 1
            self.before[each.before] += 1
            self.after[each.after] += 1
            named = {name: [str(getattr(each, name))] for name in DIMENSIONS if name != "item"}
            named["item"] = list(each.items)
            for name, values in named.items():
                for value in values:
                    counts = self.by[name][value]
                    counts["tests"] += 1
                    counts["fail_before"] += each.before == Result.FAIL
                    counts["fail_after"] += each.after == Result.FAIL
                    if each.change:
                        counts[each.change] += 1
            if each.change:
                self.changes[each.change] += 1
                if len(self.changed) < _LISTED:
                    self.changed.append(each)

    def rows(self, name: str) -> list[dict[str, object]]:
        """A dimension as rows, those with the most changes first."""
        columns = ("tests", "fail_before", "fail_after", *CHANGES)
        found = [
            {name: value, **{column: counts[column] for column in columns}}
            for value, counts in self.by[name].items()
        ]
        return sorted(
            found, key=lambda row: (-int(str(row["newly_fail"])), -int(str(row["tests"])), str(row[name]))
        )

    def to_json(self) -> dict[str, object]:
        return {
            "tests": self.tests,
            "before": dict(self.before),
            "after": dict(self.after),
            "changes": dict(self.changes),
            "by": {name: self.rows(name) for name in DIMENSIONS},
        }


def run_latest(
    caller: Caller, chosen: Selection, decode: Decode, assumed: Assumed, text: str, now: datetime
) -> tuple[Report, int]:
    """A report over the newest ``MOST`` of the chosen tests, and how many there are; who asked what is journalled."""
    tests = chosen.tests()
    total = tests.count()
    keys = sorted(tests.order_by("-id").values_list("pk", flat=True)[:MOST])
    report = Report()
    for start in range(0, len(keys), BLOCK):
        report.add(judge_block(keys[start : start + BLOCK], decode, assumed))
    with writing(now, caller) as ledger:
        ledger.note("what-if", assumed.title, {"assumed": text, "tests": report.tests, **report.changes})
    return report, total


def report_sheets(report: Report, title: str) -> dict[str, list[dict[str, object]]]:
    """The report as the sheets of a workbook: a summary, one per dimension, and the tests that change."""
    summary: list[dict[str, object]] = [
        {"what": "title", "count": title},
        {"what": "tests", "count": report.tests},
    ]
    for name, counts in (("before", report.before), ("after", report.after), ("", report.changes)):
        summary += [
            {"what": f"{name} {result}".strip(), "count": counts[result]} for result in sorted(counts)
        ]
    changed: list[dict[str, object]] = [
        {
            "test_no": each.test_no,
            "station": each.station,
            "method": each.method,
            "fuel": each.fuel,
            "stage": each.stage,
            "age": each.age,
            "day": each.day.isoformat(),
            "before": each.before,
            "after": each.after,
            "items": " ".join(each.items),
        }
        for each in report.changed
    ]
    return {"summary": summary, **{name: report.rows(name) for name in DIMENSIONS}, "tests": changed}


def judge_block(keys: Sequence[int], decode: Decode, assumed: Assumed) -> list[Outcome]:
    """The tests of a block, before and after, judged many at once. A test whose day and place the assumptions leave
    alone is not judged again: its stored verdict stands."""
    chosen = Test.objects.filter(pk__in=keys).select_related("raw", "station", "vehicle")
    tests = list(chosen.defer("trace", "receipt", "verdict").order_by("id"))
    days = [day_of(test.started_at) for test in tests]
    base = [assumed.book.at(day, test.station.place) for day, test in zip(days, tests, strict=True)]
    other = [assumed.at(day, test.station.place) for day, test in zip(days, tests, strict=True)]
    touched = [at for at in range(len(tests)) if other[at] is not base[at]]
    records = {at: decode(raw_bytes(tests[at].raw)) for at in touched}
    # The past is judged anew as well: it costs less than reading the stored verdict with all its steps, and holds
    # when the law's data has been corrected since.
    before, after = _judged(records, base), _judged(records, other)
    out = []
    for at, test in enumerate(tests):
        stored: tuple[str, set[str]] = test.result, set()
        was, exceeded = before.get(at, stored)
        now, now_exceeded = after.get(at, stored)
        out.append(_outcome(test, days[at], was, now, now_exceeded - exceeded))
    return out


def _judged(records: Mapping[int, TestRecord], laws: Sequence[Law]) -> dict[int, tuple[str, set[str]]]:
    """Result and exceeded items by place; tests of one method and law together."""
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for at, record in records.items():
        groups[id(laws[at]), record.method].append(at)
    found: dict[int, tuple[str, set[str]]] = {}
    for places in groups.values():
        try:
            outcomes = judge_many(runs_of([records[at] for at in places]), laws[places[0]])
        except Refusal as refusal:
            found |= {at: (refusal.code, set[str]()) for at in places}
            continue
        for row, at in enumerate(places):
            items = {
                item for item, beyond in zip(outcomes.items, outcomes.exceeded[row], strict=True) if beyond
            }
            found[at] = (str(RESULTS[outcomes.result[row]]), items)
    return found


def _outcome(test: Test, day: date, before: str, after: str, newly: set[str]) -> Outcome:
    facts = test.vehicle.facts if test.vehicle else {}
    return Outcome(
        test.test_no,
        test.station.code,
        test.method,
        str(facts.get("fuel") or _UNKNOWN),
        str(facts.get("emission_stage") or _UNKNOWN),
        _age(facts, day),
        day,
        before,
        after,
        tuple(sorted(newly)),
    )


def _age(facts: dict[str, object], day: date) -> str:
    """Age group in whole years on the day of the test, from first registration, else production."""
    for name in ("first_registered_on", "produced_on"):
        try:
            since = date.fromisoformat(str(facts.get(name) or ""))
        except ValueError:
            continue
        years = day.year - since.year - ((day.month, day.day) < (since.month, since.day))
        return next(label for below, label in _AGES if years < below) if 0 <= years < 200 else _UNKNOWN
    return _UNKNOWN
