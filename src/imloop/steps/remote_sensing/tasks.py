"""Readings that wait for the environment department's people, and instruments whose verification has run out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Count, Min, QuerySet

from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.steps.ground.task import Source, Task, named
from imloop.steps.remote_sensing.lookups import RESULTS, past_their_date, sites, to_review
from imloop.store.models import PartyKind, RemoteReading


def reviews(caller: Caller, now: datetime) -> Iterator[Task]:
    """One line for all that this person can look at, one for what two confirmed and nobody followed up."""
    waiting = _counted(to_review(caller))
    if waiting is not None:
        count, since = waiting
        words = Text(f"{count} 条遥感、抓拍记录待审核", f"{count} readings of the road to review")
        yield Task("reading", since, None, words, named(caller.name), "/remote-sensing/review")
    own = RemoteReading.objects.filter(sender__code=caller.party_code)
    if found := _counted(own.filter(state=RemoteReading.State.CONFIRMED)):
        count, since = found
        words = Text(f"{count} 条记录审核属实，待转线索", f"{count} readings confirmed, to become leads")
        yield Task("reading", since, None, words, named(caller.name), "/remote-sensing?state=confirmed")
    if found := _counted(own.filter(RESULTS["to_tell"])):
        count, since = found
        words = Text(f"{count} 条记录待告知车主", f"owners of {count} readings to be told")
        to_tell = "/remote-sensing?state=realtime&result=to_tell"
        yield Task("reading", since, None, words, named(caller.name), to_tell)


def _counted(rows: QuerySet[RemoteReading]) -> tuple[int, date] | None:
    """How many wait, and since when; None: nothing."""
    found = rows.order_by().aggregate(count=Count("pk"), since=Min("received_at"))
    return (found["count"], day_of(found["since"])) if found["count"] else None


def instruments(caller: Caller, now: datetime) -> Iterator[Task]:
    for site in sites(caller):
        late = past_their_date(site, now)
        if late and site.office.code == caller.party_code:
            words = Text(
                f"设备 {'、'.join(late)} 检定已过期，其记录只作线索",
                f"{', '.join(late)}: verification has run out, readings are leads only",
            )
            page = f"/remote-sensing/sites/{site.pk}"
            yield Task("roadside", day_of(now), None, words, named(site.name), page, late=True)


SOURCES = (
    Source("reading", Text("遥感、抓拍记录", "readings of the road"), (PartyKind.ENVIRONMENT,), reviews),
    Source(
        "roadside", Text("遥感设备", "instruments beside the road"), (PartyKind.ENVIRONMENT,), instruments
    ),
)
