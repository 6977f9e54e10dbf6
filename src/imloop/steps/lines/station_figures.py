"""An I-station's last thirty days beside its city:
what it did, how often it fails a car at first, what was doubtful."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from imloop.facts.share import Share
from imloop.steps.ground.access import place_prefix
from imloop.steps.ground.findings import ROUTINE
from imloop.store.models import Case, Finding, Party, Test

DAYS = 30
ENOUGH = 30
"""Tests below which a rate is not computed."""


@dataclass(frozen=True, slots=True)
class StationFigures:
    """``first_failed`` and ``first_failed_city``: cases opened among first tests; retests that passed among retests."""

    tests: int
    first_failed: Share
    first_failed_city: Share
    retests_passed: Share
    late: int
    findings: int


def station_figures(station: Party, now: datetime) -> StationFigures:
    since = now - timedelta(days=DAYS)
    own = _counts(Q(station=station), since, now)
    city = _counts(Q(station__place__startswith=place_prefix(station.place[:4] + "00")), since, now)
    doubts = Finding.objects.filter(station_code=station.code)
    return StationFigures(
        tests=own["tests"],
        first_failed=_first(own),
        first_failed_city=_first(city),
        retests_passed=Share(own["retests_passed"], own["retests"]),
        late=doubts.filter(code="uploaded-late", created_at__gte=since).count(),
        findings=doubts.filter(resolved_at__isnull=True).exclude(code__in=ROUTINE).count(),
    )


def _counts(whose: Q, since: datetime, now: datetime) -> dict[str, int]:
    """A test of a case that is not its first is a retest; the first one opened the case."""
    judged = Test.objects.filter(
        whose, started_at__gt=since, started_at__lte=now, result__in=("pass", "fail")
    )
    counted = judged.aggregate(
        tests=Count("pk"),
        plain=Count("pk", filter=Q(case_no="")),
        passed_in_case=Count("pk", filter=~Q(case_no="") & Q(result="pass")),
        in_case=Count("pk", filter=~Q(case_no="")),
    )
    opened = Case.objects.filter(whose, opened_at__gt=since, opened_at__lte=now).count()
    return {
        "tests": counted["tests"],
        "opened": opened,
        "first": counted["plain"] + opened,
        "retests": max(counted["in_case"] - opened, 0),
        "retests_passed": min(counted["passed_in_case"], max(counted["in_case"] - opened, 0)),
    }


def _first(counts: dict[str, int]) -> Share:
    return Share(counts["opened"], counts["first"])
