"""What happened in a place month by month: counts alone, of no vehicle, for a department's briefing.

Seven grouped queries over thirteen months, whatever the number of stations and districts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth

from imloop.facts.days import CHINA, day_of, midnight
from imloop.steps.cases import lookups as case_lookups
from imloop.steps.findings import lookups as finding_lookups
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.findings import ROUTINE
from imloop.steps.ground.lookups import snapshot
from imloop.steps.inspections import lookups as test_lookups
from imloop.steps.inspections.lookups import FIRST, KINDS, RETEST, with_role
from imloop.steps.outages import known_outages
from imloop.steps.repairs import lookups as repair_lookups
from imloop.store.models import CaseEvent, Party, PartyKind

SEERS = (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET, PartyKind.SUPERVISOR)
FIGURES = (
    *("tests", "failed", "retests", "opened", "closed", "overdue"),
    *("repairs", "exits", "leads", "outages"),
)
"""``failed``: judged first tests that did; ``retests``: judged; ``overdue``, ``exits``: cases that became so or were
let go elsewhere in the month; ``leads``: findings but those of completeness; the rest is counted by its own day."""
YEAR = 12
_EVENTS = {"DeadlinePassed": "overdue", "ExitGranted": "exits"}
Key = tuple[date, str, str]


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """``months``: thirteen first days, the last is the month asked for, the first the same month of the year before.
    ``counts`` by month, place and figure."""

    months: tuple[date, ...]
    counts: Mapping[Key, int]

    @property
    def places(self) -> list[str]:
        return sorted({place for _, place, _ in self.counts})

    def of(self, month: date, figure: str, place: str = "") -> int:
        """Of one place; of all of them without one."""
        where = [place] if place else self.places
        return sum(self.counts.get((month, each, figure), 0) for each in where)

    def known(self, month: date) -> bool:
        """Whether anything was counted in the month: a month before the platform is no month without failures."""
        return any(counted == month for counted, _, _ in self.counts)


def later(month: date, by: int) -> date:
    """The first day of the month so many months later; earlier where ``by`` is negative."""
    year, number = divmod(month.year * 12 + month.month - 1 + by, 12)
    return date(year, number + 1, 1)


@snapshot()
def month_figures(caller: Caller, month: date) -> MonthFigures:
    """Of the department's place. ``month``: its first day."""
    require_kind(caller, *SEERS)
    months = tuple(later(month, by) for by in range(-YEAR, 1))
    span = (midnight(months[0]), midnight(later(month, 1)))
    counts: Counter[Key] = Counter()
    tests = with_role(test_lookups.tests(caller).select_related(None))
    first, retest = KINDS[FIRST] & Q(result="fail"), KINDS[RETEST]
    counted = {
        "tests": Count("pk"),
        "failed": Count("pk", filter=first),
        "retests": Count("pk", filter=retest),
    }
    _add(counts, _monthly(tests, "started_at", "station__place", span, counted))
    cases = case_lookups.cases(caller).select_related(None)
    repairs = repair_lookups.repairs(caller).select_related(None)
    for name, rows, when, place in (
        ("opened", cases, "opened_at", "place"),
        ("closed", cases, "closed_at", "place"),
        ("repairs", repairs, "finished_at", "case__place"),
        ("outages", known_outages.visible(caller), "starts_at", "place"),
    ):
        _add(counts, _monthly(rows, when, place, span, {name: Count("pk")}))
    events = CaseEvent.objects.filter(case__in=cases.order_by())
    kinds = {name: Count("case", filter=Q(kind=kind), distinct=True) for kind, name in _EVENTS.items()}
    _add(counts, _monthly(events.filter(kind__in=_EVENTS), "at", "case__place", span, kinds))
    leads = finding_lookups.findings(caller).exclude(code__in=ROUTINE)
    places = dict(Party.objects.values_list("code", "place"))
    found = _monthly(leads, "created_at", "station_code", span, {"leads": Count("pk")})
    _add(counts, ({**row, "where": places[row["where"]]} for row in found))
    return MonthFigures(months, counts)


def _monthly(
    rows: QuerySet[Any], when: str, place: str, span: tuple[Any, Any], counted: Mapping[str, Count]
) -> list[dict[str, Any]]:
    """Rows with ``month``, ``where`` and a number a name of ``counted``."""
    begin, end = span
    within = rows.filter(**{f"{when}__gte": begin, f"{when}__lt": end}).order_by()
    grouped = within.values(month=TruncMonth(when, tzinfo=CHINA), where=F(place)).annotate(**counted)
    return list(grouped)


def _add(counts: Counter[Key], rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        for name in FIGURES:
            if row.get(name):
                counts[day_of(row["month"]), row["where"], name] += row[name]
