"""Tests that a caller may see. Looking one up is journalled: it shows personal data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When

from imloop.facts.refusal import Ambiguous
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller, own
from imloop.steps.ground.lookups import Shown, look, nothing_there
from imloop.steps.ground.seen import listed
from imloop.store.models import HeldRun, PaperUnlock, Test

MOST_HELD = 500
"""Runs on one list."""
FIRST, RETEST, PAPER = "first", "retest", "paper"
"""What a run was for its vehicle, by what the platform knows and not by the message: the first test, or a retest, on a
record or on paper."""
JUDGED = Q(result__in=("pass", "fail")) & (Q(counts__isnull=True) | ~Q(counts="nothing"))
"""Runs of which a share can be formed: judged, and not one that counts for nothing."""
KINDS = {
    FIRST: JUDGED & Q(role=FIRST),
    RETEST: JUDGED & Q(role__in=(RETEST, PAPER)),
    PAPER: JUDGED & Q(role=PAPER),
}
"""What a list may be asked for, of ``with_role``."""


def tests(caller: Caller) -> QuerySet[Test]:
    return Test.objects.filter(own(caller, "station__place", "station__code", None)).select_related(
        "vehicle", "station"
    )


def with_role(tests: QuerySet[Test]) -> QuerySet[Test]:
    """Each run with ``role``. The first of a case is no retest: it opened the case. On paper: what the station had seen
    opened the retest then, and was still good."""
    earlier = Test.objects.filter(
        case_no=OuterRef("case_no"), counts="case", started_at__lt=OuterRef("started_at")
    )
    papers = PaperUnlock.objects.filter(
        case__case_no=OuterRef("case_no"),
        station=OuterRef("station"),
        unlocked_at__isnull=False,
        granted_at__lte=OuterRef("started_at"),
        expires_at__gte=OuterRef("started_at"),
    )
    # In this order: most runs have no case, and of those nothing is looked for.
    role = Case(
        When(case_no="", then=Value(FIRST)),
        When(~Exists(earlier), then=Value(FIRST)),
        When(Exists(papers), then=Value(PAPER)),
        default=Value(RETEST),
        output_field=CharField(),
    )
    return tests.annotate(role=role)


def test(
    caller: Caller,
    test_no: str,
    station: str,
    show: Callable[[Test], Shown],
    now: datetime | None = None,
) -> Shown:
    """What ``show`` makes of it, found by number; ``station`` where several use the same one: without it ``Ambiguous``
    names them."""

    def find() -> Test:
        rows = tests(caller).filter(test_no=test_no)
        alike = list((rows.filter(station__code=station) if station else rows).order_by("station__code"))
        if not alike:
            raise nothing_there("test", test_no)
        if len(alike) > 1:
            raise _several(test_no, [(each.station.code, each.station.name) for each in alike])
        return alike[0]

    return look(caller, "test", find, lambda found: f"{found.station.code}/{found.test_no}", show, now)


def _several(test_no: str, stations: list[tuple[str, str]]) -> Ambiguous:
    said = [f"{code} {name}" for code, name in stations]
    return Ambiguous(
        "test-no-ambiguous",
        Text(
            f"检验编号 {test_no} 在多个检验机构都有：{'、'.join(said)}。请指定检验机构（station）。",
            f"Several stations have a test {test_no}: {', '.join(said)}. Say which (station).",
        ),
        asks="station",
        choices=stations,
    )


def held_runs(caller: Caller) -> QuerySet[HeldRun]:
    """Runs that wait for a department, or waited: a station's own, a department's of its place."""
    seen = own(caller, "test__station__place", "test__station__code", None)
    return HeldRun.objects.filter(seen).select_related("test__station", "test__vehicle")


def held_run(caller: Caller, station: str, test_no: str) -> HeldRun:
    found = held_runs(caller).filter(test__station__code=station, test__test_no=test_no).first()
    if found is None:
        raise nothing_there("test", test_no)
    return found


def held_list(caller: Caller, settled: bool = False) -> list[HeldRun]:
    """What waits, the oldest first; or what was settled, the latest first. A department's look at it is kept."""
    rows = held_runs(caller).filter(settled_at__isnull=not settled)
    found = list(rows.order_by("-settled_at" if settled else "held_at", "id")[:MOST_HELD])
    listed(caller, "held-runs", [row.test.vehicle_id for row in found])
    return found
