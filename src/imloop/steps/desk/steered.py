"""Whose vehicles go to one repairer or one station more often than way and capacity let expect (C6, D6).

An I-station's: the vehicles that failed there and the repairers that repaired them. An official's: the vehicles about
whose case they decided something, and the repairers to which those went afterwards; and the stations that their exits
name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count

from imloop.facts.days import midnight
from imloop.law import Law
from imloop.steps.desk.official_record import EXIT
from imloop.steps.duty.duty_record import since_day
from imloop.steps.ground.access import OFFICES, Caller, own
from imloop.steps.ground.actor import Actor
from imloop.steps.ground.lookups import snapshot
from imloop.steps.ground.registers import km_between
from imloop.store.models import CaseEvent, JournalEntry, Party, PartyKind, Repair, Test
from imloop.watch.steering import Km, Limits, Steered, Trip, steering

_OF_CASES = ("case-event", "rework-ordered")


@dataclass(frozen=True, slots=True)
class Sender:
    """``party``: an I-station, or an official's office; ``person``: the official's user name, empty for a station."""

    row: Steered
    party: Party
    person: str
    receiver: Party


@dataclass(frozen=True, slots=True)
class SteeringFigures:
    """``stations``: vehicles that I-stations failed; ``officials``: of cases they decided about; ``exits``: to the
    stations that exits name."""

    stations: list[Sender]
    officials: list[Sender]
    exits: list[Sender]
    limits: Limits


def limits_of(law: Law) -> Limits:
    return Limits(
        least=law.integer("steering.least"),
        ratio=law.number("steering.ratio"),
        chance=law.number("steering.chance"),
        decay=law.number("steering.decay"),
        near_km=law.number("steering.near_km"),
    )


@snapshot()
def steering_figures(caller: Caller, since: date, until: date, law: Law) -> SteeringFigures:
    """Of the repairs and exits of these days, both included, as far as the caller sees them."""
    first, last = midnight(since), midnight(until + timedelta(days=1))
    repairs = _repairs(caller, first, last)
    totals = Counter(each.shop for each in repairs)
    stations = [Trip(each.station, each.station, each.shop) for each in repairs]
    officials = list(_by_officials(repairs, since))
    exits = list(_by_exits(caller, first, last))
    tested = Counter(_tested(caller, first, last))
    tested.update(Counter({trip.receiver: 0 for trip in exits}))
    limits, known = limits_of(law), _Known()

    def found(trips: list[Trip], taken: Counter[str], *, elsewhere: bool) -> list[Sender]:
        km = known.km({trip.origin for trip in trips}, taken, elsewhere=elsewhere)
        rows = steering(trips, taken, km, limits)
        return [known.sender(row) for row in rows]

    return SteeringFigures(
        found(stations, totals, elsewhere=False),
        found(officials, totals, elsewhere=False),
        found(exits, tested, elsewhere=True),
        limits,
    )


@dataclass(frozen=True, slots=True)
class _Went:
    case_no: str
    station: str
    shop: str
    came_at: datetime


def _repairs(caller: Caller, first: datetime, last: datetime) -> list[_Went]:
    """The first of each case at each repairer: coming back is no choice of its own."""
    rows = Repair.objects.filter(
        own(caller, "case__place", "case__station__code", "shop__code"),
        finished_at__gte=first,
        finished_at__lt=last,
        case__station__isnull=False,
    )
    once: dict[tuple[str, str], _Went] = {}
    named = rows.order_by("finished_at").values_list(
        "case__case_no", "case__station__code", "shop__code", "received_at"
    )
    for case_no, station, shop, came_at in named:
        once.setdefault((case_no, shop), _Went(case_no, station, shop, came_at))
    return list(once.values())


def _by_officials(repairs: Sequence[_Went], since: date) -> Iterable[Trip]:
    """Of each vehicle one trip for each official who decided about its case before it came to the repairer."""
    cases = {each.case_no for each in repairs}
    acts: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    entries = since_day(JournalEntry.objects.filter(kind__in=_OF_CASES, actor__contains="/"), since)
    offices = set(Party.objects.filter(kind__in=OFFICES).values_list("code", flat=True))
    for line, case_no, at in entries.values_list("actor", "subject", "at"):
        who = Actor.read(line)
        if case_no in cases and who.party in offices:
            acts[case_no].append((f"{who.party}/{who.person}", at))
    for each in repairs:
        before = {sender for sender, at in acts[each.case_no] if datetime.fromisoformat(at) <= each.came_at}
        for sender in sorted(before):
            yield Trip(sender, each.station, each.shop)


def _by_exits(caller: Caller, first: datetime, last: datetime) -> Iterable[Trip]:
    rows = CaseEvent.objects.filter(
        own(caller, "case__place", "case__station__code", None),
        kind=EXIT,
        recorded_at__gte=first,
        recorded_at__lt=last,
        case__station__isnull=False,
    )
    for data, station in rows.values_list("data", "case__station__code"):
        who, to = Actor.read(str(data["exit"]["approver"])), data["exit"].get("to_station")
        if to and who.person and to != station:
            yield Trip(f"{who.party}/{who.person}", station, to)


def _tested(caller: Caller, first: datetime, last: datetime) -> dict[str, int]:
    rows = Test.objects.filter(own(caller, "station__place", "station__code", None))
    rows = rows.filter(started_at__gte=first, started_at__lt=last, station__kind=PartyKind.ISTATION)
    return dict(rows.order_by().values_list("station__code").annotate(n=Count("pk")))


class _Known:
    """Parties by code, each read once."""

    def __init__(self) -> None:
        self._parties = {party.code: party for party in Party.objects.all()}

    def km(self, origins: set[str], receivers: Iterable[str], *, elsewhere: bool) -> Km:
        return {
            (origin, place): km_between(self._parties[origin], self._parties[place])
            for origin in origins
            for place in receivers
            if not (elsewhere and place == origin)
        }

    def sender(self, row: Steered) -> Sender:
        who = Actor.read(row.sender)
        return Sender(row, self._parties[who.party], who.person, self._parties[row.receiver])
