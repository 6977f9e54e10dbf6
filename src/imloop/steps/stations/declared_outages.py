"""Outages that were declared and not taken back, and what they kept a station from sending."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Min, Q, QuerySet

from imloop.gates.inspections.known_at import known_at
from imloop.gates.outages.outage import OutageFact, Scope
from imloop.law import Law
from imloop.steps.ground.access import place_prefix
from imloop.store.models import Outage, Party, PartyKind, Repair, Test

_SPOOLED = timedelta(days=1)
"""How old a run may be that shows by coming through that the others could."""


def as_fact(row: Outage) -> OutageFact:
    return OutageFact(
        outage_no=row.outage_no,
        scope=Scope(row.scope),
        prefix=place_prefix(row.place),
        link=row.link,
        stations=frozenset(row.stations),
        since=row.starts_at,
        until=row.ends_at,
    )


def standing() -> QuerySet[Outage]:
    """Without those that were taken back: there was none, as far as anybody confirmed."""
    return Outage.objects.filter(taken_back_at__isnull=True)


def declared_between(since: datetime, until: datetime) -> list[OutageFact]:
    """Every outage that was running at some moment in between."""
    rows = standing().filter(Q(ends_at__isnull=True) | Q(ends_at__gt=since), starts_at__lt=until)
    return [as_fact(row) for row in rows.order_by("starts_at", "id")]


def run_known_at(station: Party, ended: datetime, arrived: datetime, law: Law) -> datetime | None:
    """When the platform knew of a run of the station; None: an outage explains why no earlier."""
    if arrived - ended <= timedelta(minutes=law.number("repair.clock_minutes")):
        return arrived  # as nearly always: no outage is looked up
    between = (each for each in declared_between(ended, arrived) if each.delays_tests)
    reaching = [each for each in between if each.reaches(station.code, station.place)]
    return known_at(
        ended, arrived, [(each.since, over_for(each, station, ended, arrived)) for each in reaching], law
    )


def over_for(outage: OutageFact, party: Party, since: datetime, arrived: datetime) -> datetime:
    """When it was over for what a station or repairer had ``since`` and sent by ``arrived``: at its end, or when
    something else of it came through, as its own messages show more than what somebody declares of all."""
    begun, over = max(outage.since, since), min(outage.until or arrived, arrived)
    if party.kind == PartyKind.MSTATION:
        repairs = Repair.objects.filter(shop=party, uploaded_at__gt=begun, uploaded_at__lt=over)
        first = repairs.aggregate(came=Min("uploaded_at"))
    else:
        runs = Test.objects.filter(station=party, ended_at__range=(begun - _SPOOLED, over))
        first = runs.filter(received_at__gt=begun, received_at__lt=over).aggregate(came=Min("received_at"))
    return first["came"] or outage.until or arrived
