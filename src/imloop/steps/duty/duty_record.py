"""Who did what, and who looked at whose data: the journal as a supervisor reads it (F3).

Everything is read from the journal, so nothing can be missing here that is there. Asking who looked at one vehicle is
itself a look-up, and is journalled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Q, QuerySet, TextField
from django.db.models.sql.compiler import SQLCompiler

from imloop.facts.days import midnight
from imloop.facts.identifiers import plain
from imloop.steps.duty.looks import Trace, Traces, trace_of, trace_of_look
from imloop.steps.ground import look_log
from imloop.steps.ground.access import PUBLIC, SYSTEM, Caller, place_prefix, require_kind
from imloop.steps.ground.actor import FIELD
from imloop.steps.ground.ledger import canonical, on_one_line, writing
from imloop.steps.ground.lookups import nothing_there
from imloop.steps.ground.seen import Door, asked_hash, seen
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
    Vehicle,
)

SUPERVISORS = (PartyKind.SUPERVISOR, PartyKind.ADMIN)
LOOKS = ("looked-up", "shown", "export")
"""Entries that say who took personal data into view, or out."""
DAYS = 7
"""What figures of people and keys are of."""
Row = TypeVar("Row", JournalEntry, Look)


@dataclass(frozen=True, slots=True)
class Asked:
    """``about``: a plate, a VIN, a case or test number; ``person``: a user name, also of who lent a right; ``key``: the
    id of a key; ``since`` and ``until`` inclusive."""

    kind: str = ""
    person: str = ""
    party: str = ""
    key: str = ""
    about: str = ""
    since: date | None = None
    until: date | None = None


class _ActorsKey(Func):
    """``actor.key`` of an entry's body, as JSON: of what a machine did, or a person by a key of their own."""

    output_field = TextField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any
    ) -> tuple[str, Any]:
        template = f"json_quote(json_extract(%(expressions)s, '$.{FIELD}.key'))"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any
    ) -> tuple[str, Any]:
        template = (
            f"(%(expressions)s::json #> '{{{FIELD},key}}')::text"  # jsonb would refuse a NUL in any field
        )
        return self.as_sql(compiler, connection, template=template, **more)


def acts(caller: Caller, asked: Asked) -> Traces:
    """Entries by people, departments' machines and the operator, of the caller's place, newest first; what stations'
    machines deliver and owners book, where a party or key is asked for."""
    rows = visible(caller, JournalEntry.objects.all())
    if not (asked.party or asked.key):
        stations = Party.objects.filter(kind__in=(PartyKind.ISTATION, PartyKind.MSTATION))
        rows = rows.exclude(actor__in=stations.values("code")).exclude(actor=PUBLIC.party_code)
    return Traces(_asked(rows, asked), Look.objects.none())


def looks(caller: Caller, asked: Asked, now: datetime) -> Traces:
    """Look-ups, showings and exports, and what gates, lists and messages told; by people and by keys, newest first."""
    look_log.flush()
    rows = _asked(visible(caller, JournalEntry.objects.filter(kind__in=LOOKS)), asked)
    rows = rows.filter(number__lte=JournalHead.objects.get(pk=1).number)  # up to the question, without it
    beside = _asked_beside(visible(caller, Look.objects.all()), asked)
    if asked.about:
        with writing(now, caller, by_key=True) as ledger:
            ledger.note("looked-up", asked.about, {"kind": "looks"})
    return Traces(rows, beside)


def opened(caller: Caller, number: int, *, beside: bool) -> tuple[Trace, list[Vehicle]]:
    """One row of the record in full, with the vehicles it names; opening it is a look at them. ``beside``: not of the
    journal."""
    found: list[Vehicle]
    if beside:
        look = visible(caller, Look.objects.filter(pk=number)).first()
        if look is None:
            raise nothing_there("entry", str(number))
        found = list(Vehicle.objects.filter(looks__look=look).order_by("pk"))
        trace = trace_of_look(look, {row.pk: (row.plate, row.vin) for row in found})
    else:
        entry = visible(caller, JournalEntry.objects.filter(number=number)).first()
        if entry is None:
            raise nothing_there("entry", str(number))
        trace = trace_of(entry)
        found = _vehicles(trace.subject) if plain(trace.subject) else []
    seen(caller, Door.RECORD, [row.pk for row in found], more={"look" if beside else "entry": number})
    return trace, found


def parties_of(caller: Caller) -> QuerySet[Party]:
    """Those of the place that a supervisor looks after."""
    require_kind(caller, *SUPERVISORS)
    return Party.objects.filter(place__startswith=place_prefix(caller.place))


def visible(caller: Caller, rows: QuerySet[Row]) -> QuerySet[Row]:
    """By actors of the caller's place, by the operator and by nobody. Who supervises everything needs no list of
    names."""
    parties = parties_of(caller)
    if not Party.objects.exclude(place__startswith=place_prefix(caller.place)).exists():
        return rows
    theirs = Q(actor__in=(SYSTEM.party_code, PUBLIC.party_code)) | Q(
        actor__startswith=f"{SYSTEM.party_code}/"
    )
    for code in parties.values_list("code", flat=True):
        theirs |= Q(actor=code) | Q(actor__startswith=f"{code}/")
    return rows.filter(theirs)


def _asked(rows: QuerySet[JournalEntry], asked: Asked) -> QuerySet[JournalEntry]:
    rows = _by(rows, asked)
    if asked.key:
        told = canonical(
            asked.key
        )  # asked first for rows that hold it anywhere, as few entries must be taken apart
        rows = rows.filter(body__contains=told).alias(by_key=_ActorsKey("body")).filter(by_key=told)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.since:
        rows = since_day(rows, asked.since)
    if asked.about:
        rows = rows.filter(subject__in=sorted(_names(asked.about)))
    return rows.order_by("-number")


def _asked_beside(rows: QuerySet[Look], asked: Asked) -> QuerySet[Look]:
    rows = _by(rows, asked)
    if asked.key:
        rows = rows.filter(key=asked.key)
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
        own = Q(actor__endswith=f"/{asked.person}") | Q(actor__contains=f"/{asked.person} for ")
        rows = rows.filter(own | Q(actor__endswith=f" for {asked.person}"))
    if asked.party:
        rows = rows.filter(Q(actor=asked.party) | Q(actor__startswith=f"{asked.party}/"))
    if asked.until:
        rows = rows.filter(at__lt=(asked.until + timedelta(days=1)).isoformat())
    return rows


def since_day(rows: QuerySet[JournalEntry], day: date) -> QuerySet[JournalEntry]:
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
