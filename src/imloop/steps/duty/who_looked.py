"""Who looked at a vehicle, by day and party, as its owner may know: every door counts, persons are not named."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from imloop.steps.duty.duty_record import LOOKS
from imloop.steps.ground.access import PUBLIC
from imloop.steps.ground.ledger import on_one_line
from imloop.steps.ground.seen import LEADS_ON
from imloop.store.models import JournalEntry, Look, Party, Vehicle

Looks = Counter[tuple[date, str]]
"""Day and code of the party → how often; on a list once an hour."""


_AT_ONCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class LookDay:
    """``party``: by name; None for somebody who knew plate and VIN tail. ``looks``: how often that day."""

    day: date
    party: str | None
    looks: int


def looks_at(vehicle: Vehicle) -> Looks:
    """Of the vehicle, its cases and its tests, in the journal and beside it."""
    names = {vehicle.plate, vehicle.vin, *vehicle.plates.values_list("plate", flat=True)}
    names |= set(vehicle.cases.values_list("case_no", flat=True))
    names |= {
        on_one_line(f"{station}/{number}")
        for station, number in vehicle.tests.values_list("station__code", "test_no")
    }
    entries = JournalEntry.objects.filter(subject__in=sorted(names - {""}), kind__in=LOOKS)
    beside = Look.objects.filter(seen__vehicle=vehicle)
    rows = [*entries.values_list("at", "actor", "body"), *beside.values_list("at", "actor", "body")]
    return Counter((at.date(), actor.partition("/")[0]) for at, actor in _once(rows))


def _once(rows: Iterable[tuple[str, str, str]]) -> Iterator[tuple[datetime, str]]:
    """Moment and actor. A search that found the vehicle alone led on to it: search and opening are one look. Who did
    not follow has still seen that it is there."""
    found = [(datetime.fromisoformat(at), actor, _leads_on(body)) for at, actor, body in rows]
    opened = defaultdict(list)
    for at, actor, leads_on in found:
        if not leads_on:
            opened[actor].append(at)
    for at, actor, leads_on in found:
        if not (leads_on and any(at <= then <= at + _AT_ONCE for then in opened[actor])):
            yield at, actor


def _leads_on(body: str) -> bool:
    said = json.loads(body)
    alone = said.get("kind") == "vehicle-search" and said.get("found") == 1
    return alone or bool(said.get(LEADS_ON))


def who_looked(vehicle: Vehicle, most: int) -> list[LookDay]:
    """The latest days first."""
    found = sorted(looks_at(vehicle).items(), key=lambda each: (-each[0][0].toordinal(), each[0][1]))[:most]
    names = dict(Party.objects.filter(code__in={code for (_, code), _ in found}).values_list("code", "name"))
    return [
        LookDay(day, None if code == PUBLIC.party_code else names.get(code, code), count)
        for (day, code), count in found
    ]
