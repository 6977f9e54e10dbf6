"""What a what-if found: counts by dimension and the tests that change, for tables, charts, JSON and workbooks."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from imloop.facts.codes import Result
from imloop.facts.text import Text
from imloop.store.sound_rows import BadRow

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

LISTED = 20_000
"""Changed tests that a report names; all are counted."""


class Kind(NamedTuple):
    """What tests are counted by."""

    method: str
    stage: str
    age: str
    station: str
    fuel: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test that comes out otherwise as assumed. ``items``: exceeded now and not before."""

    test_no: str
    day: date
    kind: Kind
    items: tuple[str, ...] = ()

    def row(self) -> dict[str, object]:
        return {
            "test_no": self.test_no,
            **{name: getattr(self.kind, name) for name in ("station", "method", "fuel", "stage", "age")},
            "day": self.day.isoformat(),
            "before": self.kind.before,
            "after": self.kind.after,
            "items": " ".join(self.items),
        }


@dataclass(slots=True)
class Report:
    """``kinds``: how many tests of each kind. ``items``: tests by item, before and after, of the items newly exceeded.
    ``changed``: the tests that change, the first ``LISTED`` of them. ``unreadable``: tests that count nowhere."""

    kinds: Counter[Kind] = field(default_factory=Counter)
    items: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    changed: list[Outcome] = field(default_factory=list)
    unreadable: list[BadRow] = field(default_factory=list)

    def merge(self, other: Report) -> None:
        """Add the counts of other tests."""
        self.kinds.update(other.kinds)
        self.items.update(other.items)
        self.changed += other.changed[: LISTED - len(self.changed)]
        self.unreadable += other.unreadable

    @property
    def tests(self) -> int:
        return self.kinds.total()

    @property
    def before(self) -> Counter[str]:
        """Tests by their result under the law of their day."""
        return self._by("before")

    @property
    def after(self) -> Counter[str]:
        """Tests by their result as assumed."""
        return self._by("after")

    @property
    def changes(self) -> Counter[str]:
        """Tests that change, by ``CHANGES``."""
        found: Counter[str] = Counter()
        for kind, count in self.kinds.items():
            if kind.before != kind.after:
                found[f"newly_{kind.after}"] += count
        return found

    def _by(self, name: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for kind, count in self.kinds.items():
            found[getattr(kind, name)] += count
        return found

    def rows(self, name: str) -> list[dict[str, object]]:
        """A dimension as rows, those with the most changes first."""
        by: dict[str, Counter[str]] = defaultdict(Counter)
        if name == "item":
            cells = [(item, before, after, count) for (item, before, after), count in self.items.items()]
        else:
            cells = [
                (getattr(kind, name), kind.before, kind.after, count) for kind, count in self.kinds.items()
            ]
        for value, before, after, count in cells:
            counts = by[value]
            counts["tests"] += count
            counts["fail_before"] += count * (before == Result.FAIL)
            counts["fail_after"] += count * (after == Result.FAIL)
            if before != after:
                counts[f"newly_{after}"] += count
        columns = ("tests", "fail_before", "fail_after", *CHANGES)
        order = sorted(by, key=lambda value: (-by[value]["newly_fail"], -by[value]["tests"], value))
        return [{name: value, **{column: by[value][column] for column in columns}} for value in order]

    def to_json(self) -> dict[str, object]:
        return {
            "tests": self.tests,
            "before": dict(self.before),
            "after": dict(self.after),
            "changes": dict(self.changes),
            "unreadable": list(map(str, self.unreadable)),
            "by": {name: self.rows(name) for name in DIMENSIONS},
        }


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
    changed = [each.row() for each in report.changed]
    return {"summary": summary, **{name: report.rows(name) for name in DIMENSIONS}, "tests": changed}
