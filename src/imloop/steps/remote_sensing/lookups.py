"""Sites and readings that a caller may see: the environment department those of its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from imloop.facts.days import day_of
from imloop.facts.identifiers import plain
from imloop.facts.records.reading import Pollutant
from imloop.steps.ground.access import Caller, own
from imloop.steps.ground.lookups import nothing_there, within_days, within_place
from imloop.steps.ground.seen import listed
from imloop.store.models import RemoteInstrument, RemoteReading, RemoteReview, RemoteSite, Vehicle

State = RemoteReading.State
QUEUES: dict[str, Q] = {
    "realtime": Q(),
    "to_review": Q(state__in=[State.FIRST, State.SECOND]),
    "reviewed": Q(state__in=[State.CONFIRMED, State.DISMISSED]),
    "handed_over": Q(state=State.HANDED),
}
STATES: dict[str, Q] = {**QUEUES, **{each.value: Q(state=each) for each in State}}
"""By what people ask for: a queue, or one state."""
RESULTS: dict[str, Q] = {
    "over": ~Q(over=""),
    "within": Q(over=""),
    **{each.value: Q(over__contains=each.value) for each in Pollutant},
    "told": Q(told_at__isnull=False),
    "not_told": Q(told_at__isnull=True),
}
MOST = 200


def sites(caller: Caller) -> QuerySet[RemoteSite]:
    found = RemoteSite.objects.filter(own(caller, "office__place", "office__code", None))
    return found.select_related("office").prefetch_related("instruments").order_by("office__code", "code")


def site(caller: Caller, number: int) -> RemoteSite:
    found = sites(caller).filter(pk=number).first()
    if found is None:
        raise nothing_there("site", str(number))
    return found


def published_sites(place: str, day: date) -> QuerySet[RemoteSite]:
    """Those made public by that day, with their instruments."""
    found = RemoteSite.objects.filter(within_place("office__place", place), published_on__lte=day)
    return found.select_related("office").prefetch_related("instruments").order_by("office__code", "code")


def certificates(site: RemoteSite) -> list[RemoteInstrument]:
    """Of each instrument the newest certificate first."""
    return sorted(
        site.instruments.all(), key=lambda each: (each.kind, each.serial, -each.verified_until.toordinal())
    )


def past_their_date(site: RemoteSite, now: datetime) -> list[str]:
    """Serial numbers of instruments whose last certificate has run out."""
    return sorted(each.serial for each in last_certificates(site) if each.verified_until < day_of(now))


def last_certificates(site: RemoteSite) -> list[RemoteInstrument]:
    """Of each instrument the one that holds longest."""
    last: dict[tuple[str, str], RemoteInstrument] = {}
    for each in certificates(site):
        last.setdefault((each.kind, each.serial), each)
    return list(last.values())


def readings(caller: Caller) -> QuerySet[RemoteReading]:
    found = RemoteReading.objects.filter(own(caller, "sender__place", "sender__code", None))
    return found.select_related("sender")


def standing(row: RemoteReading) -> list[RemoteReview]:
    """What people said of it and did not take back, in order."""
    return list(row.reviews.filter(taken_back_at__isnull=True).order_by("pk"))


def to_review(caller: Caller, site: str = "") -> QuerySet[RemoteReading]:
    """What waits for this person, oldest first: not what they have looked at themselves."""
    seen = RemoteReview.objects.filter(
        reading=OuterRef("pk"), person=caller.actor[:80], taken_back_at__isnull=True
    )
    rows = RemoteReading.objects.filter(QUEUES["to_review"], ~Exists(seen), sender__code=caller.party_code)
    return (rows.filter(site_code=site) if site else rows).select_related("sender").order_by("pk")


def searched(
    caller: Caller,
    *,
    state: str = "to_review",
    site: str = "",
    plate: str = "",
    result: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[RemoteReading]:
    """What waits oldest first, all others newest first."""
    rows = readings(caller).filter(STATES.get(state, Q()), RESULTS.get(result, Q()))
    rows = rows.filter(within_days("at", since, until))
    if site:
        rows = rows.filter(site_code=site)
    if plate:
        rows = rows.filter(plate=plain(plate))
    return rows.order_by("pk" if state == "to_review" else "-pk")


def asked_for(
    caller: Caller, *, queue: str = "to_review", site: str = "", plate: str = "", after: int = 0
) -> list[RemoteReading]:
    """The look is kept. ``after``: the last one that was shown."""
    rows = searched(caller, state=queue if queue in QUEUES else "", site=site, plate=plate)
    if after:
        rows = rows.filter(pk__gt=after) if queue == "to_review" else rows.filter(pk__lt=after)
    return shown(caller, rows[:MOST], plate)


def shown(caller: Caller, rows: Iterable[RemoteReading], plate: str = "") -> list[RemoteReading]:
    """Rows of a list; the look at their vehicles is kept. ``plate``: what was searched for."""
    found = list(rows)
    listed(caller, "readings", _vehicles(found), asked=plain(plate) if plate else "")
    return found


def _vehicles(found: Sequence[RemoteReading]) -> list[int | None]:
    plates = {row.plate for row in found if row.plate}
    known = dict(Vehicle.objects.filter(plate__in=plates).values_list("plate", "pk"))
    return [known.get(row.plate) for row in found]
