"""What an empty installation still lacks before it is a working city: each step with its count and what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from imloop.facts.codes import METHOD_NAMES, Method
from imloop.facts.days import day_of
from imloop.facts.text import Text
from imloop.steps.ground.access import OFFICE_NAMES, Caller, covers, place_prefix
from imloop.store.models import ApiKey, Fee, Line, Party, PartyKind, User
from imloop.store.models.registers.stations import DEPARTMENTS

_SHOWN = 6
"""Missing things named, before the rest is only counted."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how many there are, and what is still ``missing``; nothing: done. ``link``: its form."""

    name: Text
    count: int
    missing: tuple[Text, ...]
    link: str

    @property
    def done(self) -> bool:
        return not self.missing


def first_steps(caller: Caller, now: datetime) -> list[Step]:
    """For an administrator: of their place and all it covers."""
    here = list(Party.objects.filter(place__startswith=place_prefix(caller.place)).order_by("place", "code"))
    day = day_of(now)
    methods = _methods(here, day)
    return [
        _departments(here, caller),
        _stations(here, methods),
        _repairers(here),
        _people(here),
        _keys(here, day),
        _prices(here, methods, caller, day),
    ]


def _methods(here: list[Party], day: date) -> dict[int, set[str]]:
    """What the lines of each station may run; a station without lines is not among them."""
    running = Line.objects.filter(Q(until__isnull=True) | Q(until__gt=day), station__in=here)
    found: dict[int, set[str]] = defaultdict(set)
    for line in running:
        found[line.station_id] |= set(line.methods)
    return found


def _of(here: Iterable[Party], *kinds: str) -> list[Party]:
    return [party for party in here if party.kind in kinds]


def _names(parties: list[Party]) -> list[Text]:
    return [Text(each.name, each.name) for each in parties]


def _short(names: list[Text]) -> tuple[Text, ...]:
    more = len(names) - _SHOWN
    return (*names[:_SHOWN], *([Text(f"等 {len(names)} 项", f"and {more} more")] if more > 0 else ()))


def _departments(here: list[Party], caller: Caller) -> Step:
    """Each kind in charge of every place in which there is a station; without stations, of the administrator's."""
    offices = _of(here, *DEPARTMENTS)
    places = {party.place for party in _of(here, PartyKind.ISTATION, PartyKind.MSTATION)} or (
        {party.place for party in offices} or {caller.place}
    )
    known = Party.objects.filter(kind__in=DEPARTMENTS).values_list("kind", "place")
    missing = [
        Text(f"{place} {name.zh}", f"{place} {name.en}")
        for place in sorted(places)
        for kind, name in OFFICE_NAMES.items()
        if kind in DEPARTMENTS and not any(one == kind and covers(around, place) for one, around in known)
    ]
    return Step(Text("部门", "Departments"), len(offices), _short(missing), "/register/departments")


def _stations(here: list[Party], methods: dict[int, set[str]]) -> Step:
    stations = _of(here, PartyKind.ISTATION)
    none = [] if stations else [Text("还没有检验机构", "no inspection station yet")]
    idle = [
        Text(f"{each.name}没有检测线", f"{each.name} has no line")
        for each in stations
        if each.pk not in methods
    ]
    name = Text("检验机构", "Inspection stations")
    return Step(name, len(stations), _short(none + idle), "/register/stations")


def _repairers(here: list[Party]) -> Step:
    shops = _of(here, PartyKind.MSTATION)
    none = () if shops else (Text("还没有维修治理站", "no repair station yet"),)
    return Step(Text("维修治理站", "Repair stations"), len(shops), none, "/register/repairers")


def _people(here: list[Party]) -> Step:
    """Departments decide, and only people may; stations upload with keys and need none to begin."""
    people = User.objects.filter(party__in=here, is_active=True)
    manned = set(people.values_list("party_id", flat=True))
    offices = _of(here, *DEPARTMENTS)
    none = [] if offices else [Text("先登记部门", "register departments first")]
    empty = [each for each in offices if each.pk not in manned]
    link = f"/people?party={empty[0].code}" if empty else "/people"
    return Step(Text("人员", "People"), people.count(), _short(none + _names(empty)), link)


def _keys(here: list[Party], day: date) -> Step:
    live = ApiKey.objects.filter(
        Q(until__isnull=True) | Q(until__gt=day), revoked_at__isnull=True, party__in=here
    )
    holders = set(live.values_list("party_id", flat=True))
    senders = _of(here, PartyKind.ISTATION, PartyKind.MSTATION)
    none = [] if senders else [Text("先登记检验机构", "register stations first")]
    without = [each for each in senders if each.pk not in holders]
    link = f"/keys?party={without[0].code}" if without else "/keys"
    return Step(Text("接口密钥", "API keys"), live.count(), _short(none + _names(without)), link)


def _prices(here: list[Party], methods: dict[int, set[str]], caller: Caller, day: date) -> Step:
    """Of every method that a line here may run."""
    priced = Fee.objects.filter(Q(until__isnull=True) | Q(until__gt=day))
    fees = [fee for fee in priced if covers(fee.place, caller.place) or covers(caller.place, fee.place)]
    known, run = {fee.method for fee in fees}, set().union(*methods.values())
    none = [] if run else [Text("先登记检验机构", "register stations first")]
    missing = [METHOD_NAMES[method] for method in Method if method in run and method not in known]
    return Step(Text("收费标准", "Prices"), len(fees), _short(none + missing), "/prices")
