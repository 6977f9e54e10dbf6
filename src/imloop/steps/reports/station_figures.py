"""An I-station's last thirty days beside its city:
what it did, how often it fails a car at first, what was doubtful."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from imloop.facts.share import Share
from imloop.steps.ground.access import place_prefix
from imloop.steps.ground.findings import ROUTINE
from imloop.steps.inspections.lookups import FIRST, KINDS, RETEST, with_role
from imloop.store.models import Finding, Party, Test

DAYS = 30
ENOUGH = 30
"""Tests below which a rate is not computed: of thirty, one in ten failed is anything between 3 and 26 % (Wilson)."""
ENOUGH_RETESTS = 10
"""The same of retests, of which there are a tenth: the interval beside says how little ten tell."""


@dataclass(frozen=True, slots=True)
class StationFigures:
    """Of judged runs. ``first_failed`` and ``first_failed_city``: of first tests; ``retests_passed``: of retests."""

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
        tests=own["first"] + own["retests"],
        first_failed=Share(own["failed"], own["first"]),
        first_failed_city=Share(city["failed"], city["first"]),
        retests_passed=Share(own["passed"], own["retests"]),
        late=doubts.filter(code="uploaded-late", created_at__gte=since).count(),
        findings=doubts.filter(resolved_at__isnull=True).exclude(code__in=ROUTINE).count(),
    )


def _counts(whose: Q, since: datetime, now: datetime) -> dict[str, int]:
    tests = with_role(Test.objects.filter(whose, started_at__gt=since, started_at__lte=now))
    first, retest = KINDS[FIRST], KINDS[RETEST]
    return tests.aggregate(
        first=Count("pk", filter=first),
        failed=Count("pk", filter=first & Q(result="fail")),
        retests=Count("pk", filter=retest),
        passed=Count("pk", filter=retest & Q(result="pass")),
    )
