"""The register of stations: what anyone may look up, and what its own people and the departments of its place may."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from imloop.facts.refusal import Unknown
from imloop.facts.text import Text
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, covers, own, place_prefix
from imloop.store.models import Line, Party, PartyKind

STATIONS = (PartyKind.ISTATION, PartyKind.MSTATION)


def parties(kind: str, place: str) -> QuerySet[Party]:
    """Public: the register of a kind in a place and all it covers."""
    return Party.objects.filter(kind=kind, place__startswith=place_prefix(place)).order_by("code")


def where_is(code: str) -> tuple[float, float] | None:
    """Public: the position of a station or repairer by its code; None where the register has none."""
    found = Party.objects.filter(code=code, kind__in=STATIONS).first()
    return registers.position_of(found) if found is not None else None


def everybody(place: str) -> QuerySet[Party]:
    """Every party of a place and all it covers, for the command line."""
    return Party.objects.filter(place__startswith=place_prefix(place)).order_by("place", "code")


def nothing_yet() -> bool:
    """Public: no department and no station is registered."""
    return not Party.objects.exclude(kind=PartyKind.ADMIN).exists()


def find_party(code: str, kind: str) -> Party | None:
    """Public: the party of a kind under a code, where there is one."""
    return Party.objects.filter(code=code, kind=kind).first()


def lines(station: str, day: date) -> QuerySet[Line]:
    """Public: the lines a station has on a day."""
    in_force = Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day))
    return Line.objects.filter(in_force, station__code=station).order_by("code")


def kind_of(code: str) -> str:
    """Public: the kind of party under a code; empty where there is none."""
    return Party.objects.filter(code=code).values_list("kind", flat=True).first() or ""


def name_of(code: str) -> str:
    """Public: the name of the party under a code; the code itself where there is none."""
    return Party.objects.filter(code=code).values_list("name", flat=True).first() or code


def station(code: str) -> Party:
    """Public: an I- or M-station, or ``Unknown``."""
    found = Party.objects.filter(code=code, kind__in=STATIONS).first()
    if found is None:
        raise _unknown(code)
    return found


def kept_station(caller: Caller, code: str) -> Party:
    """A station whose register page is the caller's to see: its own, or that of a department of its place."""
    found = station(code)
    if caller.party_code != code and not (caller.is_department and covers(caller.place, found.place)):
        raise _unknown(code)
    return found


def _unknown(code: str) -> Unknown:
    return Unknown("unknown-station", Text(f"没有站点 {code}。", f"There is no station {code}."))


def stations(caller: Caller, kind: str = "", text: str = "") -> QuerySet[Party]:
    """The stations of a department's place, by kind and code; ``text``: part of a name or address, or a code."""
    kinds = [kind] if kind in STATIONS else STATIONS
    rows = Party.objects.filter(own(caller, "place", "code", "code"), kind__in=kinds).order_by("kind", "code")
    if text:
        rows = (
            rows.filter(name__icontains=text) | rows.filter(address__icontains=text) | rows.filter(code=text)
        )
    return rows
