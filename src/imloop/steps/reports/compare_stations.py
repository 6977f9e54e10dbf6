"""The I-stations of a place side by side, each beside what its own mix of cars would bring. A difference is a question.

One query over the tests of the period, grouped; four over what is counted beside them. None is asked once a station.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce, Substr

from imloop.facts.days import midnight
from imloop.facts.digits import whole
from imloop.facts.refusal import Malformed
from imloop.facts.share import Share
from imloop.facts.text import Text
from imloop.steps.findings import lookups as finding_lookups
from imloop.steps.ground.access import Caller, own, require_kind
from imloop.steps.ground.findings import ROUTINE
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.inspections.lookups import FIRST, JUDGED, PAPER, with_role
from imloop.steps.reports.station_figures import ENOUGH, ENOUGH_RETESTS
from imloop.steps.stations import lookups as station_lookups
from imloop.store.models import LineOrder, PartyKind
from imloop.watch.expectation import Alike, age_class, expected_failures

SEERS = (PartyKind.ENVIRONMENT, PartyKind.MARKET, PartyKind.SUPERVISOR)
DAYS = 90
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Period:
    """Both days included."""

    since: date
    until: date

    @property
    def within(self) -> tuple[datetime, datetime]:
        """The moment it begins and the moment after its last."""
        return midnight(self.since), midnight(self.until + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class StationRow:
    """``tests``: all runs. ``failed``: of the judged first tests; ``expected``: failures at the place's rates for such
    cars. ``passed`` and ``on_paper``: of the judged retests. ``findings``: open; ``locks``: orders of the period."""

    code: str
    name: str
    tests: int
    failed: Share
    expected: float
    passed: Share
    on_paper: Share
    late: int
    findings: int
    locks: int

    @property
    def enough(self) -> bool:
        return self.failed.whole >= ENOUGH

    @property
    def enough_retests(self) -> bool:
        return self.passed.whole >= ENOUGH_RETESTS

    @property
    def expected_share(self) -> float | None:
        """0 to 1; None without a first test."""
        return self.expected / self.failed.whole if self.failed.whole else None

    @property
    def apart(self) -> bool:
        """Enough tests, and what was expected lies outside the 95 % interval."""
        low, high = self.failed.interval
        expected = self.expected_share
        return self.enough and expected is not None and not low <= expected <= high


def period_of(since: date, until: date) -> Period:
    """Refused where it ends before it begins or is longer than a year: all of it is counted while the reader waits."""
    days = (until - since).days + 1
    if not 0 < days <= MOST_DAYS:
        said = Text(f"请选择 1 至 {MOST_DAYS} 天。", f"Choose 1 to {MOST_DAYS} days.")
        raise Malformed("wrong-value", said, at="until")
    return Period(since, until)


def station_rows(caller: Caller, period: Period) -> list[StationRow]:
    """Every I-station of the caller's place, by code: no ranking."""
    require_kind(caller, *SEERS)
    begin, end = period.within
    groups = _groups(caller, period)
    expected = expected_failures(
        Alike(row["station__code"], _kind(row, period.until), row["judged"], row["failed"])
        for row in groups
        if row["role"] == FIRST
    )
    counted = _counted(groups)
    findings = finding_lookups.findings(caller)
    late = _by_code(
        findings.filter(code="uploaded-late", created_at__gte=begin, created_at__lt=end), "station_code"
    )
    open_ones = _by_code(findings.filter(resolved_at__isnull=True).exclude(code__in=ROUTINE), "station_code")
    locks = _by_code(
        LineOrder.objects.filter(
            own(caller, "line__station__place", "line__station__code", None),
            kind=LineOrder.Kind.LOCK,
            since__gte=begin,
            since__lt=end,
        ),
        "line__station__code",
    )
    stations = station_lookups.parties(PartyKind.ISTATION, caller.place).values_list("code", "name")
    return [
        StationRow(
            code=code,
            name=name,
            tests=counted[code]["tests"],
            failed=Share(counted[code]["failed"], counted[code]["first"]),
            expected=expected.get(code, 0.0),
            passed=Share(counted[code]["passed"], counted[code]["retests"]),
            on_paper=Share(counted[code]["paper"], counted[code]["retests"]),
            late=late.get(code, 0),
            findings=open_ones.get(code, 0),
            locks=locks.get(code, 0),
        )
        for code, name in stations
    ]


def _groups(caller: Caller, period: Period) -> list[Mapping[str, Any]]:
    """Runs by station, role, method, fuel and year first registered: the authorities' word, else what was stated."""
    begin, end = period.within
    tests = test_lookups.tests(caller).select_related(None).filter(started_at__gte=begin, started_at__lt=end)
    stated = KeyTransform("first_registered_on", "vehicle__stated")
    registered = Coalesce(
        KeyTextTransform("first_registered_on", "vehicle__facts"), KeyTextTransform(0, stated)
    )
    rows = (
        with_role(tests)
        .annotate(year=Substr(registered, 1, 4))
        .order_by()
        .values("station__code", "role", "method", "vehicle__fuel", "year")
        .annotate(
            runs=Count("pk"),
            judged=Count("pk", filter=JUDGED),
            failed=Count("pk", filter=JUDGED & Q(result="fail")),
        )
    )
    return [dict(row) for row in rows]


def _kind(row: Mapping[str, Any], day: date) -> tuple[str, str, str]:
    """Cars are of one age class by the year they were registered in, seen from the end of the period."""
    year = whole(row["year"] or "")
    return row["method"], row["vehicle__fuel"] or "", age_class(None if year is None else day.year - year)


def _counted(groups: Iterable[Mapping[str, Any]]) -> Mapping[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in groups:
        judged, failed = row["judged"], row["failed"]
        if row["role"] == FIRST:
            counts = {"first": judged, "failed": failed}
        else:
            on_paper = judged if row["role"] == PAPER else 0
            counts = {"retests": judged, "passed": judged - failed, "paper": on_paper}
        found[row["station__code"]].update({"tests": row["runs"], **counts})
    return found


def _by_code(rows: QuerySet[Any], field: str) -> dict[str, int]:
    return dict(rows.order_by().values_list(field).annotate(n=Count("pk")))
