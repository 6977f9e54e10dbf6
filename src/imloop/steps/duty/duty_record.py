"""Who did what, and who looked at whose data: the journal as a supervisor reads it (F3).

Everything is read from the journal, so nothing can be missing here that is there. Asking who looked at one vehicle is
itself a look-up, and is journalled.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from imloop.facts.days import CHINA, day_of, midnight
from imloop.facts.identifiers import plain
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, place_prefix, require_kind
from imloop.steps.ground.ledger import on_one_line, writing
from imloop.store.models import JournalEntry, JournalHead, JournalSeal, Party, PartyKind, User, Vehicle

SUPERVISORS = (PartyKind.SUPERVISOR, PartyKind.ADMIN)
LOOKS = ("looked-up", "shown", "export")
"""Entries that say who took personal data into view, or out."""
DAYS = 7
_MOST = 5000


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


def acts(caller: Caller, asked: Asked) -> QuerySet[JournalEntry]:
    """Entries by people (not machines) of the caller's place, newest first."""
    return _asked(_visible(caller).filter(actor__contains="/"), asked)


def looks(caller: Caller, asked: Asked, now: datetime) -> QuerySet[JournalEntry]:
    """Look-ups, showings and exports, by people and by keys, newest first."""
    rows = _asked(_visible(caller).filter(kind__in=LOOKS), asked)
    rows = rows.filter(number__lte=JournalHead.objects.get(pk=1).number)  # up to the question, without it
    if asked.about:
        with writing(now, caller) as ledger:
            ledger.note("looked-up", asked.about, {"kind": "looks"})
    return rows


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


def in_detail(entry: JournalEntry) -> dict[str, object]:
    """The entry's body: what was looked at or done."""
    found = json.loads(entry.body)
    return found if isinstance(found, dict) else {}


def _person(user: User, done: Counter[str], looked: Counter[tuple[str, str]], limit: int) -> PersonDays:
    actor = f"{user.party.code if user.party else ''}/{user.username}"
    per_day = [count for (who, _), count in looked.items() if who == actor]
    most = max(per_day, default=0)
    return PersonDays(user, done[actor], sum(per_day), most, most > limit)


def _parties(caller: Caller) -> QuerySet[Party]:
    require_kind(caller, *SUPERVISORS)
    return Party.objects.filter(place__startswith=place_prefix(caller.place))


def _visible(caller: Caller) -> QuerySet[JournalEntry]:
    """By actors of the caller's place. Who supervises everything needs no list of names."""
    parties = _parties(caller)
    if not Party.objects.exclude(place__startswith=place_prefix(caller.place)).exists():
        return JournalEntry.objects.all()
    theirs = Q()
    for code in parties.values_list("code", flat=True):
        theirs |= Q(actor=code) | Q(actor__startswith=f"{code}/")
    return JournalEntry.objects.filter(theirs)


def _asked(rows: QuerySet[JournalEntry], asked: Asked) -> QuerySet[JournalEntry]:
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.person:
        rows = rows.filter(actor__endswith=f"/{asked.person}")
    if asked.party:
        rows = rows.filter(Q(actor=asked.party) | Q(actor__startswith=f"{asked.party}/"))
    if asked.since:
        rows = _since(rows, asked.since)
    if asked.until:
        rows = rows.filter(at__lt=(asked.until + timedelta(days=1)).isoformat())
    if asked.about:
        rows = rows.filter(subject__in=sorted(_names(asked.about)))
    return rows.order_by("-number")


def _since(rows: QuerySet[JournalEntry], day: date) -> QuerySet[JournalEntry]:
    """By number where what was written before is sealed, so that years of entries are not read."""
    before = JournalSeal.objects.filter(sealed_at__lt=midnight(day)).order_by("-last").first()
    if before is not None:
        rows = rows.filter(number__gt=before.last)
    return rows.filter(at__gte=day.isoformat())


def _names(about: str) -> set[str]:
    """Everything under which the journal may know a vehicle: plates, VIN, its cases and tests; else the text."""
    text = plain(about)
    vehicles = Vehicle.objects.filter(Q(plate=text) | Q(vin=text) | Q(plates__plate=text)).distinct()
    found = {about.strip(), text}
    for vehicle in vehicles[:20]:
        found |= {vehicle.plate, vehicle.vin, *_texts(vehicle.plates.values_list("plate"))}
        found |= _texts(vehicle.cases.values_list("case_no"))
        found |= {
            on_one_line(f"{code}/{number}")
            for code, number in vehicle.tests.values_list("station__code", "test_no")
        }
    return found - {""}


def _texts(rows: Iterable[tuple[str, ...]]) -> set[str]:
    return {row[0] for row in rows}


def moment_of(entry: JournalEntry) -> datetime:
    return datetime.fromisoformat(entry.at).astimezone(CHINA)
