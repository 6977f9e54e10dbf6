"""Sites and readings that a caller may see: the environment department those of its place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q, QuerySet

from imloop.facts.days import day_of
from imloop.facts.identifiers import plain
from imloop.steps.ground.access import Caller, own
from imloop.steps.ground.lookups import within_days
from imloop.steps.ground.seen import listed
from imloop.store.models import RemoteReading, RemoteSite, Vehicle

State = RemoteReading.State
QUEUES: dict[str, Q] = {
    "realtime": Q(),
    "to_review": Q(state__in=[State.FIRST, State.SECOND]),
    "reviewed": Q(state__in=[State.CONFIRMED, State.DISMISSED]),
    "handed_over": Q(state=State.HANDED),
}
MOST = 200


def sites(caller: Caller) -> QuerySet[RemoteSite]:
    found = RemoteSite.objects.filter(own(caller, "office__place", "office__code", None))
    return found.select_related("office").prefetch_related("instruments").order_by("office__code", "code")


def past_their_date(site: RemoteSite, now: datetime) -> list[str]:
    """Serial numbers of instruments whose last certificate has run out."""
    last: dict[str, date] = {}
    for each in site.instruments.all():
        last[each.serial] = max(each.verified_until, last.get(each.serial, each.verified_until))
    return sorted(serial for serial, until in last.items() if until < day_of(now))


def readings(caller: Caller) -> QuerySet[RemoteReading]:
    found = RemoteReading.objects.filter(own(caller, "sender__place", "sender__code", None))
    return found.select_related("sender")


def asked_for(
    caller: Caller,
    *,
    queue: str = "to_review",
    site: str = "",
    plate: str = "",
    since: date | None = None,
    until: date | None = None,
    after: int = 0,
) -> list[RemoteReading]:
    """What waits oldest first, all others newest first; the look is kept. ``after``: the last one that was shown."""
    rows = readings(caller).filter(QUEUES.get(queue, Q())).filter(within_days("at", since, until))
    if site:
        rows = rows.filter(site_code=site)
    if plate:
        rows = rows.filter(plate=plain(plate))
    waits = queue == "to_review"
    if after:
        rows = rows.filter(pk__gt=after) if waits else rows.filter(pk__lt=after)
    found = list(rows.order_by("pk" if waits else "-pk")[:MOST])
    listed(caller, "readings", _vehicles(found), asked=plain(plate) if plate else "")
    return found


def _vehicles(found: Sequence[RemoteReading]) -> list[int | None]:
    plates = {row.plate for row in found if row.plate}
    known = dict(Vehicle.objects.filter(plate__in=plates).values_list("plate", "pk"))
    return [known.get(row.plate) for row in found]
