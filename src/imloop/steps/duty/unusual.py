"""Who saw unusually many vehicles on one day: a reason to ask, not an accusation. The work list and the page of people
both ask here.

Counted are vehicles, not questions: whichever door and however often. A party's keys together are one looker, as a
person is. Masked lists show nobody until a row is opened or somebody was searched for; messages are sent, not looked
for; what a station itself tested is its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr

from imloop.facts.days import day_of, midnight
from imloop.steps.duty.duty_record import DAYS, LOOKS, SUPERVISORS, since_day
from imloop.steps.ground import registers
from imloop.steps.ground.access import PUBLIC, SYSTEM, Caller, place_prefix, require_kind
from imloop.steps.ground.actor import Actor
from imloop.steps.ground.seen import Door
from imloop.store.models import (
    Case,
    JournalEntry,
    Look,
    LookedVehicle,
    Party,
    Test,
    UnusualDay,
    Vehicle,
    WorkPass,
)

_OF_VEHICLES = ("cases", "enrolments", "held-runs", "repairs", "tests", "vehicles")
"""Files with a vehicle in each row."""
_PASS, _EVERY = "unusual-looks", timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Looker:
    """``party``: its code; ``person``: empty for its keys; ``day``: the busiest; ``vehicles``: how many were seen then,
    at least."""

    party: str
    person: str
    day: date
    vehicles: int


def count_when_due(now: datetime) -> int:
    """``count_looks``, once an hour."""
    last = WorkPass.objects.filter(name=_PASS).first()
    if last is not None and last.at <= now < last.at + _EVERY:
        return 0
    found = count_looks(now)
    WorkPass.objects.update_or_create(name=_PASS, defaults={"at": now})
    return found


def count_looks(now: datetime) -> int:
    """Note who saw too many today or yesterday; in the background, as counting reads every look of two days. Returns
    how many days of somebody are new."""
    since = day_of(now) - timedelta(days=1)
    fresh = 0
    for (actor, day), most in _at_most(since).items():
        party = Party.objects.filter(code=actor.partition("/")[0]).first()
        place = party.place if party else SYSTEM.place
        if most <= (limit := registers.law_at(day_of(now), place).integer("looks.unusual_per_day")):
            continue
        seen_on = date.fromisoformat(day)
        if (count := _vehicles(actor, seen_on)) > limit:
            row = {"place": place, "vehicles": count}
            fresh += UnusualDay.objects.update_or_create(actor=actor, day=seen_on, defaults=row)[1]
    return fresh


def unusual(caller: Caller, now: datetime) -> list[Looker]:
    """Each once, by its busiest of the last days, the busiest first; of the caller's place, and who runs the platform.
    As ``count_looks`` found it last."""
    require_kind(caller, *SUPERVISORS)
    since = day_of(now) - timedelta(days=DAYS - 1)
    of_place = Q(place__startswith=place_prefix(caller.place)) | Q(place=SYSTEM.place)
    busiest: dict[str, Looker] = {}
    for row in UnusualDay.objects.filter(of_place, day__gte=since).order_by("vehicles", "-day", "actor"):
        who = Actor.read(row.actor)
        busiest[row.actor] = Looker(who.party, who.person, row.day, row.vehicles)
    return sorted(busiest.values(), key=lambda each: (-each.vehicles, each.party, each.person))


def _at_most(since: date) -> Counter[tuple[str, str]]:
    """Actor and day → more vehicles cannot have been seen; several names may be one vehicle's. Counted by the
    database, so that only those who come near the limit are read."""
    found: Counter[tuple[str, str]] = Counter()
    for rows, at, actor, what in (
        (_shown(since), "look__at", "look__actor", "vehicle"),
        (_in_vain(since), "at", "actor", "asked"),
        (_entries(since).exclude(kind="export"), "at", "actor", "subject"),
    ):
        per_day = rows.values_list(actor, Substr(at, 1, 10)).annotate(n=Count(what, distinct=True)).order_by()
        for who, day, count in per_day:
            found[who, day] += count
    for entry in _files(since):
        found[entry.actor, entry.at[:10]] = max(found[entry.actor, entry.at[:10]], _rows_of(entry))
    return found


def _vehicles(actor: str, day: date) -> int:
    """Several names of one vehicle are one; those that its own station tested are left out."""
    until = (day + timedelta(days=1)).isoformat()
    keys = set(_shown(day).filter(look__actor=actor, look__at__lt=until).values_list("vehicle_id", flat=True))
    names = set(_in_vain(day).filter(actor=actor, at__lt=until).values_list("asked", flat=True))
    entries = _entries(day).filter(actor=actor, at__lt=until)
    names.update(entries.exclude(kind="export").values_list("subject", flat=True))
    known = {name: key for name, key in _named(names) if key is not None}
    tested = Test.objects.filter(station__code=actor.partition("/")[0], started_at__gte=midnight(day))
    keys |= set(known.values())
    keys -= set(tested.filter(vehicle__isnull=False).values_list("vehicle_id", flat=True))
    files = [_rows_of(entry) for entry in _files(day) if entry.actor == actor and entry.at < until]
    return max(len(keys) + len(names - known.keys()), *files, 0)


def _shown(since: date) -> QuerySet[LookedVehicle]:
    masked = Q(look__door=Door.LIST, look__key="", look__asked="") | Q(look__actor=PUBLIC.party_code)
    return LookedVehicle.objects.filter(look__at__gte=since.isoformat()).exclude(masked)


def _in_vain(since: date) -> QuerySet[Look]:
    """Questions that found nobody."""
    rows = Look.objects.filter(at__gte=since.isoformat(), seen__isnull=True)
    return rows.exclude(Q(asked="") | Q(actor=PUBLIC.party_code))


def _entries(since: date) -> QuerySet[JournalEntry]:
    return since_day(JournalEntry.objects.filter(kind__in=LOOKS), since)


def _files(since: date) -> QuerySet[JournalEntry]:
    return _entries(since).filter(kind="export", subject__in=_OF_VEHICLES)


def _rows_of(entry: JournalEntry) -> int:
    return int(json.loads(entry.body)["rows"])


def _named(names: set[str]) -> Iterator[tuple[str, int | None]]:
    """Plates, VINs, numbers of cases and tests with the vehicle's key."""
    for name in ("vin", "plate"):
        yield from Vehicle.objects.filter(**{f"{name}__in": names}).values_list(name, "pk")
    yield from Case.objects.filter(case_no__in=names).values_list("case_no", "vehicle_id")
    numbers = {name.partition("/")[2] for name in names} - {""}
    tests = Test.objects.filter(test_no__in=numbers)
    for station, number, key in tests.values_list("station__code", "test_no", "vehicle_id"):
        yield f"{station}/{number}", key
