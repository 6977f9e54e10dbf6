"""Sites and readings that a caller may see: the environment department those of its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from imloop.facts.days import day_of
from imloop.facts.identifiers import plain
from imloop.facts.records.reading import Pollutant
from imloop.steps.ground.access import Caller, own
from imloop.steps.ground.keep_raw import raw_bytes
from imloop.steps.ground.lookups import nothing_there, within_days, within_place
from imloop.steps.ground.seen import listed
from imloop.store.models import (
    JournalEntry,
    RawUpload,
    RegisterFile,
    RemoteInstrument,
    RemoteReading,
    RemoteReview,
    RemoteSite,
    Vehicle,
)

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
    "to_tell": Q(open_at__isnull=False, told_at__isnull=True),
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


def reading(caller: Caller, number: int) -> RemoteReading:
    """For a part of it, whose page was looked at: nothing is noted."""
    found = readings(caller).filter(pk=number).first()
    if found is None:
        raise nothing_there("reading", str(number))
    return found


def site_of(row: RemoteReading) -> RemoteSite | None:
    return RemoteSite.objects.filter(office=row.sender, code=row.site_code).first()


def vehicle_of(row: RemoteReading) -> Vehicle | None:
    return (
        Vehicle.objects.filter(plate=row.plate).order_by("-registered", "-id").first() if row.plate else None
    )


def counts_of(site: RemoteSite) -> dict[str, int]:
    """Of what is above a limit or was called a fail: how many are in each state."""
    of_site = RemoteReading.objects.filter(sender=site.office, site_code=site.code)
    rows = of_site.exclude(state=State.KEPT)
    return dict(rows.order_by().values_list("state").annotate(count=Count("pk")))


def of_finding(number: int) -> RemoteReading | None:
    """The reading that became this lead."""
    return RemoteReading.objects.filter(state=State.HANDED, finding=number).first()


def message_of(row: RemoteReading) -> bytes | None:
    """The bytes of the message in which it came; None where it came in a file."""
    raw = RawUpload.objects.filter(sha256=row.source, party=row.sender, kind="readings").first()
    return raw_bytes(raw) if raw else None


@dataclass(frozen=True, slots=True)
class FileTaken:
    """A file of readings and how far it came: rows that were new, known before or refused so far."""

    received_at: datetime
    last_at: datetime
    new: int
    known: int
    refused: int


def files_taken(caller: Caller) -> list[FileTaken]:
    """The last ones of one's own office, by what the journal says of their blocks."""
    files = RegisterFile.objects.filter(kind="readings", party__code=caller.party_code).order_by("-pk")[:5]
    return [_taken(file) for file in files.defer("body")]


def _taken(file: RegisterFile) -> FileTaken:
    kept = JournalEntry.objects.filter(subject=file.sha256, kind="readings-kept")
    blocks = list(kept.order_by("number").values_list("at", "body"))
    said = [json.loads(body) for _, body in blocks]
    new, known, refused = (sum(each[name] for each in said) for name in ("new", "known", "refused"))
    last = datetime.fromisoformat(blocks[-1][0]) if blocks else file.received_at
    return FileTaken(file.received_at, last, new, known, refused)


def messages_refused(caller: Caller) -> list[RawUpload]:
    """The last messages of which nothing could be read; their bytes are kept."""
    refused = RawUpload.objects.filter(kind="readings", party__code=caller.party_code).exclude(refused="")
    return list(refused.order_by("-pk").defer("body")[:5])


def _vehicles(found: Sequence[RemoteReading]) -> list[int | None]:
    plates = {row.plate for row in found if row.plate}
    known = dict(Vehicle.objects.filter(plate__in=plates).values_list("plate", "pk"))
    return [known.get(row.plate) for row in found]
