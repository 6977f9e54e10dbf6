"""What a department sees of repairs: every record with its doubts, every M-station with its figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from imloop.facts.days import day_of
from imloop.facts.identifiers import signs
from imloop.facts.share import Share
from imloop.steps.findings import lookups as finding_lookups
from imloop.steps.ground.access import Caller
from imloop.steps.ground.findings import ROUTINE
from imloop.steps.ground.lookups import within_days, within_place
from imloop.steps.repairs import lookups as repair_lookups
from imloop.steps.repairs.rework_rate import rework_rates
from imloop.steps.repairs.shop_figures import Choice, choices
from imloop.store.models import Finding, PartyKind, Repair

SEERS = (PartyKind.TRANSPORT, PartyKind.ENVIRONMENT, PartyKind.SUPERVISOR)
"""Departments that look at repairs."""


@dataclass(frozen=True, slots=True)
class ShopRow:
    """One M-station over the last twelve months. ``figures`` None: not on the list. ``doubts``: open findings about its
    repairs."""

    code: str
    name: str
    repairs: int
    reworks: Share
    figures: Choice | None
    doubts: int

    @property
    def enough_reworks(self) -> bool:
        return self.figures is not None and self.repairs >= self.figures.minimum


def doubtful() -> QuerySet[Finding]:
    """Open doubts about the repair of the outer query."""
    return Finding.objects.filter(
        subject_kind="repair",
        subject=OuterRef("repair_no"),
        station_code=OuterRef("shop__code"),
        resolved_at__isnull=True,
    ).exclude(code__in=ROUTINE)


def repair_list(
    caller: Caller,
    *,
    shop: str = "",
    text: str = "",
    only_doubtful: bool = False,
    place: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Repair]:
    """Newest first, each with ``doubted``. ``text``: of a repair number, case number or plate; ``place``: of the case;
    ``since``, ``until``: days on which it was finished, both included."""
    rows = repair_lookups.repairs(caller).annotate(doubted=Exists(doubtful()))
    rows = rows.filter(within_days("finished_at", since, until), within_place("case__place", place))
    if shop:
        rows = rows.filter(shop__code=shop)
    if text := text.strip():
        named = Q(repair_no__icontains=text) | Q(case__case_no__icontains=text)
        if plate := signs(text):
            named |= Q(case__vehicle__plate__contains=plate)
        rows = rows.filter(named)
    if only_doubtful:
        rows = rows.filter(doubted=True)
    return rows.order_by("-finished_at", "-id")


def doubts_of(repair: Repair) -> QuerySet[Finding]:
    return Finding.objects.filter(
        subject_kind="repair", subject=repair.repair_no, station_code=repair.shop.code
    ).order_by("id")


def shop_rows(caller: Caller, now: datetime) -> list[ShopRow]:
    """Every M-station of the caller's place, by code: no ranking."""
    figures = {choice.shop.code: choice for choice in choices(caller.place, day_of(now))}
    open_doubts = finding_lookups.findings(caller).filter(subject_kind="repair", resolved_at__isnull=True)
    counted = dict(open_doubts.exclude(code__in=ROUTINE).values_list("station_code").annotate(n=Count("pk")))
    return [
        ShopRow(
            code=rate.shop,
            name=rate.name,
            repairs=rate.repairs,
            reworks=Share(rate.reworks, rate.repairs),
            figures=figures.get(rate.shop),
            doubts=counted.get(rate.shop, 0),
        )
        for rate in rework_rates(caller, now)
    ]
