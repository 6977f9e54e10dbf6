"""Who did what, and who looked at whose data: the journal as a supervisor reads it (F3).

Everything is read from the journal, so nothing can be missing here that is there. Asking who looked at one vehicle is
itself a look-up, and is journalled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import Q, QuerySet

from imloop.facts.days import day_of, midnight
from imloop.facts.identifiers import plain
from imloop.steps.duty.looks import Traces
from imloop.steps.ground import registers
from imloop.steps.ground.access import PUBLIC, SYSTEM, Caller, place_prefix, require_kind
from imloop.steps.ground.ledger import on_one_line, writing
from imloop.steps.ground.seen import asked_hash
from imloop.store.models import (
    Case,
    JournalEntry,
    JournalHead,
    JournalSeal,
    Look,
    LookedVehicle,
    Party,
    PartyKind,
    PlateSpan,
    Test,
    User,
    Vehicle,
)

SUPERVISORS = (PartyKind.SUPERVISOR, PartyKind.ADMIN)
LOOKS = ("looked-up", "shown", "export")
"""Entries that say who took personal data into view, or out."""
DAYS = 7
Row = TypeVar("Row", JournalEntry, Look)


@dataclass(frozen=True, slots=True)
class Asked:
    """``about``: a plate, a VIN, a case or test number; ``person``: a user name; ``since`` and ``until`` inclusive."""

    kind: str = ""
    person: str = ""
    party: str = ""
    about: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class PersonDays:
    """What one person did in the last days. ``most``: looks on the busiest day; ``unusual``: more than the law's
    number for one person and day, a reason to ask, not an accusation."""

    user: User
    acts: int
    looks: int
    most: int
    unusual: bool


def acts(caller: Caller, asked: Asked) -> Traces:
    """Entries by people (not machines) of the caller's place, newest first."""
    rows = _visible(caller, JournalEntry.objects.filter(actor__contains="/"))
    return Traces(_asked(rows, asked), Look.objects.none())


def looks(caller: Caller, asked: Asked, now: datetime) -> Traces:
    """Look-ups, showings and exports, and what gates, lists and messages told; by people and by keys, newest first."""
    rows = _asked(_visible(caller, JournalEntry.objects.filter(kind__in=LOOKS)), asked)
    rows = rows.filter(number__lte=JournalHead.objects.get(pk=1).number)  # up to the question, without it
    beside = _asked_beside(_visible(caller, Look.objects.all()), asked)
    if asked.about:
        with writing(now, caller) as ledger:
            ledger.note("looked-up", asked.about, {"kind": "looks"})
    return Traces(rows, beside)


def people(caller: Caller, now: datetime) -> list[PersonDays]:
    """Every account of the place, those who looked most first."""
    users = (
        User.objects.filter(party__in=_parties(caller))
        .select_related("party")
        .order_by("party__code", "username")
    )
    since = day_of(now) - timedelta(days=DAYS - 1)
    done: Counter[str] = Counter()
    looked: Counter[tuple[str, str]] = Counter()
    entries = _since(JournalEntry.objects.filter(actor__contains="/"), since)
    for actor, kind, at in entries.values_list("actor", "kind", "at").iterator():
        done[actor] += 1
        looked[actor, at[:10]] += kind in LOOKS
    limit = registers.law_at(day_of(now), caller.place).integer("looks.unusual_per_day")
    found = [_person(user, done, looked, limit) for user in users]
    return sorted(found, key=lambda each: (not each.unusual, -each.looks, each.user.username))


def _person(user: User, done: Counter[str], looked: Counter[tuple[str, str]], limit: int) -> PersonDays:
    actor = f"{user.party.code if user.party else ''}/{user.username}"
    per_day = [count for (who, _), count in looked.items() if who == actor]
    most = max(per_day, default=0)
    return PersonDays(user, done[actor], sum(per_day), most, most > limit)


def _parties(caller: Caller) -> QuerySet[Party]:
    require_kind(caller, *SUPERVISORS)
    return Party.objects.filter(place__startswith=place_prefix(caller.place))


def _visible(caller: Caller, rows: QuerySet[Row]) -> QuerySet[Row]:
    """By actors of the caller's place, by the operator and by nobody. Who supervises everything needs no list of
    names."""
    parties = _parties(caller)
    if not Party.objects.exclude(place__startswith=place_prefix(caller.place)).exists():
        return rows
    theirs = Q(actor__in=(SYSTEM.party_code, PUBLIC.party_code))
    for code in parties.values_list("code", flat=True):
        theirs |= Q(actor=code) | Q(actor__startswith=f"{code}/")
    return rows.filter(theirs)


def _asked(rows: QuerySet[JournalEntry], asked: Asked) -> QuerySet[JournalEntry]:
    rows = _by(rows, asked)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.since:
        rows = _since(rows, asked.since)
    if asked.about:
        rows = rows.filter(subject__in=sorted(_names(asked.about)))
    return rows.order_by("-number")


def _asked_beside(rows: QuerySet[Look], asked: Asked) -> QuerySet[Look]:
    rows = _by(rows, asked)
    if asked.kind:
        rows = rows.filter(door=asked.kind)
    if asked.since:
        rows = rows.filter(at__gte=asked.since.isoformat())
    if asked.about:
        found = LookedVehicle.objects.filter(vehicle__in=_vehicles(asked.about)).values("look")
        rows = rows.filter(Q(pk__in=found) | Q(asked=asked_hash(asked.about)))
    return rows


def _by(rows: QuerySet[Row], asked: Asked) -> QuerySet[Row]:
    if asked.person:
        rows = rows.filter(actor__endswith=f"/{asked.person}")
    if asked.party:
        rows = rows.filter(Q(actor=asked.party) | Q(actor__startswith=f"{asked.party}/"))
    if asked.until:
        rows = rows.filter(at__lt=(asked.until + timedelta(days=1)).isoformat())
    return rows


def _since(rows: QuerySet[JournalEntry], day: date) -> QuerySet[JournalEntry]:
    """By number where what was written before is sealed, so that years of entries are not read."""
    before = JournalSeal.objects.filter(sealed_at__lt=midnight(day)).order_by("-last").first()
    if before is not None:
        rows = rows.filter(number__gt=before.last)
    return rows.filter(at__gte=day.isoformat())


def _names(about: str) -> set[str]:
    """Everything under which the journal may know a vehicle: plates, VIN, its cases and tests; else the text."""
    found = {about.strip(), plain(about)}
    for vehicle in _vehicles(about):
        found |= {vehicle.plate, vehicle.vin, *_texts(vehicle.plates.values_list("plate"))}
        found |= _texts(vehicle.cases.values_list("case_no"))
        found |= {
            on_one_line(f"{code}/{number}")
            for code, number in vehicle.tests.values_list("station__code", "test_no")
        }
    return found - {""}


def _vehicles(about: str) -> list[Vehicle]:
    """Whose plate or VIN it is, or was; or whose case or test."""
    text, number = plain(about), about.strip()
    station, _, test_no = number.rpartition("/")
    found: set[int] = set()
    if text:
        found.update(Vehicle.objects.filter(Q(plate=text) | Q(vin=text)).values_list("pk", flat=True)[:20])
        found.update(PlateSpan.objects.filter(plate=text).values_list("vehicle_id", flat=True)[:20])
        found.update(Case.objects.filter(case_no=number).values_list("vehicle_id", flat=True))
        tests = Test.objects.filter(station__code=station, test_no=test_no, vehicle__isnull=False)
        found.update(tests.values_list("vehicle__pk", flat=True))
    return list(Vehicle.objects.filter(pk__in=found).order_by("pk"))


def _texts(rows: Iterable[tuple[str, ...]]) -> set[str]:
    return {row[0] for row in rows}
